"""One request to one ``Reply``: create, search and update over aiohttp, whose exceptions end here."""

import json
import math
import re
import ssl
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Final

import aiohttp

from importer.livedesk.access import Access, Secrets
from importer.livedesk.api import CONTACTS_PATH
from importer.livedesk.contact import Contact
from importer.livedesk.payload import update_body
from importer.livedesk.rate_headers import ahead_s, quota, retry_after_s
from importer.livedesk.responses import Failure, Found, Reply, created_id, id_at_once
from importer.models import Json
from importer.proxies import proxy_for
from importer.runtime import dumps, loads

MAX_BODY_BYTES: Final = 1 << 20
"""A contact's answer has hundreds of bytes; a body without end must not fill the memory."""
CONNECT_TIMEOUT_S: Final = 10.0
CONNECTED_WITHIN: Final = 0.9
"""The share of a request's time within which it has a connection, name and proxy included."""

_SURROGATE: Final = re.compile(rb"\\u[dD][89a-fA-F]")


class NotConnectedError(aiohttp.ClientConnectionError):
    """The way to the server broke while it was made, in the middle of a proxy's answer too: no request has left."""


FAILURES: Final[tuple[tuple[type[BaseException], Failure], ...]] = (
    # The first match counts, so the special stand before the general.
    (aiohttp.ClientConnectorCertificateError, Failure.UNTRUSTED),
    (aiohttp.ClientSSLError, Failure.UNTRUSTED),
    (aiohttp.ServerFingerprintMismatch, Failure.UNTRUSTED),
    (aiohttp.ClientConnectorError, Failure.NOT_REACHED),
    (aiohttp.ClientHttpProxyError, Failure.NOT_REACHED),
    (aiohttp.ConnectionTimeoutError, Failure.NOT_REACHED),
    (aiohttp.InvalidURL, Failure.NOT_REACHED),
    (NotConnectedError, Failure.NOT_REACHED),
    (TimeoutError, Failure.TIMEOUT),
    (aiohttp.ClientError, Failure.LOST),
    (OSError, Failure.LOST),
)
"""Every exception of a request to what it says about the server having seen it (a test holds it complete)."""

_EXCEPTIONS: Final = tuple(kind for kind, _ in FAILURES)


class _ProxyConnector(aiohttp.TCPConnector):
    """Tells what fails in the talk with a proxy from what fails in a request, which may have left.

    Without a proxy aiohttp's own exceptions do.
    """

    async def connect(
        self,
        req: aiohttp.ClientRequest,
        traces: list[aiohttp.tracing.Trace],
        timeout: aiohttp.ClientTimeout,  # noqa: ASYNC109 - aiohttp's own
    ) -> aiohttp.connector.Connection:
        try:
            return await super().connect(req, traces, timeout)
        except _EXCEPTIONS as error:
            if _failure(error) is Failure.LOST:  # aiohttp itself says what was too late
                raise NotConnectedError(str(error)) from error
            raise


