"""The tables of the reference, made from the code.

A page holds each between two comments, ``<!-- from the code: statuses -->`` and ``<!-- end -->``;
``tests/test_reference.py`` compares, ``python docs/refresh.py`` writes them anew.
"""

import ast
import inspect
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from enum import Enum
from itertools import cycle
from typing import Any, Final, NamedTuple

import click
from pydantic_core import PydanticUndefined

from importer import exit_codes, models
from importer.cli.main import cli
from importer.config.settings import VARIABLES, Config
from importer.error_codes import ERROR_CODES
from importer.exit_codes import ExitCode
from importer.models import Status, option_of
from importer.remarks import REMARKS
from tests.support.pages import ROOT

PLACE: Final = re.compile(r"(<!-- from the code: (?P<name>[\w ]+) -->\n)(?P<text>.*?)(<!-- end -->)", re.DOTALL)


def table(titles: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table of Markdown."""
    lines = [titles, ["---"] * len(titles), *rows]
    return "".join(f"| {' | '.join(map(_cell, line))} |\n" for line in lines)


def _cell(text: str) -> str:
    """What Markdown would take for its own or HTML's is escaped; code spans may hold anything but a bar."""
    pieces = text.replace("|", r"\|").split("`")
    return "`".join(
        piece if inside else piece.replace("<", "&lt;")
        for inside, piece in zip(cycle((False, True)), pieces, strict=False)
    )


# -- commands --------------------------------------------------------------------------------------------------------


class OptionRow(NamedTuple):
    """``--rate N``, the variable that sets it, its default, and what it does."""

    spelled: str
    variable: str
    default: str
    meaning: str
    group: str = ""

    @property
    def cells(self) -> list[str]:
        name, _, values = self.spelled.partition(" ")
        # A bar in code has no spelling that every renderer of tables reads alike.
        spelled = f"`{name}` {' or '.join(f'`{value}`' for value in values.split('|'))}" if "|" in values else None
        variable = f" `{self.variable}`" if self.variable else ""
        return [spelled or f"`{self.spelled}`", self.default, self.meaning + variable]


def option_row(option: click.Option, context: click.Context) -> OptionRow:
    """As ``--help`` shows it: what stands in brackets behind the text is its default, variable and bounds."""
    spelled, text = option.get_help_record(context) or ("", "")
    spelled = re.sub(r"\[([\w|]+)\]", r"\1", spelled)
    text, bracket, extra = text.strip().partition("  [")
    default, variable, bounds = "off" if option.is_flag else "–", "", []
    for part in extra.rstrip("]").split("; ") if bracket else ():
        name, _, value = part.partition(": ")
        if name == "default":
            default = re.sub(r"\.0$", "", value)
        elif name == "env var":
            variable = value
        else:
            bounds.append(f"`{part}`")
    return OptionRow(spelled, variable, default, " ".join([text, *bounds]), str(getattr(option, "group", None) or ""))


def options_of(command: click.Command) -> dict[str, OptionRow]:
    """``{--name: row}`` in the order of ``--help``."""
    context = click.Context(command, info_name=command.name)
    return {
        option.opts[0]: option_row(option, context)
        for option in command.params
        if isinstance(option, click.Option) and not option.hidden
    }


class OptionsApart(NamedTuple):
    """A command's own options; whether it takes those of an import too, and which of these it does not."""

    own: Mapping[str, OptionRow]
    is_import: bool
    left_out: Sequence[str]


def options_apart(command: click.Command) -> OptionsApart:
    """The options of a command without those that an import has told of."""
    own, shared = options_of(command), options_of(cli.commands["run"])
    if command.name == "run" or not len(own.keys() & shared.keys()) > len(own) // 2 > 10:
        return OptionsApart(own, False, ())
    rest = {option: row for option, row in own.items() if option not in shared}
    return OptionsApart(rest, True, [option for option in shared if option not in own])


def commands() -> str:
    """A section for each command: what it does, examples, options."""
    names = ["run", *sorted(name for name in cli.commands if name != "run")]
    return "\n".join(_command(name, cli.commands[name]) for name in names)


def _command(name: str, command: click.Command) -> str:
    text, examples = _help_of(command)
    usage = " ".join(["import-contacts", name, *command.collect_usage_pieces(click.Context(command))])
    parts = [f"## import-contacts {name}\n", f"`{usage}`\n", text]
    if examples:
        parts.append(f"```sh\n{examples}\n```\n")
    own, is_import, missing = options_apart(command)
    if is_import:
        left_out = ", ".join(f"`{option}`" for option in missing)
        parts.append(
            f"It takes the options of [an import](#import-contacts-run){f', except {left_out}' if left_out else ''}.\n"
        )
    for group in dict.fromkeys(row.group for row in own.values()):
        title = f"**{group}**\n\n" if group else ""
        rows = [row.cells for row in own.values() if row.group == group]
        parts.append(title + table(("option", "default", "meaning"), rows))
    return "\n".join(parts)


def _help_of(command: click.Command) -> tuple[str, str]:
    """The paragraphs of a command's help, and its examples as a script; what is laid out by hand is left out."""
    text = inspect.cleandoc(str(command.help))
    paragraphs = [
        part for part in re.split(r"\n\s*\n", text) if not re.search("\x08|^ *import-contacts ", part, re.MULTILINE)
    ]
    examples = [line.strip() for line in text.splitlines() if line.strip().startswith("import-contacts ")]
    return "\n\n".join(" ".join(part.split()) for part in paragraphs) + "\n", "\n".join(examples)


# -- settings --------------------------------------------------------------------------------------------------------


def settings() -> str:
    """Every key of config.yaml, and what else sets it."""
    spelled = options_of(cli.commands["run"])
    rows = []
    for key, field in Config.model_fields.items():
        option = option_of(key)
        rows.append(
            [
                f"`{key}`",
                f"`{option}`" if option in spelled else "–",
                f"`{VARIABLES[key]}`" if key in VARIABLES else "–",
                _default(field.default),
            ]
        )
    return table(("key", "option", "environment", "default"), rows)


def _default(value: Any) -> str:
    if value is PydanticUndefined or value is None or value in ((), {}):
        return "–"
    return (
        {True: "on", False: "off"}[value]
        if isinstance(value, bool)
        else f"`{value:g}`"
        if isinstance(value, float)
        else f"`{value}`"
    )


def example_configuration() -> str:
    """config.example.yaml as it is."""
    return f"```yaml\n{(ROOT / 'config.example.yaml').read_text(encoding='utf-8')}```\n"


# -- words of results ------------------------------------------------------------------------------------------------


def meanings(module: Any, enumeration: type[Enum]) -> dict[str, str]:
    """``{member's name: text}`` of the docstrings below an enumeration's members."""
    tree = ast.parse(inspect.getsource(module))
    (found,) = [node for node in tree.body if isinstance(node, ast.ClassDef) and node.name == enumeration.__name__]
    texts = {}
    for node, after in zip(found.body, found.body[1:], strict=False):
        match node, after:
            case ast.Assign(targets=[ast.Name(id=name)]), ast.Expr(value=ast.Constant(value=str(text))):
                texts[name] = " ".join(text.split()).removesuffix(".")
    return texts


def statuses() -> str:
    """What may stand in the column ``status``; the two that live in the ledger alone are left out."""
    texts = meanings(models, Status)
    rows = [[f"`{one}`", texts[one.name]] for one in Status if one not in (Status.PENDING, Status.SENT)]
    return table(("status", "meaning"), rows)


def exit_code_table() -> str:
    texts = meanings(exit_codes, ExitCode)
    return table(("exit code", "meaning"), [[str(code.value), texts[code.name]] for code in ExitCode])


def error_codes() -> str:
    rows = [[f"`{code}`", str(advice.meaning), str(advice.hint)] for code, advice in ERROR_CODES.items()]
    return table(("error_code", "meaning", "what to do"), rows)


def remarks() -> str:
    return table(("kind of remark", "meaning"), [[f"`{kind}`", str(meaning)] for kind, meaning in REMARKS.items()])


# -- summary.json ----------------------------------------------------------------------------------------------------


def summary_schema() -> str:
    """The members of summary.json, and of the objects in it."""
    schema = json.loads((ROOT / "importer" / "reporter" / "summary.schema.json").read_text(encoding="utf-8"))
    return table(("member", "type", "meaning"), list(_members(schema, "", schema["$defs"])))


def _members(schema: Mapping[str, Any], before: str, known: Mapping[str, Any]) -> Iterator[list[str]]:
    for name, member in schema.get("properties", {}).items():
        path = f"{before}{name}"
        yield [f"`{path}`", _type(member, known), member.get("description", "")]
        yield from _members(member, f"{path}.", known)
        yield from _members(member.get("items", {}), f"{path}[].", known)


def _type(member: Mapping[str, Any], known: Mapping[str, Any]) -> str:
    """In words: ``string``, ``integer or null``, ``one of …``."""
    if "enum" in member:
        return " or ".join("null" if one is None else f"`{one}`" for one in member["enum"])
    if choices := member.get("anyOf") or member.get("oneOf"):
        return " or ".join(_type(one, known) for one in choices)
    named = known.get(member.get("$ref", "").rpartition("/")[2], member)
    kind = named.get("type", "object")
    return kind if isinstance(kind, str) else " or ".join(kind)


MADE: Final[Mapping[str, Callable[[], str]]] = {
    "commands": commands,
    "settings": settings,
    "example configuration": example_configuration,
    "statuses": statuses,
    "exit codes": exit_code_table,
    "error codes": error_codes,
    "remarks": remarks,
    "summary schema": summary_schema,
}
"""By the name in the comment above each."""
