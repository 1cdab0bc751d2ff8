r"""The answer that a solution gives: in a box, after "the answer is" and its kin, or its last number."""

from __future__ import annotations

import re

_BOX = re.compile(r"\\(?:boxed|fbox|framebox)\s*\{")
_THOUGHT = re.compile(r"<(think|thinking|reasoning)>.*?(?:</\1>|\Z)", re.DOTALL | re.IGNORECASE)
_HASHES = re.compile(r"^\s*####[ \t]*(\S[^\n]*)$", re.MULTILINE)
_ANSWER_IS = re.compile(
    r"\b(?:final\s+)?answer\b[*_`]*(?:\s+is\b|\s*[:=]|\s+would\s+be\b)[\s:*_`]*"
    r"(?:(?:approximately|about|roughly|therefore|thus|simply|just|equal\s+to)\s+)*([^\n]+)",
    re.IGNORECASE,
)
_SENTENCE_END = re.compile(
    r"\.(?=[\s*_`]|$)|(?<=[\w})\]$%])\s+(?=because\b|since\b|as\b|so\b|which\b|when\b|where\b)|;\s"
)
_DISPLAY = re.compile(r"\\\[\s*([^\[\]]{1,200}?)\s*\\\]|\$\$\s*([^$]{1,200}?)\s*\$\$")
_NUMBER = re.compile(
    r"(?:(?<![\w)\]}.])[-−–])?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?(?:[eE][+-]?\d+)?(?:/\d+(?![\d.]))?|(?<![\w.])\.\d+"
)


def extract_answer(text: str) -> str | None:
    r"""Return the answer of a solution, None where it gives none.

    The last closed and filled `\boxed{…}` or `\fbox{…}` counts; else what follows `####` (as in GSM8K); else what
    follows the last "the answer is" or "Answer:"; else what stands alone in the last display; else the last number.
    What a model thinks between `<think>` tags is no answer while there is anything outside of them.
    """
    outside = _THOUGHT.sub(" ", text)
    return _extract(outside) if outside.strip() else _extract(text)


def has_boxed(text: str) -> bool:
    r"""Return whether a `\boxed{…}` is closed in the text."""
    return bool(boxed_contents(text))


def boxed_contents(text: str) -> list[str]:
    r"""Return the contents of every closed box, in the order of their openings, in one pass over the text."""
    openings = {found.end() - 1: found.end() for found in _BOX.finditer(text)}
    found: list[tuple[int, str]] = []
    stack: list[int | None] = []  # of each open brace the start of its box, None for a brace that opens none
    place, end = (min(openings) if openings else len(text)), len(text)
    while place < end:
        sign = text[place]
        if sign == "\\":
            place += 1  # an escaped brace opens and closes nothing
        elif sign == "{":
            stack.append(openings.get(place))
        elif sign == "}" and stack:
            start = stack.pop()
            if start is not None and sum(one is not None for one in stack[-8:]) < 8:
                found.append((start, text[start:place].strip() if place - start <= 4000 else ""))
        place += 1
    return [content for _, content in sorted(found)]


def _extract(text: str) -> str | None:
    boxes = boxed_contents(text)
    if boxes:
        return next((content for content in reversed(boxes) if content), None)
    for pattern in (_HASHES, _ANSWER_IS):
        said = pattern.findall(text)
        if said and (answer := _first_clause(said[-1])):
            return answer
    displays = [first or second for first, second in _DISPLAY.findall(text[-2000:])]
    if displays:
        return str(displays[-1].split("=")[-1].strip()) or None
    numbers = _NUMBER.findall(text[-20_000:])
    return str(numbers[-1]).replace("−", "-").replace("–", "-") if numbers else None


def _first_clause(said: str) -> str:
    """What is said before the sentence ends or goes on with a reason, without emphasis and delimiters around it."""
    clause = _SENTENCE_END.split(said, maxsplit=1)[0].strip()
    for _ in range(4):
        before = clause
        clause = clause.strip("*_` ").strip()
        clause = clause.removesuffix(".").removesuffix(":").strip()
        if len(clause) >= 2 and clause[0] == clause[-1] == "$":
            clause = clause.strip("$").strip()
        if clause == before:
            break
    return clause
