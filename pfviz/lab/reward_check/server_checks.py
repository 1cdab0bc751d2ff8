"""The same texts here and behind a server: who changed the rewards."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pfviz.lab.reward_check import differences
from pfviz.lab.reward_check.differences import HALF_TOLERANCE
from pfviz.lab.reward_check.results import CheckResult
from pfviz.types import FloatArray, IntArray


def check_server(
    here: FloatArray,
    there: FloatArray,
    sizes: IntArray,
    explanations: Mapping[str, FloatArray],
    room: float = HALF_TOLERANCE,
) -> Iterator[CheckResult]:
    """Check a server's rewards (K,) against those here of texts of `sizes` characters (K,), which, read in the usual
    wrong ways, have the rewards `explanations`."""
    change = differences.largest_difference(here, there)
    rounding = differences.find_rounding(here, there)
    title = "decimals of the server's rewards"
    if rounding is not None:
        decimals, cut = rounding
        how = f"cuts rewards off after {decimals}" if cut else f"rounds rewards to {decimals}"
        sentence = (
            f"The server {how} decimal{'s' if decimals > 1 else ''}: texts that differ have the same reward, and a "
            "filter cannot tell them apart. Let it answer with logits, or with all digits."
        )
        yield CheckResult("rounding", title, "wrong", sentence, change, 0.5 * 10.0**-decimals)
    else:
        yield CheckResult("rounding", title, "ok", "They have as many decimals as those here.")
    title = "here and behind the server"
    if change <= room:
        sentence = "The server gives the rewards that are computed here."
        yield CheckResult("server", title, "ok", sentence, change, room)
        return
    if name := differences.match_explanation(there, explanations, room):
        said = f"the server {name}: its rewards are those of such texts"
    elif (most := differences.find_cut(here, there, sizes, room)) is not None:
        said = f"the server cuts long texts: up to {most:,} characters they agree. Raise its longest length"
    elif differences.largest_difference(1 - here, there) <= room:
        said = "the server gives the probability of the other class. Read the other one of its two numbers"
    else:
        said = (
            "none of the usual reasons explains it (separator, special tokens, prompt, cut texts). Compare its chat "
            "template, and whether it answers with logits or probabilities"
        )
    sentence = f"The server changes rewards by {change:.2g}; {said}."
    yield CheckResult("server", title, "wrong", sentence, change, room)
