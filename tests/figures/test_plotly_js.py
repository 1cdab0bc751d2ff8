"""The part of plotly.js that is shipped draws what figures are made of, and fits the Python package."""

from __future__ import annotations

import re

import plotly.graph_objects as go
import pytest
from plotly.offline import get_plotlyjs_version

from pfviz.figures import theme
from pfviz.figures.plotly_js import PLOTLY_JS, TRACE_TYPES

SOURCE = PLOTLY_JS.read_text(encoding="utf-8")


def test_the_bundle_has_the_version_that_the_python_package_writes_for() -> None:
    version = re.search(r"plotly\.js \(cartesian - minified\) v([\d.]+)", SOURCE[:300])
    assert version is not None
    assert version[1].split(".")[0] == get_plotlyjs_version().split(".")[0]
    assert "MIT" in PLOTLY_JS.with_name("plotly-cartesian.LICENSE").read_text(encoding="utf-8")


def test_the_bundle_draws_the_types_that_a_figure_may_have_and_no_others() -> None:
    assert set(re.findall(r'moduleType:"trace",name:"(\w+)"', SOURCE)) == TRACE_TYPES


def test_a_figure_of_another_type_is_refused_where_it_is_made() -> None:
    with pytest.raises(ValueError, match="no scattergl traces; it may have bar"):
        theme.figure([go.Scattergl(x=[1], y=[1])], title="", reads="")
