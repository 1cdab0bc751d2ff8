"""Models from a folder or from the Hugging Face hub, ready for inference."""

from __future__ import annotations

import json
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any

from pfviz.errors import ModelError
from pfviz.models.hub import gguf, sizes
from pfviz.models.hub.devices import Placement
from pfviz.resources import weights_dir
from pfviz.types import Generator, RewardModel

_LOADING = threading.RLock()
"""One model at a time: transformers sets the number type of new tensors for the whole process while it builds a model,
and its first import fails where another thread is in the middle of it."""
SMALL_BILLIONS = 0.05
"""Models below this many billion parameters are computed in float32 on a CPU, where others may be in bfloat16."""


def load_generator(
    folder_or_id: str | Path,
    *,
    name: str | None = None,
    local_files_only: bool = False,
    needs_template: bool = False,
    **options: Any,
) -> Generator:
    """A causal language model as a generator, with the options of `CausalLMGenerator`.

    Raises `ModelError`, with what to do, for one that is not there, is gated, cannot be reached, does not fit into
    memory, needs code of its own, or is damaged; and, before its weights are read, for one without a chat template that
    `needs_template`. Code from the Hub is never run.
    """
    with _LOADING:
        from transformers import AutoModelForCausalLM

        from pfviz.models.decoding.causal_lm import CausalLMGenerator
        from pfviz.models.hub import devices
        from pfviz.models.hub.int8 import quantize_linears

        model, tokenizer, _ = _load_model(AutoModelForCausalLM, folder_or_id, local_files_only, needs_template)
    if model.device.type == "cpu" and not _is_small(folder_or_id) and devices.takes_int8(devices.best_device()):
        quantize_linears(model)
    return CausalLMGenerator(model, tokenizer, name or str(folder_or_id), **options)


def reset_after_fork() -> None:
    """To be called in a process that was forked from this one: whoever was loading a model has stayed behind."""
    global _LOADING
    _LOADING = threading.RLock()


def load_reward(
    folder_or_id: str | Path,
    *,
    name: str | None = None,
    local_files_only: bool = False,
    protocol: str | None = None,
    **options: Any,
) -> RewardModel:
    """A process reward model, asked by the protocol that its config.json asks for, or by `protocol` (protocols.py).

    `options` are those of the protocol's class. Raises `ModelError` as `load_generator` does, and for a model that fits
    no protocol, or not the one that is given.
    """
    from pfviz.models.prm import registry

    called = name or str(folder_or_id)
    with _LOADING:
        asked = protocol or registry.detect_protocol(_read_config(folder_or_id, local_files_only), called)
        chosen = registry.get_protocol(asked)
        model, tokenizer, missing = _load_model(chosen.load_model_class(), folder_or_id, local_files_only)
    if missing:  # transformers would fill them with random numbers, and the rewards would look like any others
        raise ModelError(
            f"{called} has no weights {', '.join(missing[:3])}, which the protocol {asked!r} reads. Choose another of: "
            f"{', '.join(registry.PROTOCOLS)}; or another model."
        )
    return chosen.load_reward_class()(model, tokenizer, called, **options)


def load_token_classifier(folder_or_id: str | Path, *, local_files_only: bool = False) -> tuple[Any, Any, bool]:
    """(a two-label token classifier, its tokenizer, whether its head is new): from a language model, whose head is
    drawn at random and is to be trained, or from one that has been trained before.

    Raises `ModelError` as `load_generator` does, and for a model with another number of labels.
    """
    from transformers import AutoModelForTokenClassification

    with _LOADING, _hide_load_report():  # of the head that is missing
        model, tokenizer, missing = _load_model(AutoModelForTokenClassification, folder_or_id, local_files_only)
    if model.config.num_labels != 2:
        raise ModelError(f"{folder_or_id} has {model.config.num_labels} labels; one with 2 is needed, or a base model.")
    inner = [name for name in missing if name.startswith(f"{model.base_model_prefix}.")]
    if inner:
        raise ModelError(f"{folder_or_id} has no weights {', '.join(inner[:3])}. Choose another model.")
    return model, tokenizer, bool(missing)


