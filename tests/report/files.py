"""A report as a browser reads it, and text that tries to be more than text."""

from __future__ import annotations

import html
import re
from html.parser import HTMLParser

from pfviz.report.document import plotly_js

HOSTILE = (
    "</script><script>window.hacked=1</script><img src=x onerror='window.hacked=1'>"
    "{{ 1234 * 1001 }}{% raw %}{# #}\"'&<!--"
)
"""Would be an element, an attribute, the end of a script, or 1235234 from a template, wherever it is not escaped."""


class Elements(HTMLParser):
    """The start tags of a page with their attributes, and the text that is shown; not what scripts and styles hold."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.shown = ""
        self._hidden = False
        self.feed(page.replace(plotly_js(), ""))  # five megabytes that are not ours
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))
        self._hidden = tag in ("script", "style")

    def handle_endtag(self, tag: str) -> None:
        self._hidden = False

    def handle_data(self, data: str) -> None:
        self.shown += "" if self._hidden else data

    @property
    def tags(self) -> list[str]:
        return [tag for tag, _ in self.found]

    @property
    def skeleton(self) -> list[tuple[str, tuple[str, ...]]]:
        """Each tag with the names of its attributes, but for what mathematics is made of."""
        return [(tag, tuple(attributes)) for tag, attributes in self.found if tag not in ("i", "br")]


def body(page: str) -> str:
    """What is shown: the page without its styles and scripts, its references still in place."""
    return re.sub(r"<(script|style)>.*?</\1>", "", page, flags=re.DOTALL)


def assert_closed(page: str) -> None:
    """Assert that a file loads nothing from outside, and has no code in attributes."""
    elements = Elements(page).found
    assert not [a for _, attributes in elements for a in attributes if a in ("src", "href") or a.startswith("on")]
    policies = [a["content"] for tag, a in elements if tag == "meta" and "http-equiv" in a]
    assert len(policies) == 1
    assert str(policies[0]).startswith("default-src 'none'")
    assert "://" not in body(page)


def assert_tame(hostile: str, tame: str, times: int) -> None:
    """Assert that a page of `HOSTILE` texts has the elements of the same page of tame ones, shows `HOSTILE` as it is at
    least so many times, and took none of it for a template."""
    assert Elements(hostile).skeleton == Elements(tame).skeleton
    assert Elements(hostile).shown.count(HOSTILE) >= times
    assert "1235234" not in hostile
    assert "<script>window" not in hostile
    assert "<!--" not in hostile.replace(plotly_js(), "")


def unescaped(page: str) -> str:
    """What is shown, as the reader sees it."""
    return html.unescape(body(page))
