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
from pfviz.inference.run import never_stop
from pfviz.lab.probes.known_steps import steps_to_node
from pfviz.lab.probes.scoring import recorded_reward, score_steps
from pfviz.models.decoding.tokenization import Tokenization
from pfviz.models.rewards.function import RewardFunction
from pfviz.problems.problem import Problem
from pfviz.trace.trace import Trace
from pfviz.types import FloatArray, Generator, RewardModel, Step

Span = tuple[int, int]
"""Where a part begins and ends in the text, in characters."""


@dataclass(frozen=True, slots=True)
class OcclusionProgress:
    """A batch of parts was left out and scored."""

    done: int
    parts: int


@dataclass(frozen=True, eq=False)
class Occlusion:
    """A step of P parts, and what each of them does to its reward."""

    text: str
    spans: tuple[Span, ...]  # of the parts, in their order
    reward: float  # of the prefix with the whole step
    rewards_without: FloatArray  # (P,) rewards of it with one part left out

    @property
    def effects(self) -> FloatArray:
        """(P,) reward less the reward without the part: above 0 where the part is to the step's credit."""
        return np.asarray(self.reward - self.rewards_without)


def word_spans(text: str) -> tuple[Span, ...]:
    """The words of a text: what stands between blanks."""
    return tuple(match.span() for match in re.finditer(r"\S+", text))


def token_spans(text: str, tokenization: Tokenization) -> tuple[Span, ...]:
    """The tokens of a text, blank ones left out; tokens that only together spell a character are one part. Raises
    `LabError` where the tokenizer cannot spell the text."""
    ids = tokenization.encode(text)
    if tokenization.decode(ids) != text:
        raise LabError(f"The tokenizer cannot spell {text[:60]!r}. Leave out words instead.")
    spans, start = [], 0
    for k in range(1, len(ids) + 1):
        told = tokenization.decode(ids[:k])  # a token on its own may lose a leading space
        if len(told) > start and text.startswith(told):
            if told[start:].strip():
                spans.append((start, len(told)))
            start = len(told)
    return tuple(spans)


def remove_span(text: str, span: Span) -> str:
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
    parts: Callable[[str], Sequence[Span]] = word_spans,
    batch: int = 32,
    generator: str | Generator | None = None,
    stop: Callable[[], bool] | None = None,
) -> Iterator[OcclusionProgress | Occlusion]:
    """The effect of each part of a node's step on the reward of its prefix: an item after each batch, and the
    `Occlusion` at the end, unless it was stopped.

    All texts are slots of one session, which share the steps before; at most `batch` are scored at a time. Steps are
    scored as the run had them scored, with one separator after each or as one text. They are scored by their text alone
    (`token_ids` empty), the whole one too.

    Raises:
        LabError: there is no such node, its step has fewer than two parts, or the reward model gives no number to a
            text, as one that reads the generator's probabilities.
    """
    steps = steps_to_node(trace, uid)
    spans = tuple(parts(steps[-1].text))
    if len(spans) < 2:
        raise LabError(f"The step {steps[-1].text[:60]!r} has {len(spans)} parts; leaving one out takes two or more.")
    if batch < 1:
        raise LabError(f"The batch is {batch}; it must be 1 or more.")
    problem = Problem(trace.problem, true_answer(trace)).asked_when(trace.started)
    whole = trace.settings.get("aggregation") == "model"
    judge = recorded_reward(trace, reward, generator)
    return _score_occlusions(problem, steps, spans, judge, whole, batch, stop or never_stop)


def _score_occlusions(
    problem: Problem,
    steps: Sequence[Step],
    spans: tuple[Span, ...],
    reward: RewardModel,
    whole: bool,
    batch: int,
    stop: Callable[[], bool],
) -> Iterator[OcclusionProgress | Occlusion]:
    text = steps[-1].text
    texts = [text, *(remove_span(text, span) for span in spans)]
    session = reward.open(problem, particles=len(texts), whole=whole)
    for step in steps[:-1]:
        if stop():
            return
        score_steps(session, reward.name, dict.fromkeys(range(len(texts)), step))
    found: dict[int, float] = {}
    bare = replace(steps[-1], token_ids=(), log_prob=None, token_log_probs=(), entropies=())
    for start in range(0, len(texts), batch):
        if stop():
            return
        slots = range(start, min(start + batch, len(texts)))
        found |= score_steps(session, reward.name, {slot: replace(bare, text=texts[slot]) for slot in slots})
        yield OcclusionProgress(max(0, len(found) - 1), len(spans))
    yield Occlusion(text, spans, found[0], np.array([found[slot] for slot in range(1, len(texts))]))
