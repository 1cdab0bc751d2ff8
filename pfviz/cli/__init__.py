"""The command line: `pfviz run`, `show`, `models` and so on. A command is imported when it is called for,
so `pfviz --help` is quick and imports no torch."""

from __future__ import annotations

from importlib import import_module
from typing import Any, NamedTuple

import click

from pfviz.errors import PfvizError


class CommandEntry(NamedTuple):
    """Where a command lives, and its line in `pfviz --help`."""

    import_path: str  # "module:attribute"
    help_line: str


COMMANDS = {
    "run": CommandEntry("pfviz.cli.run:run", "Solve a problem; print progress and the answers, write files."),
    "show": CommandEntry("pfviz.cli.show:show", "Print a recorded run again."),
    "runs": CommandEntry("pfviz.cli.runs:runs", "List, search, mark, export and delete the stored runs."),
    "import": CommandEntry(
        "pfviz.cli.import_runs:import_command", "Open runs of another tool, or a table of solutions; write them."
    ),
    "compare": CommandEntry("pfviz.cli.compare:compare", "Set recorded runs side by side; print what differs."),
    "export": CommandEntry("pfviz.cli.export:export", "Write recorded runs as tables, graphs, drawings, reports."),
    "push": CommandEntry("pfviz.cli.hub_datasets:push", "Push runs and studies to a data set of the Hugging Face Hub."),
    "pull": CommandEntry("pfviz.cli.hub_datasets:pull", "Pull the runs and studies of a data set of the Hub."),
    "serve": CommandEntry("pfviz.cli.serve:serve", "Start the page on this machine."),
    "models": CommandEntry("pfviz.cli.models:models", "List the models that can be chosen, and which are ready here."),
    "fetch": CommandEntry("pfviz.cli.fetch:fetch_command", "Bring a pair or a model from the Hugging Face Hub."),
    "study": CommandEntry("pfviz.cli.study:study", "Measure accuracy against generations, of every method."),
    "diagnose": CommandEntry(
        "pfviz.cli.diagnose.command:diagnose", "Say where a reward model is wrong, over many runs."
    ),
    "check-reward": CommandEntry(
        "pfviz.cli.rewards.check_reward:check_reward_command",
        "Say whether a reward model is served right.",
    ),
    "labels": CommandEntry("pfviz.cli.rewards.labels:labels", "Export labelled steps, to train a reward model with."),
    "calibrate": CommandEntry(
        "pfviz.cli.rewards.calibrate:calibrate", "Repair a reward, and say what that would have changed."
    ),
    "bench": CommandEntry("pfviz.cli.bench:bench", "Measure what a run costs on this machine."),
    "train-reward": CommandEntry(
        "pfviz.cli.rewards.train_reward:train_reward", "Fit a reward that reads the generator's own hidden states."
    ),
    "train-prm": CommandEntry(
        "pfviz.cli.rewards.train_prm:train_prm", "Train a process reward model with weights of its own."
    ),
    "train-tiny": CommandEntry(
        "pfviz.tiny.training.command:train_tiny", "Build and measure the embedded pair from nothing."
    ),
}


class Failure(click.ClickException):
    """An error of pfviz as one line, with examples where it has some; exit status 2, no traceback."""

    exit_code = 2

    def __init__(self, error: PfvizError) -> None:
        from pfviz.cli.screen.terminal import one_line

        lines = [one_line(str(error))]
        if examples := getattr(error, "examples", ()):
            lines += ["Examples:", *(f"  {one_line(example)}" for example in examples)]
        super().__init__("\n".join(lines))


class LazyGroup(click.Group):
    """A group that knows its commands by name and imports one only to call it or to print its own help."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, attribute = COMMANDS[cmd_name].import_path.split(":")
        command: click.Command = getattr(import_module(module), attribute)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, entry.help_line) for name, entry in COMMANDS.items()])

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except PfvizError as error:
            raise Failure(error) from error


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"], "show_default": True})
@click.version_option(package_name="pfviz", help="Print the version and leave.")
def main() -> None:
    """See particle filtering scale a language model at inference time.

    pfviz run "Compute (12 + 7) * 3 - 45" --particles 16 --seed 7 --out run.json --html run.html
    """
