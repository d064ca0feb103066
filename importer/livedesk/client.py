"""The client: each request over aiohttp gives one ``Reply``, and aiohttp's exceptions end here."""

import json
import re
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence, Set
from contextlib import asynccontextmanager
from typing import Any, Final, TypeAlias
from urllib.parse import urlsplit

import aiohttp

from importer.livedesk.access import Access, Secrets
from importer.livedesk.api import CONTACTS_PATH, FILTER_PATH
from importer.livedesk.capabilities import DOCUMENTED_MERGES
from importer.livedesk.causes import cause_of
from importer.livedesk.contact import Contact
from importer.livedesk.exact import Sought, filter_body
from importer.livedesk.identity import echo_of
from importer.livedesk.payload import update_body
from importer.livedesk.rate_headers import ahead_s, quota, retry_after_s
from importer.livedesk.responses import Failure, Found, Reply, created, id_at_once, may_answer, seems_old, updated
from importer.livedesk.retry import is_about, is_of_no_row
from importer.livedesk.transport import EXCEPTIONS, USED, StaleConnectionError, failure_of, sessions_of
from importer.models import Json
from importer.network.opener import proxy_for
from importer.runtime import dumps, loads

MAX_BODY_BYTES: Final = 1 << 20
"""An answer about a contact has hundreds of bytes; an endless body must not fill the memory."""

_SURROGATE: Final = re.compile(rb"\\u[dD][89a-fA-F]")


_Call: TypeAlias = tuple[str, str, bytes | None, Mapping[str, str] | None]
"""A request: method, URL, body and parameters. A plain tuple, since each row makes one."""


