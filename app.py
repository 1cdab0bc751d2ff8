"""The page, as a Space or as `python app.py`. GRADIO_SERVER_NAME and GRADIO_SERVER_PORT say where it listens."""

from __future__ import annotations

import os

import pfviz.page.serving.zerogpu  # noqa: F401  # on ZeroGPU hardware it imports `spaces`, which must come before PyTorch
from pfviz.page import build_page

if __name__ == "__main__":
    build_page().launch(
        server_name=os.environ.get("GRADIO_SERVER_NAME", "127.0.0.1"),
        server_port=int(os.environ.get("GRADIO_SERVER_PORT", "7860")),
    )
