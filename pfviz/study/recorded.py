"""The studies that ship, for the page: a new one is a file in the folder of `study_dir()` and one line here."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pfviz.errors import StudyError
from pfviz.resources import study_dir
from pfviz.study.result import Result, load


@dataclass(frozen=True, slots=True)
class RecordedStudy:
    """A result that `pfviz study` wrote.

    Args:
        name: what the page remembers it by.
        title: what the choice is called.
        file: its `table.json`, under its name in the folder.
        what: what the world is that was measured, in a sentence or two; not what came out.
        baseline: (title, file) of a result on the same problems whose line of particle filtering is drawn beside; or
            nothing.
        notes: a file with why it came out so, in words; or nothing.
    """

    name: str
    title: str
    file: str
    what: str
    baseline: tuple[str, str] | None = None
    notes: str = ""

    @property
    def path(self) -> Path:
        """Where its result is."""
        return study_dir() / self.file

    def load(self) -> Result:
        """The result; raises `StudyError` where there is none."""
        return load(self.path)

    def load_baseline(self) -> dict[str, Result]:
        """The result to compare with by its title; nothing where there is none."""
        if self.baseline is None:
            return {}
        title, file = self.baseline
        try:
            return {title: load(study_dir() / file)}
        except StudyError:
            return {}

    def read_notes(self) -> str:
        """Why the result is as it is; empty where nobody wrote it."""
        path = study_dir() / self.notes
        return path.read_text(encoding="utf-8").strip() if path.is_file() else ""


RECORDED: dict[str, RecordedStudy] = {
    study.name: study
    for study in [
        RecordedStudy(
            "embedded", "Embedded pair", "table.json",
            "Held-out problems of the embedded world, most of which take two or three steps.",
            ("No reward model", "confidence.json"), "findings.txt",
        ),
        RecordedStudy(
            "horizon", "Synthetic, up to 12 steps", "horizon.json",
            "No language model: sums of 1 to 12 steps, each of which is wrong in 12 % of the cases, under a reward "
            "that is the truth behind noise, and never sees one mistake in ten.",
        ),
        RecordedStudy(
            "gsm8k", "Qwen2.5-Coder-0.5B, GSM8K", "gsm8k.json",
            "Problems of the test set of GSM8K, and the reward that is read from the hidden states of the model. They "
            "are too few to decide anything. The independent solutions of a problem are the first ones of sixteen, "
            "which were sampled before, with seeds of their own.",
        ),
    ]
}  # fmt: skip
"""By name; the page shows the first one first."""


def recorded_studies() -> list[RecordedStudy]:
    """Return those whose files are here."""
    return [study for study in RECORDED.values() if study.path.is_file()]
