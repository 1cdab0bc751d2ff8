"""Drawing a token for each row by inverse transform, so that a row's draw depends on its own uniform alone."""

from __future__ import annotations

import torch


def draw(
    logits: torch.Tensor, uniforms: torch.Tensor, temperature: float, rows: list[int] | None = None
) -> tuple[torch.Tensor, torch.Tensor]:
    """Tokens (N,) from logits (R, V) and uniforms in [0, 1) (N,), and their log-probabilities at temperature 1, nats.

    Draw n is made from row rows[n] (n, by default). Temperature 0 takes the most likely token. Logits that are not
    numbers give a log-probability that is none either, for the caller to refuse.
    """
    logits = logits.double()
    index = torch.arange(len(logits)) if rows is None else torch.tensor(rows)
    index = index.to(logits.device)
    if temperature == 0:
        tokens = logits.argmax(dim=1)[index]
    else:
        # From the maximum down, so that a tiny temperature overflows to no mass instead of to infinity.
        mass = torch.softmax((logits - logits.amax(dim=1, keepdim=True)) / temperature, dim=1).cumsum(dim=1)
        total = mass[index, -1]
        # Strictly below the total, so that a token without mass is never drawn.
        heights = torch.minimum(uniforms.double() * total, torch.nextafter(total, torch.zeros_like(total)))
        tokens = _search(mass, heights, index).clamp(max=logits.shape[1] - 1)
    return tokens, logits[index, tokens] - logits.logsumexp(dim=1)[index]


def _search(mass: torch.Tensor, heights: torch.Tensor, index: torch.Tensor) -> torch.Tensor:
    """For each n the first column of mass[index[n]] (R, V) above heights[n], (N,)."""
    if len(index) == len(mass) and bool((index == torch.arange(len(mass), device=index.device)).all()):
        return torch.searchsorted(mass, heights[:, None], right=True)[:, 0]
    # (R, K), K heights at most in a row: the row's mass is not copied for each of them.
    order = torch.argsort(index, stable=True)
    counts = torch.bincount(index, minlength=len(mass))
    starts = counts.cumsum(0) - counts
    place = torch.empty_like(index)
    place[order] = torch.arange(len(index), device=index.device) - starts[index[order]]
    table = heights.new_zeros(len(mass), int(counts.max()))
    table[index, place] = heights
    return torch.searchsorted(mass, table, right=True)[index, place]
