"""`pfviz train-prm`: train a process reward model with weights of its own, in TRL's convention."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from pfviz.cli.screen.files import INPUT_FILE
from pfviz.cli.screen.progress import Interrupt
from pfviz.cli.screen.terminal import console
from pfviz.errors import DatasetError, ModelError

OUTPUT_FOLDER = click.Path(file_okay=False, path_type=Path)
EXIT_INTERRUPTED = 130


@click.command("train-prm")
@click.option(
    "--model", required=True, help="The language model to begin with: an id of the Hub, a folder, or a GGUF file."
)
@click.option(
    "--samples",
    type=INPUT_FILE,
    required=True,
    help="OUT.train.jsonl of `pfviz train-reward`, or TRL's stepwise supervision as JSONL.",
)
@click.option("--test-samples", type=INPUT_FILE, help="The same of problems to measure on, such as OUT.test.jsonl.")
@click.option(
    "--held-out",
    type=click.FloatRange(0, 0.9),
    default=0.2,
    show_default=True,
    help="Share of the problems to measure on, where --test-samples are not given; 0 measures nothing.",
)
@click.option("--epochs", type=click.IntRange(1), default=2, show_default=True, help="Passes over the solutions.")
@click.option("--batch-size", type=click.IntRange(1), default=16, show_default=True, help="Solutions of an update.")
@click.option(
    "--learning-rate", type=click.FloatRange(0, min_open=True), default=2e-4, show_default=True, help="At its highest."
)
@click.option("--rank", type=click.IntRange(1), default=16, show_default=True, help="Of the LoRA adapter.")
@click.option(
    "--max-tokens",
    type=click.IntRange(8),
    default=1024,
    show_default=True,
    help="Tokens of a solution with its problem; what comes after them is left out.",
)
@click.option(
    "--pass-tokens",
    type=click.IntRange(1),
    default=4096,
    show_default=True,
    help="Tokens that are computed at once; fewer take less memory.",
)
@click.option(
    "--save-every", type=click.IntRange(1), default=50, show_default=True, help="Updates from checkpoint to checkpoint."
)
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True, help="Of all that is random.")
@click.option("--out", "-o", type=OUTPUT_FOLDER, required=True, help="The folder of the reward model.")
def train_prm(
    model: str, samples: Path, test_samples: Path | None, held_out: float, save_every: int, out: Path, **settings: Any
) -> None:
    """Train a LoRA adapter and a two-label head on solutions whose steps are labelled: a reward model for
    --reward-model, and for whatever reads what TRL's PRMTrainer makes.

    \b
    pfviz train-prm --model Qwen/Qwen2.5-0.5B-Instruct --samples qwen.train.jsonl --test-samples qwen.test.jsonl -o prm
    pfviz run "…" --model Qwen/Qwen2.5-0.5B-Instruct --reward-model ./prm

    It is meant for a GPU, and needs the package peft (`pip install 'pfviz[prm]'`). A command that was stopped goes on
    from its last checkpoint; Ctrl-C writes one, and the weights as they are. The folder has the merged weights, the
    adapter alone (adapter/) and a card with the AUC within held-out problems (README.md).
    """
    from pfviz.models.decoding.tokenization import Tokenization
    from pfviz.models.hub.fingerprint import hash_weights
    from pfviz.models.hub.published import load_published_classifier
    from pfviz.reward_training.prm import adapter, checkpoint
    from pfviz.reward_training.prm.card import render_card
    from pfviz.reward_training.prm.rows import encode_problems
    from pfviz.reward_training.prm.training import Training, TrainingSettings

    if out.resolve() == Path(model).resolve():
        raise click.UsageError("--out is the folder of --model, whose weights would be lost. Choose another one.")
    adapter.check_peft()
    screen = console()
    with screen.status("loading the model"):
        base, tokenizer, new_head = load_published_classifier(model)
    train, test = _read_problems(screen, samples, test_samples, held_out, settings["seed"], tokenizer)
    chosen = TrainingSettings(**settings)
    rows = encode_problems(Tokenization(tokenizer), train, chosen.max_tokens)
    _check_labels(samples, rows)
    weights = hash_weights(base.base_model if new_head else base)  # a new head is drawn from the seed
    deciding = {name: value for name, value in settings.items() if name != "pass_tokens"}
    adapted = adapter.add_adapter(base, chosen.rank, chosen.seed, new_head=new_head)
    training = Training(adapted, rows, chosen, checkpoint.hash_training(weights, deciding, rows))
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise click.FileError(str(out), error.strerror) from error
    kept = checkpoint.read_checkpoint(out, training.hashed)
    if kept is not None:
        training.restore(kept)
        screen.print(f"Goes on after update {training.update} of {training.updates}.")
    interrupt = Interrupt()
    _train(screen, training, save_every, out, interrupt)
    merged = adapter.save_model(adapted, tokenizer, model, out)
    measures = None
    if test and not interrupt.stop_requested():
        measures = _measure(screen, merged, tokenizer, model, test, interrupt)
    described = {"problems": len(train), "solutions": len(rows), **settings, "data": samples.name}
    card = render_card(model, described, training.losses, training.updates, measures)
    (out / "README.md").write_text(card, encoding="utf-8")
    if interrupt.stop_requested():
        screen.print(
            f"Stopped after {training.update} of {training.updates} updates; {out} has the weights as they are, and "
            "the same command goes on.",
            markup=False,
        )
        raise click.exceptions.Exit(EXIT_INTERRUPTED)
    screen.print(f"\n{card}", markup=False)
    screen.print(f"Written: {out}. Use it by --reward-model {out}", markup=False)


def _read_problems(
    screen: Console, samples: Path, test_samples: Path | None, held_out: float, seed: int, tokenizer: Any
) -> tuple[list[Any], list[Any]]:
    """(problems to train on, problems to measure on); none is both."""
    from pfviz.models.decoding.tokenization import Tokenization
    from pfviz.reward_training.prm.labelled import leave_out, read_labelled, split_problems

    tokenization = Tokenization(tokenizer)
    train = read_labelled(samples, tokenization)
    if test_samples is None:
        train, test = split_problems(train, held_out, seed)
    else:
        test = read_labelled(test_samples, tokenization)
        kept = leave_out(train, test)
        if len(kept) < len(train):
            screen.print(f"{len(train) - len(kept)} problems are measured on too, and are not trained on.")
        train = kept
    screen.print(f"{len(train)} problems to train on, {len(test)} to measure on")
    return train, test


def _check_labels(samples: Path, rows: Sequence[Any]) -> None:
    """Refuse what nothing can be learnt from."""
    from pfviz.reward_training.prm.rows import NO_LABEL

    if len({label for row in rows for label in row.labels} - {NO_LABEL}) < 2:
        raise DatasetError(
            f"{samples} has no steps to train on that are right and others that are wrong within --max-tokens: "
            "there is nothing to tell apart. Sample more problems, or harder or easier ones."
        )


def _train(screen: Console, training: Any, save_every: int, out: Path, interrupt: Interrupt) -> None:
    """Make the updates that are missing, with a checkpoint now and then and at the end."""
    from pfviz.reward_training.prm.checkpoint import write_checkpoint

    began, tokens, first = time.monotonic(), 0, training.update
    with screen.status("training") as status, interrupt.catch_sigint(), _explain_lack_of_memory(out):
        for update in training.run(interrupt.stop_requested):
            tokens += update.tokens
            spent = time.monotonic() - began
            left = spent / (update.number - first) * (update.of - update.number)
            line = (
                f"update {update.number} of {update.of}, loss {update.loss:.3f}, {tokens / spent:.0f} tokens a second, "
                f"about {left / 60:.0f} min left"
            )
            status.update(line)
            if update.number % save_every == 0 or update.number == update.of:
                write_checkpoint(out, training.checkpoint())
                screen.print(line)
    if training.update > first:
        write_checkpoint(out, training.checkpoint())


@contextmanager
def _explain_lack_of_memory(out: Path) -> Iterator[None]:
    """Say what to do where a pass does not fit."""
    from pfviz.models.decoding.out_of_memory import is_out_of_memory

    try:
        yield
    except RuntimeError as error:
        if not is_out_of_memory(error):
            raise
        raise ModelError(
            "There is not enough memory to train. Choose a smaller --pass-tokens, --max-tokens or model. With another "
            f"--pass-tokens the training goes on from its last checkpoint in {out}, if there is one."
        ) from error


def _measure(
    screen: Console, model: Any, tokenizer: Any, name: str, problems: Sequence[Any], interrupt: Interrupt
) -> Any:
    """The measures of the reward model on these problems; None if it was interrupted."""
    from pfviz.models.prm.trl import TokenClassifierReward
    from pfviz.reward_training.prm.measure import measure_rewards, score_problems

    reward = TokenClassifierReward(model, tokenizer, name)
    samples = [one.sample for one in problems]
    rewards = []
    with screen.status("measuring") as status, interrupt.catch_sigint():
        for of_problem in score_problems(reward, samples):
            rewards.append(of_problem)
            status.update(f"measuring: {len(rewards)} of {len(samples)} problems")
            if interrupt.stop_requested():
                return None
    return measure_rewards(samples, rewards)
