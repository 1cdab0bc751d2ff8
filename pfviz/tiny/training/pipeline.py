"""The whole build, stage by stage; a stage whose result lies in the work folder is not done again.

tokenizer -> generator -> its samples -> reward (with mining, whose first stop is the naive one) -> figures -> card
"""

from __future__ import annotations

import json
import random
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import Any

from pfviz.tiny import world
from pfviz.tiny.tasks import Task
from pfviz.tiny.training import evaluate, measure
from pfviz.tiny.training import generator as generators
from pfviz.tiny.training import reward as rewards
from pfviz.tiny.training.card import write_card
from pfviz.tiny.training.documents import DocumentWriter
from pfviz.tiny.training.optimise import Optimiser, restore_checkpoint
from pfviz.tiny.training.sampling import Sample, sample, score
from pfviz.tiny.training.store import load_samples, save_samples

TEMPERATURE = 0.8
ProgressCallback = Callable[[str, int, int, str], None]  # (stage, done, of how many, note)


@dataclass(frozen=True, slots=True)
class Plan:
    """How much of everything; the defaults built the shipped pair."""

    generator_steps: int = 2300
    slip_steps: int = 300
    sampled_problems: int = 1000
    samples_each: int = 8
    reward_steps: int = 2000
    mining: tuple[float, ...] = (0.06, 0.35, 0.6, 0.8)  # when, as shares of the reward's steps
    mined_problems: int = 120
    mined_each: int = 32
    held_out: int = 300
    held_out_each: int = 64
    particles: tuple[int, ...] = (1, 4, 16, 64)
    seed: int = 0


