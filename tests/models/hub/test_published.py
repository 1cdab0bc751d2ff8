"""Models by their Hub id or folder: how each is loaded and asked. Nothing is fetched here."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import pfviz
from pfviz.errors import ModelError
from pfviz.models import registry
from pfviz.models.hub import catalog, loader, published
from pfviz.models.hub.devices import Placement
from pfviz.models.prm.rlhflow import RlhflowPrm
from pfviz.problems.problem import Problem
from tests.models import tiny
from tests.models.prm import prms


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, dict[str, Any]]]:
    """What would have been loaded, on a machine with room for everything."""
    found: list[tuple[Any, dict[str, Any]]] = []

    class Made:
        class tokenization:  # noqa: N801 - an attribute of the real one
            has_template = True

    def load(place: Any, **options: Any) -> Any:
        found.append((place, options))
        return Made()

    monkeypatch.setattr(loader, "load_generator", load)
    monkeypatch.setattr(loader, "load_reward", load)
    monkeypatch.setattr("pfviz.models.hub.fetch.describe_model", lambda name: name)
    monkeypatch.setattr("pfviz.models.hub.fetch.fetch_model", lambda model: None)
    monkeypatch.setattr("pfviz.models.hub.devices.best_device", lambda: Placement("cuda:0", "bfloat16", 80.0))
    registry.unload_models()
    return found


@pytest.mark.parametrize(
    "pair", [pair for pair in catalog.PAIRS.values() if len(pair.cards) > 1], ids=lambda pair: pair.name
)
def test_a_pair_is_asked_as_the_catalogue_says(pair: catalog.PairCard, asked: list[tuple[Any, Any]]) -> None:
    registry.get_generator(pair.generator)
    registry.get_reward(pair.reward)
    (writer, how), (judge, asking) = asked
    assert (writer, judge) == (pair.generator, pair.reward)
    assert "\\boxed{" in how["system"]
    assert how["separator"] == "\n\n"
    card = catalog.REWARDS[pair.reward]
    assert asking["protocol"] == card.protocol
    assert asking.get("separator") == ("\n" if card.protocol == "trl" else None)
    registry.unload_models()


def test_a_model_in_the_operators_folder_is_loaded_from_there_under_its_own_name(
    asked: list[tuple[Any, Any]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = catalog.PAIRS[catalog.REAL_PAIR].generator
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("PFVIZ_MODELS", str(tmp_path))
    assert not published.is_downloaded(name)
    (tmp_path / name).mkdir(parents=True)
    assert not published.is_downloaded(name)  # nothing is in it
    (tmp_path / name / "config.json").write_text("{}")
    assert published.is_downloaded(name)
    registry.get_generator(name)
    assert (asked[0][0], asked[0][1]["name"]) == (tmp_path / name, name)
    assert not published.is_downloaded("../config.json")
    registry.unload_models()


def test_any_other_id_is_asked_by_its_template_and_its_config(asked: list[tuple[Any, Any]]) -> None:
    registry.get_generator("somebody/model-instruct")
    registry.get_reward("somebody/prm")
    assert asked[0][1]["system"] == catalog.SHORT_STEPS_PROMPT
    assert asked[1] == ("somebody/prm", {"name": "somebody/prm", "protocol": None})
    registry.unload_models()


def test_a_model_that_does_not_fit_is_refused_before_anything_is_fetched(
    asked: list[tuple[Any, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pfviz.models.hub.devices.best_device", lambda: Placement("cpu", "float32", 16.0))
    with pytest.raises(ModelError, match=r"Qwen2\.5-Math-PRM-7B needs about 37 GB in float32 and cpu has 16 GB"):
        registry.get_reward("Qwen/Qwen2.5-Math-PRM-7B")
    assert asked == []


def test_a_run_with_folders(tmp_path: Path) -> None:
    for name, model in (("writer", tiny.causal_lm()), ("judge", tiny.classifier())):
        model.save_pretrained(tmp_path / name)
        tiny.tokenizer().save_pretrained(tmp_path / name)
    trace = pfviz.run(
        "compute 1 + 2", generator=str(tmp_path / "writer"), reward=str(tmp_path / "judge"), particles=2, max_steps=2,
        max_step_tokens=5,
    )  # fmt: skip
    assert (trace.generator, trace.reward) == (str(tmp_path / "writer"), str(tmp_path / "judge"))
    again = pfviz.resume(trace.upto(1))
    assert (again.rewards == trace.rewards).all()
    registry.unload_models()


def test_a_model_without_a_chat_template_is_named(tmp_path: Path) -> None:
    tiny.causal_lm().save_pretrained(tmp_path)
    tiny.tokenizer(template=False).save_pretrained(tmp_path)
    with pytest.raises(ModelError, match="has no chat template: it was not made to answer"):
        published.load_published_generator(str(tmp_path))


def test_with_examples_a_model_needs_no_chat_template(tmp_path: Path) -> None:
    tiny.causal_lm().save_pretrained(tmp_path)
    tiny.tokenizer(template=False).save_pretrained(tmp_path)
    how: dict[str, Any] = {"generator": str(tmp_path), "reward": "confidence", "particles": 2, "max_steps": 1}
    with pytest.raises(ModelError, match=r"has no chat template.*--examples"):
        pfviz.run("1 + 2", **how)
    trace = pfviz.run("1 + 2", **how, examples=[("1 + 1", "2")], max_step_tokens=5)
    assert trace.settings["examples"] == '[["1 + 1", "2"]]'
    registry.unload_models()


def test_a_protocol_can_be_said(tmp_path: Path) -> None:
    model, tokenizer = prms.rlhflow()
    model.save_pretrained(tmp_path)
    tokenizer.save_pretrained(tmp_path)
    made = published.load_published_reward(str(tmp_path), "rlhflow")
    assert isinstance(made, RlhflowPrm)
    assert made.name == f"rlhflow:{tmp_path}"
    with pytest.raises(
        ModelError, match=r"no reward protocol 'magic'.*trl, trl-line, qwen, skywork, math-shepherd, rlhflow"
    ):
        published.load_published_reward(str(tmp_path), "magic")


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("rlhflow:owner/name", ("rlhflow", "owner/name")),
        ("owner/name", (None, "owner/name")),
        ("embedded", (None, "embedded")),
        ("trl:embedded", (None, "trl:embedded")),
        ("magic:owner/name", (None, "magic:owner/name")),
        ("endpoint:lab/judge", (None, "endpoint:lab/judge")),
        ("qwen:rlhflow:owner/name", (None, "qwen:rlhflow:owner/name")),
    ],
)
def test_a_name_tells_the_protocol_that_is_forced(name: str, parts: tuple[str | None, str]) -> None:
    assert published.split_protocol(name) == parts


def test_a_forced_protocol_is_another_model_on_the_shelf(asked: list[tuple[Any, Any]]) -> None:
    judge = "trl-lib/Qwen2-0.5B-Reward-Math-Sheperd"
    made = [registry.get_reward(name) for name in (judge, f"qwen:{judge}", judge, f"qwen:{judge}", f"trl:{judge}")]
    assert made[0] is made[2] is not made[1]
    assert made[1] is made[3]
    assert asked == [
        (judge, {"name": judge, "protocol": "trl", "separator": "\n"}),
        (judge, {"name": f"qwen:{judge}", "protocol": "qwen"}),
        (judge, {"name": f"trl:{judge}", "protocol": "trl", "separator": "\n"}),
    ]
    assert published.weight_gigabytes(f"qwen:{judge}") == published.weight_gigabytes(judge) > 0
    registry.unload_models()


def test_a_run_with_a_forced_protocol_goes_on_with_it(tmp_path: Path) -> None:
    """Nothing in its files tells how it is asked; its name does, and so does the trace."""
    model, tokenizer = prms.rlhflow()
    for folder in ("writer", "judge"):
        model.save_pretrained(tmp_path / folder)
        tokenizer.save_pretrained(tmp_path / folder)
    judge = str(tmp_path / "judge")
    with pytest.raises(ModelError, match="name that protocol"):
        registry.get_reward(judge)
    trace = pfviz.run(
        "1 + 2", generator=str(tmp_path / "writer"), reward=f"rlhflow:{judge}", particles=2, max_steps=2,
        max_step_tokens=5,
    )  # fmt: skip
    assert trace.reward == f"rlhflow:{judge}"
    registry.unload_models()
    again = pfviz.resume(trace.upto(1))
    assert (again.rewards == trace.rewards).all()
    registry.unload_models()


def test_a_protocol_that_reads_what_the_files_do_not_have_is_refused(tmp_path: Path) -> None:
    tiny.causal_lm().save_pretrained(tmp_path)
    tiny.tokenizer().save_pretrained(tmp_path)
    with pytest.raises(ModelError, match=r"has no weights score\.bias, score\.weight, which the protocol 'trl'"):
        published.load_published_reward(str(tmp_path), "trl")


def test_what_is_no_place_is_no_model(tmp_path: Path) -> None:
    assert published.is_model_source("owner/name")
    assert published.is_model_source(str(tmp_path))
    assert not published.is_model_source("gpt")
    assert not published.is_model_source("https://host/owner/name")
    assert not published.is_model_source("rlhflow:owner/name")
    with pytest.raises(ModelError, match="or give an id of the Hugging Face Hub"):
        registry.get_reward("gpt")


def test_whether_the_files_are_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))
    assert published.is_downloaded(str(tmp_path))
    assert not published.is_downloaded("owner/name")
    assert not published.is_downloaded("not:a/name")


def test_a_template_that_refuses_a_system_lets_the_user_say_it() -> None:
    from pfviz.models.decoding.tokenization import Tokenization

    tokenizer = prms.bytes_tokenizer(None, "<|refusing|>")
    tokenizer.chat_template = (
        "{% if messages[0]['role'] == 'system' %}{{ raise_exception('no system here') }}{% endif %}"
        "{% for m in messages %}<{{ m['content'] }}>{% endfor %}"
    )
    tokenization = Tokenization(tokenizer, "Think.")
    assert tokenization.decode(tokenization.prompt(Problem("1 + 2"))) == "<Think.\n\n1 + 2>"
