"""The checks of a reward model whose transformer and tokenizer are here."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Sequence

import torch

from pfviz.lab.reward_check import differences
from pfviz.lab.reward_check.differences import HALF_TOLERANCE, SINGLE_TOLERANCE
from pfviz.lab.reward_check.plain_passes import (
    MAX_COPY_PARAMETERS,
    PrefixIds,
    Side,
    count_parameters,
    score_ids,
)
from pfviz.lab.reward_check.results import CheckResult
from pfviz.lab.reward_check.sessions import batch_labels
from pfviz.lab.reward_check.solutions import TRICKY_TEXTS, Solutions
from pfviz.models.decoding.tokenization import Tokenization
from pfviz.models.prm.base import ProcessRewardModel
from pfviz.types import FloatArray, IntArray


def get_tolerance(reward: ProcessRewardModel) -> float:
    """Return how much rounding may move a reward in the precision that the model computes in here."""
    return HALF_TOLERANCE if reward.model.dtype in (torch.bfloat16, torch.float16) else SINGLE_TOLERANCE


def check_local(
    reward: ProcessRewardModel, solutions: Solutions, prefixes: Sequence[PrefixIds], here: FloatArray, room: float
) -> Iterator[CheckResult]:
    """Check everything that takes the transformer and its tokenizer; `here` (K,) are the rewards of each solution
    alone, step by step."""
    plain = score_ids(reward, [one.ids for one in prefixes])
    without = score_ids(reward, [one.prompt + one.before + one.text for one in prefixes])
    yield check_round_trip(reward.tokenization, solutions)
    yield check_separator(prefixes, plain, without, room)
    yield check_beginning(reward, prefixes)
    yield from check_padding(reward, prefixes, batch_labels(solutions), plain, room)
    yield check_precision(reward, prefixes, plain)
    yield check_cache(plain, here, room)


def check_round_trip(tokenization: Tokenization, solutions: Solutions) -> CheckResult:
    """Check that what the tokenizer makes of a text gives the text again."""
    title = "texts through the tokenizer and back"
    for text in (*(text for one in solutions for text in one.steps), *TRICKY_TEXTS):
        back = tokenization.decode(tokenization.encode(text))
        if back != text:
            what = "spaces or line breaks" if differences.changed_whitespace(text, back) else "characters"
            sentence = (
                f"The tokenizer loses {what}: {text[:60]!r} comes back as {back[:60]!r}, so the model never reads what "
                "was written. Take the tokenizer that the model was trained with, and check its normaliser."
            )
            return CheckResult("tokenizer", title, "wrong", sentence)
    return CheckResult("tokenizer", title, "ok", "Every text comes back as it was.")


def check_separator(prefixes: Sequence[PrefixIds], plain: FloatArray, without: FloatArray, room: float) -> CheckResult:
    """Check that all steps end in the same mark, and that the reward is another one without it (K,)."""
    title = "the separator after each step, there or not"
    change = differences.largest_difference(plain, without)
    if not prefixes[0].mark:
        sentence = (
            "Steps end in different tokens: the separator, at which the reward is read, is lost. Check that the text "
            "ends with it, and that the tokenizer has it."
        )
        return CheckResult("separator", title, "wrong", sentence)
    if change <= 1e-9:
        sentence = (
            "The separator is lost: with it and without it the rewards are the same. Check that the model reads its "
            "mark, and that its reward is read there."
        )
        return CheckResult("separator", title, "wrong", sentence, change, room)
    sentence = f"Every step ends in it; a server that loses it would be off by up to {change:.2g}."
    return CheckResult("separator", title, "note" if change > room else "ok", sentence, change)


def check_beginning(reward: ProcessRewardModel, prefixes: Sequence[PrefixIds]) -> CheckResult:
    """Check that the token for the beginning of a text, where the tokenizer has one, stands there once."""
    title = "the special token at the beginning"
    bos = reward.tokenization.beginning
    prompt = prefixes[0].prompt
    if bos is None:
        return CheckResult("beginning", title, "ok", "The tokenizer has none.")
    if prompt[:2] == (bos, bos):
        sentence = (
            "The special token at the beginning stands there twice: a chat template writes one and the tokenizer "
            "another. Turn off the tokenizer's (add_special_tokens=False)."
        )
        return CheckResult("beginning", title, "wrong", sentence)
    there = prompt[:1] == (bos,)
    said = "It stands there once." if there else "The tokenizer has one, and this protocol does not write it."
    return CheckResult("beginning", title, "ok" if there else "note", said)


def check_padding(
    reward: ProcessRewardModel, prefixes: Sequence[PrefixIds], batch: IntArray, plain: FloatArray, room: float
) -> Iterator[CheckResult]:
    """Check plain passes over padded texts, on either side, against those over each alone (K,); those with the same
    number in `batch` (K,) are computed together."""
    rows = [one.ids for one in prefixes]
    sides: tuple[Side, ...] = ("right", "left")
    for side in sides:
        title = f"alone, and padded on the {side}"
        change = differences.largest_difference(plain, score_ids(reward, rows, padding=side, batch=batch))
        if change <= room:
            yield CheckResult(f"{side}-padding", title, "ok", "Padding changes nothing.", change, room)
            continue
        other = "right" if side == "left" else "left"
        sentence = (
            f"Padding on the {side} changes rewards by {change:.2g}: padding is attended to. Pass the attention mask "
            f"and positions that do not count padding, pad on the {other}, or serve one text at a time."
        )
        yield CheckResult(f"{side}-padding", title, "wrong", sentence, change, room)


def check_precision(reward: ProcessRewardModel, prefixes: Sequence[PrefixIds], plain: FloatArray) -> CheckResult:
    """Check the rewards (K,) in float32 against those in bfloat16."""
    title = "float32 and bfloat16"
    many = count_parameters(reward.model)
    spread = getattr(reward.model, "hf_device_map", None)
    if many > MAX_COPY_PARAMETERS or spread:
        why = f"it has {many / 1e9:.0f} billion weights" if many > MAX_COPY_PARAMETERS else "it is spread over devices"
        return CheckResult("precision", title, "not done", f"The model is not copied to the other precision: {why}.")
    here = reward.model.dtype
    other = torch.float32 if here in (torch.bfloat16, torch.float16) else torch.bfloat16
    model = copy.deepcopy(reward.model).to(other)
    change = differences.largest_difference(plain, score_ids(reward, [one.ids for one in prefixes], model=model))
    if change <= HALF_TOLERANCE:
        return CheckResult("precision", title, "ok", "The precision hardly matters.", change, HALF_TOLERANCE)
    sentence = (
        f"bfloat16 changes rewards by {change:.2g}: its rounding is not harmless here. Serve the model in float32, "
        "or compare only rewards of one precision."
    )
    return CheckResult("precision", title, "wrong", sentence, change, HALF_TOLERANCE)


def check_cache(plain: FloatArray, here: FloatArray, room: float) -> CheckResult:
    """Check the rewards of steps that are fed one after the other against plain passes over whole texts (K,)."""
    title = "step by step and in one pass"
    change = differences.largest_difference(plain, here)
    if change <= room:
        return CheckResult("cache", title, "ok", "What was read before is kept rightly.", change, room)
    sentence = (
        f"Reading step by step changes rewards by {change:.2g} against one pass over the text: what was read before is "
        "not kept rightly. Please report the model's architecture."
    )
    return CheckResult("cache", title, "wrong", sentence, change, room)
