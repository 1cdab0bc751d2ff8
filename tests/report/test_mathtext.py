"""Mathematics is shown as mathematics, and nothing that comes in can act."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pfviz.problems.code_spans import split_code
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
    allowed = {
        "span",
        "i",
        "b",
        "br",
        "code",
        "math",
        "mrow",
        "mi",
        "mn",
        "mo",
        "mtext",
        "msup",
        "msub",
        "msubsup",
        "mspace",
    }
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


@pytest.mark.parametrize(
    ("formula", "lengths"),
    [
        (r"\rule{9999em}{9999em}", {("width", "4em"), ("height", "4em")}),
        (r"a\hspace{9999cm}b", {("width", "4em")}),
        (r"a\kern-99em b", {("width", "0em")}),
        (r"a\mkern 9mu b", {("width", "0.5em")}),
        (r"\hspace{9999%}", set()),
        (r"a \above 99em b", {("linethickness", "4em")}),
        (r"\mathrlap{abc}", set()),
        (r"\llap{abc}", set()),
        (r"\smash{\frac{a}{b}}", set()),
        (r"\moveleft 99em x", set()),
    ],
)
def test_no_length_is_long_and_nothing_lies_over_what_is_beside_it(formula: str, lengths: set[tuple[str, str]]) -> None:
    names = {"width", "height", "depth", "lspace", "rspace", "linethickness", "minsize", "maxsize"}
    found = {pair for pair in _Seen(render(f"${formula}$")).attributes if pair[0] in names}
    assert found == lengths


@given(
    st.sampled_from(
        [r"\rule{%s}{%s}", r"\hspace{%s}\kern %s", r"\mspace{%s}\hskip %s", r"a \above %s b", r"\moveleft %s x"]
    ),
    st.from_regex(r"-?[0-9]{1,12}(\.[0-9]{1,3})?(em|ex|cm|in|px|pt|mu|%|)", fullmatch=True),
)
@settings(max_examples=100, deadline=None)
def test_any_length_is_bounded(formula: str, length: str) -> None:
    for name, value in _Seen(render("$" + formula.replace("%s", length) + "$")).attributes:
        if name in {"width", "height", "depth", "lspace", "linethickness"}:
            assert value is not None
            assert 0 <= float(value.removesuffix("em")) <= 4


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("so `x*2 - 1` is", "so <code>x*2 - 1</code> is"),
        ("``a`b`` 2*3", "<code>a`b</code> 2 × 3"),
        (
            "a\n```python\nx = 2*3 # $5$\n\n\\boxed{3}\n```\n2*3",
            'a<code class="listing">x = 2*3 # $5$\n\n\\boxed{3}</code>2 × 3',
        ),
        ("~~~\r\n<b>-1\r\n~~~", '<code class="listing">&lt;b&gt;-1</code>'),
        ("~~~~\n```\n~~~~", '<code class="listing">```</code>'),
        ("```\n1 - 1", '<code class="listing">1 - 1</code>'),
        ("it is `this' and `that'", "it is `this&#x27; and `that&#x27;"),
        ("``a'' and ``b''", "``a&#x27;&#x27; and ``b&#x27;&#x27;"),
        ("a ` b\n\nc ` d", "a ` b<br><br>c ` d"),
        ("` ` ``", "` ` ``"),
    ],
)
def test_code_is_shown_as_code(text: str, shown: str) -> None:
    """Nothing is put into it: no signs, no mathematics, no line breaks."""
    assert render(text) == shown


@given(st.text(alphabet="`~ ab\n\r*'", max_size=60))
@settings(max_examples=300, deadline=None)
def test_no_character_but_marks_of_code_is_lost(text: str) -> None:
    def kept(shown: str) -> str:
        return "".join(c for c in shown if c in "ab'")

    outside_of_fences = text if "```" not in text and "~~~" not in text else ""
    assert kept("".join(piece.text for piece in split_code(outside_of_fences))) == kept(outside_of_fences)
    assert not _Seen(render(text)).tags - {"code", "br", "b"}


def test_deep_nesting_ends_quickly() -> None:
    assert "math" not in render("$" + "{" * 290 + "x" + "}" * 290 + "$")


def test_bold_headings_and_tables_of_markdown_are_shown_as_such() -> None:
    assert render("It has **4 trays** of x.") == "It has <b>4 trays</b> of <i>x</i>."
    for marked in (r"Calculate \( 18 - 5 \):", r"\boxed{5}", r"$x_1$ and \(x_2\)"):  # formulas are no end of it
        assert render(f"1. **{marked}** then") == f"1. <b>{render(marked)}</b> then"
    assert render("## Step 1: Add\n3 + 4") == "<b>Step 1: Add</b><br>3 + 4"
    table = "| a | b |\n|---|---|\n| 1 | x |"
    assert render(f"See\n{table}\nend") == f'See<br><code class="listing">{table}\n</code>end'


@pytest.mark.parametrize(
    "text", ["2 ** 3 ** 4", "a ** b", "** no **", "**", "****", "**open", "#no", "# ", "| one line |", "5 #2"]
)
def test_what_only_looks_like_markdown_stays_as_it_is(text: str) -> None:
    assert "<b>" not in render(text)
    assert "listing" not in render(text)


def test_a_mark_that_would_cross_a_box_is_none() -> None:
    assert render(r"\boxed{**} and **") == '<span class="boxed">**</span> and **'
    assert "<b>" not in render("**" * 4000 + "x" * 4000)