@dataclass(frozen=True)
class Build:
    """One build into `out`, resumable through `work`."""

    out: Path
    work: Path
    plan: Plan
    progress: ProgressCallback

    def run(self) -> dict[str, Any]:
        """Run what is not done yet; returns the figures of the model card."""
        self.work.mkdir(parents=True, exist_ok=True)
        for folder in (self.generator_folder, self.reward_folder, self.naive_folder):
            folder.mkdir(parents=True, exist_ok=True)
        self.build_tokenizer()
        self.train_mathematics()
        self.train_generator()
        self.training_samples()
        self.train_reward()
        return self.measure_figures()

    @property
    def generator_folder(self) -> Path:
        return self.out / "generator"

    @property
    def first_course_folder(self) -> Path:
        return self.work / "mathematics"

    @property
    def reward_folder(self) -> Path:
        return self.out / "reward"

    @property
    def naive_folder(self) -> Path:
        return self.out / "naive-reward"

    @cached_property
    def writer(self) -> DocumentWriter:
        return generators.load_writer(self.generator_folder)

    @cached_property
    def model(self) -> Any:
        """The trained generator."""
        from transformers import AutoModelForCausalLM

        return AutoModelForCausalLM.from_pretrained(self.generator_folder, local_files_only=True).eval()

    @cached_property
    def first_course_model(self) -> Any:
        """The generator after its first course."""
        from transformers import AutoModelForCausalLM

        return AutoModelForCausalLM.from_pretrained(self.first_course_folder, local_files_only=True).eval()

    def _loss_reporter(self, stage: str) -> Callable[[int, int, float], None]:
        smooth = [0.0]

        def report(done: int, of: int, loss: float) -> None:
            smooth[0] = loss if not smooth[0] else 0.98 * smooth[0] + 0.02 * loss
            self.progress(stage, done, of, f"loss {smooth[0]:.3f}")

        return report

    def _count_reporter(self, stage: str) -> Callable[[int, int], None]:
        def report(done: int, of: int) -> None:
            self.progress(stage, done, of, "problems")

        return report

    def _draw_samples(
        self, stage: str, tasks: list[Task], each: int, temperature: float, seed: int
    ) -> list[list[Sample]]:
        from transformers import AutoTokenizer

        decode = AutoTokenizer.from_pretrained(self.generator_folder, local_files_only=True).decode
        return sample(self.model, self.writer, decode, tasks, each, temperature, seed, self._count_reporter(stage))

    def build_tokenizer(self) -> None:
        if not (self.generator_folder / "tokenizer.json").exists():
            generators.build_tokenizer(self.generator_folder)
        for folder in (self.reward_folder, self.naive_folder):
            for file in ("tokenizer.json", "tokenizer_config.json", "chat_template.jinja"):
                shutil.copy(self.generator_folder / file, folder / file)

    def train_mathematics(self) -> None:
        """The generator's first course; the reward model starts from it too."""
        if not (self.first_course_folder / "model.safetensors").exists():
            report = self._loss_reporter("mathematics")
            generators.train(
                generators.MATHEMATICS_COURSE, self.generator_folder, None, self.first_course_folder, self.work,
                self.plan.generator_steps, report, self.plan.seed + 1,
            )  # fmt: skip

    def train_generator(self) -> None:
        """The generator's second course."""
        if not (self.generator_folder / "model.safetensors").exists():
            report = self._loss_reporter("slips")
            generators.train(
                generators.SLIPS_COURSE, self.generator_folder, self.first_course_folder, self.generator_folder,
                self.work,
                self.plan.slip_steps, report, self.plan.seed + 2,
            )  # fmt: skip

    def training_samples(self) -> list[list[Sample]]:
        """The generator's own solutions of training problems, at the temperature of use and a higher one."""
        path = self.work / "samples.json"
        if not path.exists():
            rng = random.Random(f"samples {self.plan.seed}")
            tasks = [world.draw_task(rng) for _ in range(self.plan.sampled_problems)]
            half, each = len(tasks) // 2, self.plan.samples_each
            groups = self._draw_samples("samples", tasks[:half], each, TEMPERATURE, self.plan.seed)
            groups += self._draw_samples("samples, warmer", tasks[half:], each, 1.0, self.plan.seed + 1)
            save_samples(path, groups)
        return load_samples(path)

    def train_reward(self) -> None:
        """The reward, trained in stretches; between them its best-scored mistakes are mined and trained on. What it was
        at the first of these stops is kept as the naive reward."""
        if (self.reward_folder / "model.safetensors").exists():
            return
        import torch

        plan, checkpoint = self.plan, self.work / "reward.pt"
        torch.manual_seed(plan.seed + 2)
        model = rewards.make_reward_model(self.first_course_model, rewards.LAYER_COUNT)
        rewards.add_plausibility_head(model)
        optimiser = Optimiser(model, plan.reward_steps, matrix_rate=7e-3, rate=3e-3)
        first = restore_checkpoint(checkpoint, model, optimiser)
        rng = random.Random(f"reward {plan.seed} {first}")
        sampled, mined = rewards.SamplePool(), rewards.SamplePool()
        sampled.add(self.training_samples())
        documents = rewards.training_documents(self.writer, rng, sampled, mined)
        report = self._loss_reporter("reward")
        stops = [int(share * plan.reward_steps) for share in plan.mining]
        for round_, (start, stop) in enumerate(zip([0, *stops], [*stops, plan.reward_steps], strict=True)):
            if round_:
                mined.add(self._mine_samples(round_, model))
            if span := range(max(start, first), stop):
                rewards.train(
                    model, documents, self.writer, self.first_course_model, optimiser, span, report, rng, checkpoint
                )
            if not round_ and not (self.naive_folder / "model.safetensors").exists():
                self._save_reward(model, self.naive_folder)
        self._save_reward(model, self.reward_folder)

    def _save_reward(self, model: Any, folder: Path) -> None:
        head = rewards.remove_plausibility_head(model)
        model.config.prm_chat = True  # how `TokenClassifierReward` knows that problems stand in the chat template
        model.save_pretrained(folder)
        model.plausible = head

    def _mine_samples(self, round_: int, model: Any) -> list[list[Sample]]:
        path = self.work / f"mined-{round_}.json"
        if not path.exists():
            rng = random.Random(f"mined {self.plan.seed} {round_}")
            tasks = [world.draw_task(rng) for _ in range(self.plan.mined_problems)]
            groups = self._draw_samples(
                f"mining, round {round_}", tasks, self.plan.mined_each, TEMPERATURE, 100 + round_
            )
            final = [[path_[-1] for path_ in score(model.eval(), self.writer, group)] for group in groups]
            sizes = [n for n in (1, 4, 16) if n < self.plan.mined_each]
            curve = {str(n): measure.best_of_n_accuracy(groups, final, n) for n in [*sizes, self.plan.mined_each]}
            curve["within-problem AUC"] = measure.within_problem_auc(groups, final)[0]
            (self.work / f"mined-{round_}-curve.json").write_text(json.dumps(curve))
            self.progress(f"mining, round {round_}", 1, 1, json.dumps(curve))
            save_samples(path, [g for g in rewards.select_mined(groups, final) if g])
        return load_samples(path)

    def held_out_samples(self) -> list[list[Sample]]:
        """The generator's solutions of problems that no training saw."""
        path = self.work / "held-out.json"
        if not path.exists():
            save_samples(
                path, self._draw_samples("held-out", self.held_out_tasks(), self.plan.held_out_each, TEMPERATURE, 7)
            )
        return load_samples(path)

    def held_out_tasks(self) -> list[Task]:
        return world.held_out_tasks(self.plan.held_out, self.plan.seed)

    def measure_figures(self) -> dict[str, Any]:
        """Measure everything that is not measured yet, and write the card."""
        path = self.work / "figures.json"
        found: dict[str, Any] = json.loads(path.read_text()) if path.exists() else {}
        for key, make in self._measurements():
            if key not in found:
                found[key] = make()
                path.write_text(json.dumps(found, indent=1))
        write_card(self.out / "README.md", found, self.plan.held_out, self.plan.held_out_each)
        return found

    def _measurements(self) -> Iterator[tuple[str, Callable[[], Any]]]:
        yield "generator", self._generator_figures
        folders = {"embedded": self.reward_folder, "naive": self.naive_folder}
        for name, folder in folders.items():
            yield f"{name} reward", partial(self._reward_figures, folder)
        for particles in self.plan.particles:
            for name, folder in folders.items():
                yield f"{name} filtered {particles}", partial(self._filtering_figures, name, folder, particles)

    def _generator_figures(self) -> dict[str, Any]:
        groups = self.held_out_samples()
        return {
            "accuracy": measure.accuracy(groups),
            "well formed": measure.well_formed_share(groups),
            "any of 16": measure.pass_at_n(groups, min(16, self.plan.held_out_each)),
        }

    def _reward_figures(self, folder: Path) -> dict[str, Any]:
        from transformers import AutoModelForTokenClassification

        groups = self.held_out_samples()
        model = AutoModelForTokenClassification.from_pretrained(folder, local_files_only=True).eval()
        final = [[rewards_[-1] for rewards_ in score(model, self.writer, group)] for group in groups]
        sizes = [n for n in (1, 2, 4, 8, 16, 32, 64) if n <= self.plan.held_out_each]
        auc, pairs = measure.within_problem_auc(groups, final)
        return {
            "auc": auc,
            "pairs": pairs,
            "auc overall": measure.overall_auc(groups, final),
            "best of": {str(n): measure.best_of_n_accuracy(groups, final, n) for n in sizes},
        }

    def _filtering_figures(self, name: str, folder: Path, particles: int) -> dict[str, float]:
        stage = f"particle filtering, {name}, N = {particles}"
        runs = evaluate.run_particle_filtering(
            self.generator_folder, folder, self.held_out_tasks(), particles, TEMPERATURE, 0, self._count_reporter(stage)
        )
        return {
            "highest": sum(run.right["highest"] for run in runs) / len(runs),
            "vote": sum(run.right["vote"] for run in runs) / len(runs),
            "tokens": sum(run.tokens for run in runs) / len(runs),
            "seconds": sum(run.seconds for run in runs) / len(runs),
        }
