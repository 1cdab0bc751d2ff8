"""A server stops at each separator, also inside a block of code or display mathematics: there it is asked to go on."""

from __future__ import annotations

from dataclasses import replace

from pfviz.models.remote.parse_step import RemotePrefix
from pfviz.models.remote.responses import Completion
from pfviz.problems.blocks import find_separator, open_block
from pfviz.types import Sampling

MAX_REQUESTS = 8
"""Requests for one step, however little each of them brings."""


def tokens_left(reply: Completion, prefix: RemotePrefix, separator: str, sampling: Sampling) -> int:
    """Return how many tokens more a step may have that a server stopped at a separator inside a block; 0 for a step
    that is over. Where the server counts no tokens, the bound on characters ends it."""
    at_separator = reply.stop == separator or not reply.says_stop or _keeps_separator(reply, separator)
    is_over = find_separator(reply.text, separator, prefix.open_block) is not None
    is_open = bool(open_block(prefix.open_block + reply.text)) and not is_over
    if reply.finish != "stop" or not at_separator or not is_open or len(reply.text) >= sampling.max_step_characters:
        return 0
    return max(0, sampling.max_step_tokens - (reply.count or 0))


def join_replies(first: Completion, second: Completion, separator: str) -> Completion:
    """Return both as one reply, with the separator between them. What one of them does not tell is not known."""
    between = "" if _keeps_separator(first, separator) else separator
    text = first.text + between + second.text
    pieces = first.pieces + second.pieces if first.pieces and second.pieces else None
    return replace(
        second,
        text=text,
        ids=first.ids + second.ids if first.ids and second.ids else None,
        prompt_ids=first.prompt_ids,
        pieces=pieces if pieces and "".join(pieces).startswith(text) else None,
        log_probs=first.log_probs + second.log_probs if first.log_probs and second.log_probs else None,
        count=first.count + second.count if first.count and second.count else None,
    )


def extend_prefix(prefix: RemotePrefix, reply: Completion, separator: str) -> RemotePrefix:
    """Return the prefix as the next request for the same step continues it."""
    between = "" if _keeps_separator(reply, separator) else separator
    before = prefix.ids or reply.prompt_ids
    known = before + reply.ids if before is not None and reply.ids is not None else None
    return replace(prefix, text=prefix.text + reply.text + between, ids=known)


def _keeps_separator(reply: Completion, separator: str) -> bool:
    return reply.text.endswith(separator)
