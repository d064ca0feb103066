"""Choose the rows that the page shows: all of a small run, those with errors or remarks of a large one."""

import json
from collections.abc import Mapping
from typing import Final

from markupsafe import Markup

from importer.language import Language
from importer.ledger.records import LedgerRow
from importer.ledger.run import Run
from importer.models import FINE, Status
from importer.normalizer.text import unbroken
from importer.reporter.cell_errors import flawed_cells
from importer.reporter.page.rules import calling_codes, country_columns

ALL_ROWS: Final = 5_000
"""The page shows every row of a run up to this size."""

MOST_ROWS: Final = 50_000
"""Rows of a page at most; those that need attention take precedence."""

MOST_BYTES: Final = 40_000_000
"""Data of a page at most: the browser keeps it in memory."""

_JSON: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


class PageRows:
    """Owns the page's rows, each a line of JSON, in the input's order.

    ``wrong`` counts those that need attention, ``whole`` says whether the page shows every row of the run, ``codes``
    are the country codes that the rows name.
    """

    def __init__(self, run: Run, counts: Mapping[Status, int], language: Language) -> None:
        self.language = language
        self._run = run
        self.whole = sum(counts.values()) <= ALL_ROWS
        wrong = sum(count for status, count in counts.items() if status not in FINE)
        self._room = {True: MOST_ROWS, False: MOST_ROWS - min(wrong, MOST_ROWS)}
        self._bytes = MOST_BYTES
        self.wrong = 0
        self._countries = country_columns(run)
        self.codes: set[str] = set()
        self.lines: list[Markup] = []

    def add(self, row: LedgerRow) -> None:
        """Add the next row, if the page shows it."""
        wrong = row.outcome.status not in FINE
        remarkable = wrong or bool(row.outcome.error or row.outcome.hint)
        if (self.whole or remarkable) and self._room[wrong] and self._bytes > 0:
            line = script_json(self._values(row))
            self._room[wrong] -= 1
            self._bytes -= len(line)
            self.wrong += wrong
            self.codes.update(calling_codes(row, self._countries))
            self.lines.append(line)

    def _values(self, row: LedgerRow) -> list[object]:
        """The row's values in the order that ``page.js`` expects, with the cells to correct if it is wrong."""
        outcome, contact = row.outcome, row.contact
        person = (contact.name, contact.email, contact.phone_number, contact.identifier)
        cells = [*row.cells] if outcome.status not in FINE else []
        sentence = self.language.sentence
        flawed = flawed_cells(self._run, row) if cells else {}
        return [
            *(row.number, outcome.status, outcome.contact_id or "", outcome.error_code),
            *(sentence(outcome.error), sentence(outcome.hint)),
            *(value or "" for value in person),
            *(cells or None, {column: sentence(flaw.messages) for column, flaw in flawed.items()} or None),
        ]


def script_json(value: object) -> Markup:
    """Encode JSON for a ``<script>`` in HTML, so that no text ends the element or begins a comment."""
    text = unbroken(_JSON.encode(value))
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return Markup(text)  # noqa: S704 - escaped above
