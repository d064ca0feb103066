"""Check one row as it is typed, by the importer itself: what an import would say of it, in milliseconds."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Unpack

from importer.config.settings import Config
from importer.corrections import RowPlace
from importer.ledger.records import LedgerRow
from importer.ledger.run import Run
from importer.library.calls import terms_of
from importer.library.checking import Checked, values_of
from importer.library.options import FileOptions
from importer.library.preview import Preview
from importer.livedesk.contact import KEY_FIELDS, Contact, json_lines
from importer.message import Message, Messages
from importer.models import CellError, Row, RowError
from importer.normalizer.batch import Normalizer
from importer.pipeline.stage import rules_of
from importer.reporter.result_files import flawed_cells, places_of
from importer.staging.outcomes import invalid
from importer.staging.person_index import Relation, relation

SHARING_ROWS: Final = 5
"""So many rows that share a value with the checked one are told, the first of the file."""


@dataclass(frozen=True, slots=True)
class Sharing:
    """Another row with a value of this one in ``field``: the ``same`` person, or somebody else. ``told`` says it.

    An import keeps the first of two rows: it is this one where the other ``is_later``, and ``told`` then says what
    becomes of that one.
    """

    place: RowPlace
    field: str
    same: bool
    is_later: bool
    told: Message


@dataclass(frozen=True, slots=True)
class CheckedRow:
    """What an import would say of a row, all of it where ``errors`` are empty.

    ``flawed`` are the columns, from 0, that errors are about. ``values`` is ``{field: text}`` of what would be sent, as
    far as it is sound. ``sharing`` are other rows of the file with a value of this one.
    """

    errors: tuple[RowError, ...]
    warnings: Messages
    flawed: Mapping[int, CellError]
    values: Mapping[str, str]
    sharing: tuple[Sharing, ...] = ()


class Rechecker:
    """Checks rows of one table with the columns of its preview and the options of an import.

    What needs the rows around (a row that stands apart, a total below a table) it does not say.
    """

    def __init__(self, preview: Preview, settings: Config | None = None, **options: Unpack[FileOptions]) -> None:
        """Raises ``ConfigError`` for options that are wrong."""
        config = terms_of(options, settings).config
        self._normalize = Normalizer(preview.mapping, rules_of(config, preview.mapping))
        self._match_by = config.match_by
        self._of_later = _REFUSED if config.shared_values == "refuse" else _WITHOUT
        self._width = len(preview.titles)
        self._run = Run(
            *("", preview.file, preview.kind, preview.sheet, config.inbox_id, config.base_url, ""),
            titles=preview.titles,
            mapping=preview.mapping.titles_to_fields(),
            options=config.told(),
        )

    def check_row(self, cells: Sequence[str], number: int = 1, checked: Checked | None = None) -> CheckedRow:
        """Check the cells of row ``number``.

        With the check of the whole file, it also says which other rows have a value of this one; of rows that were
        corrected since that check it knows what they were.
        """
        row = Row(number, (*cells, *[""] * (self._width - len(cells))))
        found = self._normalize([row])
        contact = Contact.from_json(json_lines(found.fields, 1)[0])
        errors = found.errors.get(0, ())
        flaws = flawed_cells(self._run, LedgerRow(number, row.cells, contact, invalid(errors))) if errors else {}
        others = () if checked is None else tuple(self._sharing(contact, number, checked))
        return CheckedRow(errors, found.warnings.get(0, ()), flaws, values_of(contact), others)

    def _sharing(self, contact: Contact, number: int, checked: Checked) -> Iterator[Sharing]:
        run = checked.run
        place_of = places_of(run)
        places = {source: (part.file, part.sheet or "") for source, part in enumerate(run.parts)}
        own = next((source for source, place in places.items() if place == self._place), 0)
        for row in checked.sharing(contact, SHARING_ROWS + 1):
            if row.key == (own, number):
                continue
            mine, theirs = contact.keys(), row.contact.keys()
            field = next(name for name in KEY_FIELDS if mine.get(name, "") == theirs.get(name))
            same = relation(contact, row.contact, self._match_by) is Relation.SAME
            is_later = row.key > (own, number)
            told = _SAME if same else self._of_later if is_later else _SHARED
            values = {"field": field, "value": contact.create_fields()[field], "row": place_of(row)}
            place = RowPlace(*places[row.source], row.number)
            yield Sharing(place, field, same, is_later, told.with_values(values))

    @property
    def _place(self) -> tuple[str, str]:
        return self._run.file, self._run.sheet or ""


_SAME: Final = Message("the same person as row {row} ({field})")
_SHARED: Final = Message('{field}: "{value}" belongs to another person, in row {row}')
_REFUSED: Final = Message(
    '{field}: "{value}" stands in row {row} too, which is another person: that row, the later one, then needs attention'
)
_WITHOUT: Final = Message(
    '{field}: "{value}" stands in row {row} too, which is another person: that row, the later one, is sent without it'
)
