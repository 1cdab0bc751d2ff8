r"""Text with mathematics → HTML that is safe to show: for the page and for exported reports.

Whatever comes in is hostile (a visitor's problem, a model's output). Everything is escaped; the only markup that comes
out is made here: `<span class="boxed">` for `\boxed{…}`, MathML for `$…$`, `\(…\)`, `$$…$$` and `\[…\]`, `<i>` for a
variable, `<b>` and `<code>` as Markdown marks them, `<br>` for a line break. latex2mathml passes tags and links of its
input through, so its tree is not trusted either: it is copied through a list of known elements and attributes, and no
length of it is long or negative. A page that shows it includes `static/mathtext.css`, which keeps a formula in its box.
"""

from __future__ import annotations

import html
import re
import warnings
from collections.abc import Iterable
from xml.etree import ElementTree

from markupsafe import Markup

from pfviz.problems.code_spans import Piece, split_code

MAX_FORMULA_LENGTH = 600
"""Characters; a longer formula is shown as text."""


def _word_set(text: str) -> frozenset[str]:
    return frozenset(re.findall(r"\w+", text))


_ALLOWED_ELEMENTS = _word_set(
    """
    math mrow mi mn mo mtext mspace msup msub msubsup mfrac msqrt mroot mover munder munderover mtable mtr mtd
    menclose mstyle mpadded mphantom mmultiscripts mprescripts none
    """
)
_ALLOWED_ATTRIBUTES = _word_set(
    """
    display notation mathvariant stretchy fence separator form lspace rspace minsize maxsize linethickness
    columnalign rowspacing columnspacing displaystyle scriptlevel accent movablelimits width height depth
    """
)
_LENGTHS = _word_set(
    """
    lspace rspace minsize maxsize linethickness rowspacing columnspacing width height depth
    """
)
_LENGTH = re.compile(r"([+-]?)(\d{1,9}(?:\.\d{0,9})?|\.\d{1,9})(em|ex|px|pt|pc|mu|cm|mm|in)\Z")
_EM = {"em": 1.0, "ex": 0.5, "px": 1 / 16, "pt": 1 / 12, "pc": 1.0, "mu": 1 / 18, "cm": 2.4, "mm": 0.24, "in": 6.0}
_MAX_EM = 4.0
"""What a length of a formula may be: of a space, a rule, a delimiter."""

_PLAIN_VALUE = re.compile(r"[A-Za-z0-9 .%+-]{0,40}\Z")
_ENTITY = re.compile(r"&#x[0-9A-Fa-f]{1,6};")
_OPENING_DELIMITER = re.compile(r"\\boxed\s*\{|\\\(|\\\[|\$\$?")
_CLOSING_DELIMITERS = {r"\(": r"\)", r"\[": r"\]"}
_PROSE = re.compile(r"[A-Za-z]{2,}\s+[A-Za-z]{2,}")

# The few marks of Markdown that models write between sentences; the rest of it reads well as it is typed.
# What is bold may hold what has been rendered before: a variable, a formula, a box.
_RENDERED = r"<i>[^<>]{1,20}</i>|<math\b(?:(?!</?math\b).){1,4000}?</math>|<span\b(?:(?!</?span\b).){1,4000}?</span>"
_BOLD = re.compile(rf"\*\*(?=\S)((?:[^<>*]|{_RENDERED}){{1,300}}?)(?<=\S)\*\*")
_HEADING = re.compile(r"(\A|<br>)#{1,6} +([^<>#][^<>]{0,300})")
_TABLE = re.compile(r"(?:^[ \t]*\|[^\n]*\|[ \t]*(?:\n|\Z)){2,}", re.MULTILINE)

