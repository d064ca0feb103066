"""What changed between two runs: counts, outcomes, errors, people and their data."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, NamedTuple

from importer.files import workspace
from importer.history.pairing import AFTER, BEFORE, Pairing
from importer.history.runs import Listed, find
from importer.ledger.ledger import Ledger
from importer.ledger.records import LedgerRow, SourceName
from importer.ledger.run import Run
from importer.livedesk.contact import CREATE_FIELDS, Scalar
from importer.models import Json, Status
from importer.reporter.summary import WORDS

_NOT_SETTINGS: Final = frozenset({"inbox_id", "base_url", "output_dir", "map"})
"""Options that a comparison shows with the runs, as columns, or not at all."""


class ChangedRow(NamedTuple):
    """A person's row number in each run, ``None`` if that run lacks the person, and a name to show; with what tells the
    source of each row from others of its run."""

    before: int | None
    after: int | None
    label: str
    before_source: SourceName = SourceName()
    after_source: SourceName = SourceName()


class Setting(NamedTuple):
    """An option or a column that differs; ``None`` if a run does not have it."""

    name: str
    before: Json
    after: Json


@dataclass(frozen=True, slots=True)
class RowGroup:
    """How many rows, and the first few."""

    count: int
    examples: tuple[ChangedRow, ...] = ()


class Transition(NamedTuple):
    """People whose status changed."""

    before: Status
    after: Status
    people: RowGroup


class Errors(NamedTuple):
    """Rows by error code. Of the first run's, the second has ``solved`` without the error, and ``gone`` not at all."""

    code: str
    solved: int = 0
    remaining: int = 0
    new: int = 0
    gone: int = 0


class Edit(NamedTuple):
    """One person's value before and after; ``None`` if the field was empty."""

    who: ChangedRow
    before: Scalar | None
    after: Scalar | None


@dataclass(slots=True)
class FieldChange:
    """People in both runs whose data differ in one field."""

    name: str
    count: int = 0
    examples: list[Edit] = field(default_factory=list)


class Comparison(NamedTuple):
    """What changed from the first run to the second; counts are complete, examples are the first few.

    ``forgotten``: a run's data is erased, so fingerprints alone identify people.
    """

    before: Listed
    after: Listed
    settings: tuple[Setting, ...]
    columns: tuple[Setting, ...]
    matched: int
    transitions: tuple[Transition, ...]
    errors: tuple[Errors, ...]
    gone: RowGroup
    added: RowGroup
    fields: tuple[FieldChange, ...]
    forgotten: bool


class Side(NamedTuple):
    """A run to compare, and its rows."""

    run: Run
    rows: Iterable[LedgerRow]


def compare_runs(output_dir: Path, names: tuple[str, str], examples: int) -> Comparison:
    """Compare two runs of a ledger, named as for ``find``, with at most ``examples`` of each change.

    An import may use the ledger meanwhile. Raises ``ConfigError``, ``LedgerError``.
    """
    path = workspace.existing_ledger(output_dir)
    with Ledger(path) as ledger:
        entered = ledger.runs()
        (one, before), (other, after) = (find(name, entered, path) for name in names)
        return compare(Side(before, ledger.results(one)), Side(after, ledger.results(other)), examples)


def compare(before: Side, after: Side, examples: int) -> Comparison:
    """Compare two runs in constant memory."""
    forgotten = any(run.forgotten_at is not None for run in (before.run, after.run))
    with Pairing() as pairing:
        for side, one in ((BEFORE, before), (AFTER, after)):
            pairing.enter(side, one.run, one.rows)
        pairing.pair(after.run.options.get("match_by"))
        ((matched,),) = pairing.ask("SELECT COUNT(*) FROM pairs")
        return Comparison(
            before=Listed(before.run, _counts(pairing, BEFORE)),
            after=Listed(after.run, _counts(pairing, AFTER)),
            settings=_differing(before.run.options, after.run.options, _NOT_SETTINGS),
            columns=_differing(before.run.mapping, after.run.mapping),
            matched=matched,
            transitions=_transitions(pairing, examples),
            errors=tuple(map(Errors._make, pairing.ask(_ERRORS))),
            gone=_alone(pairing, BEFORE, examples),
            added=_alone(pairing, AFTER, examples),
            fields=() if forgotten else _fields(pairing, examples),
            forgotten=forgotten,
        )


