"""What an older version of the schema said otherwise, brought to what the present one says."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pfviz.types import FloatArray, IntArray


def mark_unknown_log_probs(
    log_probs: FloatArray, tokens: IntArray, token_log_probs: Sequence[Sequence[Sequence[float]]]
) -> FloatArray:
    """Return the log-probabilities (T, N) of a file of version 1 to 4 with NaN where they are not known.

    Those versions wrote 0 there. A step of tokens that has exactly 0, and no log-probability of any of its tokens, is
    taken for one of them: a model that runs here is never as certain as that without saying so of each token (in files
    of version 1 and 2, which say nothing of single tokens, its sums are below 0). A particle that only stays, and a
    step without tokens, keeps its 0, the sum over none.
    """
    silent = np.array([[not told for told in row] for row in token_log_probs], dtype=np.bool_).reshape(tokens.shape)
    return np.where((log_probs == 0) & (tokens > 0) & silent, np.nan, log_probs)
