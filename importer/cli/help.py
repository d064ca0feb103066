"""Help in the reader's language: what a command's page says, its options in groups, its lines by their width on screen.

click has one text for an option and one list of all. Here a text is a message, and each option has a group. cloup and
click-option-group make groups, but their texts and widths are click's.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import click
from click.core import ParameterSource

from importer.cli.reader import reader
from importer.config import environment
from importer.config.variables import lines_of, names_of
from importer.message import Message
from importer.signals import command_is_known
from importer.texts import shown_width, wrapped

if TYPE_CHECKING:
    from click import Group as DefaultGroup  # the package has no types of its own
    from click.types import OptionHelpExtra
else:
    from click_default_group import DefaultGroup

_MOST_LEFT: Final = 30
"""Columns for what stands left in a list."""

PROGRAM: Final = Message("Program")
"""The group of the options that have none of their own."""


_USAGE: Final = Message("Usage:")
_OPTIONS: Final = Message("[OPTIONS]")


class Page(NamedTuple):
    """What the help of a command says beside its options: first in a sentence, which lists of commands show too.

    ``examples`` are lines to paste; ``exit_codes`` are what the codes mean.
    """

    about: Message
    more: Sequence[Message] = ()
    examples: Sequence[str] = ()
    exit_codes: Mapping[str, Message] | None = None

    def text(self) -> str:
        """All of it but the codes, in the reader's language."""
        return "\n\n".join([*map(reader().tell, (self.about, *self.more)), "\n".join(self.examples)])


class Option(click.Option):
    """An option in messages: ``about`` it, its ``group`` and ``metavar``, and ``otherwise``: what counts without it.

    It has the variables that ``importer.config.variables`` names, unless ``envvar`` says others. With
    ``is_read_before``, somebody reads option and variable before click does.
    """

    def __init__(
        self,
        *arguments: Any,
        about: Message,
        group: Message | None = None,
        metavar: Message | str | None = None,
        otherwise: Message | str | None = None,
        is_read_before: bool = False,
        **more: Any,
    ) -> None:
        self.group = group
        self._is_read_before = is_read_before
        self._about = about
        self._metavar = metavar
        self._otherwise = otherwise
        super().__init__(*arguments, **more)
        own = (self.envvar,) if isinstance(self.envvar, str) else tuple(self.envvar or ())
        self.variables = own or names_of(self.opts[0])
        self._place = f"{__name__}: place of {self.opts[0]}"

    @property
    def help(self) -> str:
        """In the reader's language, whenever click asks for it."""
        return self.words(reader().tell(self._about))

    @help.setter  # noqa: A003 - the property
    def help(self, _: str | None) -> None:
        """click sets it to what it was given."""

    def words(self, about: str) -> str:
        """What the option is about, told, as help has it."""
        return about

    def make_metavar(self, ctx: click.Context) -> str:
        """In the reader's language."""
        return reader().text(self._metavar) if self._metavar else super().make_metavar(ctx)

    def get_error_hint(self, ctx: click.Context | None) -> str:
        """Where the value stands: the option's names, or its variable."""
        if ctx is not None and ctx.get_parameter_source(str(self.name)) is ParameterSource.ENVIRONMENT:
            return f"'{ctx.meta[self._place]}'"
        return click.Parameter.get_error_hint(self, ctx)

    def resolve_envvar_value(self, ctx: click.Context) -> str | None:
        """Of the process, or of the file of --env-file; an empty variable counts as absent."""
        found = None if self._is_read_before else environment.find(*self.variables)
        if found is None:
            return None
        ctx.meta[self._place] = found.place  # an error is told when the file is no longer in use
        return found.value

    def value_from_envvar(self, ctx: click.Context) -> Any:
        """Several values stand in a line each: click divides at blanks, which names of sheets have."""
        if self.multiple or self.nargs != 1:
            return lines_of(self.resolve_envvar_value(ctx) or "") or None
        return super().value_from_envvar(ctx)

    def type_cast_value(self, ctx: click.Context, value: Any) -> Any:
        """A switch in words that the configuration file takes too; click's error would list fifteen."""
        if self.is_flag and isinstance(value, str):
            switched = click.BOOL.str_to_bool(value)
            if switched is None:
                told = Message('"{value}" is neither true nor false', value=value)
                raise click.BadParameter(reader().tell(told), ctx, self)
            return switched
        return super().type_cast_value(ctx, value)

    def get_help_extra(self, ctx: click.Context) -> "OptionHelpExtra":
        """With what counts where the option is absent: click knows only values that it fills in itself."""
        extra = super().get_help_extra(ctx)
        if self._otherwise:
            extra["default"] = reader().text(self._otherwise)
        return extra

    def get_help_record(self, ctx: click.Context) -> tuple[str, str] | None:
        """What stands left and right in help; the brackets have the variable, what counts without both, and bounds."""
        record = super().get_help_record(ctx)
        if record is None:
            return None
        extra = self.get_help_extra(ctx)
        notes = [reader().text(Message("env: {variable}", variable=name)) for name in self.variables[:1]]
        if "default" in extra:
            notes.append(reader().text(Message("default: {default}", default=extra["default"])))
        notes += [extra["range"]] if "range" in extra else []
        return record[0], f"{self.help}  [{'; '.join(notes)}]" if notes else self.help


class Argument(click.Argument):
    """An argument whose name in help is a message, or words to type."""

    def __init__(self, *arguments: Any, metavar: Message | str, **more: Any) -> None:
        self._metavar = metavar
        super().__init__(*arguments, **more)

    def make_metavar(self, ctx: click.Context) -> str:  # noqa: ARG002 - click's own
        """``FILE``, ``[RUN]`` where it may be left out, ``[RUN]...`` where there may be several."""
        name = reader().text(self._metavar) if self.required else f"[{reader().text(self._metavar)}]"
        return name if self.nargs == 1 else f"{name}..."


