"""What every HTML file that works offline holds: its frame, plotly.js, data that no markup can leave, colours light and
dark."""

from __future__ import annotations

import html
import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from pfviz.figures import theme

_CONTENT_POLICY = (
    "default-src 'none'; script-src 'unsafe-inline'{unsafe}; style-src 'unsafe-inline'; img-src data: blob:"
)
_DRAW_SCRIPT = """
const dark = matchMedia("(prefers-color-scheme: dark)");
const narrow = matchMedia("(max-width: 600px)");
const draw = () => {
  for (const [id, looks] of Object.entries(FIGURES)) {
    const figure = looks[dark.matches ? "dark" : "light"];
    const layout = {...figure.layout, ...(narrow.matches ? figure.layout.meta.narrow : {})};
    Plotly.react(id, figure.data, layout, {displayModeBar: false, responsive: true});
  }
};
for (const query of [dark, narrow]) query.addEventListener("change", draw);
draw();
"""


def html_document(title: str, style: str, body: str, *scripts: str, unsafe: bool = False) -> str:
    """An HTML file: a title, which is escaped, and style, body and scripts as they are. Its content policy forbids
    every load from outside, and, unless `unsafe`, code that is made from text."""
    policy = _CONTENT_POLICY.format(unsafe=" 'unsafe-eval'" if unsafe else "")
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="generator" content="pfviz">
<title>{html.escape(title)} · pfviz</title>
<style>{style}</style>
</head>
<body>
{body}
{"".join(f"<script>{script}</script>{chr(10)}" for script in scripts)}</body>
</html>
"""


def drawing_script(specs: Mapping[str, Any]) -> str:
    """A script that draws figures, each into the element whose id is its name, light or dark as the reader has it."""
    data = {
        name: {look: theme.recolour(one, look == "dark") for look in ("light", "dark")} for name, one in specs.items()
    }
    return f"const FIGURES = {script_safe_json(data)};{_DRAW_SCRIPT}"


def script_safe_json(data: Any) -> str:
    """JSON that can stand inside a script element: no character of it can close the element or open a comment."""
    text = json.dumps(data, ensure_ascii=True, allow_nan=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


@cache
def plotly_js() -> str:
    """The source of plotly.js, fit to stand inside a script element."""
    import plotly

    source = Path(plotly.__file__).parent / "package_data" / "plotly.min.js"
    return source.read_text(encoding="utf-8").replace("</script", "<\\/script")


def figure_spec(figure: Any) -> dict[str, Any]:
    """A figure as plain data, without Plotly's template."""
    found: dict[str, Any] = json.loads(figure.to_json())
    found["layout"].pop("template", None)
    return found


def colour_css() -> str:
    """The colours of `report.css` as CSS variables, light and dark by the reader's setting."""
    names = {
        "ink": theme.INK,
        "muted": theme.MUTED,
        "faint": theme.FAINT,
        "grid": theme.GRID,
        "surface": theme.SURFACE,
        "accent": theme.ACCENT,
        "right": theme.RIGHT_COLOUR,
        "wrong": theme.WRONG_COLOUR,
    }
    light = "".join(f"--{name}:{colour};" for name, colour in names.items())
    dark = "".join(f"--{name}:{theme.LIGHT_TO_DARK[colour]};" for name, colour in names.items())
    return (
        f":root{{{light}--page:#f5f7f9;--font:{theme.FONT};}}"
        f"@media (prefers-color-scheme: dark){{:root{{{dark}--page:#0e1318;}}}}\n"
    )
