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


def sample_tokens(
    logits: torch.Tensor, uniforms: torch.Tensor, temperature: float, rows: list[int] | None = None
) -> tuple[torch.Tensor, torch.Tensor]:
    """Tokens (N,) from logits (R, V) and uniforms in [0, 1) (N,), and their log-probabilities at temperature 1, nats.

    Both results are where the logits are, or on the CPU if there is no double precision there (see `double`); the
    uniforms may be anywhere. Draw n is made from row rows[n] (n, by default). Temperature 0 takes the most likely
    token. Logits that are not numbers give a log-probability that is none either, for the caller to refuse.
    """
    rows = list(range(len(logits))) if rows is None else rows
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
    # Strictly below the total, so that a token without mass is never drawn.
    heights = torch.minimum(uniforms * total, torch.nextafter(total, torch.zeros_like(total)))
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
