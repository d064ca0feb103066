"""Requests beside the client's: urllib with only the handlers that it needs.

They use urllib instead of the client's aiohttp because they must never delay the program's end. The program can abandon
a blocking call in a daemon thread at any point, even during a name lookup; an event loop would wait for its threads. An
opener knows only http and https, checks certificates, follows no redirect, takes the same proxy as the client, and no
credentials from ~/.netrc.
"""

import socket
import ssl
from dataclasses import dataclass, field
from urllib import request
from urllib.parse import urlsplit

from importer.errors import reason_of
from importer.message import Message
from importer.network import tls
from importer.network.addresses import is_loopback
from importer.network.attempts import Failed


@dataclass(frozen=True, slots=True)
class Address:
    """Where a request goes. Its ``repr`` hides it, and so does every traceback that shows variables."""

    url: str = field(repr=False)

    @property
    def host(self) -> str:
        """The part that messages may show."""
        return urlsplit(self.url).hostname or ""


def proxy_for(url: str) -> str | None:
    """Return the proxy that the environment names for an address.

    Not aiohttp's ``trust_env``: that would also take credentials from ~/.netrc, and look there for every request.
    """
    parts = urlsplit(url)
    if request.proxy_bypass(parts.netloc):
        return None
    proxies = request.getproxies()
    return proxies.get(parts.scheme) or proxies.get("all")


def opener_for(address: Address, *further: request.BaseHandler) -> request.OpenerDirector:
    """Return an opener for this address that takes its proxy, if any. Any status but 2xx is an ``HTTPError``."""
    proxy = None if is_loopback(address.host) else proxy_for(address.url)
    opener = request.OpenerDirector()
    for handler in (
        request.ProxyHandler({urlsplit(address.url).scheme: proxy} if proxy else {}),
        request.HTTPHandler(),
        request.HTTPSHandler(context=tls.context()),
        request.HTTPDefaultErrorHandler(),
        request.HTTPErrorProcessor(),  # makes any status but 2xx an error, redirects too
        *further,
    ):
        opener.add_handler(handler)
    return opener


def broken(error: BaseException | str, timeout_s: float) -> Failed:
    """Return a failed connection in the system's words: a library's might hold the address, or the proxy's password."""
    if isinstance(error, ssl.SSLCertVerificationError):
        told = Message("its certificate cannot be trusted ({reason})", reason=error.verify_message)
        return Failed(told, passing=False)
    if isinstance(error, TimeoutError):
        return Failed(Message("no answer within {seconds} s", seconds=f"{timeout_s:g}"), passing=True)
    if isinstance(error, socket.gaierror):
        return Failed(Message("the name of the host, or of the proxy, is not known"), passing=True)
    if isinstance(error, OSError) and error.strerror and not isinstance(error, ssl.SSLError):
        reason = reason_of(error)
        return Failed(Message("{reason}", reason=reason.lower() if isinstance(reason, str) else reason), passing=True)
    return Failed(Message("the connection to it, or to the proxy, failed"), passing=True)
