"""The bare limit of a run: as many tokens decoded in one plain batch, and one scoring pass over all of them.

No step ends, nothing is selected, nobody waits: row n decodes what slot n wrote, all steps in a row, and a batch of
transformers' own cache is all there is. The prompt is computed once for all rows, in either model.
"""

from __future__ import annotations

from typing import Any

import torch

from benchmarks.shapes import Pair
from pfviz.trace.trace import Trace


def run_bare_limit(pair: Pair, trace: Trace, problem: int, temperature: float = 0.8) -> None:
    """Compute it; nothing comes out."""
    decode(pair.generator.model, pair.generator.prompt(pair.problems[problem]), written_ids(trace), temperature)
    score(pair.reward.model, pair.reward.prompt(pair.problems[problem]), scored_ids(pair, trace))


def written_ids(trace: Trace) -> list[list[int]]:
    """For each slot the ids that it wrote, over all steps."""
    return [[i for t in range(trace.steps) for i in trace.token_ids[t][n]] for n in range(trace.particles)]


def scored_ids(pair: Pair, trace: Trace) -> list[list[int]]:
    """For each slot the ids that the reward model read of it."""
    encode, separator = pair.reward.tokenization.encode, pair.reward.separator_ids
    return [
        [i for t in range(trace.steps) if trace.tokens[t, n] for i in encode(trace.texts[t][n]) + separator]
        for n in range(trace.particles)
    ]


@torch.inference_mode()
def decode(model: Any, prompt: list[int], rows: list[list[int]], temperature: float) -> None:
    """Draw a token for each row in each column, and feed the one that the row is known to have."""
    past = _prefill(model, prompt[:-1], len(rows))
    longest = max(len(row) for row in rows)
    table = torch.tensor([[prompt[-1], *row, *[0] * (longest - len(row))] for row in rows], device=model.device)
    for column in range(longest):
        # A mask that hides nothing. Without one, grouped attention in bfloat16 is many times slower on a CPU; and a run
        # has one, as its rows are ragged.
        seen = torch.zeros(len(rows), 1, 1, past.get_seq_length() + 1, dtype=model.dtype, device=model.device)
        ids = table[:, column : column + 1]
        logits = model(input_ids=ids, attention_mask=seen, past_key_values=past, use_cache=True).logits[:, -1]
        torch.multinomial(torch.softmax(logits.float() / temperature, dim=1), 1).tolist()


@torch.inference_mode()
def score(model: Any, prompt: list[int], rows: list[list[int]]) -> None:
    """One pass over all rows, right-padded."""
    past = _prefill(model, prompt, len(rows))
    longest = max(len(row) for row in rows)
    table = torch.tensor([[*row, *[0] * (longest - len(row))] for row in rows], device=model.device)
    torch.softmax(model(input_ids=table, past_key_values=past, use_cache=True).logits.double(), dim=2)[:, :, 1].tolist()


def _prefill(model: Any, prompt: list[int], rows: int) -> Any:
    from transformers import DynamicCache

    past = DynamicCache()
    if prompt:
        model(input_ids=torch.tensor([prompt], device=model.device), past_key_values=past, use_cache=True)
        past.batch_repeat_interleave(rows)
    return past
