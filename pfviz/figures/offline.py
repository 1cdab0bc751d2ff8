"""What every HTML file that works offline holds: plotly.js, data that no markup can leave, colours light and dark."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from pfviz.figures import theme


def as_json(data: Any) -> str:
    """JSON that can stand inside a script element: no character of it can close the element or open a comment."""
    text = json.dumps(data, ensure_ascii=True, allow_nan=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


@cache
def plotly_js() -> str:
    """The source of plotly.js, fit to stand inside a script element."""
    import plotly

    source = Path(plotly.__file__).parent / "package_data" / "plotly.min.js"
    return source.read_text(encoding="utf-8").replace("</script", "<\\/script")


def spec(figure: Any) -> dict[str, Any]:
    """A figure as plain data, without Plotly's template."""
    found: dict[str, Any] = json.loads(figure.to_json())
    found["layout"].pop("template", None)
    return found


def colours() -> str:
    """The colours of `report.css` as CSS variables, light and dark by the reader's setting."""
    names = {
        "ink": theme.INK,
        "muted": theme.MUTED,
        "faint": theme.FAINT,
        "grid": theme.GRID,
        "surface": theme.SURFACE,
        "accent": theme.ACCENT,
        "right": theme.RIGHT,
        "wrong": theme.WRONG,
    }
    light = "".join(f"--{name}:{colour};" for name, colour in names.items())
    dark = "".join(f"--{name}:{theme.DARK[colour]};" for name, colour in names.items())
    return (
        f":root{{{light}--page:#f5f7f9;--font:{theme.FONT};}}"
        f"@media (prefers-color-scheme: dark){{:root{{{dark}--page:#0e1318;}}}}\n"
    )
