"""Choose the rows that the page shows, and give the page the importer's own rules to correct them.

It shows all rows of a small run, those with errors or remarks of a large one.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence, Set
from typing import Final

from markupsafe import Markup

from importer.countries import calling_country, country_code
from importer.ledger.records import LedgerRow
from importer.ledger.run import Run
from importer.livedesk.contact import COMPANY, as_text
from importer.message import Language, Message
from importer.models import FINE, Json, Status
from importer.normalizer.columns import COUNTRY_FIELDS, PHONE_COUNTRY
from importer.normalizer.emails import SYNTAX
from importer.normalizer.numbering_plans import PLAIN, calling_code, plan_of, regions_of
from importer.normalizer.phone_labels import kinds_of_numbers
from importer.normalizer.placeholders import spellings
from importer.normalizer.text import ROUNDED, unbroken
from importer.remarks import kinds_of
from importer.reporter.changes import NO_CHANGES, ChangesByRow, change_cells
from importer.reporter.errors_layout import ErrorsLayout
from importer.reporter.page.field_words import Plain
from importer.reporter.result_files import flawed_cells
from importer.texts import told_apart

ALL_ROWS: Final = 5_000
"""The page shows every row of a run up to this size."""

MOST_ROWS: Final = 50_000
"""Rows of a page at most; those that need attention take precedence."""

MOST_BYTES: Final = 40_000_000
"""Data of a page at most: the browser keeps it in memory."""

_JSON: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))
_WITH_A_CODE: Final = re.compile(r"\W*(?:\+|00)\W*([0-9]{1,3})")


class PageRows:
    """Owns the page's rows, each a line of JSON, in the input's order.

    ``wrong`` counts those that need attention, ``remarked`` all rows of the run with a remark. ``whole`` says whether
    the page shows every row of the run, ``codes`` are the country codes that the rows name, ``causes`` the rows' error
    codes.
    """

    def __init__(
        self, run: Run, counts: Mapping[Status, int], language: Language, changes: ChangesByRow = NO_CHANGES
    ) -> None:
        self.language = language
        self._layout = ErrorsLayout(run.titles, ours_first=False)
        self._plain = Plain(language)
        self._run = run
        self._changes = changes
        self.whole = sum(counts.values()) <= ALL_ROWS
        wrong = sum(count for status, count in counts.items() if status not in FINE)
        self._room = {True: MOST_ROWS, False: MOST_ROWS - min(wrong, MOST_ROWS)}
        self._bytes = MOST_BYTES
        self.wrong = 0
        self.remarked = 0
        self._names = run.names
        self._countries = _columns_of(run, *COUNTRY_FIELDS)
        self._companies = [_columns_of(part, COMPANY) for part in run.parts]
        self.codes: set[str] = set()
        self.causes: set[str] = set()
        self.lines: list[Markup] = []

    def add(self, row: LedgerRow) -> None:
        """Add the next row, if the page shows it."""
        wrong = row.outcome.status not in FINE
        self.remarked += bool(row.outcome.hint and kinds_of(row.outcome.hint))
        remarkable = wrong or bool(row.outcome.error or row.outcome.hint)
        if (self.whole or remarkable) and self._room[wrong] and self._bytes > 0:
            line = script_json(self._values(row))
            self._room[wrong] -= 1
            self._bytes -= len(line)
            self.wrong += wrong
            self.causes.add(row.outcome.error_code)
            self.codes.update(calling_codes(row, self._countries))
            self.lines.append(line)

    def _values(self, row: LedgerRow) -> list[object]:
        """The row's values in the order that ``page.js`` expects, with the cells to correct if it is wrong."""
        outcome, contact, sentence = row.outcome, row.contact, self._sentence
        person = (contact.name, contact.email, contact.phone_number, contact.identifier)
        correctable = outcome.status not in FINE and not self._run.sheets  # each sheet has columns of its own
        cells = [*row.cells] if correctable else []
        flawed = flawed_cells(self._run, row) if cells else {}
        remarks = [hint for hint in outcome.hint if kinds_of([hint])]
        changes = self._changes.of(row.key) if self._changes.has_any else ()
        others = outcome.hint if not remarks else [hint for hint in outcome.hint if hint not in remarks]
        return [
            *(row.number, outcome.status, outcome.contact_id or "", outcome.error_code),
            *(sentence(outcome.error), sentence(others)),
            *(value or "" for value in person),
            *(cells or None, {column: sentence(flaw.messages) for column, flaw in flawed.items()} or None),
            [*kinds_of(remarks)] if remarks else None,
            self._names[row.source].sheet if self._names else None,
            [(self._plain.field(name), *values) for name, *values in change_cells(changes)] if changes else None,
            *(
                self._company(row),
                contact.inbox_id or "",
                sentence(remarks),
                self._layout.added(row, self.language) if cells else None,
            ),
            *((self._names[row.source].file,) if self._names else ()),
        ]

    def _sentence(self, messages: Sequence[Message]) -> str:
        """Messages in one line; most rows have none."""
        return self._plain.sentence(messages) if messages else ""

    def _company(self, row: LedgerRow) -> str:
        """The company that was or would be sent; of a row that cannot be sent, the cell as it was."""
        if (value := row.contact.attributes.get(COMPANY)) is not None:
            return as_text(value)
        if row.outcome.status in FINE:
            return ""
        cells = (row.cells[column] for column in self._companies[row.source] if column < len(row.cells))
        return next(filter(str.strip, cells), "")


