"""The rows that the page shows: all of a small run, those that are not plainly fine of a large one."""

import json
from collections.abc import Mapping
from typing import Final

from markupsafe import Markup

from importer.models import FINE, LedgerRow, Run, Status
from importer.page.languages import Language
from importer.tables.flaws import flawed_cells
from importer.text import unbroken

ALL_ROWS: Final = 5_000
"""A run of so many rows is shown whole."""

MOST_ROWS: Final = 50_000
"""The page shows no more rows than this; those that need attention go first, and results.csv has all."""

MOST_CHARACTERS: Final = 32_767
"""Of a cell; a spreadsheet's holds no more."""


class PageRows:
    """Owns the rows of the page, each as a line of JSON; they come one at a time and in the input's order."""

    def __init__(self, run: Run, counts: Mapping[Status, int], language: Language) -> None:
        self.language = language
        self._run = run
        self._all = sum(counts.values()) <= ALL_ROWS
        wrong = sum(count for status, count in counts.items() if status not in FINE)
        self._room = {True: MOST_ROWS, False: MOST_ROWS - min(wrong, MOST_ROWS)}
        self.lines: list[Markup] = []

    def add(self, row: LedgerRow) -> None:
        """Take a row, if the page shows it."""
        wrong = row.outcome.status not in FINE
        remarkable = wrong or bool(row.outcome.error or row.outcome.hint)
        if (self._all or remarkable) and self._room[wrong]:
            self._room[wrong] -= 1
            self.lines.append(script_json(self._told(row)))

    def _told(self, row: LedgerRow) -> list[object]:
        """In the order in which ``page.js`` takes it apart; the cells of a row that is wrong, to be corrected."""
        outcome, contact = row.outcome, row.contact
        told = [contact.name, contact.email, contact.phone_number, contact.identifier]
        cells = [cell[:MOST_CHARACTERS] for cell in row.cells] if outcome.status not in FINE else []
        sentence = self.language.sentence
        flaws = (
            {str(column): sentence(words) for column, words in flawed_cells(self._run, row).items()} if cells else {}
        )
        return [
            *(row.number, outcome.status, outcome.contact_id or "", outcome.error_code),
            *(sentence(outcome.error), sentence(outcome.hint)),
            *(value or "" for value in told),
            *(cells or None, flaws or None),
        ]


def script_json(value: object) -> Markup:
    """JSON that can stand in a ``<script>`` of HTML: nothing in it ends the element or begins a comment."""
    text = unbroken(json.dumps(value, ensure_ascii=False, separators=(",", ":")))
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return Markup(text)  # noqa: S704 - what could be markup in it is escaped
