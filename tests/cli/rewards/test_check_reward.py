"""`pfviz check-reward`: a table, a sentence, a status."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pfviz.lab.reward_check import check
from tests.cli.commands import call
from tests.lab.reward_check.fakes import SOLUTIONS, Changed, first_slot_wins, good_reward
from tests.models.remote.fake import serving


@pytest.fixture(autouse=True)
def short_solutions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(check.check_reward.__kwdefaults__, "solutions", SOLUTIONS)


def test_a_reward_that_is_served_right_ends_with_status_0(tmp_path: Path) -> None:
    result = call("check-reward", "arithmetic", "--json", str(tmp_path / "checks.json"))
    assert result.exit_code == 0, result.output
    assert result.output.splitlines()[0].split()[:2] == ["check", "what"]
    assert "Served right" in result.output
    rows = json.loads((tmp_path / "checks.json").read_text())["checks"]
    assert {"repeat", "order", "batch", "fork"} <= {row["name"] for row in rows}
    assert all(row["status"] == "ok" for row in rows)


def test_one_that_is_served_wrong_is_said_to_be_with_status_1(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(check, "as_reward", lambda name: Changed(good_reward(), together=first_slot_wins))
    result = call("check-reward", "embedded")
    assert result.exit_code == 1, result.output
    assert "Rewards depend on the order of a batch" in result.output


def test_a_server_of_another_model_is_asked_and_named() -> None:
    with serving() as server:
        result = call("check-reward", "arithmetic", "--endpoint", server.url)
    assert result.exit_code == 1, result.output
    assert server.asked[0][0] == "/pooling"
    assert server.asked[0][1]["model"] == "arithmetic"
    assert "The server changes rewards by" in " ".join(result.output.split())
    assert "batch-server" in result.output


def test_a_model_or_server_that_is_not_there_is_a_mistake(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PFVIZ_ENDPOINTS", raising=False)
    assert call("check-reward", "no-such-model").exit_code == 2
    result = call("check-reward", "arithmetic", "--endpoint", "mine")
    assert result.exit_code == 2
    assert "endpoint:mine" in result.output
    assert call("check-reward", "arithmetic", "--endpoint", "http://user:key@host").exit_code == 2
