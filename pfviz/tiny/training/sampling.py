"""Many samples of many problems at once, and the scores of whole solutions: what training and measuring need.

Runs of the product go through `pfviz.inference`; here nothing is selected, so solutions can be batched across problems.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from pfviz.problems.problem import split_steps
from pfviz.tiny import oracle
from pfviz.tiny.tasks import Line, Task
from pfviz.tiny.training.documents import DocumentWriter, pad

_BOXED = re.compile(r"\\boxed\{(-?\d+(?:/[1-9]\d*)?)\}\.$")
MAX_TOKENS = 200
MAX_ROWS = 256  # rows decoded together: more no longer helps two cores


@dataclass(frozen=True, slots=True)
class Sample:
    """One solution that the generator wrote, judged by the oracle."""

    task: Task
    lines: tuple[Line, ...]
    ended: bool  # the generator ended it itself

    @property
    def right(self) -> bool:
        """Whether the final answer is right (however it was reached)."""
        boxed = _BOXED.search(self.lines[-1].text)
        return boxed is not None and Fraction(boxed[1]) == self.task.answer

    @property
    def well_formed(self) -> bool:
        return self.ended and _BOXED.search(self.lines[-1].text) is not None


def sample(
    model: Any,
    writer: DocumentWriter,
    decode: Callable[[list[int]], str],
    tasks: Sequence[Task],
    each: int,
    temperature: float,
    seed: int,
    report: Callable[[int, int], None] = lambda done, of: None,
) -> list[list[Sample]]:
    """`each` samples of every task at `temperature`; the same seed gives the same samples."""
    import torch

    randomness = torch.Generator().manual_seed(seed)
    found: list[list[Sample]] = []
    per_call = max(1, MAX_ROWS // each)
    for start in range(0, len(tasks), per_call):
        some = tasks[start : start + per_call]
        for task, rows in zip(some, _generate_ids(model, writer, some, each, temperature, randomness), strict=True):
            found.append([_judge_sample(task, decode, ids, writer.end) for ids in rows])
        report(min(start + per_call, len(tasks)), len(tasks))
    return found


def _judge_sample(task: Task, decode: Callable[[list[int]], str], ids: list[int], end: int) -> Sample:
    ended = bool(ids) and ids[-1] == end
    steps = split_steps(decode(ids[:-1] if ended else ids).rstrip("\n")) or [""]
    verdicts = oracle.judge_steps(task.kind, task.answer, steps)
    return Sample(task, tuple(Line(text, ok) for text, ok in zip(steps, verdicts, strict=True)), ended)


def _generate_ids(
    model: Any, writer: DocumentWriter, tasks: Sequence[Task], each: int, temperature: float, randomness: Any
) -> list[list[list[int]]]:
    import torch

    from pfviz.models.decoding.caches.kv_cache import ForkedCache
    from pfviz.models.decoding.caches.packing import prepare_model

    prompts = [writer.prompt(task.text) for task in tasks]
    cache = ForkedCache(len(prompts))
    logits = cache.feed(prepare_model(model), prompts)[torch.tensor([len(p) for p in prompts]).cumsum(0) - 1]
    rows = [i for i in range(len(prompts)) for _ in range(each)]
    cache.select(rows)
    logits = logits[rows]
    written: list[list[int]] = [[] for _ in rows]
    alive = list(range(len(rows)))
    for column in range(MAX_TOKENS):
        chosen = torch.multinomial((logits / temperature).softmax(-1), 1, generator=randomness)[:, 0].tolist()
        going = []
        for place, (row, token) in enumerate(zip(alive, chosen, strict=True)):
            if row >= 0 and not (written[row] and written[row][-1] == writer.end):
                written[row].append(token)
                if token != writer.end:
                    going.append(place)
        if not going:
            break
        # Rows that ended are dropped now and then, not at once: dropping copies the cache.
        if len(going) < 0.7 * len(alive) and column % 8 == 7:
            cache.select(going)
            alive, chosen = [alive[p] for p in going], [chosen[p] for p in going]
        logits = cache.feed(model, [[token] for token in chosen])
    return [written[i * each : (i + 1) * each] for i in range(len(tasks))]


def score(model: Any, writer: DocumentWriter, samples: Sequence[Sample]) -> list[list[float]]:
    """The reward of every prefix of every sample, scored in whole documents: one list of T rewards a sample."""
    import torch

    order = sorted(range(len(samples)), key=lambda i: sum(len(line.text) for line in samples[i].lines))
    rewards: list[list[float]] = [[] for _ in samples]
    for start in range(0, len(order), 64):
        some = order[start : start + 64]
        batch = pad([writer.reward_document(samples[i].task, samples[i].lines) for i in some], writer.end)
        with torch.inference_mode():
            logits = model(input_ids=torch.from_numpy(batch.ids), use_cache=False).logits
        right = logits.float().softmax(-1)[..., 1].numpy()
        for row, i in enumerate(some):
            rewards[i] = right[row][batch.ends[row]].tolist()
    return rewards