def _columns_of(run: Run, *fields: str) -> list[int]:
    """The columns of a run, from 0, that have one of these fields."""
    return [column for column, title in enumerate(told_apart(run.titles)) if run.mapping.get(title) in fields]


def script_json(value: object) -> Markup:
    """Encode JSON for a ``<script>`` in HTML, so that no text ends the element or begins a comment."""
    text = unbroken(_JSON.encode(value))
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return Markup(text)  # noqa: S704 - escaped above


def calling_codes(row: LedgerRow, countries: Sequence[int]) -> Iterator[str]:
    """Yield the country codes in a row's phone number and country columns."""
    if number := _WITH_A_CODE.match(row.contact.phone_number or ""):
        yield calling_code(number[1]) or ""
    for cell in (row.cells[column] for column in countries if column < len(row.cells)):
        yield _code_of(calling_country(cell) or country_code(cell))


def _code_of(region: str | None) -> str:
    plan = plan_of(region) if region else None
    return plan.country_code if plan else ""


def syntax_rules(run: Run, codes: Set[str]) -> dict[str, Json]:
    """Return the rules for ``page.js``, with the numbering plans of ``codes`` and --country: all would be 140 KB.

    The page leaves numbers with other country codes to the import.

    ``{"fillers": [...], "email": {"plain", "local", "domain": patterns, "most": characters},
    "phone": {"plain", "rounded": patterns, "labels": [...], "country", "ownCountries", "codes": {code: [region]},
    "plans": {region: plan}}}``
    """
    country = run.options.get("country")
    known = sorted({*codes, _code_of(country if isinstance(country, str) else None)} - {""})
    regions = {code: regions_of(code) for code in known}
    return {
        "fillers": [*sorted(spellings())],
        "email": dict(SYNTAX),
        "phone": {
            "plain": PLAIN.pattern,
            "rounded": ROUNDED.pattern,
            "labels": [*sorted(kinds_of_numbers())],
            "country": country,
            # The record of an older version lacks the options.
            "ownCountries": not run.started_by or bool({PHONE_COUNTRY, *COUNTRY_FIELDS} & {*run.mapping.values()}),
            "codes": {code: [*found] for code, found in regions.items()},
            "plans": {region: _plan(region) for found in regions.values() for region in found},
        },
    }


def _plan(region: str) -> Json:
    plan = plan_of(region)
    return None if plan is None else {name: getattr(value, "pattern", value) for name, value in plan._asdict().items()}
