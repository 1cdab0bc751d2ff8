"""Models whose layers are on different devices: on pretended GPUs, and by accelerate's hooks on the CPU and a disk.

The hooks are accelerate's own: they carry what goes from layer to layer, and the cache has to be where each layer is.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from transformers import Qwen2ForCausalLM, Qwen2ForTokenClassification

import pfviz
from pfviz.models.decoding.caches import cache_choice
from pfviz.models.decoding.caches.kv_cache import ForkedCache
from pfviz.models.decoding.caches.packing import Packing, prepare_model
from pfviz.models.decoding.caches.per_row_cache import PerRowCache
from pfviz.models.decoding.causal_lm import CausalLMGenerator
from pfviz.models.decoding.tensors import DeviceCopies
from pfviz.models.prm.trl import TokenClassifierReward
from pfviz.problems.problem import Problem
from pfviz.types import Sampling
from tests.contracts import reward as rewards
from tests.contracts import toy
from tests.models import pretend, tiny
from tests.models.decoding.caches.test_cache_choice import ROW_BY_ROW, made
from tests.models.prm import prms
from tests.models.prm.test_registry import CASES

pytestmark = pytest.mark.filterwarnings("ignore:.*causal_conv1d.*")

PROBLEM = Problem("compute 1 + 2")
ONE, TWO = "cuda:0", "cuda:1"


def halves(model: Any) -> dict[str, str]:
    """The first layer on one GPU, with what stands before it; the second on another, with what stands after it. A head
    that is the embedding once more is where that is."""
    inner = {"embed_tokens": ONE, "layers.0": ONE, "layers.1": TWO}
    inner |= {name: TWO for name, _ in model.model.named_children() if name not in ("embed_tokens", "layers")}
    tied = model.config.tie_word_embeddings
    heads = {name: ONE if tied else TWO for name, _ in model.named_children() if name != "model"}
    return {f"model.{name}": place for name, place in inner.items()} | heads


def writer(model: Any) -> CausalLMGenerator:
    return CausalLMGenerator(model, tiny.tokenizer(), "writer")


def judge(model: Any) -> TokenClassifierReward:
    return TokenClassifierReward(model, tiny.tokenizer(), "judge")


def run(generator: Any, reward: Any) -> Any:
    """Particles that part, steps of unequal lengths, clones and finished ones."""
    return pfviz.run(PROBLEM, generator=generator, reward=reward, particles=6, seed=3, max_steps=4, max_step_tokens=7)


def pair() -> tuple[Any, Any]:
    return tiny.causal_lm(eos_token_id=[1, 40]), tiny.classifier()


def assert_same(found: Any, expected: Any, tolerance: float = 0.0) -> None:
    assert found.token_ids == expected.token_ids
    assert found.ancestors.tolist() == expected.ancestors.tolist()
    assert found.rewards.tolist() == [pytest.approx(row, abs=tolerance, rel=0) for row in expected.rewards.tolist()]
    assert found.log_probs.tolist() == [pytest.approx(row, abs=tolerance, rel=0) for row in expected.log_probs.tolist()]


@pytest.fixture(scope="module")
def plain() -> Any:
    """The run with both models on the CPU."""
    generator, classifier = pair()
    trace = run(writer(generator), judge(classifier))
    lengths = {len(ids) for row in trace.token_ids for ids in row if ids}
    assert len(lengths) > 1, "steps of one length are not packed"
    assert trace.finished.any()
    assert not trace.finished.all()
    return trace


# --- pretended GPUs ---------------------------------------------------------------------------------------------------


def test_a_run_over_two_gpus_is_that_of_one_device(plain: Any) -> None:
    with pretend.Machine():
        generator, classifier = (pretend.spread(model, halves(model)) for model in pair())
        assert {str(weight.device) for weight in generator.parameters()} == {ONE, TWO}
        assert_same(run(writer(generator), judge(classifier)), plain)


def test_the_cache_is_where_each_layer_is() -> None:
    with pretend.Machine():
        model = prepare_model(tiny.causal_lm())
        pretend.spread(model, halves(model))
        cache = ForkedCache()
        cache.feed(model, [[5, 6, 7]])
        cache.select([0, 0])
        cache.feed(model, [[8, 9], [10]])
        assert [(str(layer.keys.device), str(layer.values.device)) for layer in cache._layers] == [
            (ONE, ONE),
            (TWO, TWO),
        ]


@pytest.mark.parametrize("left_behind", ["cache", "packing"])
def test_an_index_that_stays_behind_is_found_out(left_behind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same run fails where the cache's indices, or the packing's, stay on the first GPU."""
    if left_behind == "cache":
        monkeypatch.setattr(DeviceCopies, "get", lambda self, device: self._tensors)
    else:
        monkeypatch.setattr(Packing, "to", lambda self, device, non_blocking=False: self)
    with pretend.Machine():
        generator, classifier = (pretend.spread(model, halves(model)) for model in pair())
        with pytest.raises(RuntimeError, match="over two devices"):
            run(writer(generator), judge(classifier))


