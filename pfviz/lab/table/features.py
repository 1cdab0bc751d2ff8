"""What can be seen of a step or a problem from outside: candidates for what a reward likes, or does not notice.

Nothing here knows what is right. Words and signs are found in the texts themselves, so that a cause that nobody
thought of can be found too.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Literal

import numpy as np

from pfviz.lab.table import step_context, wording
from pfviz.lab.table.prefixes import PrefixTable
from pfviz.text import pluralise
from pfviz.types import FloatArray

MAX_PHRASES = 80  # that are looked at
MAX_PLACES = 4  # steps from the start that are looked at
MIDDLE_STEPS = ((1, "second"), (2, "third"), (3, "fourth"))
QUANTILES = (0.25, 0.5, 0.75)  # quantiles at which what has a size is cut
OPERATIONS = {"+": "an addition", "-": "a subtraction", "*": "a multiplication", "/": "a division"}

FeatureKind = Literal["step", "place", "error", "problem"]
"""What a name speaks of: something in a step, the step itself, what is wrong with it, or the problem."""


@dataclass(frozen=True, eq=False)
class Feature:
    """A candidate: `values` (R,) per row, and words for sentences. `unit` names what one more of it is, "" for yes or
    no."""

    name: str  # "the length of the solution"
    values: FloatArray
    unit: str = ""  # "token"
    kind: FeatureKind = "step"
    scale: float = 1.0  # how many units a sentence speaks of
    opposite: str = ""  # the name of what it is not
    is_length: bool = False  # it grows with what is written
    is_one_of_many: bool = False  # one of so many alike (words, digits) that one of them may fit by chance


def step_features(rows: PrefixTable) -> list[Feature]:
    """What differs between steps of one problem at the same place."""
    texts, place = rows.distinct_texts

    def read(reader: Callable[[str], float]) -> FloatArray:
        return np.array([float(reader(text)) for text in texts])[place]

    size, operation = (
        read(wording.max_digits),
        np.array([wording.operation(text) for text in texts], dtype=np.str_)[place],
    )
    length = read(len)
    found = [
        Feature("every step", rows.step.astype(np.float64), "step", kind="place"),
        Feature("the length of the solution", rows.tokens.astype(np.float64), "token", scale=10, is_length=True),
        Feature("the length of the solution", rows.sum_along_path(length), "character", scale=10, is_length=True),
        Feature("the length of the step", length, "character", scale=10, is_length=True),
        Feature("the size of the numbers", size, "digit"),
        *(Feature(f"a number of {n} digits or more", (size >= n).astype(np.float64)) for n in (2, 3, 4)),
        *_threshold_features("a number above", read(wording.largest_number)),
        Feature("the count of numbers", read(wording.count_numbers), "number"),
        Feature("a negative number", read(wording.has_negative)),
        Feature("a fraction", read(wording.has_fraction)),
        Feature("a number that ends in 0", read(wording.has_round_number)),
        Feature("an odd number at its end", read(wording.ends_in_odd_number)),
        Feature(
            "an even number at its end",
            read(lambda text: wording.count_numbers(text) > 0 and not wording.ends_in_odd_number(text)),
        ),
        Feature("a bracket", read(lambda text: "(" in text)),
        Feature("a number that stands nowhere before", step_context.has_unseen_number(rows).astype(np.float64)),
        Feature("a boxed answer", read(lambda text: "\\boxed" in text)),
        Feature("a step that repeats the one before it", _repeats_previous(rows), kind="place"),
    ]
    found += [Feature(f"the digit {n}", read(partial(_contains, str(n))), is_one_of_many=True) for n in range(10)]
    # Behind the digits: what is worked out says more than that its sign stands there, and comes first.
    signs = [Feature(f"the sign “{sign}”", read(partial(_contains, sign)), is_one_of_many=True) for sign in OPERATIONS]
    found += [Feature(name, held.astype(np.float64)) for name, held in step_context.answer_traits(rows).items()]
    found += [Feature(name, (operation == sign).astype(np.float64)) for sign, name in OPERATIONS.items()]
    # Behind the words: where one of them is as good, it says more.
    return [
        *found,
        *signs,
        *_phrase_features(rows),
        Feature("a word at its start", read(lambda text: text[:1].isalpha()), is_one_of_many=True),
    ]


def _contains(part: str, text: str) -> bool:
    return part in text


def _threshold_features(name: str, values: FloatArray) -> list[Feature]:
    """Whether the values are above some of their quantiles."""
    cuts = sorted({float(np.quantile(values, q)) for q in QUANTILES}) if len(values) else []
    return [Feature(f"{name} {cut:.0f}", (values > cut).astype(np.float64)) for cut in cuts]


def place_features(rows: PrefixTable) -> list[Feature]:
    """Where in a solution a step stands."""
    most = min(int(rows.step.max(initial=0)), MAX_PLACES)
    found = [
        Feature(_first_steps_name(k), (rows.step < k).astype(np.float64), kind="place")
        for k in range(1, max(most, 1) + 1)
    ]
    found += [
        Feature(_later_steps_name(k), (rows.step >= k).astype(np.float64), kind="place") for k in range(1, most + 1)
    ]
    found += [
        Feature(f"the {name} step", (rows.step == k).astype(np.float64), kind="place")
        for k, name in MIDDLE_STEPS
        if k < most
    ]
    last = rows.last.astype(np.float64)
    return [
        *found, Feature("the last step", last, kind="place"), Feature("steps before the last", 1 - last, kind="place")
    ]  # fmt: skip


def _first_steps_name(k: int) -> str:
    return "the first step" if k == 1 else f"the first {k} steps"


def _later_steps_name(k: int) -> str:
    return "steps after the first" if k == 1 else f"steps after the first {k}"


def split_at_quartiles(feature: Feature) -> list[Feature]:
    """A feature with a unit cut at its quartiles into those with more and those with less; others as they are."""
    if not feature.unit:
        return [feature]
    cuts = sorted({float(np.quantile(feature.values, q)) for q in QUANTILES}) if len(feature.values) else [0.0]
    found = []
    for cut in cuts:
        if feature.unit == "step":
            more, less = _later_steps_name(int(cut) + 1), _first_steps_name(int(cut) + 1)
        else:
            more = f"steps in which {feature.name} is more than {pluralise(cut, feature.unit)}"
            less = f"steps in which {feature.name} is at most {pluralise(cut, feature.unit)}"
        found += [
            Feature(more, (feature.values > cut).astype(np.float64), kind="place"),
            Feature(less, (feature.values <= cut).astype(np.float64), kind="place"),
        ]
    return found


def problem_features(rows: PrefixTable) -> list[Feature]:
    """What differs between problems."""
    texts = rows.problems
    if not len(rows):
        return []

    def read(reader: Callable[[str], float]) -> FloatArray:
        return np.array([float(reader(text)) for text in texts])

    steps = np.ones(len(texts))
    np.maximum.at(steps, rows.problem, rows.step + 1.0)
    found: list[tuple[str, str, FloatArray]] = [
        ("problems in words", "problems in signs", read(wording.is_word_problem)),
        *(
            (f"problems with {what}", f"problems without {what}", read(reader))
            for what, reader in (
                ("an unknown", lambda text: wording.has_unknown(text) and not wording.is_word_problem(text)),
                ("a division", lambda text: "/" in text or "÷" in text),
                ("a multiplication", wording.has_product),
                ("negative numbers", wording.has_negative),
                ("brackets", lambda text: "(" in text),
            )
        ),
        *_truth_features(rows.truths),
    ]
    for values, noun in ((read(len), "character"), (read(wording.count_numbers), "number"), (steps, "step")):
        for cut in sorted({float(np.quantile(values, q)) for q in (0.2, 0.34, 0.5, 0.67, 0.8)}):
            many = pluralise(cut, noun)
            found.append((f"problems of more than {many}", f"problems of at most {many}", (values > cut).astype(float)))
    return [
        Feature(name, held[rows.problem], kind="problem", opposite=opposite) for name, opposite, held in found
    ]  # fmt: skip


def _truth_features(truths: tuple[str | None, ...]) -> list[tuple[str, str, FloatArray]]:
    """What the true answers are: name, opposite and whether it is so (P,)."""
    values = [wording.parse_number(truth) for truth in truths]
    if not values or None in values:
        return []
    value = np.array(values, dtype=np.float64)
    away = np.abs(value)
    found = [("problems with a negative answer", "problems with no negative answer", (value < 0).astype(np.float64))]
    for cut in sorted({float(np.quantile(away, q)) for q in (0.2, 0.34, 0.5, 0.67, 0.8)}):
        held = (away > cut).astype(np.float64)
        found.append((f"problems with an answer beyond ±{cut:.0f}", f"problems with an answer within ±{cut:.0f}", held))
    odd = (value % 2 == 1).astype(np.float64)
    return [*found, ("problems with an odd answer", "problems with no odd answer", odd)]


def _repeats_previous(rows: PrefixTable) -> FloatArray:
    text = rows.distinct_texts[1]
    return np.asarray((rows.parent >= 0) & (text == text[rows.parent]), dtype=np.float64)


def _phrase_features(rows: PrefixTable) -> list[Feature]:
    """Words, and pairs of them, that some steps have and others do not, the most frequent first."""
    texts, place = rows.distinct_texts
    said = [wording.phrases(text) for text in texts]
    counts: Counter[str] = Counter()
    for phrases, times in zip(said, np.bincount(place, minlength=len(texts)).tolist(), strict=True):
        for phrase in phrases:
            counts[phrase] += times
    least, most = 0.01 * len(rows), 0.99 * len(rows)
    ranked = sorted((phrase for phrase, n in counts.items() if least <= n <= most), key=lambda one: (-counts[one], one))
    return [
        Feature(
            f"the {'words' if ' ' in phrase else 'word'} “{phrase}”",
            np.array([float(phrase in phrases) for phrases in said])[place],
            is_one_of_many=True,
        )
        for phrase in ranked[:MAX_PHRASES]
    ]
