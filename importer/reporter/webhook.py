"""Post a run's summary to an address that may be a secret, and wait for that as long as nobody minds."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from http.client import HTTPException
from threading import Thread
from typing import Final, TypeAlias
from urllib import request
from urllib.error import HTTPError, URLError

from importer import __version__
from importer.cancellation import Cancellation
from importer.message import Message
from importer.network import opener
from importer.network.attempts import Failed, refused, tried
from importer.network.chat_services import service_scheme
from importer.network.opener import broken, opener_for
from importer.waiting import join_all

TIMEOUT_S: Final = 10.0
WAITS_S: Final = (1.0, 3.0)
"""Seconds before the second and the third try."""
_LONGEST_S: Final = (len(WAITS_S) + 1) * TIMEOUT_S + sum(WAITS_S)


@dataclass(frozen=True, slots=True)
class Address(opener.Address):
    """Where to post, or whom to tell."""

    @property
    def scheme(self) -> str:
        """That of a chat service or of mail; empty for a web hook."""
        return service_scheme(self.url)

    @property
    def shown(self) -> str:
        """What messages may show of it: no more than the scheme of a service, whose host is often a token."""
        return f"{self.scheme}://" if self.scheme else self.host


Job: TypeAlias = Callable[[], Message | None]
"""Notifies one address, and returns why that failed, if it did."""


def notify(jobs: Sequence[Job], cancellation: Cancellation) -> list[Message | None]:
    """Do these jobs, all at a time, and return of each why it failed, if it did.

    A signal cancels those that have not ended: the first if none interrupted the run, else the second.
    """
    causes: dict[int, Message | None] = {}
    threads = [Thread(target=partial(_do, job, causes, place), daemon=True) for place, job in enumerate(jobs)]
    given_up: list[bool] = []
    if cancellation.exit_code is None:
        cancellation.wakes(lambda: given_up.append(True))
    try:
        for thread in threads:
            thread.start()
        join_all(threads, lambda: bool(given_up), _LONGEST_S)
    except KeyboardInterrupt:
        if cancellation.exit_code is None:
            raise
        given_up.append(True)
    finally:
        cancellation.wakes(lambda: None)
    late = Message("interrupted") if given_up else Message("no end within {seconds} s", seconds=f"{_LONGEST_S:g}")
    return [causes.get(place, late) for place in range(len(jobs))]


def _do(job: Job, causes: dict[int, Message | None], place: int) -> None:
    try:
        causes[place] = job()
    except Exception as error:  # noqa: BLE001 - its words, and its traceback, may hold the address
        causes[place] = Message("an error of the program ({kind})", kind=type(error).__name__)


def post_json(
    address: Address, body: bytes, sleep: Callable[[float], None] = time.sleep, timeout_s: float = TIMEOUT_S
) -> Message | None:
    """Post ``body``, again if that may help; return why it failed, if it did. ``timeout_s`` is for one try."""
    return tried(WAITS_S, sleep, partial(_try, address, body, timeout_s))


def _try(address: Address, body: bytes, timeout_s: float) -> Failed | None:
    headers = {"Content-Type": "application/json", "User-Agent": f"import-contacts/{__version__}"}
    try:
        posted = request.Request(address.url, body, headers, method="POST")  # noqa: S310 - the opener knows http alone
        opener_for(address).open(posted, timeout=timeout_s).close()
    except HTTPError as error:
        error.close()
        return refused(error.code)
    except URLError as error:
        return broken(error.reason, timeout_s)
    except (OSError, HTTPException, ValueError) as error:
        # An invalid proxy or name is a ValueError, whose text may hold the proxy's password.
        return broken(error, timeout_s)
    return None
