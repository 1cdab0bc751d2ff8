r"""An answer without what only formats it: Unicode signs, Markdown, LaTeX's dressing → one plain LaTeX spelling.

Every rule is linear in the text, and a text is cut at `MAX_ANSWER_CHARACTERS` before it gets here.
"""

from __future__ import annotations

import re

_SIGNS = str.maketrans(
    {
        "−": "-", "–": "-", "—": "-", "‐": "-", "‑": "-",
        "×": r"\times ", "·": r"\cdot ", "⋅": r"\cdot ", "∙": r"\cdot ",
        "÷": "/", "∕": "/", "⁄": "/", "π": r"\pi ", "∞": r"\infty ", "≤": r"\leq ", "≥": r"\geq ", "≠": r"\neq ",
        "∪": r"\cup ", "∩": r"\cap ", "∈": r"\in ", "±": r"\pm ", "°": r"^\circ ", "º": r"^\circ ", "∅": r"\emptyset ",
        "′": "'", "’": "'", "“": '"', "”": '"', "％": "%", "，": ",", "（": "(", "）": ")", "：": ":",
        "\u00a0": " ", "\u2009": " ", "\u202f": " ", "\u200b": "", "\ufeff": "",
    }
)  # fmt: skip
_RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺ⁿ"
_RAISED_PLAIN = "0123456789-+n"
_VULGAR = {
    "½": (1, 2), "⅓": (1, 3), "⅔": (2, 3), "¼": (1, 4), "¾": (3, 4), "⅕": (1, 5), "⅖": (2, 5), "⅗": (3, 5), "⅘": (4, 5),
    "⅙": (1, 6), "⅚": (5, 6), "⅛": (1, 8), "⅜": (3, 8), "⅝": (5, 8), "⅞": (7, 8),
}  # fmt: skip
_ROOT = re.compile(r"√\s*(\d+(?:\.\d+)?|[A-Za-z]|(?=[({]))")
_BOLD = ("mathbf", "boldsymbol", "bm", "textbf", "bf")
_UPRIGHT = ("mathrm", "mathit", "rm")
_WRAPPED = re.compile(
    r"\\(text|textit|textrm|textnormal|mbox|hbox|operatorname|" + "|".join(_BOLD + _UPRIGHT) + r")\s*\{([^{}]*)\}"
)
_SPACING = re.compile(r"(?<!\\)\\(?:,|;|:|!|>|\s|quad\b|qquad\b|displaystyle\b|hspace\{[^{}]*\}|limits\b)|~")
_SIZES = re.compile(r"\\(?:left|right|bigl?|bigr|Bigl?|Bigr)(?=[^A-Za-z]|$)\.?")
_MARKS = re.compile(r"^(?:\*\*|__|\*|_|`)+|(?:\*\*|__|\*|`)+$")
_DELIMITERS = (("$$", "$$"), ("$", "$"), (r"\(", r"\)"), (r"\[", r"\]"))


def strip_formatting(answer: str) -> str:
    """Return the answer in plain LaTeX: no Markdown, no math delimiters, no spacing or size commands, ASCII signs."""
    text = _plain_signs(_strip_marks(answer))
    text = text.replace(r"\dfrac", r"\frac").replace(r"\tfrac", r"\frac").replace(r"\cfrac", r"\frac")
    text = text.replace(r"\lbrace", r"\{").replace(r"\rbrace", r"\}").replace(r"\degree", r"^\circ")
    text = text.replace(r"\le ", r"\leq ").replace(r"\ge ", r"\geq ").replace(r"\$", "").replace(r"\%", "%")
    text = _SPACING.sub(" ", _SIZES.sub("", text))
    for _ in range(4):  # nested dressing, such as \textbf{\text{C}}
        unwrapped = _WRAPPED.sub(_unwrap, text)
        if unwrapped == text:
            break
        text = unwrapped
    return _strip_marks(" ".join(text.split()))


def _strip_marks(text: str) -> str:
    """Markdown's emphasis, math delimiters and closing punctuation around the whole text."""
    for _ in range(6):
        before = text
        text = _MARKS.sub("", text.strip()).strip()
        for opening, closing in _DELIMITERS:
            if text.startswith(opening) and text.endswith(closing) and len(text) >= len(opening) + len(closing):
                text = text[len(opening) : len(text) - len(closing)].strip()
        if text.endswith((".", ";", ",", ":")) and not text.endswith((r"\,", r"\;", r"\:")):
            text = text[:-1].strip()
        if text == before:
            return text
    return text


def _plain_signs(text: str) -> str:
    out: list[str] = []
    raised = False
    for sign in text.translate(_SIGNS):
        if sign in _RAISED:
            out.append(("" if raised else "^{") + _RAISED_PLAIN[_RAISED.index(sign)])
            raised = True
            continue
        if raised:
            out.append("}")
            raised = False
        if sign in _VULGAR:
            top, bottom = _VULGAR[sign]
            out.append(rf"\frac{{{top}}}{{{bottom}}}")
        else:
            out.append(sign)
    plain = "".join(out) + ("}" if raised else "")
    return _ROOT.sub(lambda found: rf"\sqrt{{{found[1]}}}" if found[1] else r"\sqrt", plain)


def _unwrap(found: re.Match[str]) -> str:
    """Words stand apart from what is around them; a single upright letter, as the i of complex numbers, does not."""
    command, inside = found.groups()
    if command in _BOLD + _UPRIGHT and len(inside.strip()) <= 1:
        return inside
    if command in _BOLD and not re.search("[A-Za-z]{2}", inside):
        return inside
    return f" {inside} "
