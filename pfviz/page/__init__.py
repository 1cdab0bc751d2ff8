"""The Gradio page: `build_page().launch()`."""

from pfviz.page.blocks.app import Page, build_page

__all__ = ["Page", "build_page"]
