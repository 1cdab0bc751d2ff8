"""What others wrote is printed as plain text."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pfviz.cli.screen.terminal import plain_text
from pfviz.inference.events import Event, StepsExtended
from pfviz.types import Step
from tests.cli.commands import call
from tests.traces import PROBLEM, synthetic_events


def test_what_a_model_wrote_is_printed_as_plain_text(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    hostile = "\x1b[2J[bold]a[/nope]\x07 \u202eb \x9b31m \\boxed{[red]7}"

    def start(*_: Any, **__: Any) -> Iterator[Event]:
        for event in synthetic_events(4, steps=1):
            if isinstance(event, StepsExtended):
                event = StepsExtended(event.step, {n: Step(hostile, (1,), -1.0, True, "boxed") for n in event.steps})
            yield event

    monkeypatch.setattr("pfviz.api.start", start)
    out = tmp_path / "run.json"
    for result in (call("run", PROBLEM, "--out", str(out)), call("show", str(out))):
        assert result.exit_code == 0, result.output
        assert not set("\x1b\x07\u202e\x9b") & set(result.output)
        assert "[2J[bold]a[/nope] b 31m \\boxed{[red]7}" in result.output


def test_plain_keeps_letters_signs_and_line_breaks() -> None:
    assert plain_text("x² × 3 ÷ π\r\n\té, 数\u200b\x00") == "x² × 3 ÷ π\n    é, 数"
