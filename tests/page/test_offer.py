"""What can be chosen on a page, and what cannot."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pfviz.errors import ModelError, SettingError
from pfviz.models import catalogue
from pfviz.models.presets import REWARDS
from pfviz.page import choosing
from pfviz.page.offer import HARDER, MOST_STEPS, OTHER, Offer

LISTED = Offer.of({"PFVIZ_ANY_MODEL": "0"})
ANY = Offer.of({"PFVIZ_ANY_MODEL": "1"})


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
    assert [name for _, name in LISTED.choices] == list(catalogue.PAIRS)
    for name, pair in catalogue.PAIRS.items():
        assert LISTED.models[name].rewards[0] == pair.reward
        generator, reward, _ = LISTED.pair(name, pair.reward)
        assert (generator, reward) == (pair.generator, pair.reward)


def test_the_embedded_pair_has_all_rewards_of_pfviz() -> None:
    assert LISTED.models["embedded"].rewards == tuple(REWARDS)
    titles = [title for title, _ in LISTED.models["embedded"].reward_choices]
    assert len(set(titles)) == len(titles)
    assert not set(titles) & set(REWARDS)  # each has a name for people


def test_every_generator_can_be_scored_by_its_own_confidence() -> None:
    for choice in LISTED.models.values():
        assert {"confidence", "confidence-min", "confidence-sum", "confidence-entropy"} <= set(choice.rewards)


def test_published_models_have_longer_runs_and_harder_problems() -> None:
    assert LISTED.pair("laptop", "confidence")[2] == {"max_steps": MOST_STEPS}
    assert LISTED.pair("embedded", "naive")[2] == {}
    assert LISTED.examples("laptop") == HARDER != LISTED.examples("embedded")


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
    offer = Offer.of(environment)
    assert offer.any_model is allowed
    assert (OTHER in [name for _, name in offer.choices]) is allowed


def test_a_page_that_others_reach_is_public() -> None:
    assert not Offer.of({}, public=True).any_model
    assert Offer.of({"PFVIZ_ANY_MODEL": "yes"}, public=True).any_model


def test_a_setting_of_the_operator_that_makes_no_sense_is_refused() -> None:
    with pytest.raises(ModelError, match="PFVIZ_ANY_MODEL"):
        Offer.of({"PFVIZ_ANY_MODEL": "perhaps"})


@pytest.mark.parametrize(
    ("models", "reward", "field"),
    [
        (OTHER, "", "models"),
        ("nothing", "embedded", "models"),
        (None, "embedded", "models"),
        ("embedded", "Qwen/Qwen2.5-Math-PRM-7B", "reward"),
        ("laptop", "embedded", "reward"),
        ("embedded", None, "reward"),
    ],
)
def test_what_is_not_listed_is_refused_at_its_field(models: Any, reward: Any, field: str) -> None:
    with pytest.raises(SettingError) as refused:
        LISTED.pair(models, reward)
    assert refused.value.field == field


@pytest.mark.parametrize("field", ["generator", "typed_reward"])
@pytest.mark.parametrize("name", ["", "  ", None, "model", "http://evil/x", "a/b/c", "endpoint:lab", "https://x"])
def test_no_address_can_be_typed(name: Any, field: str) -> None:
    with pytest.raises(SettingError) as refused:
        ANY.typed(field, name)
    assert refused.value.field == field
    assert len(str(refused.value)) < 200


def test_names_and_folders_can_be_typed_where_that_is_allowed(tmp_path: Path) -> None:
    assert ANY.typed("generator", " a/b ") == "a/b"
    assert ANY.typed("generator", str(tmp_path)) == str(tmp_path)
    assert ANY.typed("typed_reward", "confidence") == "confidence"
    with pytest.raises(SettingError):
        ANY.typed("generator", "confidence")
    with pytest.raises(SettingError) as refused:
        LISTED.typed("generator", "a/b")
    assert refused.value.field == "models"


@pytest.mark.usefixtures("endpoints")
def test_endpoints_are_chosen_from_those_of_the_operator() -> None:
    offer = Offer.of({"PFVIZ_ANY_MODEL": "0"})
    assert ("lab: big/writer", "endpoint:lab") in offer.choices
    assert offer.pair("endpoint:lab", "endpoint:judge")[:2] == ("endpoint:lab", "endpoint:judge")
    assert "endpoint:judge" in offer.models["paper-7b"].rewards
    offer.check("endpoint:lab", "endpoint:judge")
    with pytest.raises(ModelError):
        offer.check("endpoint:other", "endpoint:judge")
    assert "http" not in str(offer.choices)  # where it is, is nobody's business


def test_a_trace_can_name_what_could_be_chosen() -> None:
    LISTED.check("embedded", "oracle")
    LISTED.check("Qwen/Qwen2.5-Math-7B-Instruct", "Qwen/Qwen2.5-Math-PRM-7B")
    ANY.check("somebody/writer", "somebody/judge")
    for name in ("endpoint:lab", "http://evil/x"):
        for offer in (LISTED, ANY):
            with pytest.raises(ModelError):
                offer.check(name, "embedded")


@pytest.mark.parametrize("name", list(catalogue.PAIRS))
def test_every_entry_says_what_it_is_good_for_and_what_it_needs(name: str) -> None:
    said = choosing.about(name, LISTED)
    assert "<p" in said
    if name != "embedded":
        assert "GB in" in said
        assert "licences:" in said
        assert any(word in said for word in ("download", "too large", "ready"))
    assert choosing.about_reward(LISTED.models[name].rewards[0])


def test_what_is_not_there_is_not_spoken_of() -> None:
    assert choosing.about("nothing", LISTED) == ""
    assert choosing.about_reward("nothing") == ""
    assert choosing.about_reward(None) == ""
    assert "folders" in choosing.about(OTHER, ANY)
    for name in REWARDS:
        assert choosing.about_reward(name)
