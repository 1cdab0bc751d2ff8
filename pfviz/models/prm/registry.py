"""The protocols of process reward models by name, and which of them a model's files ask for.

A new protocol is one file in this folder and one line in `PROTOCOLS`. Heavy imports happen when a model is loaded.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pkgutil import resolve_name
from typing import Any

from pfviz.errors import ModelError
from pfviz.types import RewardModel

RewardFactory = Callable[..., RewardModel]
"""(model, tokenizer, name, further options) -> the reward model."""


@dataclass(frozen=True, slots=True)
class PrmProtocol:
    """How a kind of reward model is loaded and asked.

    Args:
        name: what `--protocol`, and PROTOCOL:PLACE in the name of a reward model, call it.
        title: the models that are asked so.
        model: "module:class" that reads their checkpoints.
        reward: "module:class" that asks them, a `ProcessRewardModel`.
        architectures: how the architecture in their config.json ends.
        named: parts of their names, in lower case; of models whose architecture says nothing about how they are asked.
    """

    name: str
    title: str
    model: str
    reward: str
    architectures: tuple[str, ...] = ()
    named: tuple[str, ...] = ()

    def load_model_class(self) -> Any:
        """Import the class that reads the checkpoints."""
        return resolve_name(self.model)

    def load_reward_class(self) -> RewardFactory:
        """Import the class that asks the model."""
        found: RewardFactory = resolve_name(self.reward)
        return found

    def fits(self, architecture: str, name: str) -> bool:
        """Return whether a model of that architecture and name is asked so."""
        return architecture.endswith(self.architectures) and (
            not self.named or any(part in name.lower() for part in self.named)
        )


PROTOCOLS: dict[str, PrmProtocol] = {
    protocol.name: protocol
    for protocol in [
        PrmProtocol(
            "trl", "Token classifier of TRL's PRMTrainer, with a blank line after each step",
            "transformers:AutoModelForTokenClassification", "pfviz.models.prm.trl:TokenClassifierReward",
            architectures=("ForTokenClassification",),
        ),
        PrmProtocol(
            "trl-line", "The same, trained with PRMTrainer's own separator of steps, one line break",
            "transformers:AutoModelForTokenClassification", "pfviz.models.prm.trl:LineBreakTokenClassifierReward",
        ),
        PrmProtocol(
            "qwen", "Qwen2.5-Math-PRM",
            "pfviz.models.prm.heads:Qwen2ForProcessRewardModel", "pfviz.models.prm.qwen:QwenPrm",
            architectures=("Qwen2ForProcessRewardModel",),
        ),
        PrmProtocol(
            "skywork", "Skywork-o1-Open-PRM",
            "pfviz.models.prm.heads:Qwen2ForPrmModel", "pfviz.models.prm.skywork:SkyworkPrm",
            architectures=("Qwen2ForPrmModel",),
        ),
        PrmProtocol(
            "math-shepherd", "Math-Shepherd",
            "transformers:AutoModelForCausalLM", "pfviz.models.prm.math_shepherd:MathShepherdPrm",
            architectures=("ForCausalLM",), named=("shepherd",),
        ),
        PrmProtocol(
            "rlhflow", "RLHFlow's PRM",
            "transformers:AutoModelForCausalLM", "pfviz.models.prm.rlhflow:RlhflowPrm",
            architectures=("ForCausalLM",), named=("rlhflow",),
        ),
    ]
}  # fmt: skip


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
        for protocol in PROTOCOLS.values():
            if protocol.fits(architecture, name):
                return protocol.name
    what = f"is a {' and '.join(architectures)[:80]}" if architectures else "names no architecture in its config.json"
    raise ModelError(
        f"{name} {what}, which fits none of the protocols of process reward models that are known here "
        f"({', '.join(PROTOCOLS)}). If it is asked like one of them, name that protocol."
    )
