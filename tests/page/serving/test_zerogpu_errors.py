"""Whatever goes wrong on ZeroGPU arrives as an error of ours, in a sentence that says what to do."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import gradio as gr
import pytest

from pfviz.errors import ModelError, ProblemError, SettingError
from pfviz.inference.events import Event
from pfviz.models import registry
from pfviz.models.rewards.function import FunctionReward
from tests.page.serving.fake_spaces import FakeSpaces
from tests.page.serving.spaces_runs import PROBLEM, RUN, never, recorded, seconds, stream


def test_what_is_wrong_is_said_before_a_gpu_is_asked_for(spaces: FakeSpaces) -> None:
    with pytest.raises(ProblemError) as problem:
        stream("the integral of x", stop=never, **RUN)
    assert problem.value.examples
    with pytest.raises(SettingError):
        stream(PROBLEM, stop=never, **RUN, tau=-1)
    with pytest.raises(ModelError, match="no generator named"):
        stream(PROBLEM, stop=never, **{**RUN, "generator": "nobody"})
    assert spaces.asked == []


def failing(error: Exception) -> Callable[[str, list[str]], float]:
    def reward(problem: str, steps: list[str]) -> float:
        if len(steps) == 2:
            raise error
        return 0.5

    return reward


def with_reward(monkeypatch: pytest.MonkeyPatch, fn: Callable[[str, list[str]], float]) -> dict[str, Any]:
    """The settings of a run with that reward, by a name: what `spaces` is given must be picklable."""
    monkeypatch.setitem(
        registry.REWARDS, "odd", registry.RewardPreset("odd", "", "", lambda: FunctionReward(fn, "odd"))
    )
    registry.unload_models()
    return {**RUN, "reward": "odd"}


@pytest.mark.parametrize(
    "error",
    [
        ProblemError("Too long.", ("Compute 1 + 2", "Solve 3x = 6")),
        ModelError("There is not enough memory."),
        SettingError("tau", "Tau is too small."),
    ],
    ids=lambda error: type(error).__name__,
)
def test_an_error_of_ours_arrives_as_itself(
    spaces: FakeSpaces, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    events = stream(PROBLEM, stop=never, **with_reward(monkeypatch, failing(error)))
    with pytest.raises(type(error)) as raised:
        list(events)
    assert str(raised.value) == str(error)
    assert vars(raised.value) == vars(error)
    assert spaces.idle == spaces.workers  # nothing is wrong with the process


def test_any_other_error_is_a_sentence_and_the_process_is_given_up(
    spaces: FakeSpaces, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = with_reward(monkeypatch, failing(ZeroDivisionError("secret")))
    with pytest.raises(ModelError, match=r"^The model failed on the GPU \(ZeroDivisionError\)\. Press Run"):
        list(stream(PROBLEM, stop=never, **settings))
    assert spaces.idle == []
    assert recorded(stream(PROBLEM, stop=never, **RUN)).status == "finished"
    assert len(spaces.workers) == 2


def test_a_gpu_that_is_taken_away_is_a_sentence(spaces: FakeSpaces) -> None:
    spaces.most = 20
    seen: list[Event] = []
    said = rf"taken away .* asked for {seconds(RUN)} seconds\. Take fewer .* embedded pair, .* CPU"
    with pytest.raises(ModelError, match=said):
        seen.extend(stream(PROBLEM, stop=never, **RUN))
    assert len(seen) == 20


class Linked(str):
    """As `spaces` words a message with a link: shown is another text than that of the page of Hugging Face."""

    def __str__(self) -> str:
        return "No GPU was available after 60s."


@pytest.mark.parametrize(
    ("refusal", "said"),
    [
        (gr.Error("You have exceeded your quota (60s requested vs. 9s left). ", title="ZeroGPU quota exceeded"), "9s"),
        (gr.Error(Linked("<a href=''>No</a>"), title="ZeroGPU queue timeout"), "after 60s. Log"),
    ],
)
def test_a_gpu_that_is_refused_is_a_sentence_that_says_what_to_do(
    spaces: FakeSpaces, refusal: gr.Error, said: str
) -> None:
    spaces.refusal = refusal
    with pytest.raises(ModelError) as raised:
        list(stream(PROBLEM, stop=never, **RUN))
    text = str(raised.value)
    assert said in text
    for advice in ("fewer particles or steps", "Log in to Hugging Face for more quota", "embedded pair", "CPU"):
        assert advice in text
    assert "<" not in text
    assert ". ." not in text
    assert ".." not in text


def test_what_cannot_be_pickled_is_a_failure_not_silence(spaces: FakeSpaces, monkeypatch: pytest.MonkeyPatch) -> None:
    """The fake pickles; else the tests above would say nothing."""

    class Odd(FunctionReward):
        def open(self, *arguments: Any, **options: Any) -> Any:
            session = super().open(*arguments, **options)
            session.notes = [lambda: "no text"]
            return session

    monkeypatch.setitem(
        registry.REWARDS, "odd", registry.RewardPreset("odd", "", "", lambda: Odd(lambda p, s: 0.5, "odd"))
    )
    registry.unload_models()
    with pytest.raises(ModelError, match="failed on the GPU"):
        list(stream(PROBLEM, stop=never, **{**RUN, "reward": "odd"}))