class Client:
    """Owns the HTTP sessions with the service and counts requests; calls ``answered`` with the seconds that each took.

    ``met_stale`` says that an answer came to a request which it cannot be about.
    """

    def __init__(
        self,
        sessions: tuple[aiohttp.ClientSession, aiohttp.ClientSession],
        access: Access,
        proxy: str | None,
        answered: Callable[[float], None],
    ) -> None:
        """The second of the ``sessions`` makes a connection for each request."""
        self._session, self._single = sessions
        self._answered = answered
        self._url = access.base_url.rstrip("/") + CONTACTS_PATH
        self._filter_url = access.base_url.rstrip("/") + FILTER_PATH
        self._place = urlsplit(access.base_url).netloc.rpartition("@")[2]
        self._secrets = Secrets(access, proxy)
        self._options: dict[str, Any] = {"allow_redirects": False}
        if proxy:
            self._options |= {"headers": access.headers(), "proxy": proxy}
        self.requests: Counter[str] = Counter()
        self.met_stale = False

    def create(self, contact: Contact, groups: tuple[str, ...] = (), *, fresh: bool = False) -> Awaitable[Reply]:
        """``POST /contacts`` with its documented fields (API page "create-contact"), and the attributes of ``groups``.

        On a used connection, a refusal that names nothing of the contact may be the answer to another request
        (``Failure.STALE``). With ``fresh`` the request gets a connection of its own.
        """
        return self._request(("POST", self._url, contact.create_json(groups), None), contact, groups, fresh=fresh)

    async def update(
        self,
        contact_id: str,
        changes: Contact,
        found: Found | None,
        *,
        merges: Set[str] = DOCUMENTED_MERGES,
        once: bool = False,
        fresh: bool = False,
    ) -> Reply:
        """``PATCH /contacts/:id`` with ``changes`` (API page "update-contact"); the rest as in ``update_body``.

        An answer on a used connection that does not fit may be another's. It is sent again for that, unless ``once``:
        then a success is ``is_unfit``, and a refusal may be anybody's (``Failure.STALE``). With ``fresh`` the request
        gets a connection of its own.
        """
        call = "PATCH", f"{self._url}/{contact_id}", dumps(update_body(changes, found, merges=merges)), None
        if not once:
            return await self._repeatable(call)
        reply = await self._request(call, fresh=fresh)
        return reply._replace(failure=Failure.STALE) if _may_be_anothers(reply) and reply.status >= 300 else reply

    async def first_page(self) -> Reply:
        """``GET /contacts``, the first page of all contacts (API page "list-contact")."""
        return await self._repeatable(("GET", self._url, None, {"page": "1"}))

    async def listed(self, page: int) -> Reply:
        """``GET /contacts``, a page of all contacts, those created first before others (API page "list-contact")."""
        params = {"page": str(page), "sort": "created_at", "direction": "asc"}
        return await self._repeatable(("GET", self._url, None, params))

    async def search(self, text: str, page: int = 1, *, fresh: bool = False) -> Reply:
        """``GET /contacts?q=`` (API page "search-contact"); matches substrings; the caller picks the exact one."""
        call = "GET", self._url, None, {"q": text, "page": str(page)}
        return await (self._request(call, fresh=True) if fresh else self._repeatable(call))

    async def delete(self, contact_id: str) -> Reply:
        """``DELETE /contacts/:id`` (kin), on a connection of its own, and sent once whatever happens to that."""
        return await self._request(("DELETE", f"{self._url}/{contact_id}", None, None), fresh=True)

    async def usage(self, contact_id: str, what: str) -> Reply:
        """``GET /contacts/:id/…`` (kin), one of ``USAGE_PATHS``, on a connection of its own."""
        return await self._request(("GET", f"{self._url}/{contact_id}/{what}", None, None), fresh=True)

    async def look_up(self, sought: Sequence[Sought]) -> Reply:
        """``POST /contacts/filter`` (kin): everybody who is sought, up to ``exact.MOST_VALUES``, on a connection of its
        own."""
        return await self._request(("POST", self._filter_url, dumps(filter_body(sought)), None), fresh=True)

    async def _repeatable(self, call: _Call) -> Reply:
        """A request that may be sent twice: on a used connection, an answer that does not fit may be another's."""
        reply = await self._request(call)
        return await self._request(call, fresh=True) if _may_be_anothers(reply) else reply

    async def _request(
        self, call: _Call, contact: Contact | None = None, groups: Sequence[str] = (), *, fresh: bool = False
    ) -> Reply:
        """The reply; a create has its ``contact``, and the ``groups`` of attributes that it brings."""
        method, url, data, params = call
        self.requests[method] += 1
        # aiohttp looks each option up among thirty, twice.
        options = self._options if params is None else {**self._options, "params": params}
        session, began = self._single if fresh else self._session, time.perf_counter()
        while True:
            try:
                response = await session.request(method, url, data=data, **options)
                content = response.content
                # Mostly the whole body came with the headers.
                raw = content.read_nowait() if content.is_eof() else await _read(response)
                break
            except StaleConnectionError:  # it is closed now; the next one may be new
                self.met_stale = True
            except EXCEPTIONS as error:
                return self._failed(error)
        self._answered(time.perf_counter() - began)
        is_success = response.status < 300
        if contact and is_success and not groups and (contact_id := id_at_once(raw, contact, time.time())):
            return Reply(response.status, None, "", None, quota(response.headers), None, None, contact_id, True)
        if method == "DELETE" and not raw and response.status < 300:
            raw = b"{}"  # so it is answered (kin); a proxy's answer has words
        reply = self._reply(response, raw, tells_time=contact is None)
        if contact is not None:
            reply = _of_create(reply, contact, response.headers.get("Date"))
        if reply.is_used and _is_unfit(reply, call, contact):
            self.met_stale = True
            getattr(response, USED).force_close()  # the answer to this request may still come, and meet the next one
            return reply._replace(is_unfit=True)
        return reply

    def _failed(self, error: BaseException) -> Reply:
        if (failure := failure_of(error)) is Failure.OUT_OF_FILES:  # its words say no more
            return Reply(failure=failure)
        words = self._secrets.struck_out(str(error)).split()
        cause = cause_of(error, failure, self._secrets.struck_out(self._place))
        return Reply(failure=failure, text=" ".join(words)[:200], cause=cause)

    def _reply(self, response: aiohttp.ClientResponse, raw: bytes, *, tells_time: bool) -> Reply:
        """The ``Reply`` of a response; only a refusal has ``text`` and ``retry_after_s``, ``ahead_s`` only with
        ``tells_time``."""
        headers, is_whole = response.headers, len(raw) < MAX_BODY_BYTES
        text, wait_s = "", None
        body = _parsed(raw) if is_whole else None
        if response.status >= 300:  # people read the words of a refusal
            body = None if body is None else self._secrets.struck_out_of(body)
            words = raw.decode("utf-8", "replace")
            text = self._secrets.struck_out(words) if body is None else json.dumps(body, ensure_ascii=False)
            wait_s = retry_after_s(headers.get("Retry-After"), headers.get("Date"))
        ahead = ahead_s(headers.get("Date"), time.time()) if tells_time else None
        is_used = hasattr(response, USED)
        return Reply(response.status, body, text[:1000], wait_s, quota(headers), ahead, None, None, False, is_used)


