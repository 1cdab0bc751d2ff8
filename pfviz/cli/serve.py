"""`pfviz serve`: the page, on this machine."""

from __future__ import annotations

import click


@click.command()
@click.option("--host", default="127.0.0.1", help="Address to listen on; 0.0.0.0 lets other machines in.")
@click.option("--port", default=7860, type=click.IntRange(1, 65535), help="Port to listen on.")
def serve(host: str, port: int) -> None:
    """Start the page, as `python app.py` does, and keep it up until Ctrl-C."""
    from pfviz.page import build_page

    try:
        build_page().launch(server_name=host, server_port=port)
    except OSError as error:  # gradio's word for a port that is taken
        raise click.ClickException(
            f"The page cannot listen on {host}:{port}; choose another --port. ({error})"
        ) from error
