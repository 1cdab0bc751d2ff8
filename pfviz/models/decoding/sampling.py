"""Drawing a token for each row by inverse transform, so that a row's draw depends on its own uniform alone; and how
unsure the model was."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

import torch

from pfviz.models.decoding.tensors import to_float64
from pfviz.types import TokenSignal

TOP_TOKENS = 20
"""Of DeepConf's confidence of a token."""
LEAST_LOG_PROB = -100.0
"""What has less, nats, counts as this: tokens that are ruled out would make every mean infinite."""

LARGE_VOCABULARY = 8192
"""Above so many tokens the mass is summed up in blocks, in single precision within them: ten times as fast."""
_BLOCK = 512
_ROWS = 2  # at once, so that what is computed of them stays in the caches of a processor


def sample_tokens(
    logits: torch.Tensor, uniforms: torch.Tensor, temperature: float, rows: list[int] | None = None
) -> tuple[torch.Tensor, torch.Tensor]:
    """Tokens (N,) from logits (R, V) and uniforms in [0, 1) (N,), and their log-probabilities at temperature 1, nats.

    Both results are where the logits are, or on the CPU if there is no double precision there (see `double`); the
    uniforms may be anywhere. Draw n is made from row rows[n] (n, by default). Temperature 0 takes the most likely
    token. Logits that are not numbers give a log-probability that is none either, for the caller to refuse.
    """
    rows = list(range(len(logits))) if rows is None else rows
    if logits.shape[1] > LARGE_VOCABULARY:
        return _sample_in_blocks(logits, uniforms, temperature, rows)
    below = _subtract_row_max(logits)
    index = torch.tensor(rows, device=below.device)
    total_mass = below.exp().sum(dim=1)
    if temperature == 0:
        tokens = below.argmax(dim=1)[index]
        log_mass = below[index, tokens]
    else:
        tokens, log_mass = _invert_cdf(below, index, rows, to_float64(uniforms).to(below.device), temperature)
    return tokens, log_mass - total_mass.log()[index]


def entropies(logits: torch.Tensor) -> torch.Tensor:
    """The entropy (R,) in nats of each row's distribution at temperature 1, logits (R, V): from 0 to log V.

    With m_v = exp(l_v - max l) and M = Σ m_v it is log M - Σ m_v log m_v / M, a sum of two terms that are not negative.
    """
    below = _subtract_row_max(logits)
    mass = below.exp()
    total = mass.sum(dim=1)
    # What has no mass adds nothing, and 0 times minus infinity would be no number.
    below.clamp_(min=torch.finfo(below.dtype).min)
    return total.log() - mass.mul_(below).sum(dim=1) / total


def self_certainty(logits: torch.Tensor) -> torch.Tensor:
    """KL(U || p) (R,) in nats of the uniform distribution from each row's at temperature 1, logits (R, V): 0 where the
    model knows nothing, -log V - mean log p (Kang et al., arXiv 2502.18581)."""
    log_probs = _bounded_log_probs(_subtract_row_max(logits))
    return (-math.log(logits.shape[1]) - log_probs.mean(dim=1)).clamp_(min=0)


def top_confidence(logits: torch.Tensor) -> torch.Tensor:
    """Minus the mean log-probability (R,), nats, of the 20 most likely tokens of each row, logits (R, V): the larger,
    the fewer of them stand a chance (DeepConf's confidence of a token; Fu et al., arXiv 2508.15260)."""
    below = _subtract_row_max(logits)
    log_mass = below.exp().sum(dim=1, keepdim=True).log()
    top = below.topk(min(TOP_TOKENS, below.shape[1]), dim=1).values - log_mass
    return -top.clamp_(min=LEAST_LOG_PROB).mean(dim=1)


TOKEN_SIGNALS: Mapping[TokenSignal, Callable[[torch.Tensor], torch.Tensor]] = {
    "entropy": entropies,
    "certainty": self_certainty,
    "top": top_confidence,
}
"""Numbers (R,) of each row's distribution, from logits (R, V)."""


