r"""The canonical form of an answer: answers with one form are the same answer, for the vote and for grading alike.

An answer is a number or an expression (`expression.py`), a tuple, an interval, a set, a list, a matrix or a relation of
such, or else words; each is written in one way. What is none of them, or would cost too much, is its own text.
"""

from __future__ import annotations

import re
from functools import lru_cache

from pfviz.problems.exact_numbers import UndecidedError
from pfviz.problems.expression import MAX_CHARACTERS, expression_form
from pfviz.problems.formatting import strip_formatting

MAX_ANSWER_CHARACTERS = 400
MAX_PARTS = 60  # of a tuple, a set or a matrix
MAX_NESTING = 4

_OWN_FORMS = ("≈", "matrix[", "det[")

_ENVIRONMENT = re.compile(r"^\\begin\{([bBpvV]?matrix|array)\}(?:\{[lcr|]*\})?(.*)\\end\{\1\}$", re.DOTALL)
_ASSIGNED = re.compile(
    r"^([A-Za-z](?:_\{?\w+\}?|')?(?:\([A-Za-z]\))?|\([A-Za-z](?:,\s*[A-Za-z])+\)|\\[A-Za-z]+)\s*=\s*(?!=)(.+)$",
    re.DOTALL,
)
_MEMBER = re.compile(r"^[A-Za-z]\s*\\in\s*(?![A-Za-z])(.+)$", re.DOTALL)
_CLOCK = re.compile(r"^(\d{1,2})(?::(\d{2}))?\s*([ap])\.?\s?m\.?$", re.IGNORECASE)
_RATIO = re.compile(r"^\d+(?:\.\d+)?(?:\s*:\s*\d+(?:\.\d+)?)+$")
_BASE = re.compile(r"^([0-9A-Fa-f]+)_\{?(\d+)\}?$")
_MIXED = re.compile(r"^(-?)(\d+)\s*(?:\\frac\{(\d+)\}\{(\d+)\}|\\frac(\d)(\d)|\s(\d+)/(\d+))$")
_REPEATING = re.compile(r"^(-?)(\d*)\.(\d*)\\(?:overline|bar|dot)\{?(\d+)\}?$")
_CHOICE = re.compile(r"^\(?([A-J])\)?$")
_CURRENCY = re.compile(r"^(-?)\s*(?:[$£€¥₹]|USD|EUR|GBP)\s*(?=-?[\d.])")
_NOTE = re.compile(r"\s*\((?:[A-Za-z]{2,}[\s\w.,-]*)\)$")
_FUNCTION_WORDS = frozenset(
    ("sin", "cos", "tan", "cot", "sec", "csc", "arcsin", "arccos", "arctan", "sinh", "cosh", "tanh", "ln", "log", "exp")
)
_WORDS = re.compile(r"(?<![\\A-Za-z])[A-Za-z]{2,}")
_NUMBER_START = (
    r"-?(?:\d[\d,]*\.?\d*|\.\d+|\\frac\{?-?\d+\}?\{?\d+\}?)(?:\s*/\s*\d+|\s+\d+/\d+|\s*\\frac\{\d+\}\{\d+\})?"
)
_UNIT_WORD = r"(?:[A-Za-zµ]{2,}|[mghsLlJNWVAKCF])(?:\s?\^\{?-?\d\}?)?\.?"
_WITH_UNIT = re.compile(rf"^({_NUMBER_START})\s+{_UNIT_WORD}(?:\s*(?:/|\\cdot|\s|-)\s*{_UNIT_WORD})*$")
_EXPRESSION_WITH_UNIT = re.compile(
    r"^([^A-Za-z]*\\(?:pi|sqrt|frac)[^A-Za-z]*?)\s+[A-Za-z]{2,}(?:\s?\^\{?-?\d\}?)?(?:\s+[A-Za-z]{2,})*$"
)
_JOINED_UNIT = re.compile(
    rf"^({_NUMBER_START})(?:cm|mm|km|dm|nm|mi|ft|yd|kg|mg|lb|lbs|oz|ml|mL|hr|hrs|min|mins|sec|secs|km/h|mph|m/s|cents?|dollars?)"
    r"(?:\s?\^\{?\d\}?)?$"
)
_RELATION = re.compile(r"\\(?:leq|geq|neq|lt|gt)\b|[<>=]")
_SIGNS = {"\\leq": "≤", "\\geq": "≥", "\\neq": "≠", "\\lt": "<", "\\gt": ">", "\\infty": "∞", "\\mid": "|"}
_THOUSANDS = re.compile(r"(?<![\d.,])\d{1,3}(?:,\d{3})+(?!\d|,\d)")
_INFINITE = re.compile(r"^([+-]?)\s*\\infty$")


