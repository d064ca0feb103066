"""One request to one ``Reply``: create, search and update over aiohttp, whose exceptions end here."""

import base64
import json
import math
import re
import ssl
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote

import aiohttp
from multidict import CIMultiDict

from importer import __version__
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
SHORTEST_SECRET: Final = 8

_SURROGATE: Final = re.compile(rb"\\u[dD][89a-fA-F]")


@dataclass(frozen=True, slots=True)
class Access:
    """How to reach the service. ``timeout_s`` is for one request; ``proxies`` honours the proxy variables."""

    base_url: str
    api_key: str
    api_secret: str
    timeout_s: float = 30.0
    connections: int = 10
    proxies: bool = True

    def __repr__(self) -> str:
        return f"Access(base_url={self.base_url!r}, api_key=***, api_secret=***)"


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
        self._secrets = (*_secrets(access), *_proxy_secrets(proxy))
        self._headers = _headers(access) if proxy else None
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
            return Reply(failure=_failure(error), text=_words(self._redacted(str(error))))
        self._answered(time.perf_counter() - began)
        return self._reply(response, raw)

    def _redacted(self, text: str) -> str:
        for secret in self._secrets:
            for spelled in (secret, json.dumps(secret)[1:-1], secret.replace("/", r"\/")):
                text = text.replace(spelled, "***")
        return text

    def _without_secrets(self, body: Json) -> Json:
        """A body with its texts redacted one by one: JSON may spell a secret in many ways."""
        if isinstance(body, str):
            return self._redacted(body)
        if isinstance(body, list):
            return [self._without_secrets(member) for member in body]
        if isinstance(body, dict):
            return {self._redacted(name): self._without_secrets(member) for name, member in body.items()}
        return body

    def _reply(self, response: aiohttp.ClientResponse, raw: bytes) -> Reply:
        """What an answer says; of one that was not refused no words, and no wait."""
        headers, is_whole = response.headers, len(raw) < MAX_BODY_BYTES
        if response.status < 300 and is_whole and (contact_id := id_at_once(raw)):
            return Reply(response.status, None, "", None, quota(headers), 0.0, None, contact_id)
        text, wait_s = "", None
        body = _parsed(raw) if is_whole else None
        if response.status >= 300:  # the words of a refusal are shown to people
            body = None if body is None else self._without_secrets(body)
            words = raw.decode("utf-8", "replace")
            text = self._redacted(words) if body is None else json.dumps(body, ensure_ascii=False)
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
        headers=None if proxy else _headers(access),
        timeout=_timeout(access.timeout_s),
        cookie_jar=aiohttp.DummyCookieJar(),
    ) as session:
        yield Client(session, access, proxy, answered)


def _timeout(seconds: float) -> aiohttp.ClientTimeout:
    """A connection has less time than its request, so that one that was never made is known as that."""
    socket_s = min(CONNECT_TIMEOUT_S, seconds / 2)
    # Never rounded up to whole seconds, as aiohttp's are from five on: the one would come after the other.
    return aiohttp.ClientTimeout(seconds, CONNECTED_WITHIN * seconds, None, socket_s, math.inf)


def _headers(access: Access) -> CIMultiDict[str]:
    return CIMultiDict(
        {
            "Authorization": f"Basic {_basic(access)}",
            "Content-Type": "application/json",
            "Accept": "application/json",
            "User-Agent": f"import-contacts/{__version__}",
        }
    )


def _basic(access: Access) -> str:
    """The credentials of Basic authentication (RFC 7617, UTF-8)."""
    return base64.b64encode(f"{access.api_key}:{access.api_secret}".encode()).decode()


def _secrets(access: Access) -> tuple[str, ...]:
    """What no text of the server may repeat; a secret of a few letters would be found in any text."""
    own = (secret for secret in (access.api_key, access.api_secret) if len(secret) >= SHORTEST_SECRET)
    return _basic(access), *own


def _proxy_secrets(proxy: str | None) -> tuple[str, ...]:
    """A proxy's user and password, which an error of aiohttp repeats with the proxy's address, and a proxy may echo."""
    if proxy is None or "@" not in proxy:
        return ()
    pair = proxy.rpartition("@")[0].rpartition("//")[2]
    password = pair.partition(":")[2]
    basic = base64.b64encode(unquote(pair).encode()).decode()
    return tuple(secret for secret in (pair, basic, password, unquote(password)) if len(secret) >= 4)
