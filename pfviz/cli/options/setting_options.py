"""The settings of a run as options of a command, made from what `pfviz.inference.settings` says of each."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import click
from click.core import ParameterSource

from pfviz.inference.prompt_settings import NONE
from pfviz.inference.setting import Setting
from pfviz.inference.settings import SETTINGS

F = TypeVar("F", bound=Callable[..., Any])


class SettingOption(click.Option):
    """An option of a setting; its former names are understood and nowhere shown."""

    def __init__(self, param_decls: list[str], *, setting: Setting, **attributes: Any) -> None:
        super().__init__(param_decls, **attributes)
        self.choices = setting.choices
        self._former = [option_name(name) for name in setting.former_names]

    @property
    def shown_opts(self) -> list[str]:
        """The names that are shown."""
        return [name for name in self.opts if name not in self._former]

    def get_help_record(self, ctx: click.Context) -> tuple[str, str] | None:
        return click.Option.get_help_record(self._without_former_names(), ctx)

    def get_error_hint(self, ctx: click.Context | None) -> str:
        return click.Option.get_error_hint(self._without_former_names(), ctx)

    def _without_former_names(self) -> SettingOption:
        shown = copy.copy(self)
        shown.opts = self.shown_opts
        return shown


def option_name(setting: str) -> str:
    """Return the long option of a setting: `--max-steps` for `max_steps`."""
    return f"--{setting.replace('_', '-')}"


def leave_out_defaults(ctx: click.Context, values: dict[str, Any]) -> None:
    """Keep the settings that were asked for: what is usual for the others hangs on the reward model."""
    for name in [name for name in values if name in SETTINGS]:
        if ctx.get_parameter_source(name) is ParameterSource.DEFAULT:
            del values[name]


def _metavar(known: Setting) -> str | None:
    if known.check_text is None:
        return None
    if known.is_numbers:
        return "NUMBERS"
    return "FILE" if known.is_file else "TEXT|@FILE"


def _read_text(known: Setting) -> Callable[[click.Context, click.Parameter, Any], Any] | None:
    """What makes a text of a value that names a file."""
    if known.check_text is None or known.is_numbers:
        return None

    def read(ctx: click.Context, param: click.Parameter, value: Any) -> Any:
        if not value or value == NONE or not (known.is_file or value.startswith("@")):
            return value
        path = Path(value if known.is_file else value[1:])
        try:
            return path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise click.BadParameter(f"{path} cannot be read: {getattr(error, 'strerror', error)}.") from error

    return read


def setting_options(
    names: Iterable[str], *, prefix: str = "", defaults: Mapping[str, Any] | None = None
) -> Callable[[F], F]:
    """Return a decorator that gives a command an option for each of these settings, in their order.

    Args:
        prefix: what each help text begins with.
        defaults: for settings whose usual value is another one here.
    """
    usual = defaults or {}

    def decorate(command: F) -> F:
        for name in reversed(list(names)):
            known = SETTINGS[name]
            help_text = f"{prefix}{known.help[0].lower() if prefix else known.help[0]}{known.help[1:]}"
            command = click.option(
                name, option_name(name), *known.flags, *map(option_name, known.former_names),
                cls=SettingOption, setting=known, default=usual.get(name, known.default), help=help_text,
                type=click.Choice(list(known.choices)) if known.choices else type(known.default),
                metavar=_metavar(known), callback=_read_text(known),
            )(command)  # fmt: skip
        return command

    return decorate
