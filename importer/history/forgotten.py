"""What was forgotten, or would be, in words and as JSON."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple

from importer.ledger.people import Erased
from importer.ledger.records import SourceName
from importer.message import ENGLISH_READER, Counted, Language, Message, and_more
from importer.models import Json
from importer.reporter.terminal import told
from importer.shell import command_line
from importer.texts import printable


class RowOf(NamedTuple):
    """A row of a run, of one of its sheets or files if there are several."""

    run: str
    sheet: str | None
    row: int
    file: str | None = None

    @property
    def words(self) -> Message:
        """Where it is."""
        row: object = self.row
        if self.sheet or self.file:
            row = SourceName(self.sheet or "", self.file or "").of(self.row)
        return Message("{run} row {row}", run=printable(self.run), row=row)


@dataclass(frozen=True, slots=True)
class Forgotten:
    """The runs, by name, of which data is erased, and how much; with ``person`` only the data of one person.

    If it is ``planned``, that is what would be erased. ``rehearsals`` are folders of runs that no ledger knows, and
    ``unsure`` the rows that may be the person's too, and stay. ``drafts`` are those of the screen, and the files that
    were uploaded there, beside those of the runs.
    """

    runs: Mapping[str, Erased]
    person: str | None = None
    planned: bool = False
    rehearsals: tuple[str, ...] = ()
    unsure: tuple[RowOf, ...] = ()
    drafts: tuple[str, ...] = ()

    @property
    def erased(self) -> int:
        """Rows whose data is erased."""
        return sum(run.rows for run in self.runs.values())

    @property
    def question(self) -> Message:
        """What its user is asked before it is erased."""
        runs = Counted("{number:,} run", "{number:,} runs", len(self.runs))
        if not self.drafts:
            return Message(
                "Erase the personal data of {runs} ({rows:,} rows)? Nothing brings it back.",
                runs=runs,
                rows=self.erased,
            )
        return Message(
            "Erase the personal data of {runs} ({rows:,} rows), and {drafts}? Nothing brings it back.",
            runs=runs,
            rows=self.erased,
            drafts=Counted(
                "{number:,} import being prepared on the screen, with its file",
                "{number:,} imports being prepared on the screen, with their files",
                len(self.drafts),
            ),
        )

    @property
    def in_doubt(self) -> int:
        """Rows in doubt, which keep their contact's unique values."""
        return sum(run.in_doubt for run in self.runs.values())

    def as_json(self) -> dict[str, Json]:
        """``{"runs": [{"run": name, "rows_erased": n, "rows_in_doubt": n}], "rows_erased": n, "rows_in_doubt": n,
        "drafts_erased": n, "dry_run": bool, "unsure": [{"run": name, "sheet": name, "row": n, "file": name}]}``; the
        last is of a person, and ``sheet`` and ``file`` are ``null`` where there are not several."""
        runs: list[Json] = [
            {"run": name, "rows_erased": erased.rows, "rows_in_doubt": erased.in_doubt}
            for name, erased in self.runs.items()
        ]
        told: dict[str, Json] = {"runs": runs, "rows_erased": self.erased, "rows_in_doubt": self.in_doubt}
        told |= {"drafts_erased": len(self.drafts), "dry_run": self.planned}
        if self.person is not None:
            told["unsure"] = [row._asdict() for row in self.unsure]
        return told

    def words(self, language: Language = ENGLISH_READER) -> str:
        """Return the text for the terminal."""
        untouched: list[Message | str] = [self._untouched()] if self.rehearsals else []
        if self.drafts:
            untouched.insert(0, self._prepared())
        if not self.runs:
            return told([untouched if self.drafts else [self._nothing(), *untouched]], language)
        what: Message = Counted("{number:,} run", "{number:,} runs", len(self.runs))
        if self.person is not None:
            what = Message("a person in {runs}", runs=what)
        done = Message("Forgot {what}; counts and ids are kept", what=what)
        erased = Counted("row erased", "rows erased", self.erased)
        if self.planned:
            done = Message("Would forget {what}; counts and ids are kept", what=what)
            erased = Counted("row would be erased", "rows would be erased", self.erased)
        counts = [f"{self.erased:>9,}  {language.tell(erased)}", *self._doubts(language), *self._stay(language)]
        return told([[done, *(f"  {printable(name)}" for name in self.runs)], [*counts, *untouched]], language)

    def _doubts(self, language: Language) -> Iterator[str]:
        if self.in_doubt:
            rows = Counted(
                "row in doubt keeps email, phone number and identifier: a search needs them",
                "rows in doubt keep email, phone number and identifier: a search needs them",
                self.in_doubt,
            )
            yield f"{self.in_doubt:>9,}  {language.tell(rows)}"
            hint = Message("import their file again, which settles them; then forget again")
            yield f"{'':>9}  {language.tell(hint)}"

    def _stay(self, language: Language) -> Iterator[str]:
        if self.unsure:
            rows = Counted(
                "row may be this person's too, has other values, and stays: {rows}",
                "rows may be this person's too, have other values, and stay: {rows}",
                len(self.unsure),
                rows=and_more([row.words for row in self.unsure], _NAMED),
            )
            yield f"{len(self.unsure):>9,}  {language.tell(rows)}"
            hint = Message("look at them in results.csv there, and forget by a value of theirs")
            yield f"{'':>9}  {language.tell(hint)}"

    def _nothing(self) -> Message:
        if self.person is None:
            return Message("no run to forget")
        find = command_line(["import-contacts", "find", printable(self.person)])
        return Message("no row is that person as a whole: {command} also looks for a part", command=find)

    def _prepared(self) -> Message:
        number = len(self.drafts)
        if self.planned:
            return Counted(
                "{number:,} import being prepared on the screen would be erased, with its file",
                "{number:,} imports being prepared on the screen would be erased, with their files",
                number,
            )
        return Counted(
            "{number:,} import being prepared on the screen is erased, with its file",
            "{number:,} imports being prepared on the screen are erased, with their files",
            number,
        )

    def _untouched(self) -> Message:
        """That folders of rehearsals stay as they are, with the names of some."""
        return Counted(
            "{number:,} folder of rehearsals, which no ledger knows, is not touched: {names}",
            "{number:,} folders of rehearsals, which no ledger knows, are not touched: {names}",
            len(self.rehearsals),
            names=and_more([*map(printable, self.rehearsals)], _NAMED),
        )


_NAMED: Final = 3
