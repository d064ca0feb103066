"""Addresses: which are sound, the one spelling of those that are one server (RFC 3986, section 6.2), and how much of
one everybody may read."""

import re
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Final
from urllib.parse import SplitResult, quote, urlsplit

from importer.message import Message

_PORTS: Final = {"https": 443, "http": 80}
_LABEL: Final = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?")
_MOST_OF_A_NAME: Final = 253  # RFC 1035, section 2.3.4, less the length bytes at both ends
_UNSEEN: Final = re.compile(r"[\s\\\x00-\x1f\x7f]")
_CONTROL: Final = re.compile(r"[\\\x00-\x1f\x7f]")
_ESCAPE: Final = re.compile("%([0-9A-Fa-f]{2})")
_UNRESERVED: Final = re.compile("[A-Za-z0-9._~-]")
_IN_A_PATH: Final = "/%:@!$&'()*+,;=~"
_IN_A_QUERY: Final = f"{_IN_A_PATH}?"

_ADDRESS: Final = re.compile(r"([A-Za-z][A-Za-z0-9+.-]+)://")
"""How an address begins; a drive of Windows has one letter."""

_PARTS: Final = re.compile(r"([^:]+://)(?:([^/?#]*)@)?([^?#]*)(?:\?([^#]*))?(?:#(.*))?", re.DOTALL)
_OPEN: Final = {"docs.google.com": re.compile("(?:gid=[0-9]{1,20}|(?:format|output|single|usp)=[a-z_]{1,20})")}
"""The parameters, by their host, that open no door."""

_LEFT_OUT: Final = "…"
_CUT: Final = re.compile(rf"://[^\s'\"]*[?&;]{_LEFT_OUT}")
_PARAMETERS: Final = re.compile(";[^/]*")


def api_address(url: str, example: str) -> str:
    """The address of an API, spelled as every other spelling of it is; ``example`` is one, for the error.

    Lower case, no default port, no dot behind the host, no dot segments, no escapes that are not needed, no slash at
    the end. Raises ``ValueError``, as ``secure`` does.
    """
    parts = secure(url, example)
    if parts.query or "@" in parts.netloc:
        raise _expected(example)
    port = "" if parts.port in (None, _PORTS[parts.scheme]) else f":{parts.port}"
    return f"{parts.scheme}://{_host(parts.hostname or '', example)}{port}{_path(parts.path)}"


def same_address(one: str, other: str) -> bool:
    """Whether ``one``, as an older ledger may spell it, is the same API as ``other``, which is an ``api_address``."""
    try:
        return one == other or api_address(one, "") == other
    except ValueError:  # such as the word of a rehearsal
        return False


def secure(url: str, example: str) -> SplitResult:
    """The parts of an https address, or a plain http one of this machine.

    Raises ``ValueError`` with a ``Message``, which quotes nothing of the address: it may hold credentials.
    """
    url = url.strip()
    try:
        parts = urlsplit(url)
    except ValueError:  # brackets around what is no IPv6 address; its own words would quote credentials
        raise _expected(example) from None
    try:
        port = parts.port
    except ValueError:
        wrong = Message("Port out of range, or no number; expected an address such as {address}", address=example)
        raise ValueError(wrong) from None
    if _UNSEEN.search(url) or port == 0 or not parts.hostname or parts.username or parts.fragment:
        raise _expected(example)
    host = _host(parts.hostname, example)
    if parts.scheme != "https" and not (parts.scheme == "http" and is_loopback(host)):
        raise ValueError(Message("expected https:// (plain http only for 127.0.0.1, localhost or [::1])"))
    return parts


def scheme_of(text: str) -> str:
    """Return the scheme of an address in lower case, ``""`` of a text that is none."""
    found = _ADDRESS.match(text)
    return found[1].lower() if found else ""


