"""Which words of a step its reward hangs on: the reward with each of them left out (occlusion; Zeiler & Fergus 2014,
arXiv 1311.2901, of images).

The effect of a part is the reward of the step less that of the step without the part. Parts act together, and a text
with a hole is none that a model has seen, so the effects need not add up to the reward, nor to anything else.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from pfviz.diagnostics.truth import true_answer
from pfviz.errors import LabError
from pfviz.inference.run import never
from pfviz.lab.given import steps_to
from pfviz.lab.scoring import asked
from pfviz.models.base import FloatArray, RewardModel, Step
from pfviz.models.codec import Codec
from pfviz.models.presets import as_reward
from pfviz.models.python_reward import RewardFunction
from pfviz.problem import Problem
from pfviz.trace.columns import Trace

Span = tuple[int, int]
"""Where a part begins and ends in the text, in characters."""


@dataclass(frozen=True, slots=True)
class Occluding:
    """A batch of parts was left out and scored."""

    done: int
    parts: int


@dataclass(frozen=True, eq=False)
class Occlusion:
    """A step of P parts, and what each of them does to its reward."""

    text: str
    spans: tuple[Span, ...]  # of the parts, in their order
    reward: float  # of the prefix with the whole step
    without: FloatArray  # (P,) rewards of it with one part left out

    @property
    def effects(self) -> FloatArray:
        """(P,) reward less the reward without the part: above 0 where the part is to the step's credit."""
        return np.asarray(self.reward - self.without)


def words(text: str) -> tuple[Span, ...]:
    """The words of a text: what stands between blanks."""
    return tuple(match.span() for match in re.finditer(r"\S+", text))


def tokens(text: str, codec: Codec) -> tuple[Span, ...]:
    """The tokens of a text, blank ones left out; tokens that only together spell a character are one part. Raises
    `LabError` where the tokenizer cannot spell the text."""
    ids = codec.encode(text)
    if codec.decode(ids) != text:
        raise LabError(f"The tokenizer cannot spell {text[:60]!r}. Leave out words instead.")
    spans, start = [], 0
    for k in range(1, len(ids) + 1):
        told = codec.decode(ids[:k])  # a token on its own may lose a leading space
        if len(told) > start and text.startswith(told):
            if told[start:].strip():
                spans.append((start, len(told)))
            start = len(told)
    return tuple(spans)


def left_out(text: str, span: Span) -> str:
    """The text without a part, and without one of the blanks that would meet where it stood."""
    before, after = text[: span[0]], text[span[1] :]
    if before[-1:].isspace() and after[:1].isspace():
        after = after[1:]
    return (before + after).strip()


def occlude(
    trace: Trace,
    uid: int,
    reward: str | RewardModel | RewardFunction,
    *,
    parts: Callable[[str], Sequence[Span]] = words,
    batch: int = 32,
    stop: Callable[[], bool] | None = None,
) -> Iterator[Occluding | Occlusion]:
    """The effect of each part of a node's step on the reward of its prefix: an item after each batch, and the
    `Occlusion` at the end, unless it was stopped.

    All texts are slots of one session, which share the steps before; at most `batch` are scored at a time. Steps are
    scored as the run had them scored, with one separator after each or as one text. They are scored by their text alone
    (`token_ids` empty), the whole one too.

    Raises:
        LabError: there is no such node, its step has fewer than two parts, or the reward model gives no number to a
            text, as one that reads the generator's probabilities.
    """
    steps = steps_to(trace, uid)
    spans = tuple(parts(steps[-1].text))
    if len(spans) < 2:
        raise LabError(f"The step {steps[-1].text[:60]!r} has {len(spans)} parts; leaving one out takes two or more.")
    if batch < 1:
        raise LabError(f"The batch is {batch}; it must be 1 or more.")
    problem, whole = Problem(trace.problem, true_answer(trace)), trace.settings.get("aggregation") == "model"
    return _occluded(problem, steps, spans, as_reward(reward), whole, batch, stop or never)


def _occluded(
    problem: Problem,
    steps: Sequence[Step],
    spans: tuple[Span, ...],
    reward: RewardModel,
    whole: bool,
    batch: int,
    stop: Callable[[], bool],
) -> Iterator[Occluding | Occlusion]:
    text = steps[-1].text
    texts = [text, *(left_out(text, span) for span in spans)]
    session = reward.open(problem, particles=len(texts), whole=whole)
    for step in steps[:-1]:
        if stop():
            return
        asked(session, reward.name, dict.fromkeys(range(len(texts)), step))
    found: dict[int, float] = {}
    bare = replace(steps[-1], token_ids=(), token_log_probs=(), entropies=())
    for start in range(0, len(texts), batch):
        if stop():
            return
        slots = range(start, min(start + batch, len(texts)))
        found |= asked(session, reward.name, {slot: replace(bare, text=texts[slot]) for slot in slots})
        yield Occluding(max(0, len(found) - 1), len(spans))
    yield Occlusion(text, spans, found[0], np.array([found[slot] for slot in range(1, len(texts))]))
