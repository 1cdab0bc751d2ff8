"""The protocols of process reward models by name, and which of them a model's files ask for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from pfviz.errors import ModelError
from pfviz.models.base import RewardModel

Make = Callable[[Any, Any, str], RewardModel]
"""(model, tokenizer, name) -> the reward model."""


@dataclass(frozen=True, slots=True)
class Protocol:
    """How a kind of reward model is loaded and asked. `kind` is the class that reads its checkpoints."""

    title: str
    kind: Callable[[], Any]
    make: Callable[[], Make]


def _token_classification() -> Any:
    from transformers import AutoModelForTokenClassification

    return AutoModelForTokenClassification


def _causal() -> Any:
    from transformers import AutoModelForCausalLM

    return AutoModelForCausalLM


def _qwen_kind() -> Any:
    from pfviz.models.heads import Qwen2ForProcessRewardModel

    return Qwen2ForProcessRewardModel


def _skywork_kind() -> Any:
    from pfviz.models.heads import Qwen2ForPrmModel

    return Qwen2ForPrmModel


def _token_classifier() -> Make:
    from pfviz.models.token_classifier import TokenClassifierReward

    return TokenClassifierReward


def _qwen() -> Make:
    from pfviz.models.qwen_prm import QwenPrm

    return QwenPrm


def _skywork() -> Make:
    from pfviz.models.skywork_prm import SkyworkPrm

    return SkyworkPrm


def _shepherd() -> Make:
    from pfviz.models.math_shepherd import MathShepherd

    return MathShepherd


def _rlhflow() -> Make:
    from pfviz.models.rlhflow_prm import RlhflowPrm

    return RlhflowPrm


PROTOCOLS: dict[str, Protocol] = {
    "trl": Protocol("Token classifier of TRL's PRMTrainer", _token_classification, _token_classifier),
    "qwen": Protocol("Qwen2.5-Math-PRM", _qwen_kind, _qwen),
    "skywork": Protocol("Skywork-o1-Open-PRM", _skywork_kind, _skywork),
    "math-shepherd": Protocol("Math-Shepherd", _causal, _shepherd),
    "rlhflow": Protocol("RLHFlow's PRM", _causal, _rlhflow),
}
"""Heavy imports happen in what stands here, not here."""

_BY_ARCHITECTURE = {"Qwen2ForProcessRewardModel": "qwen", "Qwen2ForPrmModel": "skywork"}
_BY_NAME = {"shepherd": "math-shepherd", "rlhflow": "rlhflow"}


def protocol(name: str) -> Protocol:
    """The protocol of that name; raises `ModelError` naming those that there are."""
    if name not in PROTOCOLS:
        raise ModelError(f"There is no reward protocol {name[:40]!r}. Choose one of: {', '.join(PROTOCOLS)}.")
    return PROTOCOLS[name]


def detect(config: Mapping[str, Any], name: str) -> str:
    """The name of the protocol that a model's config.json asks for.

    A language model that was trained to say + or - looks like any other; it is known by its name.

    Raises:
        ModelError: the config fits no protocol, with what it is and what can be done.
    """
    architectures = [str(item) for item in config.get("architectures") or []]
    for architecture in architectures:
        if architecture in _BY_ARCHITECTURE:
            return _BY_ARCHITECTURE[architecture]
        if architecture.endswith("ForTokenClassification"):
            return "trl"
        if architecture.endswith("ForCausalLM"):
            for part, found in _BY_NAME.items():
                if part in name.lower():
                    return found
    what = f"is a {' and '.join(architectures)[:80]}" if architectures else "names no architecture in its config.json"
    raise ModelError(
        f"{name} {what}, which fits none of the protocols of process reward models that are known here "
        f"({', '.join(PROTOCOLS)}). If it is asked like one of them, name that protocol."
    )
