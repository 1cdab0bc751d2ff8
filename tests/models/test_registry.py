"""Models by name and from folders."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import torch

import pfviz
from pfviz.errors import ModelError, ProblemError
from pfviz.models import registry
from pfviz.models.hub.loader import load_generator, load_reward
from pfviz.models.rewards.controls import CONTROLS
from pfviz.resources import weights_dir
from tests.models import tiny


def save(folder: Path, model) -> None:
    model.save_pretrained(folder)
    tiny.tokenizer().save_pretrained(folder)


@pytest.fixture
def shipped(tmp_path, monkeypatch) -> Iterator[Path]:
    """An assets folder with random checkpoints in it; what was loaded by name is forgotten around it."""
    save(tmp_path / "tiny" / "generator", tiny.causal_lm())
    save(tmp_path / "tiny" / "reward", tiny.classifier())
    save(tmp_path / "tiny" / "naive-reward", tiny.classifier(seed=5))
    monkeypatch.setenv("PFVIZ_ASSETS", str(tmp_path))
    # What random weights find strange says nothing here.
    plain = replace(registry.GENERATORS["embedded"], check_familiarity=lambda text, generator: None)
    monkeypatch.setitem(registry.GENERATORS, "embedded", plain)
    registry.unload_models()
    yield tmp_path
    registry.unload_models()


def test_a_run_by_names(shipped) -> None:
    trace = pfviz.run("1 + 2", particles=3, max_steps=2, max_step_tokens=5, generator="embedded", reward="naive")
    assert (trace.generator, trace.reward, trace.rewards.shape[1]) == ("embedded", "naive", 3)


def test_a_problem_beyond_the_preset_is_refused_before_anything_is_loaded(shipped, monkeypatch) -> None:
    monkeypatch.setattr(registry, "get_generator", lambda name: pytest.fail("loaded"))
    with pytest.raises(ProblemError) as caught:
        pfviz.stream("∫ sin(x) dx")
    assert len(caught.value.examples) == 3


def test_a_model_is_loaded_once(shipped) -> None:
    found = []
    threads = [threading.Thread(target=lambda: found.append(registry.get_generator("embedded"))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 4
    assert len({id(model) for model in found}) == 1
    assert registry.get_reward("embedded") is registry.get_reward("embedded")
    assert registry.get_reward("embedded") is not registry.get_reward("naive")


def test_loaded_models_are_ready(shipped) -> None:
    model = load_generator(shipped / "tiny" / "generator").model
    assert not model.training
    assert all(p.dtype == torch.float32 and not p.requires_grad for p in model.parameters())


def test_texts_are_cut_as_the_saved_tokenizer_cuts_them(shipped) -> None:
    text = "so 1 + 2\n\nis 3"
    for model in (load_generator(shipped / "tiny" / "generator"), load_reward(shipped / "tiny" / "reward")):
        assert model.tokenization.encode(text) == tiny.tokenizer().encode(text, add_special_tokens=False)
        assert model.tokenization.decode(model.tokenization.encode(text)) == text


def test_unknown_names_say_which_there_are() -> None:
    with pytest.raises(ModelError, match=r"Choose one of: embedded, chain; or give an id"):
        registry.get_generator("gpt")
    with pytest.raises(ModelError, match="embedded, naive"):
        registry.get_reward("gpt")


@pytest.mark.parametrize("load", [load_generator, load_reward])
def test_a_missing_folder_says_what_to_do(load, tmp_path) -> None:
    with pytest.raises(ModelError, match=r"no config\.json\)\. Name the folder that holds"):
        load(tmp_path / "nothing")
    with pytest.raises(ModelError, match=r"no config\.json\)\. Restore it by .*train-tiny"):
        load(weights_dir() / "nothing")
    (tmp_path / "qwen.gguf").write_bytes(b"GGUF")
    with pytest.raises(ModelError, match=r"There are GGUF files in it; name one of them: .*qwen\.gguf"):
        load(tmp_path)
    (tmp_path / "cut.gguf").write_bytes(b"<htm")
    with pytest.raises(ModelError, match="is no GGUF file"):
        load(tmp_path / "cut.gguf")
    with pytest.raises(ModelError, match=r"There is no model in .*No such file"):
        load(tmp_path / "gone.gguf")


def test_a_damaged_folder_is_an_error(tmp_path) -> None:
    (tmp_path / "config.json").write_text("{}")
    with pytest.raises(ModelError, match="does not load"):
        load_generator(tmp_path)


def test_every_preset_says_what_it_is() -> None:
    for preset in [*registry.GENERATORS.values(), *registry.REWARDS.values()]:
        assert preset.title
        assert preset.description.endswith(".")
        assert len(preset.description) < 130


def test_a_reward_says_where_its_weights_are_and_whom_it_may_score() -> None:
    assert {preset.name: preset.folder for preset in registry.REWARDS.values() if preset.folder} == {
        "embedded": "reward", "naive": "naive-reward",
    }  # fmt: skip
    anybody = {preset.name for preset in registry.REWARDS.values() if preset.any_generator}
    confidences = {name for name in registry.REWARDS if name.startswith("confidence")}
    assert anybody == {
        "auto",
        "arithmetic",
        "judge",
        "judge-4",
        "answer-probe",
        *CONTROLS,
        *registry.FITTED_REWARDS,
        *confidences,
    }
    for name, preset in registry.REWARDS.items():
        assert preset.name == name
        if preset.folder is None and "embedded" not in name:
            assert preset.load().name == name  # a trace that names it can be resumed
