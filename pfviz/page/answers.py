"""What models said when they were asked again about the run on the page. It is kept until another run is shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from pfviz.lab.attribution import Occlusion
from pfviz.lab.edit import StepRewards
from pfviz.lab.rescore import Rescored
from pfviz.lab.values import TreeValues, Value, distinct
from pfviz.page.offer import Offer
from pfviz.trace import Trace

Colour = Literal["reward", "gap"]


@dataclass
class Answers:
    """About one sweep."""

    worth: tuple[Value, ...] = ()  # of each distinct prefix, measured or not; empty before anybody asked
    valued: int = 0  # how often values were asked for: the seed of the next such question, whose rollouts are others
    other: Rescored | None = None
    words: dict[int, tuple[str, Occlusion]] = field(default_factory=dict)  # uid -> reward model and what it said
    edits: dict[int, tuple[StepRewards, ...]] = field(default_factory=dict)  # uid -> both paths, as far as scored

    @property
    def measured(self) -> dict[int, Value]:
        """The value of each node that has one."""
        return {uid: value for value in self.worth for uid in value.uids if value.rollouts}

    def add(self, trace: Trace, found: Value | TreeValues) -> None:
        """New values, which count in what was known before they were asked for."""
        known = self.worth or tuple(distinct(trace)[0])
        news = {
            uid: value for value in (found.values if isinstance(found, TreeValues) else [found]) for uid in value.uids
        }
        self.worth = tuple(_better(value, news) for value in known)


def _better(known: Value, news: Mapping[int, Value]) -> Value:
    found = next((news[uid] for uid in known.uids if uid in news), known)
    return known if known.exact or found.rollouts < known.rollouts else replace(found, uids=known.uids)


@dataclass
class Replies:
    """All that a visitor asked, about each sweep of the run."""

    offer: Offer = field(default_factory=lambda: Offer({}, False))
    colour: Colour = "reward"  # of the genealogy
    said: str = ""  # how far the last question came, or what is wrong with it
    going: bool = False
    trouble: bool = False
    sweeps: dict[int, Answers] = field(default_factory=dict)

    def of(self, sweep: int) -> Answers:
        """The answers about the sweep of that number."""
        return self.sweeps.setdefault(sweep, Answers())

    def say(self, text: str, *, going: bool = False, trouble: bool = False) -> None:
        """What is told beside the forms."""
        self.said, self.going, self.trouble = text, going, trouble

    def forget(self) -> None:
        """Another run is shown."""
        self.sweeps, self.colour = {}, "reward"
        self.say("")
