"""Names of judges, and the questions that they are asked."""

from __future__ import annotations

from pathlib import Path

import pytest

from pfviz.errors import ModelError
from pfviz.models import registry
from pfviz.models.judge.prompt import JudgeName, JudgePrompt, parse_judge_name
from pfviz.page.serving.model_menu import ModelMenu
from tests.cli.commands import call


@pytest.mark.parametrize(
    ("name", "known"),
    [
        ("judge", JudgeName()),
        ("judge-4", JudgeName(4)),
        ("judge:owner/name", JudgeName(0, "", "owner/name")),
        ("judge-12:endpoint:lab", JudgeName(12, "", "endpoint:lab")),
        ("judge@0123abcd:/a b/c.gguf", JudgeName(0, "0123abcd", "/a b/c.gguf")),
        ("judge-2@0123abcd", JudgeName(2, "0123abcd")),
    ],
)
def test_a_name_says_how_and_who(name: str, known: JudgeName) -> None:
    assert parse_judge_name(name) == known
    assert str(known) == name


def test_other_names_are_none_of_a_judge() -> None:
    for name in ("", "judges", "judge:", "judge-", "judge-x", "judge@12", "endpoint:judge", "owner/judge"):
        assert parse_judge_name(name) is None
    for name in ("judge-0", "judge-65:a/b"):
        with pytest.raises(ModelError, match="it may have 1 to 64"):
            parse_judge_name(name)


def test_a_name_is_looked_up_where_rewards_are() -> None:
    assert registry.get_reward("judge").name == "judge"
    assert registry.get_reward("judge-4").name == "judge-4"
    assert registry.reward_preset("judge-7").load().name == "judge-7"
    assert registry.reads_generator("judge")
    assert not registry.reads_generator("judge:embedded")
    with pytest.raises(ModelError, match="There is no generator named 'nobody'"):
        registry.reward_preset("judge:nobody")
    with pytest.raises(ModelError, match="cannot be a judge"):
        registry.get_reward("judge:embedded")


def test_a_question_of_ones_own_is_part_of_the_name_and_must_be_given_again(tmp_path: Path) -> None:
    prompt = JudgePrompt.from_question("  Is it right?\n")
    assert (prompt.question, prompt.whole_question) == ("Is it right?", "Is it right?")
    assert len(prompt.digest) == 8
    assert JudgePrompt().digest == ""
    name = f"judge@{prompt.digest}"
    assert registry.make_judge(name, prompt).name == name
    for other in (None, JudgePrompt.from_question("Or not?")):
        with pytest.raises(ModelError, match="asked a question of its own"):
            registry.make_judge(name, other)
    with pytest.raises(ModelError, match="question is empty"):
        JudgePrompt.from_question(" \n")
    file = tmp_path / "question.txt"
    file.write_text("Is it right?")
    refused = call("run", "Compute 1 + 2", "--reward", "oracle", "--judge-prompt", file)
    assert refused.exit_code == 2
    assert "--judge-prompt is for a judge" in refused.output


def test_a_page_lets_judge_who_may_write() -> None:
    menu = ModelMenu.from_environment({"PFVIZ_ANY_MODEL": "0"})
    menu.check_allowed("embedded", "judge")
    menu.check_allowed("embedded", "judge:embedded")
    for name in ("judge:/etc", "judge:endpoint:lab", "judge-4:owner/name", "judge@0123abcd:embedded"):
        with pytest.raises(ModelError, match="This page does not run"):
            menu.check_allowed("embedded", name)