def _bounded_log_probs(below: torch.Tensor) -> torch.Tensor:
    """Log-probabilities (R, V) from logits below their maximum."""
    return (below - below.exp().sum(dim=1, keepdim=True).log()).clamp_(min=LEAST_LOG_PROB)


def _subtract_row_max(logits: torch.Tensor) -> torch.Tensor:
    """Logits (R, V) from each row's maximum down, so that a tiny temperature overflows to no mass instead of to
    infinity."""
    below = to_float64(logits)
    return below - below.amax(dim=1, keepdim=True)


def _invert_cdf(
    below: torch.Tensor, index: torch.Tensor, rows: list[int], uniforms: torch.Tensor, temperature: float
) -> tuple[torch.Tensor, torch.Tensor]:
    """Tokens (N,) and the entries of `below` (R, V) there: where the sum of a row's mass passes the uniform's share."""
    mass = (below / temperature).exp_().cumsum_(dim=1)
    total = mass[index, -1]
    heights = _below(uniforms * total, total)
    # (R, K), K draws at most from one row: its mass is not copied for each of them.
    seen = [0] * len(below)
    places = []
    for row in rows:
        places.append(seen[row])
        seen[row] += 1
    place = torch.tensor(places, device=below.device)
    table = heights.new_zeros(len(below), max(seen))
    table[index, place] = heights
    tokens = torch.searchsorted(mass, table, right=True)[index, place].clamp(max=below.shape[1] - 1)
    return tokens, below[index, tokens]


def _sample_in_blocks(
    logits: torch.Tensor, uniforms: torch.Tensor, temperature: float, rows: list[int]
) -> tuple[torch.Tensor, torch.Tensor]:
    """As `sample_tokens`: a draw finds its block by the sums of the blocks, then its token within it."""
    logits = logits.cpu() if logits.device.type == "mps" else logits
    index = torch.tensor(rows, device=logits.device)
    heights = to_float64(uniforms).to(logits.device)
    tokens = torch.zeros_like(index)
    log_probs = torch.zeros_like(heights)
    for start in range(0, len(logits), _ROWS):
        here = ((index >= start) & (index < start + _ROWS)).nonzero()[:, 0]
        if not len(here):
            continue
        part = logits[start : start + _ROWS].float()
        below = part - part.amax(dim=1, keepdim=True)
        row = index[here] - start
        drawn = (
            below.argmax(dim=1)[row] if temperature == 0 else _find_in_blocks(below / temperature, row, heights[here])
        )
        tokens[here] = drawn
        log_probs[here] = below[row, drawn].double() - below.exp().sum(dim=1, dtype=torch.float64).log()[row]
    return tokens, log_probs


def _find_in_blocks(scaled: torch.Tensor, row: torch.Tensor, uniforms: torch.Tensor) -> torch.Tensor:
    """The tokens (K,) at the shares `uniforms` (K,) of the mass of rows `row` (K,), exp of `scaled` (R, V)."""
    blocks = -(-scaled.shape[1] // _BLOCK)
    mass = scaled.new_zeros(len(scaled), blocks * _BLOCK)
    torch.exp(scaled, out=mass[:, : scaled.shape[1]])
    mass = mass.view(len(scaled), blocks, _BLOCK)
    sums = mass.sum(dim=2, dtype=torch.float64).cumsum(dim=1)[row]
    heights = _below(uniforms * sums[:, -1], sums[:, -1])[:, None]
    block = torch.searchsorted(sums, heights, right=True).clamp(max=blocks - 1)
    before = torch.where(block > 0, sums.gather(1, (block - 1).clamp(min=0)), 0.0)
    within = mass[row, block[:, 0]].double().cumsum(dim=1)
    place = torch.searchsorted(within, _below(heights - before, within[:, -1:]), right=True).clamp(max=_BLOCK - 1)
    return (block * _BLOCK + place)[:, 0].clamp(max=scaled.shape[1] - 1)


def _below(heights: torch.Tensor, total: torch.Tensor) -> torch.Tensor:
    """Heights strictly below the total, so that a token without mass is never drawn."""
    return torch.minimum(heights, torch.nextafter(total, torch.zeros_like(total)))
