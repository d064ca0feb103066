"""Chat services and mail, by the extra ``notify`` (apprise): which addresses they have, and a message to one of them.

apprise knows a hundred services by their schemes (``slack://``, ``feishu://``, ``mailtos://``); ``https://`` and
``http://`` are no business of this module. An address holds tokens: apprise and what it stands on log it, so nothing
that they log in these functions goes anywhere: no error repeats more than the scheme, a status and a code.
"""

import re
import time
from collections.abc import Callable, Iterable
from functools import partial
from typing import TYPE_CHECKING, Final, Literal, NamedTuple, TypeAlias

from importer.extras import install_extra
from importer.message import Message
from importer.network.addresses import scheme_of
from importer.network.attempts import Failed, refused, tried
from importer.network.muting import muted, overheard

if TYPE_CHECKING:
    from apprise import AppriseAsset, NotifyBase

_IN_NO_ADDRESS: Final = re.compile(r"[\s\x00-\x1f\x7f]")
WAIT_S: Final = 3.0
"""Before the second try."""

_OF_THE_WEB: Final = frozenset({"http", "https"})

Mood: TypeAlias = Literal["success", "warning", "failure"]
"""Which colour or sign a service gives a message."""


class Note(NamedTuple):
    """A message to people, in plain text; paragraphs have an empty line between them, which every service keeps."""

    title: str
    body: str
    mood: Mood


def service_scheme(address: str) -> str:
    """Return the scheme of an address of a service, in lower case; empty if it is none, or one of the web."""
    scheme = scheme_of(address)
    return "" if scheme in _OF_THE_WEB or _IN_NO_ADDRESS.search(address) else scheme


def check(address: str) -> None:
    """Raise ``ValueError`` with a ``Message`` for an address that no service has; without the extra nobody can tell,
    and ``unreachable`` says so."""
    if not _is_there():
        return
    service = _service(address)
    if service is None:
        why = Message(
            "expected https://, or an address as apprise has it; {scheme}:// with what follows here is none: {page}",
            scheme=service_scheme(address),
            page="https://appriseit.com/services/",
        )
        raise ValueError(why)
    if not service.verify_certificate:
        raise ValueError(Message("expected an address without verify=no: certificates are always checked"))


def unreachable(addresses: Iterable[str]) -> list[tuple[Message, Message]]:
    """Return a warning and its remedy for each scheme of these addresses that nothing can be sent to, since the extra
    is missing."""
    schemes = dict.fromkeys(filter(None, map(service_scheme, addresses)))
    if not schemes or _is_there():
        return []
    return [
        (Message("nobody is told by {scheme}://, which needs apprise", scheme=scheme), install_extra("notify"))
        for scheme in schemes
    ]


def _is_there() -> bool:
    try:
        import apprise  # noqa: F401 - whether it is there
    except ImportError:
        return False
    return True


def send(address: str, note: Note, sleep: Callable[[float], object] = time.sleep) -> Message | None:
    """Send a note, in this thread and to this service alone, once more if that may help; return why it failed, if it
    did."""
    if not _is_there():
        return Message("apprise is not installed")
    return tried([WAIT_S], sleep, partial(_try, address, note))


def _try(address: str, note: Note) -> Failed | None:
    from apprise import Apprise, NotifyFormat, NotifyType

    service = _service(address)
    with overheard("apprise") as said:
        try:
            sender = Apprise(asset=_asset())
            # As text: apprise escapes it where a service wants Markdown or HTML.
            kind, layout = NotifyType(note.mood), NotifyFormat.TEXT
            told = service is not None and sender.add(service)
            told = told and bool(sender.notify(note.body, note.title, notify_type=kind, body_format=layout))
        except Exception:  # noqa: BLE001 - of any of a hundred services, and its words may hold the address
            told = False
    return None if told else _failed(said)


def _failed(said: Iterable[str]) -> Failed:
    """Why apprise could not send, by what of its log is no secret: a status, a code, that there was no connection."""
    for text in said:
        if found := _STATUS.search(text):
            return refused(int(found[1]))
        if found := _CODE.search(text):
            return Failed(Message("it refused the message (code {code})", code=found[1]), passing=False)
        if _NO_CONNECTION.search(text):
            return Failed(Message("it was not reached in time, or refused the login"), passing=True)
    why = Message("it was not reached, or did not take it (apprise -vv -b test ADDRESS says why)")
    return Failed(why, passing=False)


_STATUS: Final = re.compile(r"\berror=([1-5]\d\d)\b")
_CODE: Final = re.compile(r"\b(?:code|errcode)=(-?\d{1,9})\b")
_NO_CONNECTION: Final = re.compile(r"\bconnection error\b", re.IGNORECASE)


def _service(address: str) -> "NotifyBase | None":
    from apprise import Apprise

    with muted():
        try:
            return Apprise.instantiate(address, asset=_asset())
        except Exception:  # noqa: BLE001 - as above
            return None


def _asset() -> "AppriseAsset":
    """What holds for all services: no files, no pictures of apprise's, no redirects, and all in the caller's thread.

    Without a limit of apprise's own, which takes threads of its own, whose log nobody drops; the caller has a limit.
    """
    from apprise import AppriseAsset

    return AppriseAsset(
        app_id=_NAME,
        app_desc=_NAME,
        app_url="",
        image_url_mask="",
        image_url_logo="",
        storage_mode="memory",
        service_timeout=0,
        async_mode=False,
        http_redirects=False,
        pgp_autogen=False,
        pem_autogen=False,
    )


_NAME: Final = "import-contacts"
