"""A LoRA adapter (Hu et al., arXiv 2106.09685) on a token classifier, by the package peft, and its way into files."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import torch

from pfviz.errors import ModelError
from pfviz.models.hub.loader import hide_progress_bar

HEADS = ("score", "classifier")
"""What transformers calls the layer that gives the labels: it is trained whole."""
ADAPTER_FOLDER = "adapter"
"""Inside of the model's folder, where transformers does not take the one for the other."""
DROPOUT = 0.05


def check_peft() -> None:
    """Raise `ModelError` where the package is missing."""
    try:
        import peft  # noqa: F401
    except ImportError as error:
        raise ModelError(
            "Training a reward model needs the package peft: `pip install 'pfviz[prm]'`, or `pip install peft`."
        ) from error


def add_adapter(model: Any, rank: int, seed: int, *, new_head: bool = True) -> Any:
    """The token classifier with an adapter of that rank on each linear layer. It and the head are trained, in float32,
    and nothing else. It is drawn from the seed, and so is a `new_head`.

    Raises:
        ModelError: the model has no head that is known, or peft cannot adapt its layers.
    """
    if model.dtype == torch.float16:  # in which gradients vanish
        model = model.float()
    from peft import LoraConfig, TaskType, get_peft_model

    head = next((name for name in HEADS if isinstance(getattr(model, name, None), torch.nn.Linear)), None)
    if head is None:
        raise ModelError(f"A {type(model).__name__} has no head that is one linear layer: it cannot be trained here.")
    config = LoraConfig(
        task_type=TaskType.TOKEN_CLS,
        r=rank,
        lora_alpha=2 * rank,
        lora_dropout=DROPOUT,
        target_modules="all-linear",
        exclude_modules=list(HEADS),
        modules_to_save=[head],
    )
    with torch.random.fork_rng(), warnings.catch_warnings():
        warnings.filterwarnings(
            "ignore", category=FutureWarning, module="transformers"
        )  # what peft asks it by an old name
        torch.manual_seed(seed)
        if new_head:
            layer = getattr(model, head)
            torch.nn.init.normal_(layer.weight, std=float(getattr(model.config, "initializer_range", 0.02)))
            if layer.bias is not None:
                torch.nn.init.zeros_(layer.bias)
        try:
            made = get_peft_model(model, config)
        except ValueError as error:
            raise ModelError(f"A {type(model).__name__} cannot be adapted: {error}") from error
    for parameter in trained_parameters(made).values():
        parameter.data = parameter.data.float()
    return made


def trained_parameters(model: Any) -> dict[str, torch.nn.Parameter]:
    """Those that are trained, by name."""
    return {name: parameter for name, parameter in model.named_parameters() if parameter.requires_grad}


def save_model(model: Any, tokenizer: Any, base: str, folder: Path) -> Any:
    """Write the adapter, and the model with the adapter merged into its weights, which needs no peft to be loaded;
    return that model. The one with the adapter is used up."""
    model.peft_config["default"].base_model_name_or_path = base
    model.save_pretrained(folder / ADAPTER_FOLDER)
    (folder / ADAPTER_FOLDER / "README.md").unlink(missing_ok=True)  # an empty form; the card stands above
    dtype = model.dtype
    merged = model.merge_and_unload().to(dtype).eval().requires_grad_(False)
    with hide_progress_bar():
        merged.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return merged
