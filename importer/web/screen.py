"""What every page has: the folder, the settings of the command line, drafts, jobs, and who is in."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from functools import wraps
from pathlib import Path
from typing import Any, Final

from aiohttp import web

from importer.message import Language
from importer.web.access import Session, Sessions
from importer.web.connections import Strangers
from importer.web.doors import Doors
from importer.web.drafts import Draft, Drafts
from importer.web.jobs import Job, Jobs, Purpose, at_work
from importer.web.looks import Looks
from importer.web.rechecks import Rechecks
from importer.web.rehearsal import Rehearsals
from importer.web.uploads import Bounds

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(frozen=True)
class Screen:
    """One running screen. ``given`` are options of the command line by the keys of ``Config``, such as ``base_url``;
    ``config_path`` is that of ``--config``; ``stop`` ends the process, after the work in progress was settled.

    ``entered`` are credentials, and passwords of files, that somebody entered on a page, as ``SecretStr`` by the keys
    of ``Config``: kept while the process lives, and shown by no ``repr``. ``taken`` says when a server last took
    credentials, by its address, as ``Run.finished_at`` does. ``changing`` is held by whoever changes a
    draft by what it has.
    """

    output_dir: Path
    doors: Doors
    language: Language
    stop: Callable[[], None]
    config_path: Path | None = None
    given: Mapping[str, Any] = field(default_factory=dict)
    bounds: Bounds = field(default_factory=Bounds)
    entered: dict[str, Any] = field(default_factory=dict, repr=False)
    taken: dict[str, str] = field(default_factory=dict)
    sessions: Sessions = field(default_factory=Sessions)
    strangers: Strangers = field(default_factory=Strangers)
    jobs: Jobs = field(default_factory=Jobs)
    rehearsals: Rehearsals = field(default_factory=Rehearsals)
    rechecks: Rechecks = field(default_factory=Rechecks)
    looks: Looks = field(default_factory=Looks)
    changing: asyncio.Lock = field(default_factory=asyncio.Lock)

    @property
    def drafts(self) -> Drafts:
        return Drafts(self.output_dir)


SCREEN: Final = web.AppKey("screen", Screen)


def screen_of(request: web.Request) -> Screen:
    """The screen that a request is for."""
    return request.config_dict[SCREEN]


def session_of(request: web.Request) -> Session:
    """The session of a request that ``app.py`` has admitted."""
    sessions = screen_of(request).sessions
    session = sessions.of(request.cookies.get(sessions.cookie))
    if session is None:
        raise web.HTTPNotFound
    return session


def language_of(request: web.Request) -> Language:
    """The language of whoever looks."""
    return session_of(request).language


def draft_of(request: web.Request) -> Draft:
    """The draft that an address names as ``{draft}``. Raises ``NotThere``."""
    return screen_of(request).drafts.get(request.match_info["draft"])


def address(request: web.Request, *parts: str) -> str:
    """An address of a page: ``address(request, "drafts", draft.id, "file")``."""
    return "/".join((screen_of(request).sessions.root, *parts)) if parts else f"{screen_of(request).sessions.root}/"


def sending_of(screen: Screen, draft_id: str) -> Job | None:
    """The work on a draft for which a change would come too late; a check is begun anew by it."""
    job = screen.jobs.of_draft(draft_id)
    return job if job is not None and not job.is_over and job.purpose is not Purpose.CHECK else None


def refuse_at_work(screen: Screen, draft_id: str) -> None:
    """Raise ``LedgerBusy`` while the rows of a draft are sent: what is changed then would not count for them."""
    if sending_of(screen, draft_id):
        raise at_work()


def one_at_a_time(handler: Handler) -> Handler:
    """A handler that changes a draft by what it has, so that of two changes at once none is lost.

    While its rows are sent, the draft cannot be changed: that raises ``LedgerBusy``.
    """

    @wraps(handler)
    async def alone(request: web.Request) -> web.StreamResponse:
        refuse_at_work(screen_of(request), request.match_info["draft"])
        async with screen_of(request).changing:
            return await handler(request)

    return alone