def _read_config(place: str | Path, local_files_only: bool) -> dict[str, Any]:
    """What stands in the model's config.json."""
    from transformers import PretrainedConfig

    _check_folder(place)
    try:
        found, _ = PretrainedConfig.get_config_dict(str(place), local_files_only=local_files_only)
    except (OSError, ValueError) as error:
        raise ModelError(explain_load_error(place, error)) from error
    return dict(found)


def _load_model(
    kind: Any, place: str | Path, local_files_only: bool, needs_template: bool = False
) -> tuple[Any, Any, list[str]]:
    """The model, its tokenizer, and the names of the weights that its files do not have."""
    from pfviz.models.hub import devices

    local = isinstance(place, Path)
    packed = local and gguf.is_gguf_name(place)
    _check_folder(place)
    where = _choose_placement(place, local_files_only or local)
    # Weights that are spread are read straight to where they go, and hooks carry what is computed from GPU to GPU.
    spread = {"device_map": "auto", "max_memory": dict(where.shares)} if where.shares else {}
    common = {"local_files_only": local_files_only or local, "trust_remote_code": False}
    source, for_tokenizer, for_model = gguf.source_options(Path(place)) if packed else (str(place), {}, {})
    try:
        tokenizer = _tokenizer_class(Path(place)).from_pretrained(source, **for_tokenizer, **common)
        if needs_template and not getattr(tokenizer, "chat_template", None):
            raise ModelError(
                f"{place} has no chat template: it was not made to answer. Choose an instruct model, or give worked "
                "examples that it can go on with (--examples FILE)."
            )
        with hide_progress_bar() if local else nullcontext():
            model, found = kind.from_pretrained(
                source, dtype=devices.torch_dtype(where), output_loading_info=True, **spread, **for_model, **common
            )
        if not spread:
            model = model.to(where.device)
    except ImportError as error:
        if not packed:
            raise
        raise ModelError(gguf.MISSING_PACKAGE.format(place=place)) from error
    except (OSError, ValueError, KeyError, RuntimeError, IndexError, TypeError, struct.error) as error:
        raise ModelError(explain_load_error(place, error)) from error
    if spread and {"cpu", "disk"} & {str(device) for device in getattr(model, "hf_device_map", {}).values()}:
        raise ModelError(
            f"{place} does not fit on the {where.title} of this machine as it is now: parts of it would stay on the "
            "disk. Free their memory, or choose a smaller model, or a server that runs it."
        )
    return model.eval().requires_grad_(False), tokenizer, sorted(found["missing_keys"])


def _choose_placement(place: str | Path, local_files_only: bool) -> Placement:
    """The device of a model, or the GPUs; raises `ModelError` if there is no room. Its size is only asked for where
    that makes a difference."""
    from pfviz.models.hub import devices

    if not devices.has_several_gpus():
        only = devices.best_device()
        small = only.device == "cpu" and _is_small(place)
        return replace(only, dtype="float32") if small else only
    parameters = sizes.parameter_billions(place, local_files_only)
    where = devices.choose_placement(parameters)
    if parameters is not None:
        devices.check_memory(str(place), parameters, where)
    return where


def _is_small(place: str | Path) -> bool:
    """Whether a model on this machine is so small that single precision costs nothing. In a GGUF file a parameter takes
    a quarter of a byte at least."""
    if isinstance(place, Path) and gguf.is_gguf_name(place):
        return place.stat().st_size < SMALL_BILLIONS * 1e9 / 4
    parameters = sizes.parameter_billions(place, local_files_only=True)
    return parameters is not None and parameters < SMALL_BILLIONS