class Client:
    """Owns a session with the service and counts its requests; ``answered`` is told the seconds that each took."""

    def __init__(
        self, session: aiohttp.ClientSession, access: Access, proxy: str | None, answered: Callable[[float], None]
    ) -> None:
        self._session = session
        self._answered = answered
        self._url = access.base_url.rstrip("/") + CONTACTS_PATH
        self._proxy = proxy
        self._secrets = Secrets(access, proxy)
        self._headers = access.headers() if proxy else None
        self.requests: Counter[str] = Counter()

    def create(self, contact: Contact) -> Awaitable[Reply]:
        """``POST /contacts`` with the documented fields (API page "create-contact"); attributes need an update."""
        return self._request("POST", self._url, dumps(contact.create_body()))

    async def update(self, contact_id: str, changes: Contact, found: Found | None) -> Reply:
        """``PATCH /contacts/:id`` with what changes (API page "update-contact"), ``found`` as it stands, if known."""
        return await self._request("PATCH", f"{self._url}/{contact_id}", dumps(update_body(changes, found)))

    async def first_page(self) -> Reply:
        """``GET /contacts``, the first page of all contacts (API page "list-contact")."""
        return await self._request("GET", self._url, params={"page": "1"})

    async def search(self, text: str, page: int = 1) -> Reply:
        """``GET /contacts?q=`` (API page "search-contact"); a substring match, so the caller picks the exact one."""
        return await self._request("GET", self._url, params={"q": text, "page": str(page)})

    async def _request(
        self, method: str, url: str, data: bytes | None = None, params: Mapping[str, str] | None = None
    ) -> Reply:
        self.requests[method] += 1
        began = time.perf_counter()
        try:
            response = await self._session.request(
                method,
                url,
                data=data,
                params=params,
                headers=self._headers,
                proxy=self._proxy,
                allow_redirects=False,
            )
            content = response.content
            # With the headers came all of it, mostly; else there is more to wait for.
            raw = content.read_nowait() if content.is_eof() else await _read(response)
        except _EXCEPTIONS as error:
            return Reply(failure=_failure(error), text=_words(self._secrets.struck_out(str(error))))
        self._answered(time.perf_counter() - began)
        return self._reply(response, raw)

    def _reply(self, response: aiohttp.ClientResponse, raw: bytes) -> Reply:
        """What an answer says; of one that was not refused no words, and no wait."""
        headers, is_whole = response.headers, len(raw) < MAX_BODY_BYTES
        if response.status < 300 and is_whole and (contact_id := id_at_once(raw)):
            return Reply(response.status, None, "", None, quota(headers), 0.0, None, contact_id)
        text, wait_s = "", None
        body = _parsed(raw) if is_whole else None
        if response.status >= 300:  # the words of a refusal are shown to people
            body = None if body is None else self._secrets.struck_out_of(body)
            words = raw.decode("utf-8", "replace")
            text = self._secrets.struck_out(words) if body is None else json.dumps(body, ensure_ascii=False)
            wait_s = retry_after_s(headers.get("Retry-After"))
        ahead = ahead_s(headers.get("Date"), time.time()) if response.method == "GET" else 0.0
        return Reply(response.status, body, text[:1000], wait_s, quota(headers), ahead, None, created_id(body))


def _failure(error: BaseException) -> Failure:
    return next(failure for kind, failure in FAILURES if isinstance(error, kind))


def _words(text: str) -> str:
    """What the library said, in one line; a bare timeout says nothing."""
    return " ".join(text.split())[:200]


async def _read(response: aiohttp.ClientResponse) -> bytes:
    """The body, at most ``MAX_BODY_BYTES`` of it; what is longer is dropped with its connection."""
    content, size, parts = response.content, 0, []
    try:
        # Not response.read() in a block of its own: read to its end, a body gives its connection back by itself.
        while not content.at_eof() and size < MAX_BODY_BYTES:
            parts.append(await content.readany())
            size += len(parts[-1])
    finally:
        if not content.at_eof():
            response.close()
    return b"".join(parts)


def _parsed(text: bytes) -> Json:
    """The JSON of a body; ``None`` if it is none, or has text that no file could hold (a lone surrogate)."""
    try:
        body: Json = loads(text)
        if b"\\u" in text and _SURROGATE.search(text):
            dumps(body)
    except (ValueError, RecursionError):
        return None
    return body


@asynccontextmanager
async def connect(access: Access, answered: Callable[[float], None] = lambda _: None) -> AsyncIterator[Client]:
    """A client with one keep-alive session.

    Certificates are checked against the system's store, or that of SSL_CERT_FILE and SSL_CERT_DIR; HTTPS_PROXY,
    HTTP_PROXY and NO_PROXY are honoured.
    """
    proxy = proxy_for(access.base_url) if access.proxies else None
    encrypted = access.base_url.startswith("https:")
    make = _ProxyConnector if proxy else aiohttp.TCPConnector
    async with aiohttp.ClientSession(
        # Reading the system's certificates takes 50 ms.
        connector=make(limit=access.connections, ssl=ssl.create_default_context() if encrypted else True),
        # With a proxy each request has them: aiohttp would send the session's to it too, credentials and all.
        headers=None if proxy else access.headers(),
        timeout=_timeout(access.timeout_s),
        cookie_jar=aiohttp.DummyCookieJar(),
    ) as session:
        yield Client(session, access, proxy, answered)


def _timeout(seconds: float) -> aiohttp.ClientTimeout:
    """A connection has less time than its request, so that one that was never made is known as that."""
    socket_s = min(CONNECT_TIMEOUT_S, seconds / 2)
    # Never rounded up to whole seconds, as aiohttp's are from five on: the one would come after the other.
    return aiohttp.ClientTimeout(seconds, CONNECTED_WITHIN * seconds, None, socket_s, math.inf)
