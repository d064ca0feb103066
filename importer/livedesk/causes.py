"""Why a request got no answer, in the program's own words where the cause is a usual one."""

import errno
import ssl
from collections.abc import Mapping
from typing import Final

import aiohttp

from importer.livedesk.responses import Failure
from importer.message import Message

_REFUSED: Final = Message("connection refused")
_CLOSED: Final = Message("the other side closed the connection")
_SILENT: Final = Message("no answer in time")
_NO_WAY: Final = Message("the network has no way to it")
_NO_NAME: Final = Message("no host of this name is known")
_NOT_ALLOWED: Final = Message("this computer does not allow it")

_KINDS: Final[tuple[tuple[type[BaseException], Message], ...]] = (
    # The first match counts.
    (aiohttp.ClientConnectorDNSError, _NO_NAME),
    (ConnectionRefusedError, _REFUSED),
    (ConnectionError, _CLOSED),
    (aiohttp.ServerDisconnectedError, _CLOSED),
    (TimeoutError, _SILENT),
)
_NUMBERS: Final[Mapping[int | None, Message]] = {
    errno.ECONNREFUSED: _REFUSED,
    errno.ECONNRESET: _CLOSED,
    errno.ETIMEDOUT: _SILENT,
    errno.EHOSTUNREACH: _NO_WAY,
    errno.ENETUNREACH: _NO_WAY,
    errno.EACCES: _NOT_ALLOWED,
    errno.EPERM: _NOT_ALLOWED,
}
_UNKNOWN_ISSUER: Final = Message("nobody whom this computer trusts has issued it")
_SELF_SIGNED: Final = Message("it is signed by itself")
_CERTIFICATE: Final[Mapping[int, Message]] = {
    # X509_V_ERR_… of OpenSSL.
    9: Message("it is not valid yet"),
    10: Message("the certificate has expired"),
    18: _SELF_SIGNED,
    19: _UNKNOWN_ISSUER,
    20: _UNKNOWN_ISSUER,
    21: _UNKNOWN_ISSUER,
    62: Message("its name does not match the server's"),
    64: Message("its name does not match the server's"),
}
_NO_TLS: Final = frozenset({"WRONG_VERSION_NUMBER", "UNKNOWN_PROTOCOL", "HTTP_REQUEST", "RECORD_LAYER_FAILURE"})


def cause_of(error: BaseException, failure: Failure, place: str) -> Message | None:
    """What happened to a request that met ``error``; ``None`` for an unusual cause, of which only the library's words
    tell. ``place`` is host and port of the address, for an error that does not say where."""
    if failure is Failure.UNTRUSTED:
        return _untrusted(error)
    why, place = _why(error), _place(error) or place
    if why is None or failure is not Failure.NOT_REACHED:
        return Message("the connection broke before the answer") if why is _CLOSED else None
    if isinstance(error, aiohttp.ClientProxyConnectionError):
        return Message("the proxy {place} cannot be reached ({why})", place=place, why=why)
    return Message("the server {place} cannot be reached ({why})", place=place, why=why)


def _place(error: BaseException) -> str:
    if not isinstance(error, aiohttp.ClientConnectorError):
        return ""
    host = str(error.host)
    host = f"[{host}]" if ":" in host else host
    return f"{host}:{error.port}" if error.port else host


def _why(error: BaseException) -> Message | None:
    """By the kind of the error, or of the one that it stands for; else by the system's number."""
    for one in (error, getattr(error, "os_error", None), error.__cause__):
        if found := next((why for kind, why in _KINDS if isinstance(one, kind)), None):
            return found
        if isinstance(one, OSError) and one.errno in _NUMBERS:
            return _NUMBERS[one.errno]
    return None


def _untrusted(error: BaseException) -> Message | None:
    refused = getattr(error, "certificate_error", None) or getattr(error, "os_error", None)
    why = _CERTIFICATE.get(refused.verify_code) if isinstance(refused, ssl.SSLCertVerificationError) else None
    if isinstance(refused, ssl.SSLError) and getattr(refused, "reason", "") in _NO_TLS:
        why = Message("it shows none, for it does not speak TLS")
    return Message("the server's certificate cannot be trusted: {why}", why=why) if why else None