def public(text: str) -> str:
    """Return an address without what may be a secret, and any other text as it is.

    A password, the query, the fragment and what stands behind a ``;`` are left out, for a signed link has its signature
    there; ``?…`` stands in the place of a query. The number of a sheet (``gid``) in Google Sheets stays.
    """
    found = _PARTS.fullmatch(text) if scheme_of(text) else None
    if found is None:
        return text
    scheme, user, place, query, fragment = (part or "" for part in found.groups())
    is_open = _OPEN.get(place.partition("/")[0].lower())
    parameters = query.split("&") if query else []
    kept = [one for one in parameters if is_open and is_open.fullmatch(one)]
    told = "&".join([*kept, _LEFT_OUT] if len(kept) < len(parameters) else kept)
    # A user's name is no secret, but to a web server, where it may be a token.
    name = f"{user if scheme_of(text) not in _PORTS and ':' not in user else _LEFT_OUT}@" if user else ""
    sheet = f"#{fragment}" if is_open and is_open.fullmatch(fragment) else ""
    place = _PARAMETERS.sub(f";{_LEFT_OUT}", place)
    return f"{scheme}{name}{place}{'?' if told else ''}{told}{sheet}"


def is_cut(text: str) -> bool:
    """Whether a text, such as a command, has an address of which ``public`` has left out the query."""
    return _CUT.search(text) is not None


def to_fetch(url: str) -> str:
    """Return an https address as a request has it: host in ASCII, signs escaped that need it, no fragment.

    Raises ``ValueError`` with a ``Message``, which quotes nothing of the address.
    """
    example = "https://example.com/contacts.csv"
    url = url.strip()
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:  # no IPv6 address, or no port; its own words would quote credentials
        raise _expected(example) from None
    if parts.scheme == "http":
        raise ValueError(Message("http:// is not encrypted, and anybody on the way may change the file; use https://"))
    if "@" in parts.netloc:
        raise ValueError(Message("a user name or a password stands in the address; leave it out"))
    if parts.scheme != "https" or port == 0 or not parts.hostname or _CONTROL.search(url):
        raise _expected(example)
    host = _host(parts.hostname, example)
    path, query = quote(parts.path or "/", safe=_IN_A_PATH), quote(parts.query, safe=_IN_A_QUERY)
    return f"https://{host}{f':{port}' if port else ''}{path}{'?' if query else ''}{query}"


def is_loopback(host: str) -> bool:
    """Whether a host name or address is this machine."""
    address = _ip(host.strip("[]"))
    return address.is_loopback if address else host == "localhost"


def _expected(example: str) -> ValueError:
    return ValueError(Message("expected an address such as {address}", address=example))


def _ip(host: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(host)
    except ValueError:
        return None


def _host(host: str, example: str) -> str:
    """A host in ASCII and lower case, without the dot of the root; an IPv6 address in brackets, in its short form."""
    if address := _ip(host):
        return str(address) if address.version == 4 else f"[{address}]"
    name = _in_ascii(host).lower().removesuffix(".")
    if len(name) > _MOST_OF_A_NAME or not all(map(_LABEL.fullmatch, name.split("."))):
        reason = Message("expected an address such as {address}; the host is no name of a host", address=example)
        raise ValueError(reason)
    return name


def _in_ascii(host: str) -> str:
    """A host as it is looked up (UTS 46, as browsers do it); empty if it cannot be."""
    if host.isascii():
        return host
    import idna  # most hosts have no use for it

    try:
        return idna.encode(host, uts46=True).decode()
    except idna.IDNAError:
        return ""


def _path(path: str) -> str:
    """RFC 3986, sections 6.2.2 and 5.2.4; a program that joins paths to it wants no slash at its end."""
    plain = quote(_ESCAPE.sub(_needed, path), safe=_IN_A_PATH)
    kept: list[str] = []
    for segment in plain.split("/")[1:]:
        if segment == "..":
            del kept[-1:]
        elif segment != ".":
            kept.append(segment)
    return "".join(f"/{segment}" for segment in kept).rstrip("/")


def _needed(escape: re.Match[str]) -> str:
    """An escape in upper case, or the character that needs none."""
    character = chr(int(escape[1], 16))
    return character if _UNRESERVED.fullmatch(character) else escape[0].upper()