class Formatter(click.HelpFormatter):
    """Writes help: a wide character takes two columns, and lines break between such characters too."""

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        """Write ``Usage: import-contacts run [OPTIONS] FILE``."""
        usage = prefix or reader().text(_USAGE)
        head = f"{usage}{'' if shown_width(usage[-1]) > 1 else ' '}{prog} "
        lines = wrapped(args, max(self.width - shown_width(head), 20)) or [""]
        self._write_lines(lines, head, " " * shown_width(head))

    def write_heading(self, heading: str) -> None:
        """Write the line above a section."""
        self.write(" " * self.current_indent + reader().text(Message("{heading}:", heading=heading)) + "\n")

    def write_text(self, text: str) -> None:
        """Write a paragraph."""
        indent = " " * self.current_indent
        self._write_lines(wrapped(text, self.width - self.current_indent), indent, indent)

    def write_dl(self, rows: Iterable[tuple[str, str]], col_max: int = _MOST_LEFT, col_spacing: int = 2) -> None:
        """Write terms and, beside each or below a long one, what there is to say of it."""
        rows, indent = [*rows], " " * self.current_indent
        widest = min(max((shown_width(term) for term, _ in rows), default=0), col_max) + col_spacing
        left = indent + " " * widest
        for term, text in rows:
            lines = wrapped(text, max(self.width - len(left), 20)) or [""]
            space = widest - shown_width(term)
            if space >= col_spacing:
                self._write_lines(lines, f"{indent}{term}{' ' * space}", left)
            else:
                self._write_lines([term, *lines], indent, left)

    def _write_lines(self, lines: Sequence[str], first: str, others: str) -> None:
        self.write("".join(f"{others if place else first}{line}".rstrip() + "\n" for place, line in enumerate(lines)))


class _Context(click.Context):
    formatter_class = Formatter


class _Paged(click.Command):
    """A command with a ``Page``."""

    context_class = _Context

    def __init__(self, *arguments: Any, page: Page, **more: Any) -> None:
        self.page = page
        super().__init__(*arguments, **more)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Raise click's errors with the command they are about, which it leaves out where an option lacks its value."""
        try:
            return super().parse_args(ctx, args)
        except click.UsageError as error:
            error.ctx = error.ctx or ctx
            raise

    @property
    def help(self) -> str:
        """In the reader's language, whenever click asks for it."""
        return self.page.text()

    @help.setter  # noqa: A003 - the property
    def help(self, _: str | None) -> None:
        """click sets it to the function's docstring, which is for those who read code."""

    def get_short_help_str(self, limit: int = 0) -> str:  # noqa: ARG002 - the formatter breaks a line that is long
        """The first sentence."""
        return reader().tell(self.page.about)

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        """click's, which it makes once."""
        option = super().get_help_option(ctx)
        if option is not None:
            option.help = reader().tell(Message("Show this help."))
        return option

    def collect_usage_pieces(self, ctx: click.Context) -> list[str]:
        """In the reader's language."""
        _, *pieces = super().collect_usage_pieces(ctx)
        return [reader().text(_OPTIONS), *pieces]

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - click's
        """Write what the page says, and its examples."""
        with formatter.indentation():
            for paragraph in (self.page.about, *self.page.more):
                formatter.write_paragraph()
                formatter.write_text(reader().tell(paragraph))
        if self.page.examples:
            with formatter.section(reader().tell(Message("Examples"))):
                for line in self.page.examples:
                    formatter.write(f"{' ' * formatter.current_indent}{line}\n")

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write each group of options, in the order of the first of each."""
        groups: dict[Message, list[tuple[str, str]]] = {}
        for option in self.get_params(ctx):
            if isinstance(option, click.Option) and (record := option.get_help_record(ctx)):
                groups.setdefault(getattr(option, "group", None) or PROGRAM, []).append(record)
        groups[PROGRAM] = groups.pop(PROGRAM, [])  # the last
        title = Message("Options") if len(groups) == 1 else PROGRAM
        for group, records in groups.items():
            with formatter.section(reader().tell(title if group == PROGRAM else group)):
                formatter.write_dl(records)

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - click's
        """Write the exit codes."""
        if self.page.exit_codes:
            with formatter.section(reader().tell(Message("Exit codes"))):
                formatter.write_dl([(code, reader().tell(text)) for code, text in self.page.exit_codes.items()])


class Command(_Paged):
    """A verb."""

    def invoke(self, ctx: click.Context) -> Any:
        """The command line is read: what a signal means is the verb's from here on."""
        command_is_known()
        return super().invoke(ctx)


class Group(_Paged, DefaultGroup):
    """The program: its commands in groups, each a heading with names; the rest last."""

    groups: Mapping[Message, Sequence[str]]

    def __init__(self, *arguments: Any, groups: Mapping[Message, Sequence[str]], **more: Any) -> None:
        self.groups = groups
        super().__init__(*arguments, **more)

    def collect_usage_pieces(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's
        """In the reader's language."""
        return [reader().text(_OPTIONS), reader().text(Message("COMMAND [ARGUMENTS]..."))]

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Commands go before the few options."""
        self.format_commands(ctx, formatter)
        super().format_options(ctx, formatter)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - click's
        """Write the groups of commands."""
        for heading, names in self.groups.items():
            with formatter.section(reader().tell(heading)):
                formatter.write_dl([(name, self.commands[name].get_short_help_str()) for name in names])
