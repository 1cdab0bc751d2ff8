"""`pfviz train-reward`: fit a reward that reads the generator's own hidden states."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from pfviz.cli.options.dataset_option import dataset_option
from pfviz.cli.rewards.sampling import draw_rollouts, sample_problems
from pfviz.cli.screen.files import OUTPUT_FILE, check_writable
from pfviz.cli.screen.terminal import console


@click.command("train-reward")
@click.option(
    "--model",
    "--generator",
    "generator",
    required=True,
    help="Whose hidden states are read: a name, an id of the Hub, a folder.",
)
@dataset_option(None, "The problems, with their answers.  [default: held-out for embedded, else everyday]")
@click.option("--problems", type=click.IntRange(20), default=256, show_default=True, help="Problems to fit on.")
@click.option("--solutions", type=click.IntRange(2, 64), default=8, show_default=True, help="Solutions of each.")
@click.option(
    "--test-problems",
    type=click.IntRange(0),
    default=64,
    show_default=True,
    help="Problems to measure on, taken after those; 0 measures on the others by cross-validation.",
)
@click.option(
    "--test-solutions", type=click.IntRange(2, 64), default=16, show_default=True, help="Solutions of each of these."
)
@click.option(
    "--rollouts",
    type=click.IntRange(0, 64),
    default=0,
    show_default=True,
    help="Continuations that are drawn from a prefix: their share of right ones is its label, and not the outcome of "
    "its one solution.",
)
@click.option(
    "--rollout-solutions",
    type=click.IntRange(1, 64),
    default=2,
    show_default=True,
    help="Solutions of each problem from whose every step rollouts are drawn, where right and wrong ones are among "
    "all.",
)
@click.option(
    "--temperature", type=click.FloatRange(0, min_open=True), default=0.8, show_default=True, help="Of the solutions."
)
@click.option(
    "--max-step-tokens", type=click.IntRange(1), default=128, show_default=True, help="Tokens of a step at most."
)
@click.option("--max-steps", type=click.IntRange(1), default=24, show_default=True, help="Steps of a solution at most.")
@click.option("--seed", type=int, default=0, show_default=True, help="Of the problems' order and of the solutions.")
@click.option(
    "--out",
    "-o",
    type=OUTPUT_FILE,
    callback=check_writable,
    required=True,
    help="The reward, a file that ends with .safetensors; its card (.md, .html) and the solutions stand beside it.",
)
def train_reward(
    generator: str,
    dataset: str | None,
    problems: int,
    solutions: int,
    test_problems: int,
    test_solutions: int,
    rollouts: int,
    rollout_solutions: int,
    out: Path,
    **settings: Any,
) -> None:
    """Sample solutions, see which end right, and fit a reward that reads it from the generator's hidden states.

    \b
    pfviz train-reward --model Qwen/Qwen2.5-0.5B-Instruct --dataset gsm8k.jsonl --out qwen.safetensors
    pfviz run "…" --model Qwen/Qwen2.5-0.5B-Instruct --reward qwen.safetensors

    What is sampled is kept in OUT.train.jsonl and OUT.test.jsonl: a command that was stopped goes on where it was, and
    one that asks for more problems samples only those. OUT.trl.jsonl and OUT.processbench.jsonl have the solutions for
    TRL's trainers and for `pfviz diagnose --processbench`.
    """
    if out.suffix != ".safetensors":
        raise click.UsageError("--out has to end with .safetensors.")
    from pfviz.inference.run import versions
    from pfviz.models.hub.fingerprint import hash_weights
    from pfviz.models.registry import get_generator
    from pfviz.models.rewards.hidden_state import generator_identity
    from pfviz.models.rewards.hidden_state_file import write_reading
    from pfviz.problems.datasets import load_problems, usual_dataset
    from pfviz.report.fitted_reward import fitted_reward_to_html
    from pfviz.reward_training.batch_sampling import BatchSampler
    from pfviz.reward_training.card import build_card, render_card
    from pfviz.reward_training.exports import processbench_rows, trl_rows, write_jsonl
    from pfviz.reward_training.feature_files import FeatureFiles
    from pfviz.reward_training.features import candidate_layers, describe_solutions
    from pfviz.reward_training.pipeline import fit_reward
    from pfviz.reward_training.prefixes import build_prefixes
    from pfviz.reward_training.samples import check_reads_hidden_states
    from pfviz.types import Sampling

    screen = console()
    seed = settings.pop("seed")
    dataset = dataset or usual_dataset(generator)
    known = load_problems(dataset, problems + test_problems, seed)
    model = check_reads_hidden_states(get_generator(generator))
    layers = candidate_layers(model)
    weights = hash_weights(model.model)
    sampling, most = Sampling(settings["temperature"], settings["max_step_tokens"]), settings["max_steps"]
    parts = [("train", known[:problems], solutions), ("test", known[problems:], test_solutions)]
    sampled, tables = [], []
    for name, part, count in parts:
        if not part:
            continue
        kept = FeatureFiles(out.with_suffix(f".{name}.states"), weights, layers)
        file = out.with_suffix(f".{name}.jsonl")
        sampler = BatchSampler(model, layers, solutions=count, seed=seed, sampling=sampling, max_steps=most)
        samples = sample_problems(screen, sampler, file, kept, part)
        if rollouts and name == "train":
            sampler = BatchSampler(model, (), solutions=rollouts, seed=seed, sampling=sampling, max_steps=most)
            samples = draw_rollouts(screen, sampler, file, part, samples, rollouts, rollout_solutions)
        with screen.status("reading hidden states") as status:
            features = []
            for place, sample in enumerate(samples):
                status.update(f"reading hidden states: {name}, {place} of {len(samples)} problems")
                features.append(kept.read(sample) or describe_solutions(model, sample, layers))
        sampled.append(samples)
        tables.append(build_prefixes(samples, features))
    test = (sampled[1], tables[1]) if len(sampled) > 1 else None
    fitted = fit_reward(sampled[0], tables[0], layers, test, report=screen.print)
    pairing = generator_identity(model)
    assert pairing is not None
    labels = {"rollouts from a prefix": rollouts} if rollouts else {}
    described = {
        "problems": len(sampled[0]), "solutions of each": solutions, **labels, **settings, "data": Path(dataset).name
    }  # fmt: skip
    write_reading(out, fitted.reading, pairing, build_card(fitted, pairing, described, versions()))
    card = out.with_suffix(".md")
    card.write_text(render_card(fitted, pairing, described), encoding="utf-8")
    page = out.with_suffix(".html")
    page.write_text(fitted_reward_to_html(fitted, card.read_text(encoding="utf-8")), encoding="utf-8")
    screen.print(f"\n{card.read_text(encoding='utf-8')}", markup=False)
    every = [one for samples in sampled for one in samples]
    trl, processbench = out.with_suffix(".trl.jsonl"), out.with_suffix(".processbench.jsonl")
    write_jsonl(trl, trl_rows(every))
    write_jsonl(processbench, processbench_rows(every, pairing.generator))
    size = f"{out.stat().st_size / 1000:.0f} kB"
    screen.print(f"Written: {out} ({size}), {card}, {page}; the solutions: {trl}, {processbench}", markup=False)
