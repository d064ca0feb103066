"""The rows of a check, a page at a time, as the script of the page draws them."""

from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple, get_args

from importer.corrections import Corrections, RowPlace
from importer.error_codes import ERROR_CODES
from importer.library.checking import RowView, RunRows, Sort, Wanted
from importer.livedesk.contact import COMPANY
from importer.models import FINE, CellError, Status
from importer.remarks import REMARKS, kinds_of
from importer.texts import column_letter, told_apart
from importer.web.plain_words import Words, sentence
from importer.web.review.before import before
from importer.web.status_words import PAGE_STATUS_NAMES

SIZES: Final = (25, 50, 100)
ATTENTION: Final = "attention"
"""The filter for every status that needs attention."""

_SORTS: Final = frozenset(get_args(Sort))
NAMELESS: Final = "nameless"
"""The filter for rows that would be sent without a name."""

OF_NAMELESS: Final = Wanted((Status.VALID,), lacks="name")
"""Those rows."""

WRONG: Final = tuple(status for status in Status if status not in FINE and status not in (Status.PENDING, Status.SENT))


class Asked(NamedTuple):
    """What an address asks for: which rows, in which order, which page of which size (from 1)."""

    wanted: Wanted
    sort: Sort
    down: bool
    page: int
    size: int


def asked(query: Mapping[str, str]) -> Asked:
    """What an address asks for; what it does not know counts as not given."""
    status, code, sort = query.get("status", ""), query.get("code", ""), query.get("sort", "row")
    statuses = WRONG if status == ATTENTION else (Status(status),) if status in {*Status} else ()
    remark = next((kind for kind in REMARKS if code == filter_of(kind)), "")
    wanted = Wanted(statuses, "" if remark else code, remark, query.get("q", "")[:200])
    if code == NAMELESS:
        wanted = OF_NAMELESS._replace(statuses=statuses or OF_NAMELESS.statuses, text=wanted.text)
    size = _number(query.get("size", ""), SIZES[0])
    known: Any = sort if sort in _SORTS else "row"
    return Asked(
        wanted, known, bool(query.get("down")), _number(query.get("page", ""), 1), size if size in SIZES else SIZES[0]
    )


def filter_of(kind: str) -> str:
    """What stands in addresses for a kind of remark: some are called as an error code is."""
    return f"remark-{kind}" if kind in ERROR_CODES else kind


_MOST_DIGITS: Final = 9


def _number(text: str, otherwise: int) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= _MOST_DIGITS and int(text) else otherwise


class Overlay(NamedTuple):
    """What was corrected, and what stood in the corrected cells before."""

    corrected: Corrections
    originals: Corrections

    def original(self, row: RowView, column: int) -> str:
        """What the file has in a cell."""
        known = self.originals.cells.get(row.place, {}).get(column)
        return known if known is not None else row.cells[column] if column < len(row.cells) else ""

    def cells(self, row: RowView) -> list[str]:
        """The row's cells with what is corrected by now."""
        own = self.corrected.cells.get(row.place, {})
        width = max(len(row.cells), len(row.titles), *(column + 1 for column in own))
        return [own.get(column, self.original(row, column)) for column in range(width)]

    def edited(self, row: RowView) -> dict[int, str]:
        """``{column: what the file has}`` of the corrected cells."""
        return {column: self.original(row, column) for column in self.corrected.cells.get(row.place, {})}


def page_of(rows: RunRows, want: Asked, overlay: Overlay, words: Words) -> dict[str, Any]:
    """A page of rows; beyond the last one there is the last."""
    total = rows.total(want.wanted)
    pages = max(1, -(-total // want.size))
    page = min(want.page, pages)
    found = rows.page((page - 1) * want.size, want.size, want.wanted, want.sort, down=want.down)
    parts = rows.run.parts
    return {
        "rows": [row_values(row, overlay, words) for row in found.rows],
        "all": total,
        "page": page,
        "pages": pages,
        "size": want.size,
        "sources": {
            source_of(RowPlace(part.file, part.sheet or "", 0)): _columns(part.titles, part.mapping, words)
            for part in parts
        },
    }


def source_of(place: RowPlace) -> str:
    """The key of a table among those of the input."""
    return f"{place.file}/{place.sheet}"


def _columns(titles: tuple[str, ...], mapping: Mapping[str, str], words: Words) -> list[dict[str, str]]:
    names = zip(titles, told_apart(titles), strict=True)
    return [
        {"title": title.strip() or column_letter(at), "field": words.field(mapping[name]) if mapping.get(name) else ""}
        for at, (title, name) in enumerate(names)
    ]


def row_values(row: RowView, overlay: Overlay, words: Words) -> dict[str, Any]:
    """A row as the script has it."""
    remarks = [hint for hint in row.hints if kinds_of([hint])]
    values, is_wrong = row.values, row.status not in FINE
    known = before(row, is_wrong=is_wrong)
    return {
        "place": [*row.place],
        "where": row.source,
        "before": words.sentence([known]) if known else "",
        "source": source_of(row.place),
        "status": row.status,
        "told": sentence(words.language.tell(PAGE_STATUS_NAMES[row.status])),
        "isWrong": is_wrong,
        "code": row.code,
        "error": words.sentence(row.errors),
        "hint": words.sentence(hint for hint in row.hints if hint not in remarks),
        "remark": words.sentence(remarks),
        "name": values.get("name", ""),
        "email": values.get("email", ""),
        "phone_number": values.get("phone_number", ""),
        "identifier": values.get("identifier", ""),
        "company": values.get(COMPANY, ""),
        "inbox": values.get("inbox_id", ""),
        "contact": row.contact_id,
        "cells": overlay.cells(row),
        "flaws": dict(flaws(row.flawed, words)),
        "edited": overlay.edited(row),
        "out": row.place in overlay.corrected.left_out,
    }


def person_first(values: Mapping[str, str]) -> list[tuple[str, str]]:
    """What is sent, with the inbox behind the person."""
    return sorted(values.items(), key=lambda pair: pair[0] == "inbox_id")


def flaws(flawed: Mapping[int, CellError], words: Words) -> Iterator[tuple[int, dict[str, str]]]:
    """What is wrong in each cell, and what to do there; the field stands above it."""
    for column, flaw in flawed.items():
        begins = words.field(flaw.field) + words.language.gettext(": ") if flaw.field else ""
        why = words.sentence(flaw.messages).removeprefix(begins)
        yield column, {"why": sentence(why), "todo": words.sentence(flaw.hint)}
