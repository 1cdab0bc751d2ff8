"""What holds for every figure of the reward."""

from __future__ import annotations

import pytest

from pfviz.figures import theme
from pfviz.figures.registry import Figure
from pfviz.lab.probes.values import distinct_prefixes
from tests.figures.drawn import named
from tests.figures.reward.traces import TRACE, draw
from tests.figures.rooms import figures_of_room
from tests.traces import synthetic_trace

ROOM = figures_of_room("reward")
FINDINGS = ("worth", "slopes")
"""Those whose title says what was found where there is something."""
LINES = ("inside", "slopes")
"""Those in which a particle is a line."""


@pytest.mark.parametrize("figure", ROOM, ids=lambda figure: figure.name)
def test_a_title_is_a_question_or_a_finding_and_it_says_how_to_read(figure: Figure) -> None:
    meta = draw(figure).layout.meta
    assert ("?" in meta["title"]) == (figure.name not in FINDINGS)
    assert len(meta["reads"]) > 80


@pytest.mark.parametrize("figure", [one for one in ROOM if one.name not in LINES], ids=lambda figure: figure.name)
def test_the_selected_particle_is_outlined(figure: Figure) -> None:
    uid = int(TRACE.uids[1, TRACE.ancestors[1, 0]])
    outline = named(draw(figure, selected=uid), "selection")
    assert len(outline.x) == 1
    assert outline.marker.color == theme.ACCENT
    assert len(named(draw(figure, selected=10**6), "selection").x) == 0


@pytest.mark.parametrize("shape", [(1, 1), (4, 1), (1, 5), (8, 2)])
@pytest.mark.parametrize("figure", ROOM, ids=lambda figure: figure.name)
def test_small_runs(figure: Figure, shape: tuple[int, int]) -> None:
    trace = synthetic_trace(*shape)
    assert draw(figure, trace, values=distinct_prefixes(trace)[0], title=False).to_json()
