"""Models from the Hub and from folders: what is said when one does not load, and where it is put."""

from __future__ import annotations

import threading
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from huggingface_hub import errors

from pfviz.errors import ModelError
from pfviz.models.hub import catalog, devices, loader
from pfviz.models.hub.devices import Placement
from pfviz.models.prm.registry import PROTOCOLS
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
        loader.load_generator("org/thing")


def test_code_from_the_hub_is_never_run(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[dict[str, Any]] = []

    def from_pretrained(*_: Any, **options: Any) -> Any:
        asked.append(options)
        raise ValueError("The repository org/thing contains custom code which must be executed; set trust_remote_code")

    monkeypatch.setattr("transformers.AutoTokenizer", SimpleNamespace(from_pretrained=from_pretrained))
    with pytest.raises(ModelError, match="which pfviz never runs"):
        loader.load_generator("org/thing")
    assert asked[0]["trust_remote_code"] is False


def test_options_reach_the_adapter(tmp_path: Path) -> None:
    tiny.causal_lm().save_pretrained(tmp_path)
    tiny.tokenizer().save_pretrained(tmp_path)
    made: Any = loader.load_generator(tmp_path, separator="=", name="mine")
    assert (made.name, made.separator) == ("mine", "=")
    assert made.model.dtype == torch.float32  # on a CPU
    assert made.model.device.type == devices.best_device().device.split(":")[0]


GPUS = Placement("cuda:0", "bfloat16", 48.0, ((0, 20_000), (1, 20_000)))


@pytest.fixture
def two_gpus(monkeypatch: pytest.MonkeyPatch) -> list[float | None]:
    """A machine on which every model is spread; the sizes that were asked about."""
    asked: list[float | None] = []

    def place(parameters: float | None = None) -> Placement:
        asked.append(parameters)
        return GPUS

    monkeypatch.setattr(devices, "has_several_gpus", lambda: True)
    monkeypatch.setattr(devices, "choose_placement", place)
    return asked


class Loads:
    """A class of models whose `from_pretrained` keeps what it was asked for."""

    def __init__(self, places: dict[str, Any]) -> None:
        self.asked: dict[str, Any] = {}
        self.model = SimpleNamespace(hf_device_map=places, eval=lambda: self.model, requires_grad_=lambda _: self.model)

    def from_pretrained(self, _: str, **options: Any) -> Any:
        self.asked = options
        return self.model, {"missing_keys": []}  # it has no `to`: a model with hooks is not moved


def test_a_model_that_is_spread_is_read_to_where_it_goes(tmp_path: Path, two_gpus: list[float | None]) -> None:
    tiny.causal_lm().save_pretrained(tmp_path)
    tiny.tokenizer().save_pretrained(tmp_path)
    kind = Loads({"model.layers.0": 0, "model.layers.1": torch.device("cuda:1")})
    model, _, _ = loader._load_model(kind, tmp_path, False)
    assert model is kind.model
    assert kind.asked["device_map"] == "auto"
    assert kind.asked["max_memory"] == {0: 20_000, 1: 20_000}
    assert kind.asked["dtype"] == torch.bfloat16
    assert two_gpus == [sum(weight.numel() for weight in tiny.causal_lm().parameters()) / 1e9]


def test_a_model_of_which_a_part_would_stay_on_the_disk_is_refused(
    tmp_path: Path, two_gpus: list[float | None]
) -> None:
    tiny.causal_lm().save_pretrained(tmp_path)
    tiny.tokenizer().save_pretrained(tmp_path)
    with pytest.raises(ModelError, match="does not fit on the 2 GPUs of this machine as it is now"):
        loader._load_model(Loads({"model": 0, "lm_head": "disk"}), tmp_path, False)


def test_what_does_not_fit_on_all_gpus_together_is_not_even_fetched(two_gpus: list[float | None]) -> None:
    kind = Loads({})
    large = catalog.ModelCard("org/large", 30.0, "none")
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(catalog.GENERATORS, large.id, large)
        with pytest.raises(ModelError, match="org/large needs about 72 GB in bfloat16 and 2 GPUs have 48 GB"):
            loader._load_model(kind, large.id, False)
    assert kind.asked == {}


def test_what_accelerate_leaves_on_the_disk_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In earnest, with the CPU in the place of a GPU that is too small: such parts would be read at every pass."""
    tiny.causal_lm().save_pretrained(tmp_path)
    tiny.tokenizer().save_pretrained(tmp_path)
    shares: Any = (("cpu", 60_000),)
    monkeypatch.setattr(loader, "_choose_placement", lambda *_: Placement("cpu", "float32", 1.0, shares))
    with pytest.raises(ModelError, match="parts of it would stay on the disk"):
        loader.load_generator(tmp_path)


def test_models_are_built_one_at_a_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # Building sets the process's number type: two at once have given one model weights of two types.
    tiny.causal_lm().save_pretrained(tmp_path)
    tiny.tokenizer().save_pretrained(tmp_path)
    from transformers import AutoModelForCausalLM

    build, inside, together = AutoModelForCausalLM.from_pretrained, threading.Lock(), []

    def watch(*args: Any, **settings: Any) -> Any:
        alone = inside.acquire(blocking=False)
        together.append(not alone)
        made = build(*args, **settings)
        if alone:
            inside.release()
        return made

    monkeypatch.setattr(AutoModelForCausalLM, "from_pretrained", watch)
    threads = [threading.Thread(target=loader.load_generator, args=(tmp_path,)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert together == [False] * 4


def test_every_pair_is_made_of_models_that_are_known() -> None:
    for name, pair in catalog.PAIRS.items():
        assert pair.name == name
        assert pair.generator in {"embedded", *catalog.GENERATORS}
        assert pair.reward in {"embedded", "auto", *catalog.REWARDS}
        assert pair.good_for.endswith(".")
    for card in catalog.REWARDS.values():
        assert card.protocol in PROTOCOLS
    assert not catalog.PAIRS["embedded"].cards
    assert [card.id for card in catalog.PAIRS[catalog.REAL_PAIR].cards] == [catalog.PAIRS[catalog.REAL_PAIR].generator]
    assert catalog.PAIRS["paper-llama-1b"].gated
    assert catalog.PAIRS["paper-7b"].gigabytes() == pytest.approx(30.5, abs=0.1)
    assert {catalog.PAIRS[name].reward for name in catalog.PAIRS if name.startswith("paper")} == {
        "Qwen/Qwen2.5-Math-PRM-7B"
    }