def explain_load_error(place: str | Path, error: BaseException) -> str:
    """Why a model did not load, and what to do, from what transformers or the Hub's client raised."""
    from huggingface_hub import errors

    from pfviz.models.decoding.out_of_memory import is_out_of_memory

    chain: list[BaseException] = []
    link: BaseException | None = error
    while link is not None and link not in chain:
        chain.append(link)
        link = link.__cause__ or link.__context__

    def raised(*kinds: type[BaseException]) -> bool:
        return any(isinstance(one, kinds) for one in chain)

    said = str(error)
    gated = raised(errors.GatedRepoError)
    # A gated one is raised as a kind of one that is not found, and one that is not found speaks of gated ones.
    missing = raised(errors.RepositoryNotFoundError, errors.RevisionNotFoundError)
    if gated or ("gated repo" in said and not missing):
        return (
            f"{place} is gated: ask for access on its page of the Hugging Face Hub, then log in with `hf auth login` "
            "or set HF_TOKEN."
        )
    if missing or "not a valid model identifier" in said:
        return (
            f"There is no model {str(place)!r} on the Hugging Face Hub, and no folder of that name. Check its spelling."
        )
    if raised(errors.OfflineModeIsEnabled, errors.LocalEntryNotFoundError) or "connect to" in said:
        return (
            f"{place} is not on this machine and the Hugging Face Hub does not answer. Check the network, or choose "
            "the embedded pair, which needs none."
        )
    if "trust_remote_code" in said or "custom code" in said:
        return f"{place} needs program code of its own from the Hub, which pfviz never runs. Choose another model."
    if any(is_out_of_memory(one) for one in chain):
        return f"There is not enough memory to load {place}. Choose a smaller model, or a server that runs it."
    return f"The model {str(place)!r} does not load: {error}"


def _check_folder(place: str | Path) -> None:
    if isinstance(place, Path) and gguf.is_gguf_name(place):
        if problem := gguf.explain_bad_file(place):
            raise ModelError(problem)
        return
    if isinstance(place, Path) and not (place / "config.json").is_file():
        raise ModelError(f"There is no model in {place} (no config.json). {_missing_hint(place)}")


def _missing_hint(place: Path) -> str:
    if weights_dir() in place.parents:
        return "Restore it by `git checkout -- pfviz/tiny/weights`, or build it anew by `pfviz train-tiny`."
    files = sorted(file.name for file in place.glob("*.gguf"))[:3] if place.is_dir() else []
    if files:
        return f"There are GGUF files in it; name one of them: {', '.join(str(place / name) for name in files)}."
    return "Name the folder that holds a model's config.json and its weights, or a GGUF file."


@contextmanager
def hide_progress_bar() -> Iterator[None]:
    """No progress bar of transformers' own: a folder's weights are there in a moment, and a command has its own bar."""
    from transformers.utils import logging

    shown = logging.is_progress_bar_enabled()
    logging.disable_progress_bar()
    try:
        yield
    finally:
        if shown:
            logging.enable_progress_bar()


@contextmanager
def _hide_load_report() -> Iterator[None]:
    """Nothing of what transformers says of weights that a file lacks or has too many."""
    from transformers.utils import logging

    level = logging.get_verbosity()
    logging.set_verbosity_error()
    try:
        yield
    finally:
        logging.set_verbosity(level)


def _tokenizer_class(folder: Path) -> Any:
    """The class that reads the folder's tokenizer as it was saved.

    For some model types (qwen2 among them) AutoTokenizer puts the family's own pre-tokenizer in the place of the saved
    one, because many published files name a wrong class. A folder that declares the plain backend means it: its texts
    would be cut into other tokens than the model was trained on, and nothing would say so.
    """
    from transformers import AutoTokenizer, PreTrainedTokenizerFast

    declared = folder / "tokenizer_config.json"
    if not (declared.is_file() and (folder / "tokenizer.json").is_file()):
        return AutoTokenizer  # an id of the hub, or another kind of tokenizer
    kind = json.loads(declared.read_text(encoding="utf-8")).get("tokenizer_class")
    return PreTrainedTokenizerFast if kind in ("TokenizersBackend", "PreTrainedTokenizerFast") else AutoTokenizer
