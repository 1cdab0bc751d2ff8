"""The words Yes and No as tokens, and a model of which only their logits are computed."""

from __future__ import annotations

from typing import Any

import torch
from torch import nn
from transformers.modeling_outputs import TokenClassifierOutput

from pfviz.errors import ModelError
from pfviz.models.decoding.caches.cache_choice import share_cache_choice
from pfviz.models.decoding.tensors import input_device
from pfviz.models.decoding.tokenization import Tokenization
from pfviz.models.hub.int8 import Int8Linear

_SCALES = ("final_logit_softcapping", "logit_scale", "logits_scaling", "lm_head_multiplier")
"""What configs call a change of the logits after the last linear layer."""


def find_verdict_ids(tokenization: Tokenization, name: str) -> tuple[list[int], list[int]]:
    """The ids that say Yes, and those that say No: as they stand, in small letters and in capitals, each with and
    without a space before it, as far as they are one token. Raises `ModelError` where there are none."""
    yes, no = (_single_tokens(tokenization, word) for word in ("Yes", "No"))
    if not yes or not no or set(yes) & set(no):
        raise ModelError(
            f"{name} cannot be a judge: its tokenizer has no tokens for Yes and No. Let another chat model judge, as "
            "judge:OWNER/NAME, judge:FOLDER or judge:endpoint:NAME."
        )
    return yes, no


def _single_tokens(tokenization: Tokenization, word: str) -> list[int]:
    forms = [space + form for form in (word, word.lower(), word.upper()) for space in ("", " ")]
    encoded = [tokenization.encode(form) for form in forms]
    single = [ids[0] for ids in encoded if len(ids) == 1]
    # An unknown word may be one token too.
    return list(dict.fromkeys(i for i in single if tokenization.decode([i]).strip().lower() == word.lower()))


class VerdictWordsLM(nn.Module):
    """A causal language model of which only the logits of some tokens are computed, (B, T, K), in single precision.

    The transformer is the model's own, not a copy. Where the model changes its logits after the last linear layer, it
    is asked for all of them.
    """

    def __init__(self, model: Any, ids: list[int]) -> None:
        super().__init__()
        self.config = model.config
        self.whole = model
        self.decoder = model.get_decoder()
        self.ids = torch.tensor(ids)
        self.words = _copy_words(model.get_output_embeddings(), self.ids)
        share_cache_choice(model, self)
        self._is_plain = self.words is not None and _has_plain_head(self)

    @property
    def device(self) -> Any:
        return self.whole.device

    @property
    def dtype(self) -> Any:
        return self.whole.dtype

    def set_attn_implementation(self, kind: str) -> None:
        self.whole.set_attn_implementation(kind)

    def forward(self, input_ids: torch.Tensor, **options: Any) -> TokenClassifierOutput:
        """Logits (B, T, K) for ids (B, T)."""
        if not self._is_plain:
            logits = self.whole(input_ids=input_ids, **options).logits
            return TokenClassifierOutput(logits=logits[..., self.ids.to(logits.device)].float())
        return TokenClassifierOutput(logits=self.read_words(input_ids, **options))

    def read_words(self, input_ids: torch.Tensor, **options: Any) -> torch.Tensor:
        """The words' logits by the last linear layer alone."""
        assert self.words is not None
        hidden = self.decoder(input_ids=input_ids, **options).last_hidden_state
        # The last layer may stand elsewhere than the words, and has no hook that carries its output to them.
        words: torch.Tensor = self.words(hidden.to(self.words.weight.device).float())
        return words


def _copy_words(head: Any, ids: torch.Tensor) -> nn.Linear | None:
    """The outputs of the last layer that are these tokens', in single precision; None of a layer of its own kind."""
    at = ids.to(head.weight.device)
    if type(head) is nn.Linear:
        rows = head.weight.detach()[at].float()
    elif isinstance(head, Int8Linear):
        rows = head.weight[:, at].t().float() * head.scale[at, None]
    else:
        return None
    words = nn.Linear(head.in_features, len(ids), bias=head.bias is not None, device="meta")
    words.weight = nn.Parameter(rows, requires_grad=False)
    if head.bias is not None:
        words.bias = nn.Parameter(head.bias.detach()[at].float(), requires_grad=False)
    return words


@torch.inference_mode()
def _has_plain_head(model: VerdictWordsLM) -> bool:
    """Whether the model's logits are those of its last linear layer, but for rounding: by its config, and by three
    tokens."""
    if any(getattr(model.config.get_text_config(decoder=True), name, None) for name in _SCALES):
        return False
    some = model.ids[:3].to(input_device(model))[None]
    told = model.whole(input_ids=some, use_cache=False).logits[..., model.ids].float().cpu()
    words = model.read_words(some, use_cache=False).cpu()
    return bool((told - words).abs().max() <= 0.05 * told.abs().max() + 1e-4)