def _differing(
    before: Mapping[str, Json], after: Mapping[str, Json], left_out: frozenset[str] = frozenset()
) -> tuple[Setting, ...]:
    names = [name for name in dict.fromkeys([*before, *after]) if before.get(name) != after.get(name)]
    return tuple(Setting(name, before.get(name), after.get(name)) for name in names if name not in left_out)


def _counts(pairing: Pairing, side: int) -> dict[Status, int]:
    counted = pairing.ask("SELECT status, COUNT(*) FROM people WHERE side = ? GROUP BY status", side)
    return {Status(status): count for status, count in counted}


def _alone(pairing: Pairing, side: int, examples: int) -> RowGroup:
    """One run's rows whose person the other run lacks."""
    ((count,),) = pairing.ask("SELECT COUNT(*) FROM people WHERE side = ? AND mate IS NULL", side)
    found = pairing.ask(
        "SELECT CASE side WHEN 0 THEN number END, CASE side WHEN 1 THEN number END, label "
        "FROM people JOIN said USING (side, number) WHERE side = ? AND mate IS NULL ORDER BY number LIMIT ?",
        *(side, examples),
    )
    return RowGroup(count, _changed(pairing, found))


def _changed(pairing: Pairing, found: Iterable[tuple[Any, ...]]) -> tuple[ChangedRow, ...]:
    return tuple(
        ChangedRow(
            pairing.row(BEFORE, before),
            pairing.row(AFTER, after),
            label,
            pairing.source(BEFORE, before),
            pairing.source(AFTER, after),
        )
        for before, after, label in found
    )


def _transitions(pairing: Pairing, examples: int) -> tuple[Transition, ...]:
    """Every change of status, the largest first."""
    counted = [*pairing.ask("SELECT was, became, COUNT(*) FROM pairs WHERE was <> became GROUP BY was, became")]
    order = [*WORDS, Status.PENDING, Status.SENT]
    found = []
    for was, became, count in sorted(counted, key=lambda row: (-row[2], order.index(row[0]), order.index(row[1]))):
        people = pairing.ask(
            "SELECT mine, theirs, label FROM pairs JOIN said ON side = 1 AND number = theirs "
            "WHERE was = ? AND became = ? ORDER BY mine LIMIT ?",
            *(was, became, examples),
        )
        changed = RowGroup(count, _changed(pairing, people))
        found.append(Transition(Status(was), Status(became), changed))
    return tuple(found)


_ERRORS: Final = """
SELECT code, SUM(solved), SUM(remaining), SUM(new), SUM(gone) FROM (
    SELECT code_was AS code, code_was <> code_became AS solved, code_was = code_became AS remaining, 0 AS new, 0 AS gone
    FROM pairs
    UNION ALL SELECT code_became, 0, 0, code_was <> code_became, 0 FROM pairs
    UNION ALL SELECT code, 0, 0, side = 1, side = 0 FROM people WHERE mate IS NULL
) WHERE code <> '' GROUP BY code ORDER BY SUM(solved + remaining + new + gone) DESC, code
"""
"""Every error code of either run, the most frequent first."""

_CHANGED: Final = """
SELECT mine, theirs, hers.label, his.partial OR hers.partial, his.contact, hers.contact FROM pairs
JOIN said AS his ON his.side = 0 AND his.number = mine
JOIN said AS hers ON hers.side = 1 AND hers.number = theirs
WHERE his.contact <> hers.contact ORDER BY mine
"""


def _fields(pairing: Pairing, examples: int) -> tuple[FieldChange, ...]:
    """The fields whose values differ, the most frequent first."""
    changes: dict[str, FieldChange] = {}
    for mine, theirs, label, partial, *contacts in pairing.ask(_CHANGED):
        was, became = map(json.loads, contacts)
        for name in _comparable([*was, *became], partial):
            if was.get(name) != became.get(name):
                change = changes.setdefault(name, FieldChange(name))
                change.count += 1
                if len(change.examples) < examples:
                    (who,) = _changed(pairing, [(mine, theirs, label)])
                    change.examples.append(Edit(who, was.get(name), became.get(name)))
    return tuple(sorted(changes.values(), key=lambda change: (-change.count, change.name)))


def _comparable(names: Sequence[str], partial: bool) -> list[str]:
    """The fields to compare, each once; a refused row (``partial``) has no known inbox or attributes."""
    return [name for name in dict.fromkeys(names) if not partial or (name in CREATE_FIELDS and name != "inbox_id")]
