"""The page, as a Space or as `python app.py`. GRADIO_SERVER_NAME and GRADIO_SERVER_PORT say where it listens."""

from __future__ import annotations

import os

import pfviz.page.serving.zerogpu  # noqa: F401  # on ZeroGPU hardware it imports `spaces`, which must come before PyTorch
from pfviz.page import build_page
from pfviz.page.serving.model_menu import LOOPBACK_HOSTS
from pfviz.page.state.stored_runs import RunLibrary

if __name__ == "__main__":
    host = os.environ.get("GRADIO_SERVER_NAME", "127.0.0.1")
    build_page(library=RunLibrary.open(shared="SPACE_ID" in os.environ or host not in LOOPBACK_HOSTS)).launch(
        server_name=host,
        server_port=int(os.environ.get("GRADIO_SERVER_PORT", "7860")),
    )
