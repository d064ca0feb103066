"""Give the page the importer's own rules for email addresses and phone numbers."""

import re
from collections.abc import Iterator, Sequence, Set
from typing import Final

from importer.countries import calling_country, country_code
from importer.ledger.records import LedgerRow
from importer.ledger.run import Run
from importer.models import Json
from importer.normalizer.columns import COUNTRY_FIELDS, PHONE_COUNTRY
from importer.normalizer.emails import SYNTAX
from importer.normalizer.numbering_plans import PLAIN, calling_code, plan_of, regions_of
from importer.normalizer.text import FILLERS, ROUNDED
from importer.titles import told_apart

_WITH_A_CODE: Final = re.compile(r"\W*(?:\+|00)\W*([0-9]{1,3})")


def country_columns(run: Run) -> list[int]:
    """Return the columns, from 0, where rows name their country."""
    return [column for column, title in enumerate(told_apart(run.titles)) if run.mapping.get(title) in COUNTRY_FIELDS]


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
    "phone": {"plain", "rounded": patterns, "country", "ownCountries", "codes": {code: [region]},
    "plans": {region: plan}}}``
    """
    country = run.options.get("country")
    known = sorted({*codes, _code_of(country if isinstance(country, str) else None)} - {""})
    regions = {code: regions_of(code) for code in known}
    return {
        "fillers": [*sorted(FILLERS)],
        "email": dict(SYNTAX),
        "phone": {
            "plain": PLAIN.pattern,
            "rounded": ROUNDED.pattern,
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
