"""File: what to import, dropped, chosen or taken from an earlier import; what was found of it, and its first rows."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from typing import Any, Final
from urllib.parse import unquote

from aiohttp import web

from importer.config.settings import hidden
from importer.errors import ConfigError, InputError, PasswordNeeded
from importer.message import Message
from importer.pipeline.opening import read_options
from importer.web import uploads
from importer.web.drafts import Draft, NotThere, UploadedFile
from importer.web.history.listing import line
from importer.web.pages import answer, step_page
from importer.web.prepare.earlier import earlier_imports
from importer.web.prepare.file_words import card, rows_words
from importer.web.prepare.previews import SeenFile, looks, opened, seen, tables
from importer.web.prepare.recent import pieces_of, recent_file, recent_files
from importer.web.review.checks import let_go_of_failure
from importer.web.screen import Screen, draft_of, language_of, one_at_a_time, refuse_at_work, screen_of
from importer.web.session_pages import body_of, unexpected
from importer.web.settings import settings_of
from importer.web.status_words import PAGE_STATUS_NAMES

FILE_NAME: Final = "X-File-Name"
"""The name of an upload, percent-encoded: a header has no other letters than those of ASCII."""

_PIECE: Final = 1 << 18


async def show(request: web.Request) -> web.Response:
    """The page."""
    screen, draft, language = screen_of(request), draft_of(request), language_of(request)
    config = settings_of(screen, draft)
    files = await seen(screen, draft, config)
    draft = _without_lost_sheets(screen, draft, files)
    draft = _told_unreadable(screen, draft, files)
    cards = [card(file, config, language) for file in files]
    sound = bool(cards) and all(each.tables for each in cards)
    values: dict[str, Any] = {} if sound else {"next": ""}
    recent = await asyncio.to_thread(recent_files, screen.output_dir, draft)
    earlier = await asyncio.to_thread(earlier_imports, screen, draft)
    reading = any(not each.is_open for each in cards)
    several = sum(bool(each.encodings) for each in cards) > 1
    values |= {"stands_still": not sound and not reading and bool(cards), "several": several}
    values |= {"earlier": {name: line(request, one) for name, one in earlier.items()}, "names": PAGE_STATUS_NAMES}
    return step_page(request, "file", draft, cards=cards, recent=recent, reading=reading, **values)


def _told_unreadable(screen: Screen, draft: Draft, files: list[SeenFile]) -> Draft:
    """The draft that knows whether any of its files can be read, once all have been opened."""
    if not all(file.is_open for file in files):
        return draft
    hopeless = all(file.error is not None and not isinstance(file.error, PasswordNeeded) for file in files)
    found = bool(files) and hopeless
    return draft if found == draft.is_unreadable else screen.drafts.change(draft.id, is_unreadable=found)


def _without_lost_sheets(screen: Screen, draft: Draft, files: list[SeenFile]) -> Draft:
    """The draft without sheets that no workbook has any more: a run would refuse them."""
    wanted = draft.options.get("sheet")
    if not wanted or not all(file.previews for file in files):
        return draft
    known = {sheet.name for preview in tables(files) for sheet in preview.sheets}
    left = [name for name in wanted if name in known] if isinstance(wanted, list) else []
    return draft if left == wanted else _with_options(screen, draft, {"sheet": left or None})


def _with_options(screen: Screen, draft: Draft, changed: Mapping[str, Any]) -> Draft:
    """Save the draft with other options; ``None`` takes one away."""
    options = {key: value for key, value in {**draft.options, **changed}.items() if value is not None}
    return screen.drafts.change(draft.id, options=options)


async def wait(request: web.Request) -> web.Response:
    """Answer when all files are open, or cannot be."""
    screen, draft = screen_of(request), draft_of(request)
    await opened(looks(screen, draft, settings_of(screen, draft)), None)
    return answer(request)


async def count_rows(request: web.Request) -> web.Response:
    """Answer when the rows are counted: of each file, those of each table in words."""
    screen, draft, language = screen_of(request), draft_of(request), language_of(request)
    counted = [await screen.looks.count(look) for look in looks(screen, draft, settings_of(screen, draft))]
    return answer(request, rows=[[language.tell(rows_words(rows)) for rows in each] for each in counted])


async def upload(request: web.Request) -> web.Response:
    """A file is the body of the request. It is there, under the name that is answered, and in the draft."""
    name = unquote(request.headers.get(FILE_NAME, ""), errors="replace")
    pieces: AsyncIterator[bytes] = aiter(request.content.iter_chunked(_PIECE))
    return await taken(request, pieces, name, request.content_length)


async def take_recent(request: web.Request) -> web.Response:
    """``{"key": …}``: take a file of an earlier import; it is copied, for that one may be removed."""
    screen, draft = screen_of(request), draft_of(request)
    key = (await body_of(request)).get("key")
    found = await asyncio.to_thread(recent_file, screen.output_dir, draft, str(key))
    return await taken(request, pieces_of(found.path), found.name, found.size)


async def taken(request: web.Request, pieces: AsyncIterator[bytes], name: str, size: int | None) -> web.Response:
    """Put a file into the draft, and answer with it. Raises as ``uploads.take``."""
    screen, draft = screen_of(request), draft_of(request)
    refuse_at_work(screen, draft.id)
    folder = screen.drafts.uploads(draft)
    file = await uploads.take(pieces, folder, name, size, screen.bounds)
    draft = screen.drafts.get(draft.id)  # another file may have come meanwhile
    draft = screen.drafts.change(draft.id, files=(*draft.files, file))
    looks(screen, draft, settings_of(screen, draft))  # so that they begin before the page asks
    return answer(request, 201, file=_shown(file), files=[*map(_shown, draft.files)])


def _shown(file: UploadedFile) -> dict[str, Any]:
    return {"name": file.name, "size": file.size}


async def remove(request: web.Request) -> web.Response:
    """Take a file out of the draft, and remove it."""
    screen, draft = screen_of(request), draft_of(request)
    refuse_at_work(screen, draft.id)
    name = request.match_info["name"]
    if name not in {file.name for file in draft.files}:
        raise NotThere(Message("This file is not in the import any more."))
    draft = screen.drafts.change(draft.id, files=tuple(file for file in draft.files if file.name != name))
    (screen.drafts.uploads(draft) / name).unlink(missing_ok=True)
    if not draft.files:
        draft = _with_options(screen, draft, dict.fromkeys(("sheet", "encoding", "delimiter", "no_header", "map")))
    return answer(request, files=[*map(_shown, draft.files)])


@one_at_a_time
async def read_otherwise(request: web.Request) -> web.Response:
    """``{"encoding": …}``, ``{"delimiter": …}``, empty to find it out; ``{"no_header": …}``, by which the columns get
    other titles; or ``{"file": …, "sheets": […]}``."""
    screen, draft = screen_of(request), draft_of(request)
    match await body_of(request):
        case {"encoding": str(encoding)}:
            changed: dict[str, Any] = {"encoding": encoding or None}
        case {"delimiter": str(delimiter)}:
            changed = {"delimiter": delimiter or None}
        case {"no_header": bool(no_header)}:
            changed = {"no_header": no_header or None, "map": None}
        case {"file": str(name), "sheets": [*names]}:
            changed = {"sheet": await _sheets(screen, draft, name, [str(each) for each in names])}
        case _:
            raise unexpected()
    settings_of(screen, draft, **{key: value for key, value in changed.items() if value is not None})
    _with_options(screen, screen.drafts.get(draft.id), changed)
    return answer(request)


@one_at_a_time
async def unlock(request: web.Request) -> web.Response:
    """``{"file": …, "password": …}``: if it opens the file, it counts for every file, until the process ends."""
    screen, draft = screen_of(request), draft_of(request)
    names = [file.name for file in draft.files]
    match await body_of(request):
        case {"file": str(name), "password": str(password)} if password and name in names:
            path = screen.drafts.paths(draft)[names.index(name)]
        case _:
            raise unexpected()
    known = (password, *settings_of(screen, draft).passwords)
    entered = {"password": hidden("\n".join(known))}
    look = screen.looks.of(path, read_options(settings_of(screen, draft, **entered)))
    await look.until(look.opened)
    if isinstance(look.error, PasswordNeeded):
        hint = Message("type it once more: capital letters count")
        raise InputError(Message("that is not the password of {file}", file=name), hint)
    screen.entered.update(entered)
    let_go_of_failure(screen, draft)
    return answer(request)


async def _sheets(screen: Screen, draft: Draft, name: str, chosen: list[str]) -> list[str]:
    """The sheets to take of all workbooks, where these are those of one. Raises ``ConfigError`` for none."""
    if not chosen:
        raise ConfigError(Message("a workbook needs a sheet to be imported"), Message("tick one, or remove the file"))
    files = await seen(screen, draft, settings_of(screen, draft))
    others = [preview.sheet for file in files if file.file.name != name for preview in file.previews]
    return [*dict.fromkeys([*chosen, *(sheet for sheet in others if sheet is not None)])]
