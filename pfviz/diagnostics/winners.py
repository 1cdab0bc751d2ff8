"""Who wins under which rule: the answer of the last step under each aggregation of the rewards and each way to pick."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from pfviz.diagnostics.counterfactual import regrouped
from pfviz.diagnostics.evidence import is_filter
from pfviz.diagnostics.reweighing import Reweighed, policy, recorded_rule, settings_of
from pfviz.inference.aggregation import AGGREGATIONS
from pfviz.inference.answers import Answer
from pfviz.models.base import FloatArray
from pfviz.trace.columns import Trace

PICKS = ("highest", "vote", "majority")


@dataclass(frozen=True, slots=True)
class Winner:
    """`uid`: the best-rewarded particle behind the answer, or the heaviest where weight decides."""

    aggregation: str
    pick: str
    answer: Answer | None
    uid: int | None
    recorded: bool  # whether this is the run's own rule


def winners(trace: Trace) -> tuple[Winner, ...]:
    """Row by row: each aggregation × each pick, on the population of the last step; nothing before the first. Under
    "vote" the weights are those that the run's method gives with that aggregation. A run whose reward model read whole
    texts ("model") has no other rewards of its steps, and is told under "last"."""
    if not trace.steps:
        return ()
    settings, found = settings_of(trace), []
    own = "last" if settings.aggregation == "model" else settings.aggregation
    for aggregation in AGGREGATIONS:
        if aggregation == "model":
            continue
        scores, log_weights = _deciding(trace, aggregation)
        table = regrouped(trace, scores, log_weights)
        for how in PICKS:
            answer = table.pick(how, np.random.default_rng(0))  # these three draw nothing
            best = None if answer is None else _best(answer, scores if how == "highest" else log_weights)
            uid = None if best is None else int(trace.uids[-1, best])
            found.append(Winner(aggregation, how, answer, uid, aggregation == own and how == settings.pick))
    return tuple(found)


def _deciding(trace: Trace, aggregation: str) -> tuple[FloatArray, FloatArray]:
    """Scores (N,) and log-weights (N,) at the last step."""
    weighed = Reweighed(trace, replace(recorded_rule(trace), aggregation=aggregation)).last()
    scores = weighed.population.scores(aggregation)
    if is_filter(trace):
        return scores, weighed.log_weights
    method = policy(trace.method, replace(settings_of(trace), aggregation=aggregation))
    return scores, np.where(trace.failed, -np.inf, method.weigh(weighed.population).log_weights)


def _best(answer: Answer, values: FloatArray) -> int:
    return max(answer.members, key=lambda slot: (values[slot], -slot))
