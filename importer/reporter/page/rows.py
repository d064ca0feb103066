"""Choose the rows that the page shows: all of a small run; of a large one those with an error or a remark."""

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
"""A run of so many rows is shown whole."""

MOST_ROWS: Final = 50_000
"""The page shows no more rows than this; those that need attention go first, and results.csv has all."""

MOST_BYTES: Final = 40_000_000
"""And no more than this of their data, for it is all in the browser's memory."""


_JSON: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


class PageRows:
    """Owns the rows of the page, each as a line of JSON; they arrive one at a time, in the input's order.

    ``wrong`` counts those that need attention; ``whole`` tells whether the page shows every row of the run. ``codes``
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
        """Take a row, if the page shows it."""
        wrong = row.outcome.status not in FINE
        remarkable = wrong or bool(row.outcome.error or row.outcome.hint)
        if (self.whole or remarkable) and self._room[wrong] and self._bytes > 0:
            line = script_json(self._told(row))
            self._room[wrong] -= 1
            self._bytes -= len(line)
            self.wrong += wrong
            self.codes.update(calling_codes(row, self._countries))
            self.lines.append(line)

    def _told(self, row: LedgerRow) -> list[object]:
        """In the order in which ``page.js`` takes it apart; the cells of a row that is wrong, to be corrected."""
        outcome, contact = row.outcome, row.contact
        told = [contact.name, contact.email, contact.phone_number, contact.identifier]
        cells = [*row.cells] if outcome.status not in FINE else []
        sentence = self.language.sentence
        flawed = flawed_cells(self._run, row) if cells else {}
        return [
            *(row.number, outcome.status, outcome.contact_id or "", outcome.error_code),
            *(sentence(outcome.error), sentence(outcome.hint)),
            *(value or "" for value in told),
            *(cells or None, {column: sentence(flaw.messages) for column, flaw in flawed.items()} or None),
        ]


def script_json(value: object) -> Markup:
    """Encode JSON for a ``<script>`` of HTML: nothing in it ends the element or begins a comment."""
    text = unbroken(_JSON.encode(value))
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return Markup(text)  # noqa: S704 - what could be markup in it is escaped