@lru_cache(maxsize=8192)
def canonical_answer(answer: str) -> str:
    r"""Return the form under which answers are grouped: `1/2`, `0.5` and `\frac12` share one.

    Numbers are exact fractions, irrational ones ≈ and their digits; degrees, per cents, currencies and units are left
    out, as the field's graders do; `x = 5` answers as 5 does. The form of a form is that form.
    """
    if answer.startswith(_OWN_FORMS):
        return answer
    if len(answer) > MAX_ANSWER_CHARACTERS:
        return answer.strip().replace(" ", "")
    return _form(strip_formatting(answer), MAX_NESTING)


def percent_value(answer: str) -> str | None:
    """Return the form of the share that a percentage is: 50 % is one half; None for what is no percentage."""
    if len(answer) > 60 or "%" not in answer:
        return None
    text = strip_formatting(answer)
    return _form(f"({text[:-1].strip()})/100", 1) if text.endswith("%") else None


def _form(text: str, nesting: int) -> str:
    text = text.strip()
    if not text or not nesting:
        return text.replace(" ", "")
    if not any(sign in text for sign in "([{"):
        text = _THOUSANDS.sub(lambda found: found[0].replace(",", ""), text)
    parts = _split(text, ",")
    if assigned := _ASSIGNED.match(text):
        if len(parts) == 1 or assigned[1].startswith("("):
            if not _RELATION.search(assigned[2]):
                return _form(assigned[2], nesting)
        elif all(_ASSIGNED.match(part) for part in parts):  # R = 1, I = (-1, 1): names tell the parts apart
            named = [_ASSIGNED.match(part) for part in parts]
            return ", ".join(sorted(f"{one[1]}={_form(one[2], nesting - 1)}" for one in named if one))
    if member := _MEMBER.match(text):
        return _form(member[1], nesting)
    for shape in (_matrix, _union, _set, _bracketed, _listed, _words_or_number):
        form = shape(text, nesting)
        if form is not None:
            return form
    return _plain(text)


def _plain(text: str) -> str:
    """The text itself, without blanks and with signs for the commands of relations."""
    for command, sign in _SIGNS.items():
        text = text.replace(command, sign)
    return text.replace(" ", "")


def _split(text: str, separator: str) -> list[str]:
    """The parts of a text between separators that stand in no bracket."""
    parts, depth, start, place = [], 0, 0, 0
    while place < len(text):
        sign = text[place]
        if sign == "\\" and text[place + 1 : place + 2] in ("{", "}", "\\"):
            depth += {"{": 1, "}": -1}.get(text[place + 1], 0)
            if separator == "\\\\" and text[place + 1] == "\\" and depth == 0:
                parts.append(text[start:place])
                start = place + 2
            place += 2
            continue
        if sign in "([{":
            depth += 1
        elif sign in ")]}":
            depth -= 1
        elif depth == 0 and text.startswith(separator, place):
            parts.append(text[start:place])
            start = place + len(separator)
            place = start
            continue
        place += 1
    return [part.strip() for part in (*parts, text[start:])]


def _matrix(text: str, nesting: int) -> str | None:
    found = _ENVIRONMENT.match(text)
    if found is None:
        return None
    rows = [row for row in _split(found[2].strip(), "\\\\") if row]
    cells = [[_form(cell, nesting - 1) for cell in _split(row, "&")] for row in rows[:MAX_PARTS]]
    kind = "det" if found[1].lower() == "vmatrix" else "matrix"
    return f"{kind}[{'; '.join(', '.join(row) for row in cells)}]"


def _union(text: str, nesting: int) -> str | None:
    parts = _split(text, "\\cup")
    if len(parts) == 1 or len(parts) > MAX_PARTS:
        return None
    return " ∪ ".join(sorted(_form(part, nesting - 1) for part in parts))


def _set(text: str, nesting: int) -> str | None:
    if text.startswith("\\{") and text.endswith("\\}"):
        inside = text[2:-2].strip()
    elif text[0] == "{" and text[-1] == "}" and ("|" in text or len(_split(text[1:-1], ",")) > 1):
        inside = text[1:-1].strip()  # as people type it
    else:
        return None
    if "|" in inside or "\\mid" in inside or ":" in inside:
        return "{" + _plain(inside) + "}"
    parts = _split(inside, ",")
    if len(parts) > MAX_PARTS:
        return None
    return "{" + ", ".join(sorted({_form(part, nesting - 1) for part in parts if part})) + "}"


