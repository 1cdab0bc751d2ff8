"""What holds for every figure of a study."""

from __future__ import annotations

import json

import pytest

from pfviz.figures import theme
from pfviz.figures.registry import Figure
from tests.figures.rooms import figures_of_room
from tests.figures.study.results import result

ROOM = figures_of_room("study")


@pytest.mark.parametrize("figure", ROOM, ids=lambda figure: figure.name)
def test_every_colour_has_its_dark_twin(figure: Figure) -> None:
    light = json.loads(figure.draw(result()).to_json())
    for dark in (False, True):
        text = json.dumps(theme.recolour(light, dark))
        left = [token for token in theme.LIGHT_TO_DARK if token in text]
        assert bool(left) != dark


@pytest.mark.parametrize("budgets", [(1,), (4,), (1, 64)])
@pytest.mark.parametrize("methods", [("particle_filtering",), ("dvts",), ("greedy", "dvts")])
def test_small_studies_are_drawn(methods: tuple[str, ...], budgets: tuple[int, ...]) -> None:
    if (budgets, methods) == ((4,), ("greedy", "dvts")):
        methods = ("dvts",)
    found = result(methods, budgets, 2)
    for figure in ROOM:
        for title in (True, False):
            assert figure.draw(found, title=title).layout.meta["title"]
