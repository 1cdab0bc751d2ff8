"""The problem as typed, and a solution as its steps."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field, replace
from datetime import datetime

from pfviz.errors import ProblemError
from pfviz.problems.blocks import split_text

SEPARATOR = "\n\n"
"""What ends a step: a blank line, as Qwen's math models write."""

MAX_PROBLEM_CHARACTERS = 2000


@dataclass(frozen=True, slots=True)
class Problem:
    """A problem as typed, and the true answer where it is known."""

    text: str
    truth: str | None = None
    asked_at: datetime | None = None  # what a prompt that names the date is to say; None: now
    # Steps of a solution that its source gives, where it gives one: how long the problem is.
    reference_steps: int | None = field(default=None, compare=False)

    @classmethod
    def from_text(cls, text: str, truth: str | None = None, reference_steps: int | None = None) -> Problem:
        """The problem without surrounding blanks; raises `ProblemError` if it is empty, too long or not text."""
        text = text.replace("\r\n", "\n").strip()
        if not text:
            raise ProblemError("The problem is empty. Type one, for example: Compute (12 + 7) * 3 - 45")
        if len(text) > MAX_PROBLEM_CHARACTERS:
            raise ProblemError(
                f"The problem has {len(text):,} characters; at most {MAX_PROBLEM_CHARACTERS:,} are taken. Shorten it."
            )
        for place, character in enumerate(text, start=1):
            # Cc: control characters; Cs: lone surrogates, which no encoding can write.
            if character not in "\n\t" and unicodedata.category(character) in ("Cc", "Cs"):
                raise ProblemError(
                    f"The problem holds a control character (U+{ord(character):04X}, character {place}). "
                    "Delete it, or type the problem anew as plain text."
                )
        truth = truth.strip() if truth is not None else None
        return cls(text, truth or None, reference_steps=reference_steps)

    def asked_when(self, started: str) -> Problem:
        """The problem as a run asks it that began then, ISO 8601: a trace's prompt has the same date on any later day.
        What is no time, in a trace of other origin, changes nothing."""
        try:
            return replace(self, asked_at=datetime.fromisoformat(started))
        except ValueError:
            return self


def split_steps(solution: str) -> list[str]:
    """The non-empty steps of a solution, blanks stripped at both ends. A blank line inside a block of code or of
    display mathematics ends none."""
    return [step for part in split_text(solution, SEPARATOR) if (step := part.strip())]
