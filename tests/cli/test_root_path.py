"""`pfviz serve --root-path`: the page below a path of a reverse proxy."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from click.testing import CliRunner

from pfviz.cli import main


@pytest.mark.parametrize(
    ("given", "path"),
    [("/pfviz", "/pfviz"), ("pfviz/", "/pfviz"), ("/a/b/", "/a/b"), ("https://example.org/a", "https://example.org/a")],
)
def test_serve_below_a_path(given: str, path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    launched: dict[str, Any] = {}
    monkeypatch.setattr("pfviz.page.build_page", lambda *given: SimpleNamespace(launch=launched.update))
    assert CliRunner().invoke(main, ["serve", "--root-path", given]).exit_code == 0
    assert launched["root_path"] == path
    for wrong in ("/a b", "/a?b", "//a", "/a#b"):
        assert CliRunner().invoke(main, ["serve", "--root-path", wrong]).exit_code == 2
