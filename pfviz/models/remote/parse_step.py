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
from pfviz.problems.blocks import open_block_after
from pfviz.problems.step_rules import StepRule
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
    reply: Completion, prefix: RemotePrefix, rule: StepRule, sampling: Sampling
) -> tuple[Step, RemotePrefix]:
    """The step that a reply is, and the prefix with it.

    A step ends where its rule says, whether the server keeps what it was to stop at in the text or not. A server that
    stopped and does not say at what is taken to have met that, unless it wrote nothing, or a whole sentence where the
    end of one was asked for: then the solution was at its end. A text that is longer than allowed is cut, after the
    token that exceeds the bound where the tokens are told.

    The text is kept with its blanks, so that a recorded step continues as it was written.
    """
    end: StepEnd = _end_without_cut(reply, rule, sampling)
    text = text_with_mark(reply, rule) if rule.kind == "sentence" else reply.text
    cut = None if rule.kind == "tokens" else rule.find_cut(text, prefix.open_block, reply.passed)
    if cut is not None:
        if text[cut.end :].strip():  # the server went on behind it
            reply = _truncate(reply, cut.end)
        text, end = text[: cut.end if rule.kind == "sentence" else cut.start], "separator"
    if len(text) > sampling.max_step_characters:
        reply = _truncate(reply, sampling.max_step_characters)
        text, end = reply.text, "characters"
    raw = text + (rule.suffix if end == "separator" else "")
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


def text_with_mark(reply: Completion, rule: StepRule) -> str:
    """The text with what the server stopped at, if it did, behind it."""
    return reply.text if not stopped_at_mark(reply, rule) or keeps_mark(reply, rule) else reply.text + rule.mark


def stopped_at_mark(reply: Completion, rule: StepRule) -> bool:
    """Whether the server stopped where it was asked to, as far as can be known."""
    if reply.finish != "stop" or not rule.mark:
        return False
    if reply.says_stop:
        return reply.stop == rule.mark or keeps_mark(reply, rule)
    # A mark that is kept in the text or not, or the end of the solution.
    is_whole = rule.kind == "sentence" and reply.text.rstrip().endswith((".", "!", "?"))
    return bool(reply.text.strip()) and (keeps_mark(reply, rule) or not is_whole)


def keeps_mark(reply: Completion, rule: StepRule) -> bool:
    """Whether the text holds what the server stopped at, in what it wrote last."""
    return reply.text[reply.passed :].endswith(rule.mark)


def _end_without_cut(reply: Completion, rule: StepRule, sampling: Sampling) -> StepEnd:
    """Why a reply in which the rule cuts nothing ended."""
    if reply.finish == "stop":
        return "separator" if stopped_at_mark(reply, rule) else "eos"
    asked = min(rule.tokens, sampling.max_step_tokens)
    went_full = reply.count is None or reply.count % asked == 0
    by_rule = rule.kind == "tokens" and reply.finish == "length" and asked < sampling.max_step_tokens
    return "separator" if by_rule and went_full else "tokens"


def append_given_step(step: Step, prefix: RemotePrefix, rule: StepRule) -> RemotePrefix:
    """The prefix with a given step."""
    raw = step.text + (rule.suffix if step.end in ("separator", "boxed") else "")
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
