"""Whose runs a visitor sees: all on a page of one's own, own ones where others may be, none before that is known."""

from __future__ import annotations

from pathlib import Path

import pytest

from pfviz.page.state.stored_runs import RunLibrary, StoredRuns
from pfviz.store import Store

SECRET = "0123456789abcdef" * 2


@pytest.mark.parametrize(
    ("shared", "secret", "is_forwarded", "is_open", "sees_all"),
    [
        (False, SECRET, False, True, True),
        (False, "", False, True, True),
        (False, SECRET, True, True, False),  # through a proxy, which may serve anybody
        (False, "", True, False, False),
        (True, SECRET, False, True, False),
        (True, "guess", False, False, False),
        (True, None, False, False, False),
    ],
)
def test_who_sees_what(
    tmp_path: Path, shared: bool, secret: object, is_forwarded: bool, is_open: bool, sees_all: bool
) -> None:
    with Store(tmp_path / "runs.db") as store:
        runs = StoredRuns(RunLibrary(store, shared=shared), awaits_browser=True)
        assert runs.store is None
        runs.identify(secret, is_forwarded=is_forwarded)
        assert (runs.store is store) is is_open
        assert (runs.owner is None) is sees_all
        assert runs.owner != "" or not is_open


def test_a_picture_is_drawn_once_and_only_when_that_is_asked_for() -> None:
    library, key, drawn = RunLibrary(), ("id", 3, "right"), iter(["svg"])
    assert library.picture(key) is None
    assert library.picture(key, lambda: next(drawn)) == "svg"
    assert library.picture(key, lambda: next(drawn)) == "svg"
