"""Transformers that score every token, of the kinds that transformers itself lacks; no remote code is ever run.

The names of the parameters are those of the published checkpoints, so `from_pretrained` reads them.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import nn
from transformers import Qwen2Config, Qwen2Model, Qwen2PreTrainedModel
from transformers.modeling_outputs import TokenClassifierOutput


class Qwen2ForProcessRewardModel(Qwen2PreTrainedModel):  # type: ignore[misc]
    """Qwen2.5-Math-PRM (Zhang et al., arXiv 2501.07301): two labels from two linear layers on the last hidden state."""

    def __init__(self, config: Qwen2Config) -> None:
        config.num_labels = 2
        super().__init__(config)
        self.model = Qwen2Model(config)
        self.score = nn.Sequential(
            nn.Linear(config.hidden_size, config.hidden_size), nn.ReLU(), nn.Linear(config.hidden_size, 2)
        )
        self.post_init()

    def forward(self, input_ids: torch.Tensor, **options: Any) -> TokenClassifierOutput:
        """Logits (B, T, 2) for ids (B, T)."""
        return _score_tokens(self.model, self.score, input_ids, options)


class ValueHead(nn.Module):
    """A linear layer under the name that it has in the checkpoints."""

    def __init__(self, config: Qwen2Config) -> None:
        super().__init__()
        self.summary = nn.Linear(config.hidden_size, 1)

    def forward(self, hidden: torch.Tensor) -> torch.Tensor:
        return self.summary(hidden.to(self.summary.weight.dtype))  # type: ignore[no-any-return]


class Qwen2ForPrmModel(Qwen2PreTrainedModel):  # type: ignore[misc]
    """Skywork-o1-Open-PRM: one value from a linear layer on the last hidden state."""

    _keys_to_ignore_on_load_unexpected = (r"lm_head\.",)

    def __init__(self, config: Qwen2Config) -> None:
        super().__init__(config)
        self.model = Qwen2Model(config)
        self.v_head = ValueHead(config)
        self.post_init()

    def forward(self, input_ids: torch.Tensor, **options: Any) -> TokenClassifierOutput:
        """Values (B, T, 1) for ids (B, T)."""
        return _score_tokens(self.model, self.v_head, input_ids, options)


class TwoTokenLM(nn.Module):
    """A causal language model of which only the logits of two words are computed, (B, T, 2): the good one first."""

    def __init__(self, model: Any, good: int, bad: int) -> None:
        super().__init__()
        self.model = model.get_decoder()
        self.config = model.config
        head = model.get_output_embeddings()
        rows = torch.tensor([good, bad], device=head.weight.device)
        self.words = nn.Linear(head.in_features, 2, bias=head.bias is not None, device="meta")
        self.words.weight = nn.Parameter(head.weight.detach()[rows].clone(), requires_grad=False)
        if head.bias is not None:
            self.words.bias = nn.Parameter(head.bias.detach()[rows].clone(), requires_grad=False)

    @property
    def device(self) -> Any:
        return self.model.device

    @property
    def dtype(self) -> Any:
        return self.model.dtype

    def set_attn_implementation(self, kind: str) -> None:
        self.model.set_attn_implementation(kind)

    def forward(self, input_ids: torch.Tensor, **options: Any) -> TokenClassifierOutput:
        """Logits (B, T, 2) for ids (B, T)."""
        hidden = self.model(input_ids=input_ids, **options).last_hidden_state
        # The last layer may stand elsewhere than the words, and has no hook that carries its output to them.
        return TokenClassifierOutput(logits=self.words(hidden.to(self.words.weight.device)))


def _score_tokens(model: Any, head: nn.Module, ids: torch.Tensor, options: dict[str, Any]) -> TokenClassifierOutput:
    return TokenClassifierOutput(logits=head(model(input_ids=ids, **options).last_hidden_state))
