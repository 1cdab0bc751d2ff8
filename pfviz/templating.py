"""HTML from templates: `templates/*.html.j2` of a package, in which every value is escaped unless it is `Markup`.

`Markup` is what a template, a filter below or `mathtext.render` returns. A name that a template uses and is not given
is an error, not an empty string. What leaves the package is a plain string, `str(…)`: text that somebody adds to
`Markup` would be escaped.
"""

from __future__ import annotations

import json
from functools import cache, partial
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from pfviz.report.mathtext import render_bounded
from pfviz.text import format_number, format_percent, format_signed, pluralise, shorten


def render_template(package: str, name: str, /, **values: Any) -> Markup:
    """Return the template `name` of a package, such as `render_template("pfviz.report", "run.html.j2", trace=trace)`,
    filled with `values`.

    Raises:
        jinja2.UndefinedError: The template uses a name that is not among the values.
    """
    return Markup(environment(package).get_template(name).render(values))


@cache
def environment(package: str) -> Environment:
    """Return the Jinja environment of a package whose templates lie in its folder `templates`; built once.

    Filters: `math` (hostile text to HTML, mathematics as mathematics), `script_json` (data to JSON that can stand
    inside a script element), and `percent`, `number`, `signed`, `pluralise` and `shorten` of `pfviz.text`.
    `static("page.css")` is a file of the package's folder `static`, as it is.
    """
    made = Environment(
        loader=PackageLoader(package, "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        auto_reload=False,
    )
    made.filters.update(
        math=render_bounded,
        script_json=script_json,
        percent=format_percent,
        number=format_number,
        signed=format_signed,
        pluralise=pluralise,
        shorten=shorten,
    )
    made.globals["static"] = partial(read_static, package)
    return made


def script_json(data: Any) -> Markup:
    """Return JSON that can stand inside a script element: no character of it can close the element or open a comment.

    Raises:
        ValueError: A number is not finite.
    """
    text = json.dumps(data, ensure_ascii=True, allow_nan=False, separators=(",", ":"))
    return Markup(text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026"))


@cache
def read_static(package: str, name: str) -> Markup:
    """Return a file of the folder `static` of a package, such as a style sheet, to stand in a page as it is."""
    return Markup((files(package) / "static" / name).read_text(encoding="utf-8"))
