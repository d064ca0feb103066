"""Post a run's summary to an address that may be a secret.

This uses urllib instead of the client's aiohttp because the request must never delay the program's end. The program can
abandon a blocking call in a daemon thread at any point, even during a name lookup; an event loop would wait for its
threads. The opener has only the handlers that it needs: it opens only http and https, checks certificates, follows no
redirects, and takes the same proxy as the client.
"""

import socket
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http import HTTPStatus
from http.client import HTTPException, responses
from threading import Thread
from typing import Final, TypeAlias
from urllib import request
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit

from importer import __version__
from importer.addresses import is_loopback
from importer.livedesk.access import proxy_for
from importer.message import Message
from importer.signals import Interrupt

TIMEOUT_S: Final = 10.0
WAITS_S: Final = (1.0, 3.0)
"""Seconds before the second and the third try."""
_LOOK_UP_S: Final = 0.1
_LONGEST_S: Final = (len(WAITS_S) + 1) * TIMEOUT_S + sum(WAITS_S)


@dataclass(frozen=True, slots=True)
class _Failed:
    """Why a try failed, in words that show only the address's host; ``passing`` if another try may succeed."""

    cause: Message
    passing: bool


@dataclass(frozen=True, slots=True)
class Address:
    """Where to post. Its ``repr`` hides it, and so does every traceback that shows variables."""

    url: str = field(repr=False)

    @property
    def host(self) -> str:
        """The part that messages may show."""
        return urlsplit(self.url).hostname or ""


Post: TypeAlias = Callable[[Address, bytes], Message | None]


def notify(address: Address, body: bytes, interrupt: Interrupt, post: Post | None = None) -> Message | None:
    """Post JSON and return why that failed, if it did; a test may replace ``post``, by default ``post_json``.

    A signal cancels the notification: the first if none interrupted the run, else the second.
    """
    causes: list[Message | None] = []
    thread = Thread(target=lambda: causes.append((post or post_json)(address, body)), daemon=True)
    given_up: list[bool] = []
    if interrupt.exit_code is None:
        interrupt.wakes(lambda: given_up.append(True))
    until = time.monotonic() + _LONGEST_S
    try:
        thread.start()
        # Wait in short steps: on some systems a signal's handler runs only between two waits.
        while thread.is_alive() and not given_up and time.monotonic() < until:
            thread.join(_LOOK_UP_S)
    except KeyboardInterrupt:
        if interrupt.exit_code is None:
            raise
        given_up.append(True)
    finally:
        interrupt.wakes(lambda: None)
    if causes:
        return causes[0]
    return Message("interrupted") if given_up else Message("no end within {seconds} s", seconds=f"{_LONGEST_S:g}")


def post_json(
    address: Address, body: bytes, sleep: Callable[[float], None] = time.sleep, timeout_s: float = TIMEOUT_S
) -> Message | None:
    """Post ``body``, again if that may help; return why it failed, if it did. ``timeout_s`` is for one try."""
    failed = _try(address, body, timeout_s)
    for wait_s in WAITS_S:
        if failed is None or not failed.passing:
            break
        sleep(wait_s)
        failed = _try(address, body, timeout_s)
    return failed.cause if failed else None


def opener_for(address: Address) -> request.OpenerDirector:
    """Return an opener for this address that takes its proxy, if any, and follows no redirect."""
    proxy = None if is_loopback(address.host) else proxy_for(address.url)
    opener = request.OpenerDirector()
    for handler in (
        request.ProxyHandler({urlsplit(address.url).scheme: proxy} if proxy else {}),
        request.HTTPHandler(),
        request.HTTPSHandler(context=ssl.create_default_context()),
        request.HTTPDefaultErrorHandler(),
        request.HTTPErrorProcessor(),  # makes any status but 2xx an error, redirects too
    ):
        opener.add_handler(handler)
    return opener


def _try(address: Address, body: bytes, timeout_s: float) -> _Failed | None:
    headers = {"Content-Type": "application/json", "User-Agent": f"import-contacts/{__version__}"}
    try:
        posted = request.Request(address.url, body, headers, method="POST")  # noqa: S310 - the opener knows http alone
        opener_for(address).open(posted, timeout=timeout_s).close()
    except HTTPError as error:
        error.close()
        return _refused(error.code)
    except URLError as error:
        return _broken(error.reason, timeout_s)
    except (OSError, HTTPException, ValueError) as error:
        # An invalid proxy or name is a ValueError, whose text may hold the proxy's password.
        return _broken(error, timeout_s)
    return None


def _refused(status: int) -> _Failed:
    """A status with its standard phrase: the server's own might repeat the address."""
    answer = f"HTTP {status} {responses.get(status, '')}".rstrip()
    if 300 <= status < 400:
        return _Failed(Message("{answer}, and redirects are not followed", answer=answer), passing=False)
    passing = status == HTTPStatus.TOO_MANY_REQUESTS or status >= 500
    return _Failed(Message("{answer}", answer=answer), passing=passing)


def _broken(error: BaseException | str, timeout_s: float) -> _Failed:
    """A failed connection in the system's words: a library's might hold the address."""
    if isinstance(error, ssl.SSLCertVerificationError):
        told = Message("its certificate cannot be trusted ({reason})", reason=error.verify_message)
        return _Failed(told, passing=False)
    if isinstance(error, TimeoutError):
        return _Failed(Message("no answer within {seconds} s", seconds=f"{timeout_s:g}"), passing=True)
    if isinstance(error, socket.gaierror):
        return _Failed(Message("the name of the host, or of the proxy, is not known"), passing=True)
    if isinstance(error, OSError) and error.strerror and not isinstance(error, ssl.SSLError):
        return _Failed(Message("{reason}", reason=error.strerror.lower()), passing=True)
    return _Failed(Message("the connection to it, or to the proxy, failed"), passing=True)
