"""A map from a reward to the probability of being right, and its file.

    pfviz.calibrated("embedded", "map.json")

It is monotone, so that it changes how far rewards lie apart, never their order (but for ties).
"""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from typing import Annotated, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from pfviz.errors import ModelError
from pfviz.models.rewards.perturbed import PerturbedReward, ScoredPrefix
from pfviz.types import FloatArray, RewardModel
from pfviz.validation import first_mismatch

MapMethod = Literal["isotonic", "quantile"]
MAX_FILE_BYTES = 4_000_000
_Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]


class CalibrationMap(BaseModel):
    """A reward of `scores[k]` becomes `values[k]`; between them on a straight line, beyond them as at the end.

    `low[k]` is a value that the probability exceeds with 90 %, by the rows behind that knot.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", ser_json_inf_nan="null")

    kind: Literal["pfviz calibration"] = "pfviz calibration"
    reward: str = Field(description="a text")
    method: MapMethod = Field(description="isotonic or quantile")
    scores: tuple[_Share, ...] = Field(min_length=1, description="numbers from 0 to 1 that rise")
    values: tuple[_Share, ...] = Field(min_length=1, description="numbers from 0 to 1 that do not fall")
    low: tuple[_Share, ...] = Field(min_length=1, description="numbers from 0 to 1 that do not fall")
    rows: int = Field(ge=1, description="a whole number")
    problems: int = Field(ge=1, description="a whole number")

    @model_validator(mode="after")
    def _check_order(self) -> CalibrationMap:
        if not len(self.scores) == len(self.values) == len(self.low):
            raise ValueError("scores, values and low have different lengths")
        if (np.diff(self.scores) <= 0).any() or (np.diff(self.values) < 0).any() or (np.diff(self.low) < 0).any():
            raise ValueError("scores must rise, values and low must not fall")
        return self

    def apply(self, rewards: FloatArray) -> FloatArray:
        """Return the repaired rewards, of any shape; NaN stays NaN."""
        return np.asarray(np.interp(rewards, self.scores, self.values), dtype=np.float64)

    def apply_low(self, rewards: FloatArray) -> FloatArray:
        """Return what the probability exceeds with 90 %, of any shape."""
        return np.asarray(np.interp(rewards, self.scores, self.low), dtype=np.float64)

    def save(self, path: str | Path) -> None:
        """Write the map as JSON."""
        Path(path).write_text(self.model_dump_json(indent=1) + "\n", encoding="utf-8")


def load_calibration(path: str | Path) -> CalibrationMap:
    """Read a map that `pfviz calibrate` wrote; raises `ModelError` for a file that is none."""
    file = Path(path)
    try:
        if file.stat().st_size > MAX_FILE_BYTES:
            raise ModelError(f"{file} is too large for a calibration map ({MAX_FILE_BYTES:,} bytes at most).")
        found = json.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise ModelError(f"{file} cannot be read: {error.strerror}. `pfviz calibrate` writes such a file.") from error
    except (ValueError, RecursionError) as error:
        raise ModelError(f"{file} is no calibration map: it is not JSON ({str(error)[:80]}).") from error
    try:
        return CalibrationMap.model_validate(found)
    except ValidationError as error:
        said = first_mismatch(error, CalibrationMap, found if isinstance(found, dict) else {})
        raise ModelError(f"{file} is no calibration map: {said}. `pfviz calibrate` writes one.") from None


def apply_calibration(reward: RewardModel, calibration: CalibrationMap) -> PerturbedReward:
    """Return the reward model whose rewards go through the map."""
    return PerturbedReward(reward, f"{calibration.method} calibration", partial(_repair, calibration), True)


def _repair(calibration: CalibrationMap, reward: float, prefix: ScoredPrefix) -> float:
    return float(calibration.apply(np.array(reward)))
