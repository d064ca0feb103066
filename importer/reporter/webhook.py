"""Post a run's summary to an address that may be a secret.

urllib and not the client's aiohttp: it is one request after everything else is done, and it must never hold up the
end of the program. A plain blocking call in a daemon thread can be left behind at any point, even while a name is
looked up, where an event loop would wait for its own threads. The opener is put together by hand: nothing in it
follows a redirect or opens anything but http; certificates are checked, and the proxy is the one that the client
would take.
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
from importer.config import is_loopback
from importer.proxies import proxy_for
from importer.signals import Interrupt

TIMEOUT_S: Final = 10.0
WAITS_S: Final = (1.0, 3.0)
"""A try that may succeed later is followed by another after so many seconds."""
_LOOK_UP_S: Final = 0.1
_LONGEST_S: Final = (len(WAITS_S) + 1) * TIMEOUT_S + sum(WAITS_S)


@dataclass(frozen=True, slots=True)
class _Failed:
    """Why a try failed, in words that hold nothing of the address but its host; ``passing`` if another may succeed."""

    cause: str
    passing: bool


@dataclass(frozen=True, slots=True)
class Address:
    """Where to post. Its ``repr`` hides it, and so does every traceback that shows variables."""

    url: str = field(repr=False)

    @property
    def host(self) -> str:
        """The part that messages may show."""
        return urlsplit(self.url).hostname or ""


Post: TypeAlias = Callable[[Address, bytes], str]


def notify(address: Address, body: bytes, interrupt: Interrupt, post: Post | None = None) -> str:
    """Post JSON and return why that failed, or ``""``; ``post`` is ``post_json`` unless a test has another.

    A signal cancels the notification: the first if the run had none before, else the second.
    """
    told: list[str] = []
    thread = Thread(target=lambda: told.append((post or post_json)(address, body)), daemon=True)
    given_up: list[bool] = []
    if interrupt.exit_code is None:
        interrupt.wakes(lambda: given_up.append(True))
    until = time.monotonic() + _LONGEST_S
    try:
        thread.start()
        # Looking up now and then, for a signal's handler runs between two waits alone on some systems.
        while thread.is_alive() and not given_up and time.monotonic() < until:
            thread.join(_LOOK_UP_S)
    except KeyboardInterrupt:
        if interrupt.exit_code is None:
            raise
        given_up.append(True)
    finally:
        interrupt.wakes(lambda: None)
    if told:
        return told[0]
    return "interrupted" if given_up else f"no end within {_LONGEST_S:g} s"


def post_json(
    address: Address, body: bytes, sleep: Callable[[float], None] = time.sleep, timeout_s: float = TIMEOUT_S
) -> str:
    """Post ``body``, again where that may help, and return why it failed, or ``""``. ``timeout_s`` is for one try."""
    for wait_s in WAITS_S:
        failed = _try(address, body, timeout_s)
        if failed is None or not failed.passing:
            break
        sleep(wait_s)
    else:
        failed = _try(address, body, timeout_s)
    return failed.cause if failed else ""


def opener_for(address: Address) -> request.OpenerDirector:
    """Return an opener for this address that goes through its proxy, if it has one, and follows no redirect."""
    proxy = None if is_loopback(address.host) else proxy_for(address.url)
    opener = request.OpenerDirector()
    for handler in (
        request.ProxyHandler({urlsplit(address.url).scheme: proxy} if proxy else {}),
        request.HTTPHandler(),
        request.HTTPSHandler(context=ssl.create_default_context()),
        request.HTTPDefaultErrorHandler(),
        request.HTTPErrorProcessor(),  # any status but 2xx is an error, and no handler of redirects takes it
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
        # A proxy or a name that is none is a ValueError, whose words would hold the proxy's password.
        return _broken(error, timeout_s)
    return None


def _refused(status: int) -> _Failed:
    """A status in its standard words: the server's own might repeat the address."""
    words = f" {responses[status]}" if status in responses else ""
    if 300 <= status < 400:
        return _Failed(f"HTTP {status}{words}, and redirects are not followed", passing=False)
    return _Failed(f"HTTP {status}{words}", passing=status == HTTPStatus.TOO_MANY_REQUESTS or status >= 500)


def _broken(error: BaseException | str, timeout_s: float) -> _Failed:
    """A connection that failed, in words of the system; those of libraries might hold the address."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return _Failed(f"its certificate cannot be trusted ({error.verify_message})", passing=False)
    if isinstance(error, TimeoutError):
        return _Failed(f"no answer within {timeout_s:g} s", passing=True)
    if isinstance(error, socket.gaierror):
        return _Failed("the name of the host, or of the proxy, is not known", passing=True)
    if isinstance(error, OSError) and error.strerror and not isinstance(error, ssl.SSLError):
        return _Failed(error.strerror.lower(), passing=True)
    return _Failed("the connection to it, or to the proxy, failed", passing=True)
