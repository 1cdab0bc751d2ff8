"""Who wins under which rule: the answer of the last step under each aggregation of the rewards and each way to pick."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from pfviz.diagnostics.evidence import is_filter
from pfviz.diagnostics.rewards.counterfactual import regroup_answers
from pfviz.diagnostics.rewards.reweighing import ReweighedSweep, make_chain_or_default, recorded_rule, recorded_settings
from pfviz.inference.aggregation import AGGREGATIONS
from pfviz.inference.answers import Answer
from pfviz.trace.trace import Trace
from pfviz.types import FloatArray

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
    settings, found = recorded_settings(trace), []
    own = "last" if settings.aggregation == "model" else settings.aggregation
    for aggregation in AGGREGATIONS:
        if aggregation == "model":
            continue
        scores, log_weights = _scores_and_log_weights(trace, aggregation)
        table = regroup_answers(trace, scores, log_weights)
        for how in PICKS:
            answer = table.pick(how, np.random.default_rng(0))  # these three draw nothing
            best = None if answer is None else _best_slot(answer, scores if how == "highest" else log_weights)
            uid = None if best is None else int(trace.uids[-1, best])
            found.append(Winner(aggregation, how, answer, uid, aggregation == own and how == settings.pick))
    return tuple(found)


def _scores_and_log_weights(trace: Trace, aggregation: str) -> tuple[FloatArray, FloatArray]:
    """Scores (N,) and log-weights (N,) at the last step."""
    weighed = ReweighedSweep(trace, replace(recorded_rule(trace), aggregation=aggregation)).last_step()
    scores = weighed.population.scores(aggregation)
    if is_filter(trace):
        return scores, weighed.log_weights
    method = make_chain_or_default(trace.method, replace(recorded_settings(trace), aggregation=aggregation))
    return scores, np.where(trace.failed, -np.inf, method.weigh(weighed.population).log_weights)


def _best_slot(answer: Answer, values: FloatArray) -> int:
    return max(answer.members, key=lambda slot: (values[slot], -slot))
