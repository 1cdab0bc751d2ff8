"""How the label of a step looks: a sign of its own, not a colour alone, and the key that gives it."""

from __future__ import annotations

from dataclasses import dataclass

from pfviz.figures.run.tree.step_labels import LABEL_MARKS
from pfviz.lab.labelling import LabelName

LABEL_KEYS: dict[LabelName, str] = {"good": "g", "neutral": "o", "bad": "b"}
UNDO_KEY = "u"


@dataclass(frozen=True, slots=True)
class LabelChoice:
    """A button: what it says, its key, and whether it is the label that the step has."""

    name: str
    mark: str
    key: str
    chosen: bool


def label_choices(given: LabelName | None) -> list[LabelChoice]:
    """Return the buttons of a step with that label; the last one takes it back, where there is one."""
    found = [LabelChoice(name, LABEL_MARKS[name], key, name == given) for name, key in LABEL_KEYS.items()]
    return [*found, LabelChoice("none", "", UNDO_KEY, False)] if given else found


def label_mark(given: LabelName | None) -> tuple[str, str] | None:
    """Return (name, sign) of a label; None without one."""
    return None if given is None else (given, LABEL_MARKS[given])
