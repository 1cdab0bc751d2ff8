"""The optimiser of both models: Muon for the matrices inside the layers, AdamW for the rest, one schedule."""

from __future__ import annotations

from pathlib import Path
from typing import Any


class Optimiser:
    """Muon (Jordan et al. 2024) + AdamW with a warm-up, a constant stretch, and a linear decay to zero.

    torch.optim.Muon orthogonalises in bfloat16, which a CPU without bfloat16 units computes a hundred times slower than
    float32; so the few lines of it stand here, in float32 and batched over matrices of one shape.
    """

    def __init__(self, model: Any, steps: int, matrix_rate: float, rate: float, decay: float = 0.4) -> None:
        import torch

        self.groups: dict[tuple[int, ...], list[Any]] = {}
        others = []
        for name, parameter in model.named_parameters():
            if not parameter.requires_grad:
                continue
            if parameter.ndim == 2 and "layers" in name:
                self.groups.setdefault(tuple(parameter.shape), []).append(parameter)
            else:
                others.append(parameter)
        self.momenta = {shape: torch.zeros(len(group), *shape) for shape, group in self.groups.items()}
        self.adam = torch.optim.AdamW(others, lr=rate, betas=(0.9, 0.98), weight_decay=0.0)
        self.parameters = [p for p in model.parameters() if p.requires_grad]
        self.matrix_rate, self.rate = matrix_rate, rate
        self.steps, self.warmup, self.decay = steps, min(100, steps // 10 + 1), int(steps * decay) + 1

    def scale(self, step: int) -> float:
        """The schedule at a step, in (0, 1]."""
        return min(1.0, (step + 1) / self.warmup, max(0.01, (self.steps - step) / self.decay))

    def is_decaying(self, step: int) -> bool:
        """Whether the last stretch, of falling rates, has begun."""
        return self.steps - step <= self.decay

    def step(self, step: int) -> None:
        import torch

        torch.nn.utils.clip_grad_norm_(self.parameters, 1.0)
        self.adam.param_groups[0]["lr"] = self.rate * self.scale(step)
        self.adam.step()
        self._muon(self.matrix_rate * self.scale(step))
        for parameter in self.parameters:
            parameter.grad = None

    def _muon(self, rate: float, momentum: float = 0.95, decay: float = 0.05) -> None:
        import torch

        with torch.no_grad():
            for shape, group in self.groups.items():
                gradient = torch.stack([p.grad for p in group])
                kept = self.momenta[shape].lerp_(gradient, 1 - momentum)
                update = orthogonalise(gradient.lerp(kept, momentum))  # Nesterov
                update *= 0.2 * max(shape) ** 0.5  # the RMS of an AdamW update (Liu et al. 2025)
                for parameter, change in zip(group, update, strict=True):
                    parameter.mul_(1 - rate * decay).add_(change, alpha=-rate)

    def state_dict(self) -> dict[str, Any]:
        return {"adam": self.adam.state_dict(), "momenta": self.momenta}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        self.adam.load_state_dict(state["adam"])
        self.momenta = state["momenta"]


def save_checkpoint(checkpoint: Path, model: Any, optimiser: Optimiser, step: int) -> None:
    """Write a checkpoint after `step` steps; an interruption leaves the one before it."""
    import torch

    fresh = checkpoint.with_suffix(".new")
    torch.save({"model": model.state_dict(), "optimiser": optimiser.state_dict(), "step": step}, fresh)
    fresh.replace(checkpoint)


def restore_checkpoint(checkpoint: Path, model: Any, optimiser: Optimiser) -> int:
    """Load a checkpoint if there is one; returns the number of steps already done."""
    import torch

    if not checkpoint.exists():
        return 0
    saved = torch.load(checkpoint, weights_only=True)
    model.load_state_dict(saved["model"])
    optimiser.load_state_dict(saved["optimiser"])
    return int(saved["step"])


def orthogonalise(matrices: Any, iterations: int = 5) -> Any:
    """The nearest semi-orthogonal matrices, roughly: the quintic Newton-Schulz iteration, (B, m, n) -> (B, m, n)."""
    x = matrices / (matrices.norm(dim=(1, 2), keepdim=True) + 1e-7)
    wide = x.shape[1] <= x.shape[2]
    x = x if wide else x.mT
    for _ in range(iterations):
        gram = x @ x.mT
        x = 3.4445 * x + (-4.7750 * gram + 2.0315 * gram @ gram) @ x
    return x if wide else x.mT
