"""Corrections of a draft: cell by cell, row by row, or all rows of a cause; each is on disk at once."""

import asyncio
from collections.abc import Mapping
from functools import partial
from typing import Any, Final, NamedTuple

from aiohttp import web

from importer.config.settings import Config
from importer.corrections import NO_CORRECTIONS, Corrections, RowPlace
from importer.library.checking import Checked, RowView, Wanted
from importer.library.preview import preview
from importer.library.rows import CheckedRow, Rechecker
from importer.message import Language
from importer.web.drafts import Draft
from importer.web.pages import answer
from importer.web.plain_words import Words
from importer.web.rechecks import BySource
from importer.web.review import checks
from importer.web.review.remedies import chosen
from importer.web.review.table import WRONG, Overlay, flaws
from importer.web.screen import Screen, draft_of, language_of, one_at_a_time, refuse_at_work, screen_of
from importer.web.session_pages import body_of, unexpected
from importer.web.settings import settings_of

_ORIGINALS: Final = "originals"
"""In a draft's corrections: what the file has in the corrected cells, in the same shape as these."""

_AT_ONCE: Final = 1000


def overlay_of(draft: Draft) -> Overlay:
    """What was corrected, and what stood there."""
    rows = draft.corrections.get(_ORIGINALS)
    try:
        return Overlay(draft.corrected, Corrections.from_json(rows if isinstance(rows, list) else ()))
    except ValueError:  # another version wrote them
        return Overlay(draft.corrected, NO_CORRECTIONS)


def counted(corrections: Corrections, language: Language) -> str:
    """How many cells are corrected, and how many rows left out; empty where there are none."""
    cells, out = sum(map(len, corrections.cells.values())), len(corrections.left_out)
    parts = [
        language.ngettext("{number:,} cell corrected", "{number:,} cells corrected", cells) if cells else "",
        language.ngettext("{number:,} row left out", "{number:,} rows left out", out) if out else "",
    ]
    said = language.gettext(", ").join(filter(None, parts))
    return language.gettext("{counts}: kept, and part of the import.", counts=said) if said else ""


class Edit(NamedTuple):
    """What the page changed in a row: texts of cells, and whether it is left out, if it says so."""

    place: RowPlace
    cells: Mapping[int, str]
    out: bool | None


async def edit(request: web.Request) -> web.Response:
    """``{"file", "sheet", "row", "cells": {column: text}, "out"}``: keep it, and say what an import would say now."""
    screen, language, change = screen_of(request), language_of(request), _edit(await body_of(request))
    draft = draft_of(request)
    # Whoever leaves the page meanwhile, or closes it, has typed it all the same.
    draft, row, overlay = await asyncio.shield(_kept(screen, draft, change))
    settings = settings_of(screen, draft)
    key = checks.input_key(screen, draft, settings)
    checkers = await screen.rechecks.of(f"{draft.id} {key}", partial(_checkers, screen, draft, settings))
    told = await asyncio.to_thread(_verdict, screen, draft, checkers, Now(row, overlay, settings, language))
    corrections = counted(overlay.corrected, language)
    is_out = row.place in overlay.corrected.left_out
    return answer(request, **told, edited=overlay.edited(row), corrections=corrections, isOut=is_out)


async def _kept(screen: Screen, draft: Draft, change: Edit) -> tuple[Draft, RowView, Overlay]:
    """Save a change."""
    refuse_at_work(screen, draft.id)
    row = await asyncio.to_thread(_row, screen, draft, change.place)
    async with screen.changing:
        draft, overlay = _with(screen, screen.drafts.get(draft.id), row, change)  # it may have changed meanwhile
    return draft, row, overlay


def _edit(body: Mapping[str, Any]) -> Edit:
    """Raises ``ConfigError`` if the page sent something else."""
    try:
        place = RowPlace(str(body["file"]), str(body["sheet"]), int(body["row"]))
        cells = {int(column): _text(text) for column, text in body.get("cells", {}).items()}
        out = body.get("out")
        if place.row < 1 or any(column < 0 for column in cells) or not (out is None or isinstance(out, bool)):
            raise ValueError
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise unexpected() from error
    return Edit(place, cells, out)


def _text(text: object) -> str:
    if not isinstance(text, str):
        raise TypeError
    return text.encode("utf-8", "replace").decode()  # a half of a surrogate pair is no text


def _row(screen: Screen, draft: Draft, place: RowPlace) -> RowView:
    with checks.opened(screen, draft) as checked:
        row = checked.row(place)
    if row is None:
        raise unexpected()
    return row


def _with(screen: Screen, draft: Draft, row: RowView, change: Edit) -> tuple[Draft, Overlay]:
    """Save a change; return the draft, and what is corrected then."""
    overlay = overlay_of(draft)
    corrected, originals = overlay
    width = max(len(row.titles), len(row.cells))
    for column, text in change.cells.items():
        if column >= width:
            raise unexpected()
        original = overlay.original(row, column)
        originals = originals.with_cell(row.place, column, original)
        corrected = corrected.with_cell(row.place, column, None if text == original else text)
    if change.out is not None:
        corrected = corrected.leaving_out(row.place, out=change.out)
    if corrected == overlay.corrected:
        return draft, overlay
    return save(screen, draft, corrected, originals), Overlay(corrected, originals)


