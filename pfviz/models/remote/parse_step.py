"""From a reply to a step: where it ends and why, which tokens it has, and what they are called where nobody says.

A server that gives no token ids leaves a trace with *stand-ins*, at 2**32 and above, where no vocabulary reaches: one
for each token, made of the token's text (CRC-32) where the server tells it; else of an equal share of the step's bytes;
and where not even the number of tokens is told, one for each byte. Equal steps have equal ones. They are never sent.
"""

from __future__ import annotations

import math
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from pfviz.models.remote.responses import MAX_TOKEN_ID, Completion
from pfviz.problems.answers import has_boxed
from pfviz.problems.blocks import find_separator, open_block_after
from pfviz.types import Sampling, Step, StepEnd

FAILED_STEP = Step("", (), 0.0, True, "failed")

NO_ROOM_STEP = Step("", (), 0.0, True, "tokens")
"""That of a solution that fills the model's context."""


@dataclass(frozen=True, slots=True)
class RemotePrefix:
    """A particle's solution so far: its text, as the server is to continue it; the ids of the prompt and it, where all
    of them are known; how many steps in a row were empty; and what opened the block that the last one ended in."""

    text: str = ""
    ids: tuple[int, ...] | None = None
    empty_steps: int = 0
    open_block: str = ""


def parse_step(
    reply: Completion, prefix: RemotePrefix, separator: str, sampling: Sampling
) -> tuple[Step, RemotePrefix]:
    """The step that a reply is, and the prefix with it.

    A step ends at its separator, whether the server keeps it in the text or not, unless that stands inside a block of
    code or of display mathematics. A server that stopped and does not say
    at what is taken to have met the separator, unless it wrote nothing: then the solution was at its end. A text that
    is longer than allowed is cut, after the token that exceeds the bound where the tokens are told.

    The text is kept with its blanks, so that a recorded step continues as it was written.
    """
    text = reply.text
    found = find_separator(text, separator, prefix.open_block)
    end: StepEnd
    if found is not None:
        text, cut, end = text[: found[0]], text[found[1] :], "separator"
        if cut.strip():  # the server went on behind it
            reply = _truncate(reply, found[1])
    elif reply.finish != "stop":
        end = "tokens"
    elif reply.says_stop:
        end = "separator" if reply.stop == separator else "eos"
    else:
        end = "separator" if text.strip() else "eos"
    if len(text) > sampling.max_step_characters:
        reply = _truncate(reply, sampling.max_step_characters)
        text, end = reply.text, "characters"
    raw = text + (separator if end == "separator" else "")
    # A server that was cut short of what it was allowed has no room for more.
    full = end == "tokens" and reply.count is not None and reply.count < sampling.max_step_tokens
    full = full or reply.finish == "filter"
    boxed, empty = has_boxed(text), not text.strip()
    finished = boxed or full or end == "eos" or (empty and prefix.empty_steps >= 1)
    ids = reply.ids or stand_in_ids(raw, reply.pieces, reply.count)
    log_probs = reply.log_probs or ()
    log_prob = math.fsum(log_probs) if log_probs else None
    each = log_probs if len(log_probs) == len(ids) else ()
    step = Step(text, ids, log_prob, finished, "boxed" if boxed and end == "separator" else end, each)
    before = prefix.ids or reply.prompt_ids
    known = before + reply.ids if before is not None and reply.ids is not None else None
    empty_steps = prefix.empty_steps + 1 if empty else 0
    return step, RemotePrefix(prefix.text + raw, known, empty_steps, open_block_after(prefix.open_block, text))


def append_given_step(step: Step, prefix: RemotePrefix, separator: str) -> RemotePrefix:
    """The prefix with a given step."""
    raw = step.text + (separator if step.end in ("separator", "boxed") else "")
    real = step.token_ids if all(i <= MAX_TOKEN_ID for i in step.token_ids) else None
    known = prefix.ids + real if prefix.ids is not None and real is not None else None
    empty_steps = 0 if step.text.strip() else prefix.empty_steps + 1
    return RemotePrefix(prefix.text + raw, known, empty_steps, open_block_after(prefix.open_block, step.text))


def _truncate(reply: Completion, characters: int) -> Completion:
    """The reply without what follows that many characters, to the end of a token where tokens are told."""
    if reply.pieces is None:
        text = reply.text[:characters]
        return replace(reply, text=text, ids=None, log_probs=None, count=None)
    length = kept = 0
    while kept < len(reply.pieces) and length < characters:
        length += len(reply.pieces[kept])
        kept += 1
    return replace(
        reply,
        text=reply.text[:length],
        ids=reply.ids[:kept] if reply.ids else None,
        pieces=reply.pieces[:kept],
        log_probs=reply.log_probs[:kept] if reply.log_probs else None,
        count=kept,
    )


def stand_in_ids(text: str, pieces: Sequence[str] | None, count: int | None) -> tuple[int, ...]:
    """Ids for a step whose own are not told, one at least; see the module."""
    data = text.encode("utf-8")
    if pieces:
        parts = [piece.encode("utf-8") for piece in pieces]
    elif count:
        count = min(count, max(1, len(data)))  # a token has a byte
        bounds = [len(data) * i // count for i in range(count + 1)]
        parts = [data[a:b] for a, b in pairwise(bounds)]
    else:
        parts = [data[i : i + 1] for i in range(len(data))] or [b""]
    return tuple(MAX_TOKEN_ID + 1 + zlib.crc32(part) for part in parts)
