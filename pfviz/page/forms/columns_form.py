"""The form of a table's columns: what each is taken for, to be corrected, and what is read of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pfviz.page.components.html import fill
from pfviz.page.state.opened_file import OpenedFile
from pfviz.text import shorten
from pfviz.trace.building.runs import SEPARATORS
from pfviz.trace.building.score_scales import AUTO, SCALES
from pfviz.trace.importers import ReadingOptions
from pfviz.trace.tables.columns import MEANINGS, ColumnGuess

MAX_OFFERED_COLUMNS = 60
SEPARATOR_TITLES = {AUTO: "As the scores have it", "blank-line": "Blank lines", "line": "Lines"}
assert set(SEPARATOR_TITLES) == {AUTO, *SEPARATORS}


def read_columns(guess: ColumnGuess, sent: Mapping[str, Any]) -> ReadingOptions:
    """Return what was chosen: of each meaning a column by its place among the offered ones, or none; anything else that
    is sent is as if it was not."""
    columns = {}
    for meaning in MEANINGS:
        place = str(sent.get(f"column-{meaning}", ""))
        offered = guess.names[:MAX_OFFERED_COLUMNS]
        columns[meaning] = offered[int(place)] if place.isdecimal() and int(place[:9]) < len(offered) else ""
    scale, separator = str(sent.get("scale")), str(sent.get("separator"))
    return ReadingOptions(scale if scale in SCALES else AUTO, separator if separator in SEPARATORS else AUTO, columns)


def columns_form(opened: OpenedFile) -> str:
    """Return the form with the guess, or with what was chosen last."""
    guess = opened.guess
    assert guess is not None
    chosen = opened.options.columns or guess.columns
    names = guess.names[:MAX_OFFERED_COLUMNS]
    columns = [("—", "")] + [
        (f"{shorten(name, 30)}: {shorten(guess.show_sample(name), 40)}", str(k)) for k, name in enumerate(names)
    ]
    fields = [
        (meaning.title, f"column-{name}", str(names.index(chosen[name])) if chosen.get(name) in names else "")
        for name, meaning in MEANINGS.items()
    ]
    return fill(
        "run/columns_form.html.j2",
        name=opened.name,
        fields=fields,
        columns=columns,
        scales=[("By their range", AUTO), *((scale.title, name) for name, scale in SCALES.items())],
        scale=opened.options.scale,
        separators=[(title, name) for name, title in SEPARATOR_TITLES.items()],
        separator=opened.options.separator,
        error=opened.error,
    )