def _bracketed(text: str, nesting: int) -> str | None:
    """A tuple keeps its order; of an interval the brackets count too. One thing in a bracket is that thing."""
    if text[0] not in "([" or text[-1] not in ")]" or not _closes_at_end(text):
        return None
    parts = _split(text[1:-1], ",")
    if len(parts) == 1:
        if choice := _CHOICE.match(text):
            return choice[1]
        return _form(text[1:-1], nesting - 1) if text[0] == "(" and text[-1] == ")" else None
    if len(parts) > MAX_PARTS:
        return None
    return f"{text[0]}{', '.join(_form(part, nesting - 1) for part in parts)}{text[-1]}"


def _closes_at_end(text: str) -> bool:
    depth = 0
    for place, sign in enumerate(text):
        depth += (sign in "([") - (sign in ")]")
        if depth == 0:
            return place == len(text) - 1
    return False


def _listed(text: str, nesting: int) -> str | None:
    """Several answers, in any order, each as often as it is said; ± says two."""
    both = re.split(r"\s*,?\s+(?:and|or)\s+|\\text\{\s*(?:and|or)\s*\}", text)
    parts = [piece for part in both for piece in _split(part, ",") if piece]
    if len(parts) > 1:
        forms = [_form(part, nesting - 1) for part in parts[:MAX_PARTS]]
        words = [part for part in parts if _is_prose(part)]
        return None if words else ", ".join(sorted(forms))
    if text.count("\\pm") == 1:
        forms = [_form(text.replace("\\pm", sign), nesting - 1) for sign in ("+", "-")]
        return ", ".join(sorted(forms))
    return None


def _is_prose(text: str) -> bool:
    return any(word.lower() not in _FUNCTION_WORDS for word in _WORDS.findall(text)) and _number_of(text) is None


def _words_or_number(text: str, nesting: int) -> str | None:
    if clock := _CLOCK.match(text):
        return f"{int(clock[1])}:{clock[2] or '00'} {clock[3].lower()}m"
    if _RATIO.match(text):
        return ":".join(_form(part, 1) for part in text.split(":"))
    if base := _BASE.match(text):
        return f"{base[1].upper()}_{base[2]}"
    if choice := _CHOICE.match(text):
        return choice[1]
    if infinite := _INFINITE.match(text):
        return f"{infinite[1].removeprefix('+')}∞"
    number = _number_of(text)
    if number is not None:
        return number
    if any(word.lower() not in _FUNCTION_WORDS for word in _WORDS.findall(text)):
        return " ".join(re.sub(r"[.,;:!?\"']+(?=\s|$)", "", text).casefold().split())
    relation = _RELATION.search(text)
    if relation is not None and len(text) <= MAX_CHARACTERS:
        return _relation(text, nesting)
    return None


def _relation(text: str, nesting: int) -> str:
    """The sides of equations and inequalities, each in its form."""
    pieces = re.split(r"(\\leq|\\geq|\\neq|\\lt|\\gt|[<>=]+)", text)
    signs = _SIGNS | {"<=": "≤", ">=": "≥"}
    return " ".join(
        signs.get(piece, piece) if place % 2 else _form(piece, nesting - 1) for place, piece in enumerate(pieces)
    )


def _number_of(text: str) -> str | None:
    """The form of a number or an expression, its degrees, per cent sign, currency, note and unit left out."""
    if text.startswith("≈"):
        return text
    text = re.sub(r"\s*\^\s*\{?\s*\\circ\s*\}?\s*[CF]?$", "", text).strip()
    text = _CURRENCY.sub(r"\1", text)
    text = text[:-1].strip() if text.endswith("%") else text
    text = _NOTE.sub("", text)
    for pattern in (_WITH_UNIT, _JOINED_UNIT, _EXPRESSION_WITH_UNIT):
        if found := pattern.match(text):
            text = found[1].strip()
            break
    if mixed := _MIXED.match(text):
        top, bottom = next((mixed[k], mixed[k + 1]) for k in (3, 5, 7) if mixed[k] is not None)
        text = f"{mixed[1]}({mixed[2]}+{top}/{bottom})"
    elif repeating := _REPEATING.match(text):
        text = _repeating_fraction(*repeating.groups())
    if any(word.lower() not in _FUNCTION_WORDS for word in _WORDS.findall(text)):
        return None
    try:
        return expression_form(text)
    except UndecidedError:
        return None


def _repeating_fraction(sign: str, whole: str, fixed: str, period: str) -> str:
    """0.1\\overline{6} as a fraction: (16 - 1) / 90."""
    top = int((whole or "0") + fixed + period) - int((whole or "0") + fixed)
    return f"{sign}({top}/{'9' * len(period)}{'0' * len(fixed)})"