# What stands to the left and to the right of an operator, in text that is already escaped: a number, a bracket, a
# single letter. Words do not, so that hyphens and dashes of prose stay what they are.
_LEFT_OPERAND = r"(?:(?<=[\d)%])|(?<=\b[A-Za-z])|(?<=\d[A-Za-z]))"
_RIGHT_OPERAND = r"(?=[\d(\u2212]|[A-Za-z]\b)"
_PLAIN_RULES: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"(?<![\w)\u2212-])-(?=\d)"), "−"),  # a sign
    (re.compile(rf"{_LEFT_OPERAND} ?\* ?{_RIGHT_OPERAND}"), " × "),
    (re.compile(rf"{_LEFT_OPERAND} / {_RIGHT_OPERAND}"), " ÷ "),
    (re.compile(rf"(?<=[\d)]) ?- ?(?=[\d(\u2212])|{_LEFT_OPERAND} - {_RIGHT_OPERAND}"), " − "),
    (re.compile(rf"{_LEFT_OPERAND} ?= ?{_RIGHT_OPERAND}"), " = "),
    (re.compile(r"(?<=[\d)]) ?\+ ?(?=[\d(])"), " + "),
    (re.compile(r"(?<![\w&#'’.])(\d*)([xyz])(?![\w;'’])|(?<![\w&#.])(\d+)([a-z])(?![\w;])"), r"\1\3<i>\2\4</i>"),
)


def render(text: str) -> Markup:
    r"""Return safe HTML of `text`: mathematics as mathematics, code as it is, everything escaped.

    `12 * 3` reads 12 × 3, `57 - 45` reads 57 − 45, `\boxed{12}` becomes a box; a formula that is not valid LaTeX is
    shown as it was typed. Never raises on any string.
    """
    return Markup("".join(map(_render_piece, split_code(text))))


def _render_piece(piece: Piece) -> str:
    if piece.kind == "code block":
        return _render_listing(piece.text)
    if piece.kind == "code":
        return f"<code>{html.escape(piece.text)}</code>"
    out, at = [], 0
    for table in _TABLE.finditer(piece.text):
        out += [_render_marks(piece.text[at : table.start()]), _render_listing(table[0])]
        at = table.end()
    return "".join([*out, _render_marks(piece.text[at:])])


def _render_marks(text: str) -> str:
    """Prose with what stands between ** and **, and lines that begin with #, in bold."""
    marked = _BOLD.sub(r"<b>\1</b>", _render_prose(text))
    return _HEADING.sub(r"\1<b>\2</b>", marked)


def _render_listing(text: str) -> str:
    """Text whose columns stay where they are; no pre element: it would end a paragraph."""
    return f'<code class="listing">{html.escape(text)}</code>'


def _render_prose(text: str) -> str:
    out: list[str] = []
    at = 0
    while opening := _OPENING_DELIMITER.search(text, at):
        piece, end = _render_formula(text, opening)
        if piece is None:  # a price, or an unclosed formula: text like any other
            out.append(_render_plain(text[at : opening.start()]) + html.escape(opening.group()))
            end = opening.end()
        else:
            out.append(_render_plain(text[at : opening.start()]) + piece)
        at = end
    return "".join([*out, _render_plain(text[at:])])


def _render_formula(text: str, opening: re.Match[str]) -> tuple[str | None, int]:
    """HTML of the formula that opens here and where it ends, or (None, _)."""
    mark, start = opening.group(), opening.end()
    if mark.startswith(r"\boxed"):
        end = _closing_brace(text, start)
        if end is None:
            return None, start
        inside = text[start:end].strip()
        body = (_mathml(inside) if re.search(r"[\\^_{}]", inside) else None) or _render_plain(inside)
        return f'<span class="boxed">{body}</span>', end + 1
    closing = _CLOSING_DELIMITERS.get(mark, mark)
    end = text.find(closing, start)
    if end < 0:
        return None, start
    inside, after = text[start:end], text[end + len(closing) : end + len(closing) + 1]
    if mark == "$" and (inside != inside.strip() or after.isdigit() or _PROSE.search(_strip_commands(inside))):
        return None, start  # "$5 and $7" is money
    return _mathml(inside.strip()), end + len(closing)


def _closing_brace(text: str, start: int) -> int | None:
    """Where the brace that was opened just before `start` closes."""
    depth = 1
    for position in range(start, min(len(text), start + MAX_FORMULA_LENGTH)):
        depth += {"{": 1, "}": -1}.get(text[position], 0)
        if depth == 0:
            return position
    return None


