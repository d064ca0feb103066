"""What options about existing contacts must agree with, and the question before values are erased."""

from collections.abc import Callable, Iterator, Sequence
from typing import Final

from importer.cancellation import Cancellation
from importer.config.settings import Config
from importer.errors import ConfigError
from importer.ledger.ledger import Ledger
from importer.livedesk.contact import KEY_FIELDS, STAMPS
from importer.message import CommandOption, Counted, Message
from importer.models import option_of
from importer.normalizer.clears import clearable
from importer.normalizer.columns import ColumnMapping
from importer.observer import Observer


def check_updates(config: Config, mappings: Sequence[ColumnMapping]) -> None:
    """Refuse options that contradict each other, or the columns of the file. Raises ``ConfigError``."""
    _check(_CHECKS, config, mappings)


def check_policies(config: Config) -> None:
    """Refuse options that contradict each other whatever the file. Raises ``ConfigError``."""
    _check(_OF_OPTIONS, config, ())


def _check(checks: Sequence["_Check"], config: Config, mappings: Sequence[ColumnMapping]) -> None:
    for check in checks:
        if (problem := next(check(config, mappings), None)) is not None:
            raise problem


def _needs_an_update(config: Config, _mappings: Sequence[ColumnMapping]) -> Iterator[ConfigError]:
    """What is said about updates needs one."""
    given: dict[str, object] = {CommandOption(option_of(name)): getattr(config, name) for name in ("keep", "clear")}
    for name in (name for name, value in (given | {"update": config.update}).items() if value):
        if config.on_duplicate not in ("update", "fill"):
            yield ConfigError(
                "{name} is about updates, and --on-duplicate is {policy}",
                "add --on-duplicate update, or leave it out",
                name=name,
                policy=config.on_duplicate,
            )


def _fill_takes_nothing(config: Config, _mappings: Sequence[ColumnMapping]) -> Iterator[ConfigError]:
    """With ``fill`` nothing that a contact has is changed, whatever else is said."""
    if config.on_duplicate != "fill":
        return
    hint = Message("use --on-duplicate update, with --keep for what is to stay")
    for name in config.clear:
        yield ConfigError("--clear {name}: --on-duplicate fill takes no value away", hint, name=name)
    for name in (name for name, rule in config.update.items() if rule == "overwrite"):
        yield ConfigError("update: {name}: overwrite: --on-duplicate fill replaces no value", hint, name=name)


def _cleared_is_kept(config: Config, mappings: Sequence[ColumnMapping]) -> Iterator[ConfigError]:
    for name in dict.fromkeys((*config.clear, *_cleared(config, mappings))):
        if config.update_rule.keeps(name):
            yield ConfigError(
                "--clear {name} erases what --keep, or update in the configuration, is to keep",
                "leave out one of the two",
                name=name,
            )


def _cleared_is_known_by(config: Config, mappings: Sequence[ColumnMapping]) -> Iterator[ConfigError]:
    """A field that tells who somebody is cannot be emptied, nor the only one that could tell."""
    for mapping in mappings:
        cleared, fields = clearable(config.clear, mapping.columns), {*mapping.fields(), *mapping.constants}
        keys = [name for name in KEY_FIELDS if name in fields]
        for name in cleared:
            if name == config.match_by:
                yield ConfigError(
                    "--clear {name}: it tells who somebody is (--match-by)", "clear another field", name=name
                )
            if keys == [name]:
                yield ConfigError(
                    "--clear {name}: no other column of the file tells who somebody is",
                    "clear another field",
                    name=name,
                )


def _cleared_has_a_column(config: Config, mappings: Sequence[ColumnMapping]) -> Iterator[ConfigError]:
    for name in config.clear:
        if not any(clearable([name], mapping.columns) for mapping in mappings):
            yield ConfigError(
                "--clear {name}: no column has this field, so that no cell of it is empty",
                "look at the columns with --dry-run, or name one with --map",
                name=name,
            )


def _stamp_is_free(config: Config, mappings: Sequence[ColumnMapping]) -> Iterator[ConfigError]:
    if not config.stamp:
        return
    for mapping in mappings:
        columns = {field: column.title for column in mapping.columns for field in (column.field, column.spare)}
        columns |= {field: CommandOption(f"--set {field}") for field in mapping.constants}
        for name in STAMPS:
            if name in columns:
                yield ConfigError(
                    "--stamp writes {name}, and so does {column}",
                    "give the column another field with --map, or leave out --stamp",
                    name=name,
                    column=columns[name],
                )


_Check = Callable[[Config, Sequence[ColumnMapping]], Iterator[ConfigError]]

_OF_OPTIONS: Final[tuple[_Check, ...]] = (_needs_an_update, _fill_takes_nothing, _cleared_is_kept)

_CHECKS: Final[tuple[_Check, ...]] = (*_OF_OPTIONS, _cleared_has_a_column, _cleared_is_known_by, _stamp_is_free)
"""The first problem that one of them finds is told."""


def _cleared(config: Config, mappings: Sequence[ColumnMapping]) -> list[str]:
    return [name for mapping in mappings for name in clearable(config.clear, mapping.columns)]


def agree_to_clears(ledger: Ledger, seq: int, observer: Observer, cancellation: Cancellation) -> None:
    """Ask whether so many values may be erased, within the ``transaction`` that stages a run.

    Raises ``ConfigError`` if the answer is no, or there is nobody to ask.
    """
    counts = ledger.reports.clears(seq)
    most = sum(counts.values())
    if not most:
        return
    fields = [Message("{field}: {number:,}", field=field, number=number) for field, number in counts.items()]
    question = Counted(
        "Empty cells may erase at most {number:,} value of contacts that exist ({fields}). Go on?",
        "Empty cells may erase at most {number:,} values of contacts that exist ({fields}). Go on?",
        most,
        fields=fields,
    )
    agreed = observer.confirm(question, lambda: cancellation.exit_code is not None)
    if not agreed and cancellation.exit_code is None:  # after a signal nothing is sent, and the run says so
        raise ConfigError(
            "--clear: nobody agreed that values are erased; nothing was sent", "answer with y, or add --yes"
        )
