"""A GGUF file that is written here opens as the checkpoint that it was made of; a broken one says what is wrong."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from pfviz.errors import ModelError
from pfviz.models import registry
from pfviz.models.decoding.causal_lm import CausalLMGenerator
from pfviz.problems.problem import Problem
from tests.models import tiny

gguf = pytest.importorskip("gguf")

BYTES = [chr(code) for code in range(33, 127)] + ["Ġ", "Ċ", "ĊĊ"]  # as byte-level tokenizers write blank and line break
WORDS = [*BYTES, "<|im_start|>", "<|im_end|>", "<pad>"]
TEMPLATE = "{% for m in messages %}<|im_start|>{{ m['content'] }}<|im_end|>{% endfor %}<|im_start|>"
BLOCK_TENSORS = {
    "self_attn.q_proj": "attn_q",
    "self_attn.k_proj": "attn_k",
    "self_attn.v_proj": "attn_v",
    "self_attn.o_proj": "attn_output",
    "mlp.gate_proj": "ffn_gate",
    "mlp.up_proj": "ffn_up",
    "mlp.down_proj": "ffn_down",
    "input_layernorm": "attn_norm",
    "post_attention_layernorm": "ffn_norm",
}
TENSORS = {"model.embed_tokens": "token_embd", "model.norm": "output_norm", "lm_head": "output"}


def tensor_name(name: str) -> str:
    """llama.cpp's name of a parameter of Qwen2."""
    stem, _, kind = name.rpartition(".")
    if stem in TENSORS:
        return f"{TENSORS[stem]}.{kind}"
    _, _, block, part = stem.split(".", 3)
    return f"blk.{block}.{BLOCK_TENSORS[part]}.{kind}"


def write_file(path: Path, model: Any) -> None:
    """The model with a byte-level tokenizer, as llama.cpp's converter writes them."""
    config = model.config
    writer = gguf.GGUFWriter(path, "qwen2")
    writer.add_block_count(config.num_hidden_layers)
    writer.add_context_length(config.max_position_embeddings)
    writer.add_embedding_length(config.hidden_size)
    writer.add_feed_forward_length(config.intermediate_size)
    writer.add_head_count(config.num_attention_heads)
    writer.add_head_count_kv(config.num_key_value_heads)
    writer.add_layer_norm_rms_eps(config.rms_norm_eps)
    writer.add_rope_freq_base(10_000.0)
    writer.add_vocab_size(config.vocab_size)
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("qwen2")
    writer.add_token_list(WORDS)
    writer.add_token_types([1] * len(BYTES) + [3] * 3)
    writer.add_token_merges(["Ċ Ċ"])
    writer.add_eos_token_id(WORDS.index("<|im_end|>"))
    writer.add_pad_token_id(WORDS.index("<pad>"))
    writer.add_chat_template(TEMPLATE)
    for name, value in model.state_dict().items():
        writer.add_tensor(tensor_name(name), value.float().numpy())
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("packed") / "tiny.gguf"
    write_file(path, model())
    return path


def model() -> Any:
    return tiny.causal_lm(vocabulary=len(WORDS), tie_word_embeddings=False)


def test_a_file_computes_what_the_checkpoint_computes_and_runs(file: Path) -> None:
    opened = registry.get_generator(str(file))
    assert isinstance(opened, CausalLMGenerator)
    ids = opened.prompt(Problem("1+2"))
    assert ids[-1] == WORDS.index("<|im_start|>")
    assert opened.tokenization.decode(opened.tokenization.encode("a b\n\nc")) == "a b\n\nc"
    assert WORDS.index("<|im_end|>") in opened.eos
    with torch.inference_mode():
        found = opened.model(input_ids=torch.tensor([ids])).logits
        wanted = model()(input_ids=torch.tensor([ids])).logits
    np.testing.assert_allclose(found.float().numpy(), wanted.numpy(), atol=1e-4)
    registry.unload_models()


def test_a_file_that_is_cut_or_is_none_says_so(file: Path, tmp_path: Path) -> None:
    data = file.read_bytes()
    for name, content, said in (
        ("cut", data[: len(data) // 2], "does not load"),
        ("head", data[:100], "does not load"),
        ("page", b"<html>", "is no GGUF file"),
        ("empty", b"", "is no GGUF file"),
    ):
        (tmp_path / f"{name}.gguf").write_bytes(content)
        with pytest.raises(ModelError, match=said):
            registry.get_generator(str(tmp_path / f"{name}.gguf"))