@pytest.mark.parametrize("name", ["sliding windows", "windows in some layers", "convolutions in some layers"])
def test_a_cache_for_each_row_over_two_gpus(name: str) -> None:
    def steps(model: Any) -> Any:
        generator = CausalLMGenerator(model, tiny.tokenizer(), name)
        assert isinstance(cache_choice.make_cache(generator.model), PerRowCache)
        return run(generator, lambda problem, steps: 1 / (1 + len(steps[-1]))).token_ids

    expected = steps(made(ROW_BY_ROW[name]))
    with pretend.Machine():
        model = made(ROW_BY_ROW[name])
        assert steps(pretend.spread(model, halves(model))) == expected


@pytest.mark.parametrize("case", CASES)
def test_every_protocol_over_two_gpus(case: str) -> None:
    def scores(reward: Any) -> Any:
        return pfviz.run(PROBLEM, generator=toy.ToyGenerator(), reward=reward, particles=3, seed=4).rewards.tolist()

    reward, _ = CASES[case](False)
    model, tokenizer = getattr(prms, case)()
    expected = scores(reward)
    with pretend.Machine():
        pretend.spread(model, halves(model))
        assert scores(type(reward)(model, tokenizer, case)) == expected


def test_a_head_that_is_tied_to_the_embedding_is_back_on_the_first_gpu() -> None:
    """A language model with one matrix for both: its last layer is elsewhere than its words."""
    _, tokenizer = prms.shepherd()
    expected = CASES["shepherd"](False)[0]
    with pretend.Machine():
        model, _ = prms.shepherd()
        pretend.spread(model, halves(model) | {"lm_head": ONE})
        reward = type(expected)(model, tokenizer, "tied")
        found = [one.open(PROBLEM, particles=1).score({0: rewards.step_of("so x = 5")}) for one in (reward, expected)]
    assert found[0] == found[1]


# --- mps --------------------------------------------------------------------------------------------------------------


def test_a_run_on_mps_needs_no_double_precision_there(plain: Any) -> None:
    with pretend.Machine():
        generator, classifier = (pretend.put(model, "mps") for model in pair())
        assert_same(run(writer(generator), judge(classifier)), plain)


def test_entropies_and_losses_on_mps() -> None:
    def numbers(model: Any) -> Any:
        generator = writer(model)
        session = generator.open(PROBLEM, particles=2, seed=1, sampling=Sampling(max_step_tokens=3, entropies=True))
        *_, steps = session.extend([0, 1], 0)
        return steps, generator.prompt_losses(PROBLEM)

    expected = numbers(tiny.causal_lm())
    with pretend.Machine():
        assert numbers(pretend.put(tiny.causal_lm(), "mps")) == expected


# --- what is pretended is as strict as the real thing -----------------------------------------------------------------


def test_pretended_devices_refuse_what_real_ones_refuse() -> None:
    with pretend.Machine():
        one, two = (torch.tensor([1.0, 2.0], device=device) for device in (ONE, TWO))
        assert (one + one.to(TWO).to(ONE) * torch.tensor(2.0)).tolist() == [3.0, 6.0]
        for broken in (lambda: one + two, lambda: one + torch.ones(2), lambda: one[torch.tensor([0], device=TWO)]):
            with pytest.raises(RuntimeError, match="over two devices"):
                broken()
        with pytest.raises(RuntimeError, match="over two devices"):
            one[torch.tensor([0], device=TWO)] = 5.0
        with pytest.raises(TypeError, match="float64"):
            torch.tensor([1.0], device="mps").double()
        with pytest.raises(TypeError, match="float64"):
            torch.zeros(1, dtype=torch.float64).to("mps")


# --- accelerate's hooks on the CPU and a disk -------------------------------------------------------------------------


@pytest.mark.parametrize("aside", ["layers.1", "embed_tokens"])
def test_a_model_with_parts_on_the_disk_runs_as_it_does_without(aside: str, plain: Any, tmp_path: Path) -> None:
    """Loaded as one that is spread is: by `device_map`, with the hooks that transformers has accelerate put in."""
    loaded = []
    for model, kind in zip(pair(), (Qwen2ForCausalLM, Qwen2ForTokenClassification), strict=True):
        folder = tmp_path / kind.__name__
        model.save_pretrained(folder)
        inner = {"embed_tokens", "layers.0", "layers.1", "norm", "rotary_emb"}
        heads = [name for name, _ in model.named_children() if name != "model"]
        places = {f"model.{name}": "disk" if name == aside else "cpu" for name in inner} | dict.fromkeys(heads, "cpu")
        loaded.append(kind.from_pretrained(folder, device_map=places, offload_folder=tmp_path / "aside").eval())
        assert {str(weight.device) for weight in loaded[-1].parameters()} == {"cpu", "meta"}
        assert hasattr(loaded[-1], "_hf_hook")
    # Weights that are read anew lie elsewhere in memory, and then the last bits of a product may be others.
    assert_same(run(writer(loaded[0]), judge(loaded[1])), plain, tolerance=1e-4)
