"""All checks of a reward model, one after the other."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, TypeGuard

from pfviz.lab.reward_check.differences import HALF_TOLERANCE, SINGLE_TOLERANCE
from pfviz.lab.reward_check.results import CheckResult
from pfviz.lab.reward_check.server_checks import check_server
from pfviz.lab.reward_check.session_checks import check_sessions
from pfviz.lab.reward_check.sessions import score_in_batches
from pfviz.lab.reward_check.solutions import SOLUTIONS, Solutions, list_prefixes
from pfviz.models.registry import as_reward
from pfviz.models.remote.reward import RemoteReward
from pfviz.models.rewards.function import RewardFunction
from pfviz.types import FloatArray, RewardModel

if TYPE_CHECKING:
    from pfviz.models.prm.base import ProcessRewardModel


def check_reward(
    reward: str | RewardModel | RewardFunction, server: RewardModel | None = None, *, solutions: Solutions = SOLUTIONS
) -> Iterator[CheckResult]:
    """Check that the same texts have the same rewards however they are scored; each result as it comes.

    Of a model whose transformer is here its tokenizer, padding and precision are checked too. `server` is the same
    model behind an address; its rewards are compared with those here. Raises `ModelError` where the model does not
    load, `LabError` where it cannot score a text by itself, `EndpointError` where the server does not answer.
    """
    return _check_each(as_reward(reward), server, solutions)


def _check_each(reward: RewardModel, server: RewardModel | None, solutions: Solutions) -> Iterator[CheckResult]:
    room = HALF_TOLERANCE if isinstance(reward, RemoteReward) else SINGLE_TOLERANCE
    here = score_in_batches(reward, solutions, 1)
    explanations: dict[str, FloatArray] = {}
    if _reads_text_here(reward):
        from pfviz.lab.reward_check.local_checks import check_local, get_tolerance
        from pfviz.lab.reward_check.plain_passes import encode_prefixes, score_explanations

        room, prefixes = get_tolerance(reward), encode_prefixes(reward, solutions)
        yield from check_local(reward, solutions, prefixes, here, room)
        explanations = score_explanations(reward, prefixes) if server is not None else {}
    yield from check_sessions(reward, solutions, here, room)
    if server is not None:
        there = score_in_batches(server, solutions, 1)
        yield from check_server(here, there, list_prefixes(solutions).characters, explanations)
        yield from check_sessions(server, solutions, there, HALF_TOLERANCE, where="server")


def _reads_text_here(reward: RewardModel) -> TypeGuard[ProcessRewardModel]:
    """Whether it is a transformer of this process that reads texts at a mark; no torch is imported for others."""
    if not hasattr(reward, "tokenization"):
        return False
    from pfviz.models.prm.base import ProcessRewardModel
    from pfviz.models.prm.branching import BranchingReward

    return isinstance(reward, ProcessRewardModel) and not isinstance(reward, BranchingReward)
