"""`pfviz serve`: the page, on this machine."""

from __future__ import annotations

import re
from typing import Any

import click

from pfviz.errors import PfvizError

_ROOT_PATH = re.compile(r"(https?://[^/\s?#]+)?(/[^/\s?#]+)*")


def _check_root_path(ctx: click.Context, param: click.Parameter, value: str | None) -> str:
    """The prefix as Gradio takes it: with a slash before it and none behind."""
    path = (value or "").strip().rstrip("/")
    if path and not path.startswith(("/", "http://", "https://")):
        path = f"/{path}"
    if not _ROOT_PATH.fullmatch(path):
        raise click.BadParameter(f"{value!r} is no path. Give one such as /pfviz, without a question mark or blanks.")
    return path


@click.command()
@click.option("--host", default="127.0.0.1", help="Address to listen on; 0.0.0.0 lets other machines in.")
@click.option("--port", default=7860, type=click.IntRange(1, 65535), help="Port to listen on.")
@click.option(
    "--root-path",
    envvar="GRADIO_ROOT_PATH",
    callback=_check_root_path,
    help="Prefix that a reverse proxy takes away from paths, such as /pfviz; or the whole address.",
)
def serve(host: str, port: int, root_path: str) -> None:
    """Start the page, as `python app.py` does, and keep it up until Ctrl-C.

    Behind a reverse proxy under a path of its own, such as https://example.org/pfviz/, give that path:

    \b
    pfviz serve --root-path /pfviz

    On a page that other machines reach, models cannot be chosen by a typed name unless PFVIZ_ANY_MODEL=1, and each
    visitor sees own runs alone, as does whoever comes through a proxy.
    """
    from pfviz.page import build_page
    from pfviz.page.serving.engine import SharedEngine
    from pfviz.page.serving.model_menu import LOOPBACK_HOSTS, ModelMenu
    from pfviz.page.state.stored_runs import RunLibrary

    try:
        is_public = host not in LOOPBACK_HOSTS
        engine = SharedEngine(ModelMenu.from_environment(public=is_public))
        library = RunLibrary.open(shared=is_public)
        page = build_page(engine, library)
    except PfvizError as error:  # of the operator's own settings
        raise click.ClickException(str(error)) from error
    settings: dict[str, Any] = {"server_name": host, "server_port": port}
    if root_path:
        settings["root_path"] = root_path
    try:
        page.launch(**settings)
    except OSError as error:  # gradio's word for a port that is taken
        raise click.ClickException(
            f"The page cannot listen on {host}:{port}; choose another --port. ({error})"
        ) from error
    finally:
        library.close()