def _may_be_anothers(reply: Reply) -> bool:
    """Whether an answer that does not fit may be the late one to an earlier request on its connection."""
    return reply.is_unfit and reply.status < 500 and reply.status != 408


def _of_create(reply: Reply, contact: Contact, date: str | None) -> Reply:
    """The reply to a create, with the id that it names, and what it proves about the contact.

    With one that seems to be old it has the server's time too, of its ``date``.
    """
    is_refused = 400 <= reply.status < 500 and not _is_doubted(reply)
    if reply.is_used and is_refused and (is_of_no_row(reply) or not is_about(reply, contact)):
        return reply._replace(failure=Failure.STALE)
    shown = created(reply.body) if reply.status < 300 else None
    if shown is None or not shown.id:
        return reply
    if seems_old(shown.created_at, now := time.time()):
        return reply._replace(contact_id=shown.id, ahead_s=ahead_s(date, now))
    return reply._replace(contact_id=shown.id, shows_all=echo_of(contact, shown.contact).is_whole)


_DOUBTED: Final = frozenset({408, 425, 429})


def _is_doubted(reply: Reply) -> bool:
    """Whether a refusal is in doubt anyway."""
    return reply.status in _DOUBTED or (reply.status == 403 and reply.retry_after_s is not None)


def _is_unfit(reply: Reply, call: _Call, contact: Contact | None) -> bool:
    """Whether an answer is of no use as the answer to this request, so that it may be that to another one."""
    if reply.status >= 300:
        is_final = contact is not None and reply.failure is None  # a refusal of this very contact
        may_be_anothers = 400 <= reply.status < 500 and not _is_doubted(reply) and not is_final
        return may_be_anothers or reply.status == 408 or reply.status >= 500
    if contact is not None:
        shown = created(reply.body)
        return shown is None or any(one.way is None for one in echo_of(contact, shown.contact).differs)
    method, url, _, params = call
    if method == "PATCH":
        changed = updated(reply.body)
        return changed is None or not url.endswith(f"/{changed.id}")
    return not may_answer(reply, (params or {}).get("q", ""))


async def _read(response: aiohttp.ClientResponse) -> bytes:
    """The body. At ``MAX_BODY_BYTES`` it stops reading and closes the connection."""
    content, size, parts = response.content, 0, []
    try:
        # No ``async with``: a body that is read to its end releases its connection by itself.
        while not content.at_eof() and size < MAX_BODY_BYTES:
            parts.append(await content.readany())
            size += len(parts[-1])
    finally:
        if not content.at_eof():
            response.close()
    return b"".join(parts)


def _parsed(text: bytes) -> Json:
    """The JSON of a body; ``None`` if it is invalid, or has a lone surrogate, which no file could hold."""
    try:
        body: Json = loads(text)
        if b"\\u" in text and _SURROGATE.search(text):
            dumps(body)
    except (ValueError, RecursionError):
        return None
    return body


@asynccontextmanager
async def connect(access: Access, answered: Callable[[float], None] = lambda _: None) -> AsyncIterator[Client]:
    """A client with one keep-alive session, which honours HTTPS_PROXY, HTTP_PROXY and NO_PROXY.

    It checks certificates against the system's store, or those of SSL_CERT_FILE and SSL_CERT_DIR
    (``importer/network/tls.py``).
    """
    proxy = proxy_for(access.base_url) if access.proxies else None
    session, single = sessions_of(access, proxy)
    async with session, single:
        yield Client((session, single), access, proxy, answered)
