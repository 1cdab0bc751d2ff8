"""Drawing a token for each row by inverse transform, so that a row's draw depends on its own uniform alone."""

from __future__ import annotations

import torch


def draw(logits: torch.Tensor, uniforms: torch.Tensor, temperature: float) -> tuple[torch.Tensor, torch.Tensor]:
    """Tokens (R,) from logits (R, V) and uniforms in [0, 1) (R,), and their log-probabilities at temperature 1, nats.

    Computed in float64. Temperature 0 takes the most likely token. Logits that are not numbers give a
    log-probability that is none either, for the caller to refuse.
    """
    logits = logits.double()
    log_probs = torch.log_softmax(logits, dim=1)
    if temperature == 0:
        tokens = logits.argmax(dim=1)
    else:
        # From the maximum down, so that a tiny temperature overflows to no mass instead of to infinity.
        mass = torch.softmax((logits - logits.amax(dim=1, keepdim=True)) / temperature, dim=1).cumsum(dim=1)
        total = mass[:, -1]
        # Strictly below the total, so that a token without mass is never drawn.
        height = torch.minimum(uniforms.double() * total, torch.nextafter(total, torch.zeros_like(total)))
        tokens = torch.searchsorted(mass, height[:, None], right=True)[:, 0].clamp(max=logits.shape[1] - 1)
    return tokens, log_probs.gather(1, tokens[:, None])[:, 0]
