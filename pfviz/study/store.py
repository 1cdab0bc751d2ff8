"""Outcomes on disk: one line each, appended as they come, under a first line that says what study they belong to."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from pfviz.errors import StudyError
from pfviz.inference.settings import PICKS
from pfviz.study.plan import Unit
from pfviz.study.run_job import Outcome

FORMAT_VERSION = 1


class Store:
    """The file of a study. `about` is what its outcomes depend on: models, versions, settings, problems."""

    def __init__(self, path: Path, about: Mapping[str, Any], outcomes: Mapping[Unit, Outcome]) -> None:
        self.path = path
        self.about = about
        self.outcomes = dict(outcomes)

    @classmethod
    def read(cls, path: Path) -> Store:
        """A study's file. A last line that was cut off is left out.

        Raises:
            StudyError: there is no such file, or it is damaged or foreign; the message names the line.
        """
        try:
            lines = path.read_text(encoding="utf-8").split("\n")[:-1]  # what follows the last newline was cut off
        except (OSError, UnicodeDecodeError) as error:
            raise StudyError(f"The outcomes in {path} cannot be read: {error}") from error
        outcomes = {}
        try:
            about = json.loads(lines[0])["about"] if json.loads(lines[0])["study"] == FORMAT_VERSION else None
        except (ValueError, KeyError, TypeError, IndexError):
            about = None
        if not isinstance(about, dict):
            raise StudyError(f"{path} is no file of outcomes of this version of pfviz. Choose another folder.")
        for number, line in enumerate(lines[1:], start=2):
            try:
                row = json.loads(line)
                if not PICKS.keys() <= row["right"].keys():
                    continue  # of before there was a way to pick the answer: it is run again
                found = Outcome.from_row(row)
            except (ValueError, KeyError, TypeError) as error:
                raise StudyError(f"Line {number} of {path} is damaged. Delete that line, and run again.") from error
            outcomes[found.unit] = found
        return cls(path, about, outcomes)

    @classmethod
    def open(cls, path: Path, about: Mapping[str, Any]) -> Store:
        """The file to add to: a new one, or one of the same study, whose cut-off last line is dropped.

        Raises:
            StudyError: as `read`; or the file belongs to another study; or it cannot be written.
        """
        about = json.loads(json.dumps(about))
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            if not path.exists() or b"\n" not in path.read_bytes():
                path.write_text(json.dumps({"study": FORMAT_VERSION, "about": about}) + "\n", encoding="utf-8")
                return cls(path, about, {})
            store = cls.read(path)
            if store.about != about:
                raise StudyError(
                    f"{path} holds another study: it differs in {', '.join(_differences(store.about, about))}. "
                    "Choose another folder, or the same settings."
                )
            whole = path.read_bytes().rfind(b"\n") + 1
            with path.open("r+b") as file:
                file.truncate(whole)
        except OSError as error:
            raise StudyError(f"The outcomes cannot be written to {path}: {error.strerror}.") from error
        return store

    def add(self, outcomes: Iterable[Outcome]) -> None:
        """Keep outcomes, and write them at once."""
        some = list(outcomes)
        with self.path.open("a", encoding="utf-8") as file:
            file.writelines(json.dumps(outcome.row(), allow_nan=False) + "\n" for outcome in some)
        self.outcomes.update((outcome.unit, outcome) for outcome in some)


def _differences(one: Any, other: Any, name: str = "") -> list[str]:
    """The names of the parts in which two nested dictionaries differ."""
    if not (isinstance(one, dict) and isinstance(other, dict)):
        return [] if one == other else [name]
    keys = sorted({*one, *other})
    return [d for key in keys for d in _differences(one.get(key), other.get(key), f"{name} {key}".strip())]
