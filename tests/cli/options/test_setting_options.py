"""Options of settings: what the field of a setting says is all that there is to write."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner

from pfviz.cli.options.setting_options import setting_options
from pfviz.inference.settings import SETTINGS


@pytest.fixture
def haste(monkeypatch: pytest.MonkeyPatch) -> None:
    """A setting that was added."""
    known = replace(
        SETTINGS["tau"],
        default=2,
        label="Haste",
        help="How much.",
        low=1,
        high=9,
        flags=("-q",),
        former_names=("rush",),
    )
    monkeypatch.setitem(SETTINGS, "great_haste", known)


def call(*arguments: str, prefix: str = "", defaults: dict[str, Any] | None = None) -> str:
    @click.command(context_settings={"show_default": True})
    @setting_options(("great_haste", "trigger"), prefix=prefix, defaults=defaults)
    def command(**given: Any) -> None:
        click.echo(repr(given))

    return CliRunner().invoke(command, list(arguments)).output.strip()


@pytest.mark.usefixtures("haste")
def test_a_new_setting_is_an_option() -> None:
    assert call() == "{'great_haste': 2, 'trigger': 'always'}"
    assert call("--great-haste", "3", "--trigger", "ess") == "{'great_haste': 3, 'trigger': 'ess'}"
    assert call("-q", "4") == call("--rush", "4") == "{'great_haste': 4, 'trigger': 'always'}"
    assert "x" in call("--great-haste", "x")
    assert "'always', 'ess'" in call("--trigger", "never")
    text = call("--help")
    assert "How much." in text
    assert "[default: 2]" in text
    assert "rush" not in text


@pytest.mark.usefixtures("haste")
def test_a_command_may_say_where_it_belongs_and_have_a_default_of_its_own() -> None:
    text = call("--help", prefix="Of --batch: ", defaults={"great_haste": 5})
    assert "Of --batch: how much." in text
    assert "[default: 5]" in text


def test_a_text_comes_from_the_line_or_from_a_file(tmp_path: Path) -> None:
    @click.command()
    @setting_options(("system", "examples"))
    def command(**given: Any) -> None:
        click.echo(repr(given))

    def ask(*arguments: str) -> str:
        return CliRunner().invoke(command, list(arguments)).output.strip()

    file = tmp_path / "text.txt"
    file.write_text("Be brief.", encoding="utf-8")
    assert ask() == "{'system': '', 'examples': ''}"
    assert ask("--system", "Hi.", "--examples", "none") == "{'system': 'Hi.', 'examples': 'none'}"
    assert ask("--system", f"@{file}", "--examples", str(file)) == "{'system': 'Be brief.', 'examples': 'Be brief.'}"
    assert f"{tmp_path / 'gone'} cannot be read: No such file" in " ".join(
        ask("--examples", str(tmp_path / "gone")).split()
    )
