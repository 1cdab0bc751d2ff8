"""Mathematics is shown as mathematics, and nothing that comes in can act."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pfviz.report.mathtext import MAX_FORMULA_LENGTH, render


class _Seen(HTMLParser):
    """Tags and attributes that a browser would see."""

    def __init__(self, markup: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[tuple[str, str | None]] = set()
        self.shown = ""
        self.feed(markup)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes.update(attrs)

    def handle_data(self, data: str) -> None:
        self.shown += data


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Compute (12 + 7) * 3 - 45", "Compute (12 + 7) × 3 − 45"),
        ("12*3-4=32", "12 × 3 − 4 = 32"),
        ("24 / 8 = 3", "24 ÷ 8 = 3"),
        ("1/2 of it", "1/2 of it"),
        ("-5 + (-3)", "−5 + (−3)"),
        ("6*-3", "6 × −3"),
        ("a two-step, well-known trick", "a two-step, well-known trick"),
        ("3 bags - and 5 more", "3 bags - and 5 more"),
        ("12 ** 3", "12 ** 3"),
        ("Mia's 5 < 6 & 7", "Mia's 5 < 6 & 7"),
        ("costs $5 and $7 each", "costs $5 and $7 each"),
        ("3x = 15", "3x = 15"),
    ],
)
def test_plain_arithmetic_is_set_with_its_signs(text: str, shown: str) -> None:
    assert _Seen(render(text)).shown == shown


def test_a_variable_is_italic_and_a_box_is_a_box() -> None:
    assert render("Solve 3x + 5 = 20") == "Solve 3<i>x</i> + 5 = 20"
    assert render(r"The answer is \boxed{12}.") == 'The answer is <span class="boxed">12</span>.'
    assert "<mfrac>" in render(r"\boxed{\frac{3}{4}}")


@pytest.mark.parametrize("text", [r"$\frac{1}{2}$", r"\(\frac{1}{2}\)", r"\[\frac{1}{2}\]", r"$$\frac{1}{2}$$"])
def test_latex_becomes_mathml(text: str) -> None:
    assert "mfrac" in _Seen(render(text)).tags


@pytest.mark.parametrize(
    "text", [r"$\unknown{3}$", r"$\frac{1$", r"\boxed{12", "$" + "x" * (MAX_FORMULA_LENGTH + 1) + "$", "$$"]
)
def test_what_is_not_latex_stays_text(text: str) -> None:
    seen = _Seen(render(text))
    assert "math" not in seen.tags
    assert seen.shown.replace("−", "-") == text


@pytest.mark.parametrize(
    "attack",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        r"\boxed{<img src=x onerror=alert(1)>}",
        r"\boxed{\text{<img src=x onerror=alert(1)>}}",
        r"$\text{<script>alert(1)</script>}$",
        r"$\text{</math><img src=x onerror=alert(1)>}$",
        r"$\href{javascript:alert(1)}{x}$",
        r"$\color{red\" onload=\"alert(1)}{a}$",
        r"$\class{x}{\style{background:url(//evil)}{y}}$",
        '" onmouseover="alert(1)',
        "&lt;script&gt;",
        r"$&#x3C;script&#x3E;$",
    ],
)
def test_hostile_text_stays_text(attack: str) -> None:
    seen = _Seen(render(attack))
    assert not seen.tags & {"script", "img", "a", "style"}
    assert not [name for name, value in seen.attributes if name.startswith("on") or name in {"href", "src", "style"}]


@given(st.text(alphabet=st.sampled_from("\\${}()[]<>&\"'=-*/+ x12ab;#^_\n"), max_size=60))
@settings(max_examples=300, deadline=None)
def test_any_text_gives_only_known_markup(text: str) -> None:
    seen = _Seen(render(text))
    allowed = {"span", "i", "br", "math", "mrow", "mi", "mn", "mo", "mtext", "msup", "msub", "msubsup", "mspace"}
    assert seen.tags <= allowed | {"mover", "munder", "mtable", "mtr", "mtd", "mstyle", "mpadded", "mphantom"}
    assert {name for name, _ in seen.attributes} <= {
        "class",
        "display",
        "stretchy",
        "fence",
        "form",
        "width",
        "lspace",
    } | {"rspace", "separator", "mathvariant", "accent", "minsize", "maxsize", "movablelimits", "displaystyle"} | {
        "scriptlevel",
        "height",
        "depth",
        "columnalign",
        "rowspacing",
        "columnspacing",
        "linethickness",
        "notation",
    }


def test_deep_nesting_ends_quickly() -> None:
    assert "math" not in render("$" + "{" * 290 + "x" + "}" * 290 + "$")
