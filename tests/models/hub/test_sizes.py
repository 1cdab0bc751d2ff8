"""The number of a model's parameters, before it is loaded. Nothing is asked of the Hub here."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import huggingface_hub
import pytest

from pfviz.models.hub import sizes
from tests.models import tiny


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What the Hub says of a model, by name; a name that is not there raises as its client does. Keeps who asked."""
    known: dict[str, Any] = {"asked": []}

    def model_info(name: str, **_: Any) -> Any:
        known["asked"].append(name)
        return SimpleNamespace(safetensors=known[name])

    monkeypatch.setattr(huggingface_hub, "model_info", model_info)
    monkeypatch.setattr(huggingface_hub, "try_to_load_from_cache", lambda name, file: None)
    return known


def test_a_model_of_the_catalogue(hub: dict[str, Any]) -> None:
    assert sizes.parameter_billions("Qwen/Qwen2.5-Math-7B-Instruct") == 7.62
    assert sizes.parameter_billions("Qwen/Qwen2.5-Math-PRM-7B") == 7.62
    assert hub["asked"] == []


@pytest.mark.parametrize("shard", ["1GB", "20KB"], ids=["one file", "several files"])
def test_a_folder(shard: str, tmp_path: Path, hub: dict[str, Any]) -> None:
    model = tiny.causal_lm()
    model.save_pretrained(tmp_path, max_shard_size=shard)
    assert (tmp_path / sizes.INDEX_FILE).is_file() == (shard == "20KB")
    expected = sum(weight.numel() for weight in model.parameters()) / 1e9
    assert sizes.parameter_billions(tmp_path) == sizes.parameter_billions(str(tmp_path)) == expected
    assert hub["asked"] == []


@pytest.mark.parametrize("broken", ["missing", "cut", "index"])
def test_a_folder_that_is_damaged_is_left_to_the_loader(broken: str, tmp_path: Path, hub: dict[str, Any]) -> None:
    tiny.causal_lm().save_pretrained(tmp_path, max_shard_size="20KB")
    first = min(tmp_path.glob("model-*.safetensors"))
    if broken == "missing":
        first.unlink()
    elif broken == "cut":
        first.write_bytes(first.read_bytes()[:7])
    else:
        (tmp_path / sizes.INDEX_FILE).write_text('{"weight_map": []}')
    assert sizes.parameter_billions(tmp_path) is None
    assert hub["asked"] == []


def test_files_that_were_fetched_before(tmp_path: Path, hub: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    tiny.causal_lm().save_pretrained(tmp_path)
    monkeypatch.setattr(
        huggingface_hub, "try_to_load_from_cache",
        lambda name, file: str(tmp_path / file) if (tmp_path / file).is_file() else None,
    )  # fmt: skip
    assert sizes.parameter_billions("org/thing") == sizes.parameter_billions(tmp_path)
    assert hub["asked"] == []


def test_the_hub_is_asked_once_for_what_is_not_here(hub: dict[str, Any]) -> None:
    hub["org/thing"] = SimpleNamespace(total=3_000_000_000)
    hub["org/pickled"] = None
    assert sizes.parameter_billions("org/thing") == 3.0
    assert sizes.parameter_billions("org/pickled") is None
    assert sizes.parameter_billions("org/no such thing") is None
    assert hub["asked"] == ["org/thing", "org/pickled", "org/no such thing"]
    assert sizes.parameter_billions("org/thing", local_files_only=True) is None
    assert len(hub["asked"]) == 3
