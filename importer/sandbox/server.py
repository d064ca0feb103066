"""A LiveDesk look-alike on loopback, for rehearsals and tests: the contacts API over HTTP, with faults on demand.

The account's rules are in ``account.py``, the API's requests in ``api_paths.py``, the sandbox's own, for tests, in
``own_paths.py``, the faults in ``faults.py``, their answers in ``answers.py``.
"""

import asyncio
import base64
import errno
import hmac
import json
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from email.utils import formatdate
from typing import Any, Final

from aiohttp import web

from importer.errors import ConfigError
from importer.livedesk.api import CONTACTS_PATH, FILTER_PATH
from importer.message import Message
from importer.models import Json
from importer.sandbox.account import Account
from importer.sandbox.answers import answer_twice, json_answer, page, redirect, refusal, with_body
from importer.sandbox.api_paths import ApiPaths
from importer.sandbox.dice import Dice
from importer.sandbox.documented import Response
from importer.sandbox.faults import BEFORE, OF_CREATES, OPTIONS, Fault, Faults
from importer.sandbox.gates import FILTER, Windows, mentions, retry_after
from importer.sandbox.own_paths import OWN_PATHS, OwnPaths
from importer.sandbox.settings import EVERY_INBOX, SandboxSettings, parse_inboxes

__all__ = ["EVERY_INBOX", "OPTIONS", "Faults", "Sandbox", "SandboxSettings", "parse_inboxes", "serve"]

