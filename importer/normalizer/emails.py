"""An e-mail address as people write it; several in a cell, names beside it. Pure."""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from functools import cache, lru_cache
from types import MappingProxyType
from typing import Final

from importer.message import Message
from importer.normalizer.text import (
    MOST_CHARACTERS,
    Reading,
    is_filler,
    one_of,
    only_plain,
    quoted,
    refused,
    tidy,
    visible,
)

_PLAIN: Final = re.compile(r"[A-Za-z0-9_+\-]+(?:\.[A-Za-z0-9_+\-]+)*@[A-Za-z0-9](?:[A-Za-z0-9.\-]*[A-Za-z0-9])?")
"""How most people write one address: nothing about it needs to be found out but whether the domain may be one."""

_PLAIN_LINES: Final = re.compile(rf"(?:{_PLAIN.pattern}\n)*+")

_BETWEEN_EMAILS: Final = re.compile(r"\s*(?:[;|、；]|:::|[\r\n]+)\s*")
"""What stands between several values and in no address; what else does may be a slip within one."""

_SEVERAL_EMAILS: Final = re.compile(r"[\s;,/|、，；]+|:::")
_NAMED_EMAIL: Final = re.compile(r"[^<>@;]{0,200}<([^<>]*@[^<>]*)>")
_ONE_NAMED: Final = re.compile(r"([^<>]*)<([^<>]*)>[\s.,;]*")
_SCHEME: Final = "mailto:"
_MAILTO: Final = re.compile(rf"^(?:{_SCHEME}\s*)+", re.IGNORECASE)
_QUERY: Final = re.compile(r"(@[^?\s]*)\?.*")
_AROUND_EMAIL: Final = " \t\r\n'\"<>,;"

_BEHIND_EMAIL: Final = _AROUND_EMAIL + "."

_NEUTRAL: Final = ".example"
"""What stands behind a reserved domain while it is checked."""

# RFC 5322, dot-atom; with RFC 5321's bound of 64 characters. The whole address has 254, less what _NEUTRAL takes.
_MOST_LOCAL: Final = 64
_PLAIN_LOCAL: Final = re.compile(
    rf"(?=.{{1,{_MOST_LOCAL}}}$)"
    r"[\w!#$%&'*+/=?^`{|}~-]+(?:\.[\w!#$%&'*+/=?^`{|}~-]+)*",
    re.ASCII,
)
_MOST_ASCII_EMAIL: Final = 254 - len(_NEUTRAL)

SYNTAX: Final[Mapping[str, str | int]] = MappingProxyType(
    {
        "plain": _PLAIN.pattern,
        "local": _PLAIN_LOCAL.pattern,
        # What email-validator asks of an ASCII domain (RFC 1123, section 2.1; a top-level domain ends in a letter).
        "domain": r"(?:[A-Za-z0-9](?:[A-Za-z0-9\-]{0,61}[A-Za-z0-9])?\.)+(?:[A-Za-z0-9\-]{0,62}[A-Za-z])",
        "most": _MOST_ASCII_EMAIL,
    }
)
"""Patterns in which an address, its local part and its domain are certainly right, and its most characters."""

_EMAIL_REASONS: Final = (
    (re.compile(r"[^@]*"), Message("no @")),
    (re.compile(r".*@"), Message("nothing after the @")),
    (re.compile(r"@.*"), Message("nothing before the @")),
    (re.compile(r".*\s.*"), Message("a space inside")),
    (re.compile(r"[^@]*@.*@.*"), Message("more than one @")),
    (re.compile(r"[^@]*@[^.]*"), Message("no dot after the @")),
)
_OTHER_REASON: Final = Message("a character or a part that an address cannot have")


def plain_emails(cells: Sequence[str]) -> list[str | None]:
    """The addresses of cells that have one in the usual way and nothing else; ``None`` for every other cell."""
    return [cell and _plain_email(cell) for cell in only_plain(_PLAIN_LINES, cells)]


def unwrapped(cell: str) -> str:
    """Without the commonest things around an address: white space and ``mailto:``."""
    bare = cell.strip()
    return bare[len(_SCHEME) :].lstrip() if bare[: len(_SCHEME)].lower() == _SCHEME else bare


