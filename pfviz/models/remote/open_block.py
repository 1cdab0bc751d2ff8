"""A server stops wherever it meets what it was asked to stop at, also inside a block of code or display mathematics,
and after a heading: there it is asked to go on."""

from __future__ import annotations

from dataclasses import replace

from pfviz.models.remote.parse_step import RemotePrefix, keeps_mark, stopped_at_mark, text_with_mark
from pfviz.models.remote.responses import Completion
from pfviz.problems.step_rules import StepRule
from pfviz.types import Sampling

MAX_REQUESTS = 8
"""Requests for one step, however little each of them brings."""


def tokens_left(reply: Completion, prefix: RemotePrefix, rule: StepRule, sampling: Sampling) -> int:
    """Return how many tokens more a step may have that a server stopped where its rule ends none; 0 for a step that is
    over. Where the server counts no tokens, the bound on characters ends it."""
    by_length = rule.kind == "tokens" and reply.finish == "length"
    if not (by_length or stopped_at_mark(reply, rule)) or len(reply.text) >= sampling.max_step_characters:
        return 0
    is_short = reply.count is not None and reply.count < rule.least
    if not is_short and rule.find_cut(text_with_mark(reply, rule), prefix.open_block, reply.passed) is not None:
        return 0
    return max(0, sampling.max_step_tokens - (reply.count or 0))


def join_replies(first: Completion, second: Completion, rule: StepRule) -> Completion:
    """Return both as one reply, with what the server stopped at between them. What one of them does not tell is not
    known."""
    between = "" if keeps_mark(first, rule) else rule.mark
    text = first.text + between + second.text
    pieces = first.pieces + second.pieces if first.pieces and second.pieces else None
    return replace(
        second,
        text=text,
        ids=first.ids + second.ids if first.ids and second.ids else None,
        prompt_ids=first.prompt_ids,
        pieces=pieces if pieces and "".join(pieces).startswith(text) else None,
        log_probs=first.log_probs + second.log_probs if first.log_probs and second.log_probs else None,
        # A server may count nothing where it wrote nothing.
        count=first.count + (second.count or 0) if first.count and (second.count or not second.text) else None,
        passed=len(first.text) + len(between),
    )


def extend_prefix(prefix: RemotePrefix, reply: Completion, rule: StepRule) -> RemotePrefix:
    """Return the prefix as the next request for the same step continues it."""
    between = "" if keeps_mark(reply, rule) else rule.mark
    before = prefix.ids or reply.prompt_ids
    known = before + reply.ids if before is not None and reply.ids is not None else None
    return replace(prefix, text=prefix.text + reply.text + between, ids=known)
