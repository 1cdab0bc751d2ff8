"""What day it is in a prompt, and which ids end a text."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

import pfviz
from pfviz.inference import run
from pfviz.lab.probes.rescore import rescore
from pfviz.models.decoding.causal_lm import CausalLMGenerator
from pfviz.models.decoding.tokenization import Tokenization, collect_ids
from pfviz.models.prm.rlhflow import RlhflowPrm
from pfviz.models.prm.trl import TokenClassifierReward
from pfviz.problems.problem import Problem
from tests.models import tiny

DATED = (
    "{% if not date_string is defined %}{% set date_string = strftime_now('%d %b %Y') | lower %}{% endif %}"
    "today {{ date_string }}{% for m in messages %}<user>{{ m['content'] }}<end>{% endfor %}<solver>"
)


def dated_tokenizer() -> Any:
    made = tiny.tokenizer()
    made.chat_template = DATED
    return made


class Calendar:
    """`datetime` on a day of our choice."""

    day = "2026-02-28"
    fromisoformat = datetime.fromisoformat

    @classmethod
    def now(cls, zone: Any) -> datetime:
        return datetime.fromisoformat(f"{cls.day}T12:00:00").replace(tzinfo=zone)


def test_a_run_goes_on_with_the_date_on_which_it_began(monkeypatch: pytest.MonkeyPatch) -> None:
    generator = CausalLMGenerator(tiny.causal_lm(), dated_tokenizer(), "dated")
    reward = TokenClassifierReward(tiny.classifier(), dated_tokenizer(), "judge", chat=True)
    asked: list[str] = []
    render = Tokenization.render_turns

    def spy(*arguments: Any) -> str:
        asked.append(render(*arguments).partition("<")[0])
        return render(*arguments)

    monkeypatch.setattr(Tokenization, "render_turns", spy)
    monkeypatch.setattr(run, "datetime", Calendar)
    common: dict[str, Any] = {"particles": 3, "max_steps": 3, "max_step_tokens": 5}
    whole = pfviz.run("1 + 2", generator=generator, reward=reward, **common)
    assert len(asked) >= 2  # by the generator and by the reward
    assert set(asked) == {"today 28 feb 2026"}
    monkeypatch.setattr(Calendar, "day", "2026-03-01")
    resumed = pfviz.api.resume(whole.upto(1), generator=generator, reward=reward)
    *_, again = rescore(whole, reward)
    assert set(asked) == {"today 28 feb 2026"}
    assert resumed.token_ids == whole.token_ids
    assert resumed.log_probs.tolist() == whole.log_probs.tolist()
    assert again.rewards.tolist() == whole.rewards.tolist()
    another = pfviz.run("1 + 2", generator=generator, reward=reward, **common)
    assert asked[-1] == "today 01 mar 2026"
    assert another.started.startswith("2026-03-01")


def test_every_protocol_that_reads_a_template_knows_the_date() -> None:
    problem = Problem("1 + 2", asked_at=datetime(2024, 2, 29, tzinfo=UTC))
    tokenizer = dated_tokenizer()
    tokenizer.chat_template = (
        DATED.replace("<user>", "<user> ").replace("<end>{%", "<solver>{%").removesuffix("<solver>")
    )
    reward = RlhflowPrm(tiny.causal_lm(), tokenizer, "asked")
    assert reward.tokenization.decode(reward.prompt(problem)).startswith("today 29 feb 2024")


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("{{ strftime_now('%Y-%m-%d') }}", "2024-02-09"),
        ("{{ strftime_now('%-d %B %Y, %H:%M %%') }}", "9 February 2024, 15:04 %"),
        (
            "{% set f = '%d %b' %}{% if strftime_now is defined %}{{ strftime_now(f) }}{% else %}never{% endif %}",
            "09 Feb",
        ),
        ("\n  {% if true %}\n {{ strftime_now('%Y')[2:] }}\n{% endif %}\nend", "\n 24\nend"),
    ],
)
def test_a_template_is_told_the_time_and_else_says_what_it_says(template: str, text: str) -> None:
    tokenizer = tiny.tokenizer()
    tokenizer.chat_template = template
    assert Tokenization(tokenizer).render_turns([("user", "1")], datetime(2024, 2, 9, 15, 4)) == text


def test_a_time_that_is_none_is_now() -> None:
    assert Problem("1").asked_when("some day").asked_at is None
    assert Problem("1").asked_when("2026-01-02T03:04:05+00:00").asked_at == datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


def test_ids_of_configs_are_one_several_or_none() -> None:
    assert collect_ids(None, 3, [4, 5], 3) == {3, 4, 5}
    assert collect_ids(None) == frozenset()


@pytest.mark.parametrize(
    ("tokenizer_end", "generation", "config", "expected"),
    [
        ("<end>", 40, None, {1, 40}),
        ("<end>", [40, 41], None, {1, 40, 41}),
        ("<end>", None, None, {1}),
        (None, [40], None, {40}),
        ("<end>", 40, [7, 8], {1, 7, 8, 40}),
        (None, None, None, set()),
    ],
)
def test_a_text_ends_where_any_file_of_the_model_says(
    tokenizer_end: str | None, generation: Any, config: Any, expected: set[int]
) -> None:
    model, tokenizer = tiny.causal_lm(eos_token_id=config), tiny.tokenizer()
    model.generation_config.eos_token_id = generation
    tokenizer.eos_token = tokenizer_end
    assert CausalLMGenerator(model, tokenizer, "ends").eos == expected


def test_an_end_that_is_only_the_default_of_an_architecture_ends_nothing() -> None:
    """Llama's is 2, which is an ordinary word for many tokenizers."""
    model = tiny.causal_lm("llama", eos_token_id=2)
    model.generation_config.eos_token_id = 40
    assert CausalLMGenerator(model, tiny.tokenizer(), "ends").eos == {1, 40}
