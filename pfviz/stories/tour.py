"""The tour: cards that point at the real parts of the page, one idea each, over the first recorded run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from pfviz.trace import Trace

Goal = Literal["next", "moment", "choice", "tau", "run"]
"""What takes the reader on, beside a press of Next: the end of what is played, a click on a mark, the slider, Run."""


@dataclass(frozen=True, slots=True)
class Card:
    """One card."""

    name: str
    sentence: str  # at most 14 words
    target: str  # CSS selector of the part that is lit
    goal: Goal = "next"
    play_from: float | None = None  # position of the replay, in steps: where it is put when the card opens
    play_to: float | None = None  # and up to where it plays; None: it stands still
    wait: float = 0.0  # seconds after which it goes on by itself


CARDS = (
    Card("problem", "A language model writes sixteen solutions to this sum, step by step.", "#problem", play_from=0),
    Card("write", "They differ, because it guesses.", "#genealogy", "moment", 0, 0.25),
    Card(
        "score", "A reward scores each step: yellow looks right, violet looks wrong.", "#genealogy", "moment", 0.25, 0.5
    ),
    Card("weigh", "Scores become shares: a larger mark has a larger share.", "#genealogy", "moment", 0.5, 0.75),
    Card("guess", "Who will be copied? Click one, or wait.", "#genealogy", "choice", 0.75, wait=4),
    Card("select", "Large shares are copied, small ones die. Still sixteen.", "#genealogy", "moment", 0.75, 1),
    Card("again", "Again, after every step.", "#genealogy", "moment", 1, 6),
    Card("strips", "Here is how evenly the shares lie, and how many families live.", "#strips"),
    Card("read", "Click any mark: its whole solution stands here.", "#inspector", "choice"),
    Card("answer", "The answer with the most reward wins. It is right.", "#answer"),
    Card("ghost", "The same seeds, and nobody copied: a wrong answer looks best.", "#hero .ghost"),
    Card("tau", "Tau says how far to trust the reward. Move it.", "#genealogy", "tau", 1),
    Card("run", "Now press Run, or type a problem of your own.", "#go", "run"),
)


def log_potentials(trace: Trace) -> list[list[float]]:
    """Return what the step added to each log-weight, times tau: (T, N), rounded for a page. Divided by another tau
    it gives the shares of a step after whose predecessor all weights were even."""
    with np.errstate(invalid="ignore"):  # what is impossible stays so
        added = (trace.log_weights - trace.log_carried) * trace.temperatures[:, None]
    return [[round(float(value), 3) for value in row] for row in np.nan_to_num(added, nan=-50, neginf=-50)]