SHUTDOWN_S: Final = 0.05
"""What requests in flight are given at the end. Hung ones use it up twice, so it is short."""

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Sandbox:
    """An account behind HTTP, with its faults.

    ``requests`` counts the API's requests by method (refused ones too), ``dice`` deals the faults, ``seed`` repeats
    them, and ``account`` takes contacts without HTTP. ``clock`` (seconds) drives the rate limits, late stores and
    searches that lag, and ``sleep`` the latency; ``wall_clock`` (epoch seconds), moved on by ``clock_ahead_s``, gives
    ``created_at`` and dates.
    """

    def __init__(
        self,
        settings: SandboxSettings,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        wall_clock: Callable[[], float] = time.time,
    ) -> None:
        self._wall_clock: Callable[[], float] = lambda: wall_clock() + settings.faults.clock_ahead_s
        self.account = Account(settings.inboxes, settings.faults, clock, self._wall_clock)
        self.requests: Counter[str] = Counter()
        self._given: list[Json] = []  # the ids of proper answers, to be repeated
        self._faults = settings.faults
        self.dice = Dice(settings.faults)
        self.seed = self.dice.seed
        self._creates: Mapping[Fault | None, Callable[[Mapping[str, Json]], Response]] = {
            Fault.LATE_STORE: self.account.create_late,
            Fault.ANSWER_OTHER: self.account.create_answering_other,
            Fault.REPEAT_ID: lambda body: self.account.create_repeating_id(self.dice.earlier(self._given), body),
        }
        self._windows = Windows(settings.faults, clock)
        self._sleep = sleep
        self._credentials = base64.b64encode(f"{settings.api_key}:{settings.api_secret}".encode())

    @property
    def contacts(self) -> list[dict[str, Any]]:
        """The stored contacts in order of arrival."""
        return self.account.contacts

    def application(self) -> web.Application:
        """The sandbox as an aiohttp application; its handlers must be cancelled when their client goes away."""
        app = web.Application(middlewares=[self._front])
        app.on_response_prepare.append(self._dated)
        app.add_routes(ApiPaths(self.account, self.dice, self._faults).routes())
        app.add_routes(OwnPaths(self.account, self.requests).routes())
        return app

    async def _dated(self, _: web.Request, response: web.StreamResponse) -> None:
        """Every answer has the date of the clock that ``created_at`` is from, or none."""
        if self._faults.date_header == "absent":
            response.headers.pop("Date", None)  # aiohttp has set it by now
        else:
            response.headers["Date"] = formatdate(self._wall_clock(), usegmt=True)

    @web.middleware
    async def _front(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Gates, then credentials, then faults (kin: a limit counts requests without credentials too)."""
        own = request.path.startswith(OWN_PATHS)
        if not own:
            self.requests[_method(request)] += 1
            if refused := await self._refused(request):
                return refused
        if not self.authorized(request.headers.get("Authorization", "")):
            return json_answer(Response(401, {"error": "Invalid API key or secret"}))
        return await (handler(request) if own else self._with_faults(request, handler))

    async def _refused(self, request: web.Request) -> web.Response | None:
        """What a firewall, or else a rate limit, answers in place of the application."""
        faults = self._faults
        if faults.forbid and _is_create(request) and mentions(await request.read(), faults.forbid):
            return page(403, self._retry_after(faults.forbid_wait_s))
        if (wait_s := self._windows.wait_s(is_search=_is_search(request))) is not None:
            return refusal(429, self._retry_after(wait_s))
        return None

    def _retry_after(self, wait_s: float) -> dict[str, str]:
        """The header that says to come again so many seconds from now; none for 0."""
        return retry_after(self._faults.retry_after, wait_s, self._wall_clock()) if wait_s else {}

    def authorized(self, header: str) -> bool:
        """Whether the header is Basic authentication (RFC 7617) with the account's key and secret (doc)."""
        scheme, _, credentials = header.partition(" ")
        given = credentials.strip().encode("utf-8", "surrogateescape")
        return scheme.lower() == "basic" and hmac.compare_digest(given, self._credentials)

    async def _with_faults(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Carries the request out, waits, answers: whoever gives up while waiting has had a contact stored."""
        fault = self.dice.fault(_method(request))
        if fault in OF_CREATES and not _is_create(request):
            fault = None
        response = None if fault in BEFORE else await self._carry_out(fault, request, handler)
        if latency_s := self.dice.latency_s():
            await self._sleep(latency_s)
        answer = self._answer(fault, response)
        if self._faults.repeat_id and answer is not None and fault in (None, Fault.STALE_ANSWER, Fault.REPEAT_ID):
            self._note_id(answer)
        if answer is not None and fault is Fault.STALE_ANSWER:
            return await answer_twice(request, answer, self._faults)
        if answer is not None:
            return answer
        if fault is not Fault.HANG_AFTER and request.transport is not None:
            request.transport.abort()
        # The server cancels this when the connection is lost, which after abort() is at once.
        never: asyncio.Future[web.StreamResponse] = asyncio.get_running_loop().create_future()
        return await never

    def _note_id(self, answer: web.StreamResponse) -> None:
        """Remember an id that an answer to a create gave: only what the client can know is repeated."""
        payload = json.loads(answer.text or "null") if isinstance(answer, web.Response) else None
        match payload:
            case {"payload": {"contact": {"id": contact_id}}}:
                self._given.append(contact_id)

    async def _carry_out(self, fault: Fault | None, request: web.Request, handler: Handler) -> web.StreamResponse:
        create = self._creates.get(fault)
        return await (with_body(request, create) if create else handler(request))

    def _answer(self, fault: Fault | None, response: web.StreamResponse | None) -> web.StreamResponse | None:
        """What the client is told in place of the proper response; ``None``: nothing."""
        match fault:
            case Fault.ERROR_BEFORE | Fault.ERROR_AFTER:
                return page(self.dice.error_status())
            case Fault.HTML_AFTER:
                return page(200)
            case Fault.LATE_STORE:
                return None if self.dice.late_is_cut() else page(504)
            case Fault.REFUSE_BEFORE:
                return refusal(self.dice.refusal(), self._retry_after(self._faults.refuse_wait_s))
            case Fault.REFUSE_AFTER:
                return refusal(self.dice.refusal())
            case Fault.REDIRECT_AFTER:
                return redirect()
            case Fault.DROP_BEFORE | Fault.DROP_AFTER | Fault.HANG_AFTER:
                return None
        return response


def _is_create(request: web.Request) -> bool:
    return (request.method, request.path) == ("POST", CONTACTS_PATH)


def _is_search(request: web.Request) -> bool:
    return (request.method, request.path) == ("GET", CONTACTS_PATH)


def _method(request: web.Request) -> str:
    """The method, or ``FILTER``."""
    return FILTER if (request.method, request.path) == ("POST", FILTER_PATH) else request.method


@asynccontextmanager
async def serve(sandbox: Sandbox, host: str = "127.0.0.1", port: int = 0) -> AsyncIterator[str]:
    """Serves until the block ends; yields the base URL, ``http://127.0.0.1:43121``. Port 0 is any free one.

    At the end every connection is closed, with requests in flight and hung ones, within a fraction of a second.
    Raises ``ConfigError`` if the port is in use, or cannot be listened on.
    """
    app = sandbox.application()
    runner = web.AppRunner(app, access_log=None, handler_cancellation=True, shutdown_timeout=SHUTDOWN_S)
    await runner.setup()
    try:
        try:
            await web.TCPSite(runner, host, port).start()
        except (OSError, OverflowError) as error:
            raise _refusal(error, host, port) from error
        address, bound_port = runner.addresses[0][:2]
        yield f"http://[{address}]:{bound_port}" if ":" in address else f"http://{address}:{bound_port}"
    finally:
        await runner.cleanup()


def _refusal(error: OSError | OverflowError, host: str, port: int) -> ConfigError:
    in_use = isinstance(error, OSError) and error.errno == errno.EADDRINUSE
    problem = Message("is in use") if in_use else Message("cannot be listened on ({error})", error=error)
    hint = Message("choose another with --port; 0 is any free one")
    return ConfigError("port {port} of {host} {problem}", hint, port=port, host=host, problem=problem)
