"""Forget a person in all runs: the rows that are the person's, and what other rows quote of the person.

The order is that of ``forget``. The ledger loses the person in one transaction, since what is left of a person would
not be found by the same text.
"""

from collections.abc import Callable, Iterable, Mapping
from itertools import islice
from pathlib import Path
from typing import Final, NamedTuple

from importer.errors import ConfigError
from importer.files import workspace
from importer.history.forget import check_agreed, rehearsals, remove_files, to_erase_from, without_examples, write_again
from importer.history.forgotten import Forgotten, RowOf
from importer.history.people import Entry, Person, Runs, by_run, people_of, remembered, scan, sought_by
from importer.history.sought import CONTACT_ID, Quotes, Sought
from importer.ledger.ledger import Ledger
from importer.ledger.people import Erased, Traces
from importer.ledger.records import RowKey, SourceName
from importer.message import Counted, Message
from importer.texts import cited

MOST_ROWS: Final = 10_000
"""A text that more rows match names more than one person."""

_SHOWN: Final = 3


class Match(NamedTuple):
    """Whose rows a text names, the newest first; ``people`` are more than one if it is not certain whose.

    ``unsure`` are rows that may be the one person's, and stay.
    """

    people: tuple[Person, ...]
    unsure: tuple[Entry, ...] = ()

    @property
    def entries(self) -> tuple[Entry, ...]:
        """The rows of all of them."""
        found = [entry for person in self.people for entry in person.entries.values()]
        return tuple(sorted(found, key=lambda entry: (-entry.seq, entry.place)))

    @property
    def question(self) -> Message:
        """What its user is asked before the person is forgotten."""
        return Message(
            "Forget this person ({rows} in {runs})? Nothing brings it back.",
            rows=Counted("{number:,} row", "{number:,} rows", len(self.entries)),
            runs=Counted("{number:,} run", "{number:,} runs", len({entry.seq for entry in self.entries})),
        )


def forget_person(output_dir: Path, text: str, confirm: Callable[[Match], bool]) -> Forgotten:
    """Erase the person whom a text names (``Sought.whole``) from all runs; ``confirm`` gets whose rows those are.

    Raises ``ConfigError`` if those are several people or the user does not agree, before it erases anything;
    ``LedgerBusy``, ``LedgerError``, ``OutputError``. After an error, the same call finishes the work.
    """
    sought = sought_by(text)
    with to_erase_from(output_dir) as ledger:
        runs = remembered(ledger.runs())
        match = _match(ledger, runs, sought)
        if not match.people:
            return Forgotten({}, text, rehearsals=rehearsals(output_dir, ledger))
        check_agreed(confirm(match))
        (person,) = match.people
        erased = _erase(ledger, runs, person, output_dir)
        return Forgotten(erased, text, rehearsals=rehearsals(output_dir, ledger), unsure=_told(match.unsure))


def plan_to_forget_person(output_dir: Path, text: str) -> tuple[Match, Forgotten]:
    """Whom a text names, and what ``forget_person`` would erase; an import may work meanwhile."""
    sought = sought_by(text)
    with Ledger(workspace.existing_ledger(output_dir)) as ledger:
        match = _match(ledger, remembered(ledger.runs()), sought)
        own = by_run(match.entries)
        erased = {
            found[0].run.id: ledger.people.to_erase(seq, {entry.place[1] for entry in found})
            for seq, found in own.items()
        }
        untouched = rehearsals(output_dir, ledger)
        return match, Forgotten(erased, text, planned=True, rehearsals=untouched, unsure=_told(match.unsure))


def _told(entries: Iterable[Entry]) -> tuple[RowOf, ...]:
    """Rows by their places, without a word of what they say."""
    named = ((entry, entry.run.names[entry.row.source] if entry.run.sheets else SourceName()) for entry in entries)
    return tuple(RowOf(entry.run.id, name.sheet or None, entry.row.number, name.file or None) for entry, name in named)


def _match(ledger: Ledger, runs: Runs, sought: Sought) -> Match:
    found = [*islice(scan(ledger, runs, sought.glance, sought.whole), MOST_ROWS + 1)]
    if not found:
        return Match(())
    first = Person(found[0])
    near = first.complete(ledger, runs) if len(found) <= MOST_ROWS else []
    rest = [entry for entry in found if entry.place not in first.entries]
    return Match((first, *people_of(rest)), tuple(near))


def refuse_several(text: str, match: Match) -> None:
    """Raise ``ConfigError``, with what to give instead, if a text names more than one person."""
    if len(match.people) < 2:
        return
    better = [word for person in match.people[:_SHOWN] if (word := _own_word(person, match))]
    hint = (
        Message("give what only one of them has, such as {values}", values=[cited(word, 80) for word in better])
        if better
        else Message("give an e-mail address, phone number, id or contact id that only one of them has")
    )
    raise ConfigError(
        "{text} names {number:,} people: nobody is forgotten", hint, text=cited(text), number=len(match.people)
    )


def _own_word(person: Person, match: Match) -> str | None:
    """A value that only this one of the people has."""
    others = [values for one in match.people if one is not person for values in one.values]
    for field in ("email", "identifier", "phone_number", CONTACT_ID, "name"):
        for value in (value for values in person.values for value in values.get(field, ())):
            if not any(Sought(value).whole(values) for values in others):
                return value
    return None


def _erase(ledger: Ledger, runs: Runs, person: Person, output_dir: Path) -> Mapping[str, Erased]:
    """Erase a person from the ledger and from the files of every run that tells of them."""
    quoting = _quoting(ledger, runs, person)
    own = by_run(person.entries.values())
    traces = {
        seq: Traces(without_examples(run), [entry.place[1] for entry in own.get(seq, ())], quoting.get(seq, ()))
        for seq, run in runs
        if seq in own or seq in quoting
    }
    concerned = [(seq, run) for seq, run in runs if seq in traces]
    for _, run in concerned:
        remove_files(run, output_dir)
    erased = ledger.people.erase_person(traces)
    for seq, run in concerned:
        write_again(ledger, seq, run, output_dir)
    return {run.id: erased[seq] for seq, run in concerned}


def _quoting(ledger: Ledger, runs: Runs, person: Person) -> dict[int, list[RowKey]]:
    """The rows of others whose errors and hints quote the person, by their runs."""
    quotes = Quotes(person.values)
    found: dict[int, list[RowKey]] = {}
    for seq, _ in runs:
        for page in ledger.people.told(seq, remarks=True):
            for told in quotes.glance.rows(page):
                key = told.source, told.number
                if (seq, key) not in person.entries and quotes.are_in(ledger.people.row(seq, key)[0].outcome):
                    found.setdefault(seq, []).append(key)
    return found
