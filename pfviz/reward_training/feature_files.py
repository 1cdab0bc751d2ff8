"""The features of sampled problems on disk, a file each, beside the solutions: so they need not be computed again."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

from safetensors import SafetensorError, safe_open
from safetensors.numpy import save_file

from pfviz.errors import DatasetError
from pfviz.reward_training.features import Features
from pfviz.reward_training.samples import SampledProblem


class FeatureFiles:
    """A folder of features at these layers of the model with this hash of its weights."""

    def __init__(self, folder: Path, weights: str, layers: Sequence[int]) -> None:
        self._folder = folder
        self._metadata = {"weights": weights, "layers": ",".join(map(str, layers))}

    def _path(self, problem: str) -> Path:
        return self._folder / f"{hashlib.sha256(problem.encode()).hexdigest()[:24]}.safetensors"

    def write(self, sample: SampledProblem, features: Sequence[Features]) -> None:
        """Keep the features of the problem's solutions, in their order."""
        self._folder.mkdir(exist_ok=True)
        path = self._path(sample.problem)
        partial = path.with_suffix(".partial")
        save_file({str(place): one for place, one in enumerate(features)}, partial, self._metadata)
        partial.replace(path)  # a file is whole, or it is not there

    def read(self, sample: SampledProblem) -> list[Features] | None:
        """What was kept of the problem; None if nothing was, or something else than is asked for.

        Raises:
            DatasetError: the solutions were written by another model.
        """
        path = self._path(sample.problem)
        try:
            with safe_open(path, "numpy") as file:
                metadata = file.metadata() or {}
                found: list[Features] = [file.get_tensor(name) for name in sorted(file.keys(), key=int)]
        except (OSError, SafetensorError, ValueError):
            return None
        if metadata.get("weights") != self._metadata["weights"]:
            raise DatasetError(
                f"The solutions beside {self._folder} were written by another model. Choose another --out, or delete "
                "them."
            )
        counts = [len(solution.steps) for solution in sample.solutions]
        same = metadata == self._metadata and [len(one) for one in found] == counts
        return found if same else None
