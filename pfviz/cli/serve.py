"""`pfviz serve`: the page, on this machine."""

from __future__ import annotations

import click

from pfviz.errors import PfvizError


@click.command()
@click.option("--host", default="127.0.0.1", help="Address to listen on; 0.0.0.0 lets other machines in.")
@click.option("--port", default=7860, type=click.IntRange(1, 65535), help="Port to listen on.")
def serve(host: str, port: int) -> None:
    """Start the page, as `python app.py` does, and keep it up until Ctrl-C.

    On a page that other machines reach, models cannot be chosen by a typed name unless PFVIZ_ANY_MODEL=1.
    """
    from pfviz.page import build_page
    from pfviz.page.serving.engine import SharedEngine
    from pfviz.page.serving.model_menu import LOOPBACK_HOSTS, ModelMenu

    try:
        page = build_page(SharedEngine(ModelMenu.from_environment(public=host not in LOOPBACK_HOSTS)))
    except PfvizError as error:  # of the operator's own settings
        raise click.ClickException(str(error)) from error
    try:
        page.launch(server_name=host, server_port=port)
    except OSError as error:  # gradio's word for a port that is taken
        raise click.ClickException(
            f"The page cannot listen on {host}:{port}; choose another --port. ({error})"
        ) from error
