"""Models from the Hub and from folders: what is said when one does not load, and where it is put."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from huggingface_hub import errors

from pfviz.errors import ModelError
from pfviz.models import catalogue, devices, loading
from pfviz.models.devices import Place, check_room
from pfviz.models.protocols import PROTOCOLS
from tests.models import tiny


def http(kind: type[errors.HfHubHTTPError]) -> errors.HfHubHTTPError:
    response: Any = SimpleNamespace(headers={}, request=None, status_code=403, text="")
    return kind("the Hub's own words", response=response)


def raising(error: BaseException, cause: BaseException | None = None) -> Any:
    def from_pretrained(*_: Any, **__: Any) -> Any:
        raise error from cause

    return SimpleNamespace(from_pretrained=from_pretrained)


@pytest.mark.parametrize(
    ("cause", "said"),
    [
        (http(errors.GatedRepoError), "gated: ask for access"),
        (http(errors.RepositoryNotFoundError), "There is no model 'org/thing'"),
        (errors.LocalEntryNotFoundError("no"), "embedded pair, which needs none"),
        (errors.OfflineModeIsEnabled("offline"), "embedded pair, which needs none"),
        (MemoryError(), "not enough memory to load"),
        (None, "does not load: broken"),
    ],
)
def test_what_the_hub_says_becomes_what_to_do(
    cause: BaseException | None, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("transformers.AutoTokenizer", raising(OSError("broken"), cause))
    with pytest.raises(ModelError, match=said):
        loading.load_generator("org/thing")


def test_code_from_the_hub_is_never_run(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[dict[str, Any]] = []

    def from_pretrained(*_: Any, **options: Any) -> Any:
        asked.append(options)
        raise ValueError("The repository org/thing contains custom code which must be executed; set trust_remote_code")

    monkeypatch.setattr("transformers.AutoTokenizer", SimpleNamespace(from_pretrained=from_pretrained))
    with pytest.raises(ModelError, match="which pfviz never runs"):
        loading.load_generator("org/thing")
    assert asked[0]["trust_remote_code"] is False


def test_options_reach_the_adapter(tmp_path: Path) -> None:
    tiny.causal_lm().save_pretrained(tmp_path)
    tiny.tokenizer().save_pretrained(tmp_path)
    made: Any = loading.load_generator(tmp_path, separator="=", name="mine")
    assert (made.name, made.separator) == ("mine", "=")
    assert made.model.dtype == torch.float32  # on a CPU
    assert made.model.device.type == devices.best().device.split(":")[0]


def test_a_model_that_is_too_large_is_refused_with_the_numbers() -> None:
    place = Place("cuda:0", "bfloat16", 24.0)
    check_room("fits", 7.6, place)
    with pytest.raises(ModelError, match=r"large needs about 36 GB in bfloat16 and cuda:0 has 24 GB\. Choose"):
        check_room("large", 15.0, place)
    assert Place("cpu", "float32", 8).bytes_each == 4


def test_the_best_place(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)
    assert (devices.best().device, devices.best().dtype) == ("cpu", "float32")
    assert devices.best().gigabytes > 1
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    monkeypatch.setattr(torch.cuda, "is_bf16_supported", lambda: False)
    sizes = [8e9, 24e9]
    monkeypatch.setattr(torch.cuda, "get_device_properties", lambda i: SimpleNamespace(total_memory=sizes[i]))
    assert devices.best() == Place("cuda:1", "float16", 24.0)


def test_every_pair_is_made_of_models_that_are_known() -> None:
    for name, pair in catalogue.PAIRS.items():
        assert pair.name == name
        assert pair.generator in {"embedded", *catalogue.GENERATORS}
        assert pair.reward in {"embedded", *catalogue.REWARDS}
        assert pair.good_for.endswith(".")
    for card in catalogue.REWARDS.values():
        assert card.protocol in PROTOCOLS
    assert not catalogue.PAIRS["embedded"].cards
    assert catalogue.PAIRS["paper-llama-1b"].gated
    assert catalogue.PAIRS["paper-7b"].gigabytes() == pytest.approx(30.5, abs=0.1)
    assert {catalogue.PAIRS[name].reward for name in catalogue.PAIRS if name.startswith("paper")} == {
        "Qwen/Qwen2.5-Math-PRM-7B"
    }