def save(screen: Screen, draft: Draft, corrected: Corrections, originals: Corrections) -> Draft:
    """Save corrections. A plan was made of others, and is no longer followed."""
    corrections = {**draft.with_corrections(corrected).corrections, _ORIGINALS: originals.as_json()}
    options = {name: value for name, value in draft.options.items() if name != "plan"}
    return screen.drafts.change(draft.id, corrections=corrections, options=options)


def _checkers(screen: Screen, draft: Draft, settings: Config) -> BySource:
    found = preview(*screen.drafts.paths(draft), settings=settings)
    return {(each.file, each.sheet or ""): Rechecker(each, settings) for each in found}


class Now(NamedTuple):
    """A row as the check has it, what is corrected by now, and by what and for whom it is judged."""

    row: RowView
    overlay: Overlay
    settings: Config
    language: Language


def _verdict(screen: Screen, draft: Draft, checkers: BySource, now: Now) -> dict[str, Any]:
    """What an import would say of the row as it is now."""
    row, words, cells = now.row, Words(now.language), now.overlay.cells(now.row)
    checker = checkers.get((row.place.file, row.place.sheet))
    if checker is None:
        raise unexpected()
    with checks.opened(screen, draft) as checked, screen.rechecks.lock:
        found = checker.check_row(cells, row.place.row, checked)
    state, told = _told(found, now.settings, words)
    if row.place in now.overlay.corrected.left_out:
        state, told = "out", now.language.gettext("Left out: it is not sent.")
    return {"state": state, "told": told, "flaws": dict(flaws(found.flawed, words)), "cells": cells}


def _told(found: CheckedRow, settings: Config, words: Words) -> tuple[str, str]:
    """``good``, ``bad``, or ``same`` where somebody has to look, and why. A row is held against those before it; a row
    behind it that loses its value by it is told."""
    language = words.language
    if found.errors:
        return "bad", language.gettext("Not right yet: {why}", why=words.sentence(one.message for one in found.errors))
    shared = [one.told for one in found.sharing if not one.same and not one.is_later]
    if shared and settings.shared_values == "refuse":
        return "bad", language.gettext("Not right yet: {why}", why=words.sentence(shared))
    if same := [one.told for one in found.sharing if one.same and not one.is_later]:
        return "same", words.sentence(same)
    if later := [one.told for one in found.sharing if not one.same and one.is_later]:
        return "same", language.gettext("It will be sent, but look: {why}", why=words.sentence(later))
    told = language.gettext("Fine now: it will be sent.")
    notes = [*(one.told for one in found.sharing), *found.warnings]
    return "good", f"{told} {words.sentence(notes)}" if notes else told


@one_at_a_time
async def leave_out(request: web.Request) -> web.Response:
    """``{"code"}``: leave out all rows of a cause."""
    screen, draft, body = screen_of(request), draft_of(request), await body_of(request)
    code = body.get("code")
    if not isinstance(code, str) or not code:
        raise unexpected()
    places = await asyncio.to_thread(_places, screen, draft, code)
    draft = screen.drafts.get(draft.id)
    corrected, originals = overlay_of(draft)
    save(screen, draft, Corrections(corrected.cells, corrected.left_out | places), originals)
    return answer(request, rows=len(places))


def _places(screen: Screen, draft: Draft, code: str) -> frozenset[RowPlace]:
    with checks.opened(screen, draft) as checked:
        return frozenset(_all(checked, Wanted(WRONG, code)))


def _all(checked: Checked, wanted: Wanted) -> list[RowPlace]:
    offsets = range(0, checked.total(wanted), _AT_ONCE)
    return [row.place for offset in offsets for row in checked.page(offset, _AT_ONCE, wanted).rows]


@one_at_a_time
async def discard(request: web.Request) -> web.Response:
    """Take back all corrections; what stood in the cells is known on, for the check has the corrected ones."""
    screen, draft = screen_of(request), draft_of(request)
    save(screen, draft, NO_CORRECTIONS, overlay_of(draft).originals)
    return answer(request)


@one_at_a_time
async def remedy(request: web.Request) -> web.Response:
    """``{"code", "place", "value"}``: do what a button of a cause does, by its place there: set an option."""
    screen, draft, body = screen_of(request), draft_of(request), await body_of(request)
    match body:
        case {"code": str(code), "place": int(place), "value": str(value)}:
            options = chosen(draft, code, place, value)
        case _:
            raise unexpected()
    if options is None:
        raise unexpected()
    options.pop("plan", None)
    settings_of(screen, draft, **options)  # which refuses a value that is none
    screen.drafts.change(draft.id, options=options)
    return answer(request)
