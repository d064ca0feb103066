"""The sessions of aiohttp as this program needs them, and what aiohttp's exceptions say of a request."""

import math
from collections.abc import Coroutine
from typing import Any, Final

import aiohttp

from importer.errors import is_out_of_files, may_open_no_more
from importer.livedesk.access import Access
from importer.livedesk.responses import Failure
from importer.network import tls

CONNECT_TIMEOUT_S: Final = 10.0
CONNECTED_WITHIN: Final = 0.9
"""The share of a request's timeout for its connection, name lookup and proxy included."""


class NotConnectedError(aiohttp.ClientConnectionError):
    """The connection broke while it was being set up, perhaps by the proxy: no request has left."""


class StaleConnectionError(aiohttp.ClientConnectionError):
    """Bytes that nobody asked for came on an idle connection: no request has left on it."""


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
    (UnicodeError, Failure.NOT_REACHED),  # the proxy's name, or the server's, is none
    (TimeoutError, Failure.TIMEOUT),
    (aiohttp.ClientError, Failure.LOST),
    (OSError, Failure.LOST),
)
"""Each exception of a request, and whether the server may have seen that request. A test keeps this complete."""

EXCEPTIONS: Final = tuple(kind for kind, _ in FAILURES)


class _Request(aiohttp.ClientRequest):
    """Leaves only on a connection without unread bytes.

    aiohttp hands what a proxy wrote after one answer to the next request, which the server never saw.
    """

    def send(self, conn: aiohttp.connector.Connection) -> Coroutine[Any, Any, aiohttp.ClientResponse]:
        protocol = conn.protocol
        if protocol is None or protocol.should_close:
            raise StaleConnectionError("bytes that nobody asked for")
        return super().send(conn)


USED: Final = "used_connection"
"""A mark on a connection that has carried a request; a response that came on such a one has it here."""


class _Response(aiohttp.ClientResponse):
    """Notes whether its connection was used before."""

    def start(self, connection: aiohttp.connector.Connection) -> Coroutine[Any, Any, aiohttp.ClientResponse]:
        protocol = connection.protocol
        if hasattr(protocol, USED):
            setattr(self, USED, protocol)
        else:
            setattr(protocol, USED, True)
        return super().start(connection)


class BrokenConnectionError(aiohttp.ClientConnectionError):
    """The connection broke before the answer to a removal."""


class _SingleResponse(_Response):
    """Of a removal it says in its own words that the connection broke: after aiohttp's, aiohttp sends it again.

    That is right for a request on a connection that the server has closed meanwhile, and only for that.
    """

    async def start(self, connection: aiohttp.connector.Connection) -> aiohttp.ClientResponse:
        if self.method != "DELETE":
            return await super().start(connection)
        try:
            return await super().start(connection)
        except (aiohttp.ClientOSError, aiohttp.ServerDisconnectedError) as error:
            raise BrokenConnectionError(str(error)) from error


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
        except EXCEPTIONS as error:
            if failure_of(error) is Failure.LOST:  # a timeout of the connection has its own exception
                raise NotConnectedError(str(error)) from error
            raise


def failure_of(error: BaseException) -> Failure:
    """What one of ``EXCEPTIONS`` says of its request."""
    # A look-up of a name that gets no socket says only that the name is not known.
    if is_out_of_files(error) or (isinstance(error, aiohttp.ClientConnectorDNSError) and may_open_no_more()):
        return Failure.OUT_OF_FILES
    return next(failure for kind, failure in FAILURES if isinstance(error, kind))


def sessions_of(access: Access, proxy: str | None) -> tuple[aiohttp.ClientSession, aiohttp.ClientSession]:
    """A session that keeps connections, and one that makes a connection for each request."""
    make = _ProxyConnector if proxy else aiohttp.TCPConnector
    trusting = tls.context() if access.base_url.startswith("https:") else True
    keeping, single = (
        _session(access, make(limit=access.connections, ssl=trusting, force_close=close), proxy, response)
        for close, response in ((False, _Response), (True, _SingleResponse))
    )
    return keeping, single


def _session(
    access: Access, connector: aiohttp.TCPConnector, proxy: str | None, response: type[aiohttp.ClientResponse]
) -> aiohttp.ClientSession:
    return aiohttp.ClientSession(
        connector=connector,
        # With a proxy each request brings its own: aiohttp would send the session's, credentials and all, to the proxy.
        headers=None if proxy else access.headers(),
        timeout=_timeout(access.timeout_s),
        cookie_jar=aiohttp.DummyCookieJar(),
        request_class=_Request,
        response_class=response,
    )


def _timeout(seconds: float) -> aiohttp.ClientTimeout:
    """Give the connection less time than its request, so that a request without a connection is known as such."""
    socket_s = min(CONNECT_TIMEOUT_S, seconds / 2)
    # math.inf: aiohttp would round timeouts of 5 s or more up to whole seconds, and could swap their order.
    return aiohttp.ClientTimeout(seconds, CONNECTED_WITHIN * seconds, None, socket_s, math.inf)
