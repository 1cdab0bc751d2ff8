"""Reads columns as `replay.js` does."""

from __future__ import annotations

import base64
from typing import Any

import numpy as np
import numpy.typing as npt


def unpack(packed: dict[str, Any], steps: int, particles: int) -> npt.NDArray[Any]:
    """Return a packed column as (T, N)."""
    data = base64.b64decode(packed["data"])
    if packed["type"] == "bits":
        flat = np.unpackbits(np.frombuffer(data, dtype=np.uint8), count=steps * particles).astype(bool)
    else:
        flat = np.frombuffer(data, dtype=f"<{packed['type']}") * packed.get("scale", 1)
    return flat.reshape(steps, particles)
