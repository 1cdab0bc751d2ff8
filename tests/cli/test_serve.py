"""`pfviz serve`, with nobody who listens."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from tests.cli.commands import call


@pytest.mark.parametrize(("host", "any_model"), [("0.0.0.0", False), ("127.0.0.1", True)])
def test_serve_launches_the_page(host: str, any_model: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    launched: dict[str, Any] = {}
    built: list[Any] = []
    monkeypatch.delenv("PFVIZ_ANY_MODEL", raising=False)
    monkeypatch.setattr(
        "pfviz.page.build_page", lambda *given: built.extend(given) or SimpleNamespace(launch=launched.update)
    )
    assert call("serve", "--host", host, "--port", "8123").exit_code == 0
    assert launched == {"server_name": host, "server_port": 8123}
    engine, library = built
    assert engine.menu.any_model is any_model
    assert library.shared is not any_model, "whoever reaches it from elsewhere sees own runs alone"


@pytest.mark.parametrize("variable", ["PFVIZ_ANY_MODEL", "PFVIZ_RUNS_AT_ONCE"])
def test_a_setting_of_the_operator_that_makes_no_sense_is_named(variable: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(variable, "perhaps")
    result = call("serve")
    assert result.exit_code == 1
    assert f"Error: {variable} is 'perhaps'" in result.output


def test_a_taken_port_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def launch(**_: Any) -> None:
        raise OSError("Cannot find empty port in range: 7860-7860.")

    monkeypatch.setattr("pfviz.page.build_page", lambda *given: SimpleNamespace(launch=launch))
    result = call("serve")
    assert result.exit_code == 1
    assert "Error: The page cannot listen on 127.0.0.1:7860" in result.output
