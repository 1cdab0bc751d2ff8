"""What mkdocs needs beside mkdocs.yml: the pictures lie in assets/, where README.md shows them too."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from mkdocs.structure.files import File, Files

ASSETS = Path(__file__).parents[1] / "assets"


def on_files(files: Files, config: Any) -> Files:
    """Add the pictures of assets/ to the site."""
    for picture in sorted(ASSETS.iterdir()):
        if picture.is_file():
            files.append(File.generated(config, f"assets/{picture.name}", abs_src_path=str(picture)))
    return files


def on_page_markdown(markdown: str, **_: Any) -> str:
    """Let pages point to the pictures where the site has them."""
    return re.sub(r"\]\(\.\./assets/", "](assets/", markdown)
