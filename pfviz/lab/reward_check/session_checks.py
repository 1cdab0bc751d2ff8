"""The checks of any reward model, wherever it computes: the same solutions alone, in batches, in another order."""

from __future__ import annotations

from collections.abc import Iterator

from pfviz.lab.reward_check import differences
from pfviz.lab.reward_check.results import CheckResult
from pfviz.lab.reward_check.sessions import batch_labels, score_in_batches
from pfviz.lab.reward_check.solutions import Solutions, list_prefixes
from pfviz.types import FloatArray, RewardModel

SMALL_BATCHES = (2,)


def check_sessions(
    reward: RewardModel, solutions: Solutions, alone: FloatArray, room: float, where: str = ""
) -> Iterator[CheckResult]:
    """Check a reward model against its own rewards of each solution alone (K,). `where` says which server it is, for
    the names and titles: empty for here."""
    suffix, on = (f"-{where}", f" ({where})") if where else ("", "")

    def compare(name: str, title: str, first: FloatArray, second: FloatArray, wrong: str) -> CheckResult:
        change = differences.largest_difference(first, second)
        ok = change <= room
        sentence = "The same rewards." if ok else wrong.format(change=f"{change:.2g}")
        return CheckResult(name + suffix, title + on, "ok" if ok else "wrong", sentence, change, room)

    again, all_of_them = score_in_batches(reward, solutions, 1), len(solutions)
    yield compare(
        "repeat", "the same texts twice", alone, again,
        "Rewards are not repeatable: the same text, scored twice, differs by {change}. Something is drawn at random "
        "(dropout, sampling), or several models answer.",
    )  # fmt: skip
    batched = score_in_batches(reward, solutions, all_of_them)
    backwards = score_in_batches(reward, solutions, all_of_them, reverse=True)
    yield compare(
        "order", "a batch and the same batch backwards", batched, backwards,
        "Rewards depend on the order of a batch: by {change}. Rows of a batch are mixed up, or read each other; check "
        "how results are put back in order.",
    )  # fmt: skip
    yield compare("batch", "alone and in a batch", alone, batched, _explain_batch(solutions, alone, batched, room))
    for size in SMALL_BATCHES:
        yield compare(
            f"batch-of-{size}", f"alone and in batches of {size}", alone, score_in_batches(reward, solutions, size),
            f"Batches of {size} change rewards by {{change}}.",
        )  # fmt: skip
    yield compare(
        "fork", "solutions that change their slots, as selection does", batched,
        score_in_batches(reward, solutions, all_of_them, fork=True),
        "Selection changes rewards by {change}: a solution that moves to another slot loses what was read of it. Check "
        "`select` of the session.",
    )  # fmt: skip


def _explain_batch(solutions: Solutions, alone: FloatArray, batched: FloatArray, room: float) -> str:
    """Who is wrong where a batch changes rewards (K,), with {change} for by how much."""
    sizes = list_prefixes(solutions).characters
    if differences.attends_to_padding(alone, batched, sizes, batch_labels(solutions), room):
        return (
            "Batching changes rewards by {change}: padding is attended to, as only texts that are shorter than the "
            "longest of their batch change. Pass the attention mask, or serve one text at a time."
        )
    return (
        "Batching changes rewards by {change}, of the longest texts too, which have no padding: rows of a batch "
        "influence each other, or a batch is computed in another precision."
    )