def _strip_commands(formula: str) -> str:
    return re.sub(r"\\[A-Za-z]+(\s*\{[^{}]*\})?", "", formula)


def _render_plain(text: str) -> str:
    """Escaped text with typographic arithmetic."""
    escaped = html.escape(text)
    for pattern, replacement in _PLAIN_RULES:
        escaped = pattern.sub(replacement, escaped)
    return escaped.replace("\r\n", "\n").replace("\n", "<br>")


def _mathml(formula: str) -> str | None:
    """MathML of a LaTeX formula, from known elements only; None if it is not LaTeX that we can show."""
    if not formula or len(formula) > MAX_FORMULA_LENGTH or formula.count("{") != formula.count("}"):
        return None
    if formula.count("{") > 40:  # the converter recurses
        return None
    from latex2mathml.converter import convert_to_element

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = convert_to_element(formula.replace("*", r"\times "))
    except Exception:  # it raises many kinds on bad input, and bad input is ordinary here
        return None
    if any((e.text or "").startswith("\\") for e in tree.iter()):  # a command that it does not know
        return None
    return _sanitise_element(tree)


def _sanitise_element(element: ElementTree.Element) -> str | None:
    """The element as text, with known tags and attributes only; None if a tag is unknown."""
    tag = str(element.tag).rsplit("}", 1)[-1]
    if tag not in _ALLOWED_ELEMENTS:
        return None
    told = {} if _is_visible_padding(element) else element.attrib
    cleaned = {name: _clean_attribute(name, value) for name, value in told.items()}
    attributes = "".join(f' {name}="{value}"' for name, value in cleaned.items() if value)
    inner = [_escape_text(element.text or "")]
    for child in element:
        copied = _sanitise_element(child)
        if copied is None:
            return None
        inner += [copied, _escape_text(child.tail or "")]
    return f"<{tag}{attributes}>{''.join(inner)}</{tag}>"


def _is_visible_padding(element: ElementTree.Element) -> bool:
    """Whether this gives what is seen another size than it has, so that it would lie over what is beside it."""
    tags = [str(child.tag).rsplit("}", 1)[-1] for child in element]
    return str(element.tag).endswith("mpadded") and tags != ["mphantom"]


def _clean_attribute(name: str, value: str) -> str | None:
    """The value of a known attribute as it may stand; None where it may not."""
    if name in _LENGTHS:
        lengths = [_clamp_length(length) for length in value.split()]
        return None if None in lengths else " ".join(filter(None, lengths))
    if name == "scriptlevel" and value not in ("0", "1", "2"):
        return None
    return value if name in _ALLOWED_ATTRIBUTES and _PLAIN_VALUE.match(value) else None


def _clamp_length(length: str) -> str | None:
    """A length between 0 and `_MAX_EM`; None for what is none."""
    found = _LENGTH.match(length)
    if found is None:
        return "0" if length == "0" else None
    sign, number, unit = found.groups()
    em = -1.0 if sign == "-" else float(number) * _EM[unit]
    return f"{min(max(em, 0.0), _MAX_EM):.4g}em"


def _escape_text(text: str) -> str:
    """Escaped text; the converter's own numeric character references survive as the characters they mean."""
    return html.escape(_ENTITY.sub(lambda m: html.unescape(m.group()), text))


MAX_FORMULAS = 500
"""Places of a text at which mathematics may begin; a text with more is shown as it was typed, as each may take a
millisecond."""
MAX_FORMULAS_TOGETHER = 10_000
"""The same for all texts of a document."""


def render_bounded(text: str) -> Markup:
    """As `render`, in a time that does not depend on what was typed, but on how much."""
    return render_all([text])[0]


def render_all(texts: Iterable[str], formulas: int = MAX_FORMULAS_TOGETHER) -> list[Markup]:
    """Every text as `render` does it, as long as there are no more than `formulas` in those up to there."""
    found = []
    for text in texts:
        begun = len(_OPENING_DELIMITER.findall(text))
        if begun <= min(formulas, MAX_FORMULAS):
            formulas -= begun
            found.append(render(text))
        else:
            found.append(Markup(_render_plain(text)))
    return found
