"""Small random checkpoints of the published process reward models' own architectures, with tokenizers like theirs."""

from __future__ import annotations

from functools import cache
from typing import Any

import torch
from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import (
    LlamaConfig,
    LlamaForCausalLM,
    MistralConfig,
    MistralForCausalLM,
    PreTrainedTokenizerFast,
    Qwen2Config,
)

from pfviz.models.prm.heads import Qwen2ForPrmModel, Qwen2ForProcessRewardModel
from tests.models.tiny import _SIZES

SAMPLE = [
    "Compute (12 + 7) * 3 - 45. The answer is \\boxed{12}.\n\nFirst, 12 + 7 = 19, so we have 19 * 3 - 45.",
    "Tom has 5 apples and buys 7 more ки\n\nHe eats 3. How many apples does he have? ки + - ки",
    "Solve 3x + 5 = 20.\nIsolate x: 3x = 15, so x = 5.\n\n",
]
QWEN_CHAT = (
    "{% for m in messages %}<|im_start|>{{ m['role'] }}\n{{ m['content'] }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
LLAMA_CHAT = (
    "{{ bos_token }}{% for m in messages %}<|start_header_id|>{{ m['role'] }}<|end_header_id|>\n\n"
    "{{ m['content'] | trim }}<|eot_id|>{% endfor %}"
    "{% if add_generation_prompt %}<|start_header_id|>assistant<|end_header_id|>\n\n{% endif %}"
)
MISTRAL_CHAT = (
    "{{ bos_token }}{% for m in messages %}{% if m['role'] == 'user' %}[INST] {{ m['content'] }} [/INST]"
    "{% else %} {{ m['content'] }}{{ eos_token }}{% endif %}{% endfor %}"
)

WORDS = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}"
    r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
"""How Llama 3 cuts a text into words; Qwen takes digits one by one."""


@cache
def bytes_tokenizer(chat: str | None, *special: str, bos: str | None = None) -> Any:
    """Byte-level BPE, as Qwen and Llama 3 have it: a space belongs to the word after it."""
    core = Tokenizer(models.BPE())
    core.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(WORDS), "isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    core.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    core.train_from_iterator(SAMPLE * 3, trainers.BpeTrainer(vocab_size=400, initial_alphabet=alphabet))
    core.add_special_tokens([AddedToken(word, normalized=False) for word in ("<|end|>", *special)])
    made = PreTrainedTokenizerFast(tokenizer_object=core, eos_token="<|end|>", pad_token="<|end|>", bos_token=bos)
    made.chat_template = chat
    return made


@cache
def pieces_tokenizer(chat: str | None = None) -> Any:
    """BPE over pieces that begin with a space, as SentencePiece has it: every text begins with one."""
    core = Tokenizer(models.BPE(unk_token="<unk>"))
    core.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="always")
    core.decoder = decoders.Metaspace(prepend_scheme="always")
    letters = sorted({c for text in SAMPLE for c in text} | {"▁", "\n"})
    trainer = trainers.BpeTrainer(vocab_size=300, initial_alphabet=letters, special_tokens=["<unk>", "<s>", "</s>"])
    core.train_from_iterator([*SAMPLE * 3, "ки ки ки ки"], trainer)
    made = PreTrainedTokenizerFast(tokenizer_object=core, bos_token="<s>", eos_token="</s>", unk_token="<unk>")
    made.chat_template = chat
    return made


def qwen() -> tuple[Any, Any]:
    """Qwen2.5-Math-PRM's."""
    tokenizer = bytes_tokenizer(QWEN_CHAT, "<|im_start|>", "<|im_end|>", "<extra_0>")
    return _made(Qwen2ForProcessRewardModel, Qwen2Config, tokenizer), tokenizer


def skywork() -> tuple[Any, Any]:
    """Skywork-o1-Open-PRM's."""
    tokenizer = bytes_tokenizer(None, "<|endoftext|>", bos="<|endoftext|>")
    return _made(Qwen2ForPrmModel, Qwen2Config, tokenizer), tokenizer


def shepherd() -> tuple[Any, Any]:
    """Math-Shepherd's."""
    tokenizer = pieces_tokenizer()
    return _made(MistralForCausalLM, MistralConfig, tokenizer, sliding_window=None), tokenizer


def rlhflow() -> tuple[Any, Any]:
    """RLHFlow's, on Llama 3.1."""
    names = ("<|begin_of_text|>", "<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>")
    tokenizer = bytes_tokenizer(LLAMA_CHAT, *names, bos=names[0])
    return _made(LlamaForCausalLM, LlamaConfig, tokenizer), tokenizer


def _made(kind: Any, config: Any, tokenizer: Any, **changes: Any) -> Any:
    with torch.random.fork_rng():
        torch.manual_seed(7)
        sizes = {**_SIZES, "vocab_size": len(tokenizer), "max_position_embeddings": 2048, "initializer_range": 0.2}
        return kind(config(**{**sizes, **changes})).eval()
