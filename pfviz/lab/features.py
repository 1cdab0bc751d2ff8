"""What can be seen of a step from outside: the candidates for what a reward model likes, or does not notice.

Nothing here knows what is right. Words and signs are found in the texts themselves, so that a cause that nobody thought of
can be found too.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from pfviz.lab.rows import BoolArray, FloatArray, Rows

MOST_SIGNS = 8  # words of a problem that is not told in words
MOST_WORDS = 80  # phrases that are looked at
_WORD = re.compile(r"[A-Za-z]+")
_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_NEGATIVE = re.compile(r"(?:^|[=(,:]\s*|[-+*/]\s*\(?)-\d")
_FRACTION = re.compile(r"\d\s*/\s*\d")
OPERATIONS = {"+": "an addition", "-": "a subtraction", "*": "a multiplication", "/": "a division"}


@dataclass(frozen=True, eq=False)
class Feature:
    """A candidate: `values` (R,) per row, and words for sentences. `unit` names what one more of it is; "" for yes or no."""

    name: str  # "the length of the solution"
    values: FloatArray
    unit: str = ""  # "token"
    kind: str = "step"  # or "problem", "error"
    scale: float = 1.0  # how many units a sentence speaks of
    opposite: str = ""  # the name of what it is not


def of_steps(rows: Rows) -> list[Feature]:
    """What differs between steps of one problem at the same place."""
    found = [
        Feature("every step", rows.step.astype(np.float64), "step"),
        Feature("the length of the solution", rows.tokens.astype(np.float64), "token", scale=10),
        Feature("the length of the solution", _characters(rows), "character", scale=10),
        Feature("the length of the step", np.array([float(len(text)) for text in rows.texts]), "character", scale=10),
        Feature("the size of the numbers", np.array([_size(text) for text in rows.texts]), "digit"),
        *(
            Feature(
                f"a number of {digits} digits or more", _flags(rows, lambda text, least=digits: _size(text) >= least)
            )
            for digits in (2, 3, 4)
        ),
        Feature("a negative number", _flags(rows, lambda text: bool(_NEGATIVE.search(text)))),
        Feature("a fraction", _flags(rows, lambda text: bool(_FRACTION.search(text)))),
        Feature("a boxed answer", _flags(rows, lambda text: "\\boxed" in text)),
        Feature("a step that repeats the one before it", _repeats(rows)),
    ]
    found += [Feature(f"the digit {digit}", _flags(rows, lambda text, d=str(digit): d in text)) for digit in range(10)]
    found += [
        Feature(name, _flags(rows, lambda text, sign=sign: operation(text) == sign))
        for sign, name in OPERATIONS.items()
    ]
    return found + [
        Feature(f"the words “{phrase}”", _flags(rows, lambda text, phrase=phrase: phrase in _words(text)))
        for phrase in _phrases(rows)
    ]


def of_places(rows: Rows) -> list[Feature]:
    """Where in a solution a step stands."""
    most = int(rows.step.max(initial=0))
    early = [Feature("the first step", (rows.step == 0).astype(np.float64))]
    early += [Feature(f"the first {k} steps", (rows.step < k).astype(np.float64)) for k in range(2, min(most, 4) + 1)]
    late = [
        Feature(f"steps after the first {k}" if k > 1 else "steps after the first", (rows.step >= k).astype(np.float64))
        for k in range(1, min(most, 4) + 1)
    ]
    return [*early, *late, Feature("the last step", rows.last.astype(np.float64))]


def of_problems(rows: Rows) -> list[Feature]:
    """What differs between problems."""
    texts = rows.problems
    length = np.array([float(len(text)) for text in texts])
    numbers = np.array([float(len(_NUMBER.findall(text))) for text in texts])
    steps = np.array([float(rows.step[rows.problem == p].max(initial=0) + 1) for p in range(len(texts))])
    words = np.array([in_words(text) for text in texts])
    found: list[tuple[str, str, BoolArray]] = [
        ("problems in words", "problems in signs", words),
        (
            "problems with an unknown",
            "problems without an unknown",
            _tests(texts, r"\d?[a-z]\b.*=|=.*\d?[a-z]\b") & ~words,
        ),
        ("problems with a division", "problems without a division", _tests(texts, r"/")),
        ("problems with a multiplication", "problems without a multiplication", _tests(texts, r"\*|times|\d[a-z(]")),
        ("problems with negative numbers", "problems without negative numbers", _tests(texts, _NEGATIVE.pattern)),
    ]
    for values, noun in ((length, "characters"), (numbers, "numbers"), (steps, "steps")):
        for cut in sorted(
            {float(np.quantile(values, q)) for q in (0.2, 0.34, 0.5, 0.67, 0.8)} if len(values) else set()
        ):
            found.append(
                (f"problems of more than {cut:.0f} {noun}", f"problems of at most {cut:.0f} {noun}", values > cut)
            )
    return [
        Feature(name, held[rows.problem].astype(np.float64), kind="problem", opposite=opposite)
        for name, opposite, held in found
        if len(texts)
    ]


def in_words(problem: str) -> bool:
    """Whether a problem is told in words rather than in signs."""
    return len(_WORD.findall(problem)) > MOST_SIGNS


def _tests(texts: tuple[str, ...], pattern: str) -> BoolArray:
    return np.array([bool(re.search(pattern, text)) for text in texts], dtype=np.bool_)


def of_errors(rows: Rows) -> list[Feature]:
    """What is wrong with a fresh error, by comparison with the most alike right step of its cell."""
    kinds = np.array(_error_kinds(rows))
    names = {
        "sign": "a wrong sign",
        "near": "a number that is off by one or two",
        "ten": "a number that is off by ten",
        "number": "one wrong number",
        "numbers": "several wrong numbers",
        "form": "another form than any right step",
    }
    return [Feature(name, (kinds == kind).astype(np.float64), kind="error") for kind, name in names.items()]


def operation(text: str) -> str:
    """The sign that a step works out: the first one between two operands before its equals sign; "" without one."""
    left = text.split("=")[0]
    match = re.search(r"[\d)a-z]\s*([-+*/])\s*\(?-?[\d(a-z]", left)
    return match[1] if match else ""


def _error_kinds(rows: Rows) -> list[str]:
    from pfviz.lab.rows import groups

    kinds = [""] * len(rows)
    for cell in groups(rows.cells, rows.known):
        right = {rows.texts[i]: _tokens(rows.texts[i]) for i in cell if rows.right[i] == 1}
        for i in cell:
            if rows.fresh[i] and right:
                kinds[i] = min((_kind(_tokens(rows.texts[i]), other) for other in right.values()), key=_ORDER.index)
    return kinds


_ORDER = ("sign", "near", "ten", "number", "numbers", "form")


def _kind(wrong: list[str], right: list[str]) -> str:
    def unsigned(tokens: list[str]) -> list[str]:
        return [token for token in tokens if token not in "-()"]

    if unsigned(wrong) == unsigned(right):
        return "sign"
    if len(wrong) != len(right):
        wrong, right = unsigned(wrong), unsigned(right)
        if len(wrong) != len(right):
            return "form"
    apart = {(a, b) for a, b in zip(wrong, right, strict=True) if a != b}
    if not all(a.isdigit() and b.isdigit() for a, b in apart):
        return "form"
    if len(apart) > 1:
        return "numbers"
    ((a, b),) = apart
    away = abs(int(a) - int(b))
    return "near" if away <= 2 else "ten" if away == 10 else "number"


def _tokens(text: str) -> list[str]:
    return re.findall(r"\d+|[A-Za-z]+|\S", text)


def _flags(rows: Rows, test: object) -> FloatArray:
    known: dict[str, float] = {}
    for text in rows.texts:
        if text not in known:
            known[text] = float(test(text))  # type: ignore[operator]
    return np.array([known[text] for text in rows.texts])


def _size(text: str) -> float:
    """Digits of the largest number."""
    return float(max((len(number.split(".")[0]) for number in _NUMBER.findall(text)), default=0))


def _characters(rows: Rows) -> FloatArray:
    """Of the whole prefix."""
    found = np.zeros(len(rows))
    for i, text in enumerate(rows.texts):
        found[i] = len(text) + (found[rows.parent[i]] if rows.parent[i] >= 0 else 0.0)
    return found


def _repeats(rows: Rows) -> FloatArray:
    return np.array([
        float(before >= 0 and rows.texts[before] == text) for before, text in zip(rows.parent, rows.texts, strict=True)
    ])  # fmt: skip


def _phrases(rows: Rows) -> list[str]:
    """Words, and pairs of them, that some steps have and others do not, the most frequent first."""
    counts: Counter[str] = Counter()
    for text in rows.texts:
        counts.update(_words(text))
    least, most = 0.01 * len(rows), 0.99 * len(rows)
    return [phrase for phrase, count in counts.most_common() if least <= count <= most][:MOST_WORDS]


def _words(text: str) -> set[str]:
    words = [word.lower() for word in _WORD.findall(text)]
    return set(_of_one_and_two(words))


def _of_one_and_two(words: list[str]) -> Iterator[str]:
    yield from words
    for pair in zip(words, words[1:], strict=False):
        yield " ".join(pair)
