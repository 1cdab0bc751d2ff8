"""What can be chosen on a page, and what cannot."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pfviz.errors import ModelError, SettingError
from pfviz.inference.events import RunEnded, RunStarted
from pfviz.models.hub import catalog
from pfviz.models.registry import REWARDS, reward_preset
from pfviz.page.render import model_notes
from pfviz.page.serving.model_menu import HARDER_EXAMPLES, MAX_STEPS, OTHER_MODEL, ModelMenu

LISTED = ModelMenu.from_environment({"PFVIZ_ANY_MODEL": "0"})
ANY = ModelMenu.from_environment({"PFVIZ_ANY_MODEL": "1"})


@pytest.fixture
def endpoints(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "endpoints.json"
    entries = [
        {"name": "lab", "url": "http://lab:8000", "model": "big/writer"},
        {"name": "judge", "url": "http://lab:8001", "model": "big/judge", "kind": "reward"},
    ]
    file.write_text(json.dumps(entries))
    monkeypatch.setenv("PFVIZ_ENDPOINTS", str(file))


def test_every_pair_of_the_catalogue_is_listed_with_its_reward_first() -> None:
    assert [name for _, name in LISTED.choices] == list(catalog.PAIRS)
    for name, pair in catalog.PAIRS.items():
        assert LISTED.models[name].rewards[0] == pair.reward
        generator, reward, _ = LISTED.resolve_pair(name, pair.reward)
        assert (generator, reward) == (pair.generator, pair.reward)


def test_the_embedded_pair_has_all_rewards_of_pfviz() -> None:
    assert set(REWARDS) - set(LISTED.models["embedded"].rewards) == {"judge", "judge-4", "chain"}  # it is no chat model
    titles = [title for title, _ in LISTED.models["embedded"].reward_choices]
    assert len(set(titles)) == len(titles)
    assert not set(titles) & set(REWARDS)  # each has a name for people


def test_every_generator_can_be_scored_by_its_own_confidence() -> None:
    for choice in LISTED.models.values():
        assert {"confidence", "confidence-min", "confidence-sum", "confidence-entropy"} <= set(choice.rewards)


def test_published_models_have_longer_runs_and_harder_problems() -> None:
    assert LISTED.resolve_pair("laptop", "confidence")[2] == {"max_steps": MAX_STEPS}
    assert LISTED.resolve_pair("embedded", "naive")[2] == {}
    assert LISTED.examples("laptop") == HARDER_EXAMPLES != LISTED.examples("embedded")


@pytest.mark.parametrize(
    ("environment", "allowed"),
    [
        ({}, True),
        ({"SPACE_ID": "somebody/pfviz"}, False),
        ({"SPACE_ID": "somebody/pfviz", "PFVIZ_ANY_MODEL": "1"}, True),
        ({"GRADIO_SERVER_NAME": "0.0.0.0"}, False),
        ({"GRADIO_SERVER_NAME": "localhost"}, True),
        ({"PFVIZ_ANY_MODEL": "0"}, False),
        ({"PFVIZ_ANY_MODEL": " no "}, False),
    ],
    ids=str,
)
def test_on_a_space_only_the_list_can_be_chosen_unless_its_owner_says_otherwise(
    environment: dict[str, str], allowed: bool
) -> None:
    menu = ModelMenu.from_environment(environment)
    assert menu.any_model is allowed
    assert (OTHER_MODEL in [name for _, name in menu.choices]) is allowed


def test_a_page_that_others_reach_is_public() -> None:
    assert not ModelMenu.from_environment({}, public=True).any_model
    assert ModelMenu.from_environment({"PFVIZ_ANY_MODEL": "yes"}, public=True).any_model


def test_a_setting_of_the_operator_that_makes_no_sense_is_refused() -> None:
    with pytest.raises(ModelError, match="PFVIZ_ANY_MODEL"):
        ModelMenu.from_environment({"PFVIZ_ANY_MODEL": "perhaps"})


@pytest.mark.parametrize(
    ("models", "reward", "field"),
    [
        (OTHER_MODEL, "", "models"),
        ("nothing", "embedded", "models"),
        (None, "embedded", "models"),
        ("embedded", "Qwen/Qwen2.5-Math-PRM-7B", "reward"),
        ("laptop", "embedded", "reward"),
        ("embedded", None, "reward"),
    ],
)
def test_what_is_not_listed_is_refused_at_its_field(models: Any, reward: Any, field: str) -> None:
    with pytest.raises(SettingError) as refused:
        LISTED.resolve_pair(models, reward)
    assert refused.value.field == field


@pytest.mark.parametrize("field", ["generator", "typed_reward"])
@pytest.mark.parametrize("name", ["", "  ", None, "model", "http://evil/x", "a/b/c", "endpoint:lab", "https://x"])
def test_no_address_can_be_typed(name: Any, field: str) -> None:
    with pytest.raises(SettingError) as refused:
        ANY.check_typed_name(field, name)
    assert refused.value.field == field
    assert len(str(refused.value)) < 200


def test_names_and_folders_can_be_typed_where_that_is_allowed(tmp_path: Path) -> None:
    assert ANY.check_typed_name("generator", " a/b ") == "a/b"
    assert ANY.check_typed_name("generator", str(tmp_path)) == str(tmp_path)
    assert ANY.check_typed_name("typed_reward", "confidence") == "confidence"
    with pytest.raises(SettingError):
        ANY.check_typed_name("generator", "confidence")
    with pytest.raises(SettingError) as refused:
        LISTED.check_typed_name("generator", "a/b")
    assert refused.value.field == "models"


@pytest.mark.parametrize("name", ["judge:a/b", "judge-4:a/b", "judge", "judge-7", "judge:embedded"])
def test_a_judge_can_be_typed_where_its_model_can(name: str) -> None:
    assert ANY.check_typed_name("typed_reward", f" {name} ") == name
    ANY.check_allowed("embedded", name)
    with pytest.raises(SettingError):
        ANY.check_typed_name("generator", name)
    with pytest.raises(SettingError):
        LISTED.check_typed_name("typed_reward", name)


@pytest.mark.parametrize("name", ["judge:nothing", "judge-99", "judge:a/b/c", "judge@12345678:a/b", "judges", "judge:"])
def test_a_judge_that_is_none_is_refused_with_the_words_of_the_command_line(name: str) -> None:
    with pytest.raises(SettingError) as refused:
        ANY.check_typed_name("typed_reward", name)
    assert refused.value.field == "typed_reward"
    if name[5:] not in ("s", ":"):  # no judge at all
        with pytest.raises(ModelError) as said:
            reward_preset(name).load()
        assert str(refused.value) == str(said.value)


@pytest.mark.usefixtures("endpoints")
@pytest.mark.parametrize("place", ["http://evil/x", "endpoint:other", "endpoint:judge", "file:///etc"])
def test_a_judge_is_at_no_address_that_is_not_the_operators(place: str) -> None:
    menu = ModelMenu.from_environment({"PFVIZ_ANY_MODEL": "1"})
    with pytest.raises(SettingError):
        menu.check_typed_name("typed_reward", f"judge:{place}")
    with pytest.raises(ModelError):
        menu.check_allowed("embedded", f"judge:{place}")
    assert menu.check_typed_name("typed_reward", "judge:endpoint:lab") == "judge:endpoint:lab"


@pytest.mark.usefixtures("endpoints")
def test_endpoints_are_chosen_from_those_of_the_operator() -> None:
    menu = ModelMenu.from_environment({"PFVIZ_ANY_MODEL": "0"})
    assert ("lab: big/writer", "endpoint:lab") in menu.choices
    assert menu.resolve_pair("endpoint:lab", "endpoint:judge")[:2] == ("endpoint:lab", "endpoint:judge")
    assert "endpoint:judge" in menu.models["paper-7b"].rewards
    menu.check_allowed("endpoint:lab", "endpoint:judge")
    with pytest.raises(ModelError):
        menu.check_allowed("endpoint:other", "endpoint:judge")
    assert "http" not in str(menu.choices)  # where it is, is nobody's business


def test_a_trace_can_name_what_could_be_chosen() -> None:
    LISTED.check_allowed("embedded", "oracle")
    LISTED.check_allowed("Qwen/Qwen2.5-Math-7B-Instruct", "Qwen/Qwen2.5-Math-PRM-7B")
    ANY.check_allowed("somebody/writer", "somebody/judge")
    for name in ("endpoint:lab", "http://evil/x"):
        for menu in (LISTED, ANY):
            with pytest.raises(ModelError):
                menu.check_allowed(name, "embedded")


@pytest.mark.parametrize("name", list(catalog.PAIRS))
def test_every_entry_says_what_it_is_good_for_and_what_it_needs(name: str) -> None:
    said = model_notes.describe_models(name, LISTED)
    assert "<p" in said
    if name != "embedded":
        assert "GB to fetch" in said
        assert "GB of memory in" in said
        assert "s here (estimated)" in said or "min here (estimated)" in said
        assert "licences:" in said
        assert any(word in said for word in ("download", "too large", "ready"))
    assert model_notes.describe_reward(LISTED.models[name].rewards[0])


def test_a_time_that_was_measured_here_takes_the_place_of_the_estimate() -> None:
    menu = ModelMenu.from_environment({"PFVIZ_ANY_MODEL": "0"})
    name = catalog.PAIRS["real-0.5b"].generator
    for particles, seconds in ((8, 31.4), (16, 90.0)):
        settings = {"particles": particles}
        started = RunStarted("1 + 1", None, name, "auto", "particle_filtering", settings, 0, {}, "now")
        assert len(list(menu.times.measure(iter([started, RunEnded("finished", seconds)])))) == 2
    list(menu.times.measure(iter([started, RunEnded("stopped", 1.0)])))
    said = model_notes.describe_models("real-0.5b", menu)
    assert "8 particles took 31 s here" in said
    assert "estimated" not in said
    assert "estimated" in model_notes.describe_models("real-1.5b", menu)


def test_what_is_not_there_is_not_spoken_of() -> None:
    assert model_notes.describe_models("nothing", LISTED) == ""
    assert model_notes.describe_reward("nothing") == ""
    assert model_notes.describe_reward(None) == ""
    assert "folders" in model_notes.describe_models(OTHER_MODEL, ANY)
    for name in REWARDS:
        assert model_notes.describe_reward(name)