def _plain_email(cell: str) -> str | None:
    local, _, domain = cell.rpartition("@")
    if len(local) > _MOST_LOCAL or len(cell) > _MOST_ASCII_EMAIL:
        return None
    checked = _checked_domain("a", domain)
    return cell if checked == domain else checked and f"{local}@{checked}"


def read_email(cell: str) -> Reading:
    """The e-mail address of a cell; of several, separated in any usual way, the first that is one."""
    text = unicodedata.normalize("NFKC", visible(cell)).replace("。", ".").strip()
    if len(text) > MOST_CHARACTERS:
        return _refused(cell, Message("too long"))
    whole = _bare_email(text)
    if (address := _email(whole)) is not None:
        return Reading(address)
    for pieces in _divided(text):
        for place, piece in enumerate(pieces):
            if (address := _email(piece)) is not None:
                rest = pieces[:place] + pieces[place + 1 :]
                return Reading(address, None, (one_of("email", cell, address, rest),) if rest else ())
    return _refused(cell, _obvious_reason(whole) or _OTHER_REASON)


def _refused(cell: str, reason: Message) -> Reading:
    message = Message("email: {value} is not an email address ({reason})", value=quoted(cell), reason=reason)
    return refused("bad_email", message)


def _divided(text: str) -> Iterator[list[str]]:
    """The ways to read several values in a text: by what certainly divides, then by what may, if all are addresses."""
    plain = _NAMED_EMAIL.sub(r" \1 ", text)
    certain = [_bare_email(piece) for piece in _BETWEEN_EMAILS.split(plain)]
    if len(certain) > 1:
        yield [piece for piece in certain if not is_filler(tidy(piece))]
    pieces = [piece for piece in map(_bare_email, _SEVERAL_EMAILS.split(plain)) if not is_filler(tidy(piece))]
    if len(pieces) > 1 and all("@" in piece for piece in pieces):
        yield pieces


def _bare_email(text: str) -> str:
    """Without ``Name <…>``, ``mailto:``, quotes around and punctuation after it."""
    named = _ONE_NAMED.fullmatch(text)
    if named and ("@" not in named[1] or named[1].strip(_AROUND_EMAIL) == named[2].strip()):
        text = named[2]
    return _QUERY.sub(r"\1", _MAILTO.sub("", text.strip(_AROUND_EMAIL))).strip(_AROUND_EMAIL).rstrip(_BEHIND_EMAIL)


def _email(text: str) -> str | None:
    """The address with its domain in lower case and the local part's case kept; ``None`` if it is none."""
    local, _, domain = text.rpartition("@")
    if text.isascii() and len(text) <= _MOST_ASCII_EMAIL and _PLAIN_LOCAL.fullmatch(local):
        # Only the domain is left to decide, and few serve most people: 20 times as fast for 10,000 addresses of two.
        checked = _checked_domain("a", domain)
    else:
        checked = None if _obvious_reason(text) else _checked_domain.__wrapped__(local, domain)
    return checked and f"{local}@{checked}"


@lru_cache(maxsize=10_000)
def _checked_domain(local: str, domain: str) -> str | None:
    """The domain in lower case, as it is sent; ``None`` if ``local@domain`` is no address."""
    from email_validator import EmailNotValidError, validate_email  # not where other processes check

    reserved = domain.lower().endswith(_reserved())
    address = f"{local}@{domain}{_NEUTRAL if reserved else ''}"
    try:
        found = validate_email(address, check_deliverability=False).domain
    except EmailNotValidError:
        return None
    return found.removesuffix(_NEUTRAL) if reserved else found


@cache
def _reserved() -> tuple[str, ...]:
    """Domains that email-validator refuses (RFC 6761, RFC 6762); companies use them inside.

    It has no argument against that but for "test". Its list is global, so that the name is checked with a neutral label
    behind it rather than the list changed.
    """
    from email_validator import SPECIAL_USE_DOMAIN_NAMES

    return tuple(f".{name}" for name in SPECIAL_USE_DOMAIN_NAMES)


def _obvious_reason(text: str) -> Message | None:
    return next((reason for pattern, reason in _EMAIL_REASONS if pattern.fullmatch(text)), None)
