"""Which models the page runs for a visitor's trace."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pfviz.errors import ModelError
from pfviz.models import presets
from pfviz.page.engine import Embedded
from tests.traces import synthetic_trace


@pytest.mark.parametrize(
    "names",
    [
        {"generator": "somebody/huge"},
        {"generator": "endpoint:lab"},
        {"reward": "../secrets"},
        {"reward": "endpoint:prm"},
    ],
    ids=str,
)
def test_a_trace_cannot_make_the_page_load_or_call_what_it_names(
    names: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for kind in ("generator", "reward"):
        monkeypatch.setattr(presets, kind, lambda name: pytest.fail(f"loaded {name}"))
    trace = replace(synthetic_trace(4, 3), **{"generator": "embedded", "reward": "embedded"} | names)
    with pytest.raises(ModelError, match="This page does not run the"):
        Embedded().resume(trace, stop=lambda: False)
