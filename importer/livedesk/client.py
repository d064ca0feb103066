"""The client: each request over aiohttp gives one ``Reply``, and aiohttp's exceptions end here."""

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

from importer.livedesk.access import Access, Secrets, proxy_for
from importer.livedesk.api import CONTACTS_PATH
from importer.livedesk.contact import Contact
from importer.livedesk.payload import update_body
from importer.livedesk.rate_headers import ahead_s, quota, retry_after_s
from importer.livedesk.responses import Failure, Found, Reply, created_id, id_at_once
from importer.models import Json
from importer.runtime import dumps, loads

MAX_BODY_BYTES: Final = 1 << 20
"""An answer about a contact has hundreds of bytes; an endless body must not fill the memory."""
CONNECT_TIMEOUT_S: Final = 10.0
CONNECTED_WITHIN: Final = 0.9
"""The share of a request's timeout for its connection, name lookup and proxy included."""

_SURROGATE: Final = re.compile(rb"\\u[dD][89a-fA-F]")


class NotConnectedError(aiohttp.ClientConnectionError):
    """The connection broke while it was being set up, perhaps by the proxy: no request has left."""


FAILURES: Final[tuple[tuple[type[BaseException], Failure], ...]] = (
    # The first match counts, so subclasses come before their bases.
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
"""Each exception of a request, and whether the server may have seen that request. A test keeps this complete."""

_EXCEPTIONS: Final = tuple(kind for kind, _ in FAILURES)


class _ProxyConnector(aiohttp.TCPConnector):
    """Separates failures of a proxy's handshake from failures of a request, which may have left.

    Without a proxy, aiohttp's own exceptions do that.
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
            if _failure(error) is Failure.LOST:  # a timeout of the connection has its own exception
                raise NotConnectedError(str(error)) from error
            raise


class Client:
    """Owns an HTTP session with the service and counts requests; calls ``answered`` with the seconds that each took."""

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
        """``POST /contacts`` with its documented fields (API page "create-contact"); attributes need an update."""
        return self._request("POST", self._url, dumps(contact.create_body()))

    async def update(self, contact_id: str, changes: Contact, found: Found | None) -> Reply:
        """``PATCH /contacts/:id`` with ``changes`` (API page "update-contact"); ``found`` is its known state."""
        return await self._request("PATCH", f"{self._url}/{contact_id}", dumps(update_body(changes, found)))

    async def first_page(self) -> Reply:
        """``GET /contacts``, the first page of all contacts (API page "list-contact")."""
        return await self._request("GET", self._url, params={"page": "1"})

    async def search(self, text: str, page: int = 1) -> Reply:
        """``GET /contacts?q=`` (API page "search-contact"); matches substrings; the caller picks the exact one."""
        return await self._request("GET", self._url, params={"q": text, "page": str(page)})

    async def _request(
        self, method: str, url: str, data: bytes | None = None, params: Mapping[str, str] | None = None
    ) -> Reply:
        self.requests[method] += 1
        began = time.perf_counter()
        try:
            response = await self._session.request(
                method, url, data=data, params=params, headers=self._headers, proxy=self._proxy, allow_redirects=False
            )
            content = response.content
            # Mostly the whole body came with the headers.
            raw = content.read_nowait() if content.is_eof() else await _read(response)
        except _EXCEPTIONS as error:
            words = self._secrets.struck_out(str(error)).split()
            return Reply(failure=_failure(error), text=" ".join(words)[:200])
        self._answered(time.perf_counter() - began)
        return self._reply(response, raw)

    def _reply(self, response: aiohttp.ClientResponse, raw: bytes) -> Reply:
        """The ``Reply`` of a response; only a refusal has ``text`` and ``retry_after_s``."""
        headers, is_whole = response.headers, len(raw) < MAX_BODY_BYTES
        if response.status < 300 and is_whole and (contact_id := id_at_once(raw)):
            return Reply(response.status, None, "", None, quota(headers), 0.0, None, contact_id)
        text, wait_s = "", None
        body = _parsed(raw) if is_whole else None
        if response.status >= 300:  # people read the words of a refusal
            body = None if body is None else self._secrets.struck_out_of(body)
            words = raw.decode("utf-8", "replace")
            text = self._secrets.struck_out(words) if body is None else json.dumps(body, ensure_ascii=False)
            wait_s = retry_after_s(headers.get("Retry-After"))
        ahead = ahead_s(headers.get("Date"), time.time()) if response.method == "GET" else 0.0
        return Reply(response.status, body, text[:1000], wait_s, quota(headers), ahead, None, created_id(body))


def _failure(error: BaseException) -> Failure:
    return next(failure for kind, failure in FAILURES if isinstance(error, kind))


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

    It checks certificates against the system's store, or that of SSL_CERT_FILE and SSL_CERT_DIR.
    """
    proxy = proxy_for(access.base_url) if access.proxies else None
    encrypted = access.base_url.startswith("https:")
    make = _ProxyConnector if proxy else aiohttp.TCPConnector
    async with aiohttp.ClientSession(
        # Loading the system's certificates takes 50 ms.
        connector=make(limit=access.connections, ssl=ssl.create_default_context() if encrypted else True),
        # With a proxy each request brings its own: aiohttp would send the session's, credentials and all, to the proxy.
        headers=None if proxy else access.headers(),
        timeout=_timeout(access.timeout_s),
        cookie_jar=aiohttp.DummyCookieJar(),
    ) as session:
        yield Client(session, access, proxy, answered)


def _timeout(seconds: float) -> aiohttp.ClientTimeout:
    """Give the connection less time than its request, so that a request without a connection is known as such."""
    socket_s = min(CONNECT_TIMEOUT_S, seconds / 2)
    # math.inf: aiohttp would round timeouts of 5 s or more up to whole seconds, and could swap their order.
    return aiohttp.ClientTimeout(seconds, CONNECTED_WITHIN * seconds, None, socket_s, math.inf)
