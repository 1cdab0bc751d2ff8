"""Every figure says in a line how it is read, and in full a click away."""

from __future__ import annotations

import importlib

import pytest

from pfviz.comparison.comparison import compare
from pfviz.figures import theme
from pfviz.figures.registry import FIGURES, Figure
from tests.figures.processbench.results import processbench
from tests.figures.reward.traces import draw
from tests.figures.study.results import result
from tests.figures.training.fitted import fitted
from tests.lab.diagnosed import diagnosis
from tests.traces import synthetic_trace


def meta_of(figure: Figure) -> dict[str, str]:
    if figure.path.startswith("pfviz.figures.reward."):
        return draw(figure).layout.meta
    subjects = {
        "run": synthetic_trace,
        "diagnosis": diagnosis,
        "study": result,
        "fitted reward": fitted,
        "processbench": processbench,
        "comparison": lambda: compare([synthetic_trace(), synthetic_trace(seed=1)]),
    }
    return figure.draw(subjects[figure.of]()).layout.meta


@pytest.mark.parametrize("figure", FIGURES.values(), ids=lambda figure: figure.name)
def test_a_caption_is_one_short_sentence_and_more_is_said_in_full(figure: Figure) -> None:
    meta = meta_of(figure)
    assert 15 <= len(meta["caption"]) <= theme.MAX_CAPTION
    assert meta["caption"].endswith(".")
    assert len(meta["reads"]) > len(meta["caption"])


@pytest.mark.parametrize("module", sorted({figure.path.split(":")[0] for figure in FIGURES.values()}))
def test_no_other_caption_of_a_figure_is_longer(module: str) -> None:
    """One that a setting brings, too."""
    known = vars(importlib.import_module(module))
    captions = [value for name, value in known.items() if name.startswith("CAPTION") and isinstance(value, str)]
    assert captions
    assert max(map(len, captions)) <= theme.MAX_CAPTION
