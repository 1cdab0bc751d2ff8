"""The protocols of process reward models by name, and which of them a model's files ask for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from pfviz.errors import ModelError
from pfviz.types import RewardModel

RewardFactory = Callable[[Any, Any, str], RewardModel]
"""(model, tokenizer, name) -> the reward model."""


@dataclass(frozen=True, slots=True)
class PrmProtocol:
    """How a kind of reward model is loaded and asked.

    `load_model_class` imports the class that reads its checkpoints.
    """

    title: str
    load_model_class: Callable[[], Any]
    load_reward_class: Callable[[], RewardFactory]


def _token_classification_class() -> Any:
    from transformers import AutoModelForTokenClassification

    return AutoModelForTokenClassification


def _causal_lm_class() -> Any:
    from transformers import AutoModelForCausalLM

    return AutoModelForCausalLM


def _qwen_model_class() -> Any:
    from pfviz.models.prm.heads import Qwen2ForProcessRewardModel

    return Qwen2ForProcessRewardModel


def _skywork_model_class() -> Any:
    from pfviz.models.prm.heads import Qwen2ForPrmModel

    return Qwen2ForPrmModel


def _trl_reward_class() -> RewardFactory:
    from pfviz.models.prm.trl import TokenClassifierReward

    return TokenClassifierReward


def _qwen_reward_class() -> RewardFactory:
    from pfviz.models.prm.qwen import QwenPrm

    return QwenPrm


def _skywork_reward_class() -> RewardFactory:
    from pfviz.models.prm.skywork import SkyworkPrm

    return SkyworkPrm


def _shepherd_reward_class() -> RewardFactory:
    from pfviz.models.prm.math_shepherd import MathShepherdPrm

    return MathShepherdPrm


def _rlhflow_reward_class() -> RewardFactory:
    from pfviz.models.prm.rlhflow import RlhflowPrm

    return RlhflowPrm


PROTOCOLS: dict[str, PrmProtocol] = {
    "trl": PrmProtocol("Token classifier of TRL's PRMTrainer", _token_classification_class, _trl_reward_class),
    "qwen": PrmProtocol("Qwen2.5-Math-PRM", _qwen_model_class, _qwen_reward_class),
    "skywork": PrmProtocol("Skywork-o1-Open-PRM", _skywork_model_class, _skywork_reward_class),
    "math-shepherd": PrmProtocol("Math-Shepherd", _causal_lm_class, _shepherd_reward_class),
    "rlhflow": PrmProtocol("RLHFlow's PRM", _causal_lm_class, _rlhflow_reward_class),
}
"""Heavy imports happen in what stands here, not here."""

_PROTOCOL_BY_ARCHITECTURE = {"Qwen2ForProcessRewardModel": "qwen", "Qwen2ForPrmModel": "skywork"}
_PROTOCOL_BY_NAME = {"shepherd": "math-shepherd", "rlhflow": "rlhflow"}


def get_protocol(name: str) -> PrmProtocol:
    """The protocol of that name; raises `ModelError` naming those that there are."""
    if name not in PROTOCOLS:
        raise ModelError(f"There is no reward protocol {name[:40]!r}. Choose one of: {', '.join(PROTOCOLS)}.")
    return PROTOCOLS[name]


def detect_protocol(config: Mapping[str, Any], name: str) -> str:
    """The name of the protocol that a model's config.json asks for.

    A language model that was trained to say + or - looks like any other; it is known by its name.

    Raises:
        ModelError: the config fits no protocol, with what it is and what can be done.
    """
    architectures = [str(item) for item in config.get("architectures") or []]
    for architecture in architectures:
        if architecture in _PROTOCOL_BY_ARCHITECTURE:
            return _PROTOCOL_BY_ARCHITECTURE[architecture]
        if architecture.endswith("ForTokenClassification"):
            return "trl"
        if architecture.endswith("ForCausalLM"):
            for part, found in _PROTOCOL_BY_NAME.items():
                if part in name.lower():
                    return found
    what = f"is a {' and '.join(architectures)[:80]}" if architectures else "names no architecture in its config.json"
    raise ModelError(
        f"{name} {what}, which fits none of the protocols of process reward models that are known here "
        f"({', '.join(PROTOCOLS)}). If it is asked like one of them, name that protocol."
    )
