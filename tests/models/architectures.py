"""Tiny random checkpoints of architectures whose state cannot be forked, or cannot be kept at all."""

from __future__ import annotations

from typing import Any

import torch
import transformers

from tests.models import tiny

_HALF_MAMBA = {"mamba_n_heads": 8, "mamba_d_head": 8, "mamba_n_groups": 1, "mamba_d_state": 4, "mamba_chunk_size": 8}
_SSM = {"n_groups": 1, "chunk_size": 8}
_DYNAMIC = {"rope_type": "dynamic", "factor": 2.0, "rope_theta": 10000.0}
SHORT = 48  # tokens that the checkpoint of long rope reads in the short way
_LONG_ROPE = {
    "rope_type": "longrope",
    "rope_theta": 10000.0,
    "short_factor": [1.0] * 4,
    "long_factor": [2.0, 3.0, 4.0, 5.0],
    "original_max_position_embeddings": SHORT,
}

ARCHITECTURES: dict[str, tuple[str, dict[str, Any]]] = {
    "mamba": ("Mamba", {"state_size": 4}),
    "mamba2": ("Mamba2", {**_SSM, "num_heads": 8, "head_dim": 8, "state_size": 4}),
    "falcon_mamba": ("FalconMamba", {"state_size": 4}),
    "rwkv": ("Rwkv", {"attention_hidden_size": 32, "context_length": 512}),
    "recurrent_gemma": (
        "RecurrentGemma",
        {"lru_width": 32, "attention_window_size": 64, "head_dim": 8, "block_types": ["recurrent", "attention"]},
    ),
    "bamba": ("Bamba", {**_HALF_MAMBA, "attn_layer_indices": [1]}),
    "jamba": ("Jamba", {"attn_layer_offset": 1, "attn_layer_period": 2, "mamba_d_state": 4, "num_experts": 1,
                        "num_experts_per_tok": 1, "use_mamba_kernels": False}),
    "roberta": ("Roberta", {"is_decoder": True}),  # padding has no position
    "xlstm": ("xLSTM", {"num_heads": 4, "num_blocks": 2, "embedding_dim": 32, "chunk_size": 16}),
    "minimax": ("MiniMax", {"num_local_experts": 2, "num_experts_per_tok": 1, "block_size": 8, "head_dim": 8}),
    "zamba2": ("Zamba2", {"num_hidden_layers": 3, "layers_block_type": ["mamba", "hybrid", "mamba"],
                          "num_key_value_heads": 4, "mamba_d_state": 4, "n_mamba_heads": 8, "mamba_headdim": 8,
                          "mamba_ngroups": 1, "chunk_size": 8}),
    "nemotron_h": ("NemotronH", {**_SSM, "num_hidden_layers": 3, "layers_block_type": ["mamba", "attention", "mlp"],
                                 "mamba_num_heads": 8, "mamba_head_dim": 8, "ssm_state_size": 4, "head_dim": 8}),
    "phi3": ("Phi3", {"original_max_position_embeddings": SHORT, "rope_parameters": _LONG_ROPE}),
    "llama": ("Llama", {"max_position_embeddings": SHORT, "rope_parameters": _DYNAMIC}),
}  # fmt: skip


def build(name: str, kind: str = "ForCausalLM", **changes: Any) -> Any:
    """The checkpoint of that model type."""
    family, options = ARCHITECTURES[name]
    config, model = getattr(transformers, f"{family}Config"), getattr(transformers, f"{family}{kind}")
    with torch.random.fork_rng():
        torch.manual_seed(3)
        sizes = {**tiny._SIZES, "vocab_size": len(tiny.tokenizer()), "eos_token_id": [1, 40], **options, **changes}
        return model(config(**sizes)).eval()


def compute_logits(model: Any, ids: list[int]) -> torch.Tensor:
    """(L, V) of one plain pass, float64."""
    with torch.inference_mode():
        model(input_ids=torch.tensor([ids[:1]]), use_cache=False)  # "dynamic" rope goes back to where it was
        return model(input_ids=torch.tensor([ids]), use_cache=False).logits[0].double()
