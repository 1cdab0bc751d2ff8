"""What models said when they were asked again about the run on the page. It is kept until another run is shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from pfviz.figures.run.tree.node_colours import ColourBy
from pfviz.lab.probes.edit import StepRewards
from pfviz.lab.probes.occlusion import Occlusion
from pfviz.lab.probes.rescore import RescoredSweep
from pfviz.lab.probes.values import PrefixValue, TreeValues, distinct_prefixes
from pfviz.page.serving.model_menu import ModelMenu
from pfviz.trace import Trace


@dataclass
class ProbeAnswers:
    """About one sweep."""

    prefix_values: tuple[PrefixValue, ...] = ()  # of each distinct prefix, measured or not; empty before anybody asked
    value_seed: int = 0  # how often values were asked for: the seed of the next such question, which has own rollouts
    rescored: RescoredSweep | None = None
    occlusions: dict[int, tuple[str, Occlusion]] = field(default_factory=dict)  # uid -> reward model and what it said
    edits: dict[int, tuple[StepRewards, ...]] = field(default_factory=dict)  # uid -> both paths, as far as scored

    @property
    def measured_values(self) -> dict[int, PrefixValue]:
        """The value of each node that has one."""
        return {uid: value for value in self.prefix_values for uid in value.uids if value.rollouts}

    def add_values(self, trace: Trace, found: PrefixValue | TreeValues) -> None:
        """New values, which count in what was known before they were asked for."""
        known = self.prefix_values or tuple(distinct_prefixes(trace)[0])
        news = {
            uid: value for value in (found.values if isinstance(found, TreeValues) else [found]) for uid in value.uids
        }
        self.prefix_values = tuple(_best_known_value(value, news) for value in known)


def _best_known_value(known: PrefixValue, news: Mapping[int, PrefixValue]) -> PrefixValue:
    found = next((news[uid] for uid in known.uids if uid in news), known)
    return known if known.exact or found.rollouts < known.rollouts else replace(found, uids=known.uids)


@dataclass
class ProbeState:
    """All that a visitor asked, about each sweep of the run."""

    menu: ModelMenu = field(default_factory=lambda: ModelMenu({}, False))
    colour: ColourBy = "reward"  # of the genealogy
    status: str = ""  # how far the last question came, or what is wrong with it
    busy: bool = False
    is_error: bool = False
    sweeps: dict[int, ProbeAnswers] = field(default_factory=dict)

    def for_sweep(self, sweep: int) -> ProbeAnswers:
        """The answers about the sweep of that number."""
        return self.sweeps.setdefault(sweep, ProbeAnswers())

    def shown_colour(self, measured: bool) -> ColourBy:
        """What colours the genealogy; before a value was `measured`, never the difference from it."""
        return "reward" if self.colour == "gap" and not measured else self.colour

    def set_status(self, text: str, *, busy: bool = False, is_error: bool = False) -> None:
        """What is told beside the forms."""
        self.status, self.busy, self.is_error = text, busy, is_error

    def reset(self) -> None:
        """Another run is shown."""
        self.sweeps, self.colour = {}, "reward"
        self.set_status("")
