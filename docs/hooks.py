"""What mkdocs needs beside mkdocs.yml: pictures from assets/, where README.md shows them too, and no network."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from mkdocs.exceptions import PluginError
from mkdocs.structure.files import File, Files

ASSETS = Path(__file__).parents[1] / "assets"
_LOADS = re.compile(r'<(?:script|img|iframe|source)\b[^>]*?\bsrc="((?:https?:)?//[^"]*)"|<link\b([^>]*)>')


def on_files(files: Files, config: Any) -> Files:
    """Add the pictures of assets/ to the site."""
    for picture in sorted(ASSETS.iterdir()):
        if picture.is_file():
            files.append(File.generated(config, f"assets/{picture.name}", abs_src_path=str(picture)))
    return files


def on_page_markdown(markdown: str, **_: Any) -> str:
    """Let pages point to the pictures where the site has them."""
    return re.sub(r"\]\(\.\./assets/", "](assets/", markdown)


def on_post_page(output: str, page: Any, **_: Any) -> str:
    """Refuse a page that loads something from a network."""
    if found := find_loads(output):
        raise PluginError(f"{page.file.src_uri} loads {', '.join(found)}: the site must be whole without a network")
    return output


def find_loads(html: str) -> list[str]:
    """Return the addresses that a page loads from a network when it is opened; plain links are none."""
    found = []
    for match in _LOADS.finditer(html):
        address = match[1]
        if match[2] and 'rel="canonical"' not in match[2]:
            linked = re.search(r'href="((?:https?:)?//[^"]*)"', match[2])
            address = linked[1] if linked else None
        if address:
            found.append(address)
    return found
