"""Read e-mail addresses as people write them: several in a cell, with names beside them. Pure."""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Final

from importer.message import Message
from importer.normalizer.joining import joining_words
from importer.normalizer.mail_domains import meant_domain
from importer.normalizer.mail_words import is_mail_label, is_no_name
from importer.normalizer.placeholders import is_nothing
from importer.normalizer.text import MOST_CHARACTERS, Reading, one_of, only_plain, quoted, refused, tidy, visible

_PLAIN: Final = re.compile(r"[A-Za-z0-9_+\-]+(?:\.[A-Za-z0-9_+\-]+)*@[A-Za-z0-9](?:[A-Za-z0-9.\-]*[A-Za-z0-9])?")
"""One address as most people write it: only its domain needs a check."""

_PLAIN_LINES: Final = re.compile(rf"(?:{_PLAIN.pattern}\n)*+")

_BETWEEN_EMAILS: Final = re.compile(r"[;|、；]|:::|[\r\n]+")
"""Separators that occur in no address; any other may be a slip within one."""

_SEVERAL_EMAILS: Final = re.compile(r"[\s;,/|、，；]+|:::")
# No pattern here has two ways to take one sign: cells may be long, and each is to take time in proportion.
_NAMED_EMAIL: Final = re.compile(r"(?<![^<>@;])[^<>@;]*+<([^<>@]*@[^<>]*)>")
_IN_BRACKETS: Final = re.compile(r"(?<=[^<>@;()])\(([^<>()@\s]+@[^<>()@\s]+)\)")
"""An address in round brackets behind its name, as HubSpot writes those of associated contacts."""

_BRACKETED: Final = re.compile(r"[<(]([^<>()@]*@[^<>()@]*)[>)]")
_ONE_NAMED: Final = re.compile(r"([^<>]*)<([^<>]*)>[\s.,;]*")
_LABEL: Final = re.compile(r"(?:(?<=[\s;,/|])|^)([^\W\d_][\w -]{0,20}?) ?: ?(?=[^\s@:]+@)")
_SCHEME: Final = "mailto:"
_MAILTO: Final = re.compile(rf"^(?:{_SCHEME}\s*)+", re.IGNORECASE)
_QUERY: Final = re.compile(r"(@[^?\s]*)\?.*")
_AROUND_EMAIL: Final = " \t\r\n'\"<>,;"
_BEHIND_EMAIL: Final = _AROUND_EMAIL + "."

_NEUTRAL: Final = ".example"
"""A suffix for a reserved domain while it is checked."""

# RFC 5322, dot-atom, of RFC 5321's 64 characters at most. A whole address has 254 at most, here less _NEUTRAL.
_MOST_LOCAL: Final = 64
_ATOM: Final = r"[\w!#$%&'*+/=?^`{|}~-]+"
_PLAIN_LOCAL: Final = re.compile(rf"(?=.{{1,{_MOST_LOCAL}}}$){_ATOM}(?:\.{_ATOM})*", re.ASCII)
_MOST_ASCII_EMAIL: Final = 254 - len(_NEUTRAL)

# Certainly valid, and sent as it is: labels as in RFC 1123, section 2.1; two dashes may be those of another alphabet.
_LABEL_OF_DOMAIN: Final = r"[a-z0-9](?:[a-z0-9\-]{0,61}[a-z0-9])?"
_SURE_DOMAIN: Final = re.compile(rf"(?!.*--)(?:{_LABEL_OF_DOMAIN}\.)+[a-z][a-z0-9\-]{{0,61}}[a-z]")

SYNTAX: Final[Mapping[str, str | int]] = {
    "plain": _PLAIN.pattern,
    "local": _PLAIN_LOCAL.pattern,
    # What email-validator wants of an ASCII domain (RFC 1123, section 2.1; a top-level domain ends in a letter), and
    # two characters at its end.
    "domain": r"(?:[A-Za-z0-9](?:[A-Za-z0-9\-]{0,61}[A-Za-z0-9])?\.)+(?:[A-Za-z0-9\-]{1,62}[A-Za-z])",
    "most": _MOST_ASCII_EMAIL,
}
"""Patterns of certainly valid addresses, local parts and domains, and the most characters of an address."""

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
    """The address of each cell that is just one, in the usual form; ``None`` for every other cell."""
    return [cell and _plain_email(cell) for cell in only_plain(_PLAIN_LINES, cells)]


def unwrapped(cell: str) -> str:
    """The cell without white space and ``mailto:`` around its address."""
    bare = cell.strip()
    return bare[len(_SCHEME) :].lstrip() if bare[: len(_SCHEME)].lower() == _SCHEME else bare


def _plain_email(cell: str) -> str | None:
    local, _, domain = cell.rpartition("@")
    if len(local) > _MOST_LOCAL or len(cell) > _MOST_ASCII_EMAIL:
        return None
    checked = _sure_domain(domain)
    return cell if checked == domain else checked and f"{local}@{checked}"


def read_email(cell: str) -> Reading:
    """The e-mail address of a cell; of several, however separated, the first valid one."""
    text = _usual(cell)
    if len(text) > MOST_CHARACTERS:
        return _refused(cell, Message("too long"))
    text = _LABEL.sub(_without_label, text) if ":" in text else text
    text = _IN_BRACKETS.sub(r"<\1>", text)
    whole = _bare_email(text)
    if (address := _email(whole)) is not None:
        return Reading(address, None, (*_doubts(address),))
    for pieces in _divided(text):
        for place, piece in enumerate(pieces):
            if (address := _email(piece)) is not None:
                rest = pieces[:place] + pieces[place + 1 :]
                several = (one_of("email", cell, address, rest),) if rest else ()
                return Reading(address, None, (*several, *_doubts(address)))
    return _refused(cell, _obvious_reason(whole) or _OTHER_REASON)


def may_name(cells: Sequence[str]) -> bool:
    """Whether some of the cells may have names beside their addresses; a glance of 0.02 µs a cell."""
    text = "".join(cells)
    return "<" in text or "(" in text


def names_of_addresses(cell: str) -> Iterator[tuple[str, str]]:
    """The name and the address of each that has both: ``Ann Lee <ann@…>``, ``Ann Lee (ann@…)``."""
    if not may_name((cell,)):
        return
    text, end = _usual(cell)[:MOST_CHARACTERS], 0
    for found in _BRACKETED.finditer(text):
        before = _BETWEEN_EMAILS.split(text[end : found.start()].strip(_AROUND_EMAIL))[-1]
        name, address, end = before.strip(_AROUND_EMAIL), _email(_bare_email(found[1])), found.end()
        if address and "@" not in name and any(map(str.isalpha, name)) and not is_no_name(name):
            yield name, address


def _usual(cell: str) -> str:
    return unicodedata.normalize("NFKC", visible(cell)).replace("。", ".").strip()


def _without_label(label: re.Match[str]) -> str:
    """Nothing of a label that says of what kind the address behind it is; any other (``cc:``) stays."""
    return "" if is_mail_label(label[1]) else label[0]


def _doubts(address: str) -> Iterator[Message]:
    """A remark on an address whose domain looks like a slip in a well-known one; the address stays as it is."""
    if meant := meant_domain(address.rpartition("@")[2]):
        yield Message(
            "email: {value}: did you mean {meant}? sent as it is",
            value=quoted(address),
            meant=meant,
            kind="mail_domain",
        )


def _refused(cell: str, reason: Message) -> Reading:
    message = Message("email: {value} is not an email address ({reason})", value=quoted(cell), reason=reason)
    return refused("bad_email", message)


def _divided(text: str) -> Iterator[list[str]]:
    """The ways to split a text: by certain separators, then by possible ones if every piece has an ``@``.

    The last are words, as in ``a@b.co or c@d.co``.
    """
    plain = _NAMED_EMAIL.sub(r" \1 ", text)
    certain = [_bare_email(piece) for piece in _BETWEEN_EMAILS.split(plain)]
    if len(certain) > 1:
        yield [piece for piece in certain if not is_nothing("email", tidy(piece))]
    for text in dict.fromkeys((plain, joining_words().sub(" ", plain))):
        several = map(_bare_email, _SEVERAL_EMAILS.split(text))
        pieces = [piece for piece in several if not is_nothing("email", tidy(piece))]
        if pieces and text != "".join(pieces) and all("@" in piece for piece in pieces):
            yield pieces


def _bare_email(text: str) -> str:
    """An address without ``Name <…>``, ``mailto:``, quotes around it and punctuation after it."""
    named = _ONE_NAMED.fullmatch(text)
    if named and ("@" not in named[1] or named[1].strip(_AROUND_EMAIL) == named[2].strip()):
        text = named[2]
    return _QUERY.sub(r"\1", _MAILTO.sub("", text.strip(_AROUND_EMAIL))).strip(_AROUND_EMAIL).rstrip(_BEHIND_EMAIL)


def _email(text: str) -> str | None:
    """The address with its domain in lower case; ``None`` if it is not valid."""
    local, _, domain = text.rpartition("@")
    if text.isascii() and len(text) <= _MOST_ASCII_EMAIL and _PLAIN_LOCAL.fullmatch(local):
        # Few domains serve most people, so a cache helps: 20 times as fast for 10,000 addresses of two domains.
        checked = _ascii_domain(domain)
    else:
        checked = None if _obvious_reason(text) else _checked_domain(local, domain)
    return checked and f"{local}@{checked}"


@lru_cache(maxsize=10_000)
def _ascii_domain(domain: str) -> str | None:
    """``_checked_domain`` of an ASCII address that is not too long. Most need no library, which takes 20 ms to load."""
    return domain if _SURE_DOMAIN.fullmatch(domain) else _checked_domain("a", domain)


def _checked_domain(local: str, domain: str) -> str | None:
    """The domain in lower case, as it is sent; ``None`` if ``local@domain`` is no address."""
    from email_validator import (  # heavy, and not always needed
        SPECIAL_USE_DOMAIN_NAMES,
        EmailNotValidError,
        validate_email,
    )

    # Companies use domains internally that email-validator refuses (RFC 6761, RFC 6762). An argument of it allows
    # "test" alone, and its list is global: instead of changing that, check such a domain with a neutral label after it.
    reserved = domain.lower().endswith(tuple(f".{name}" for name in SPECIAL_USE_DOMAIN_NAMES))
    address = f"{local}@{domain}{_NEUTRAL if reserved else ''}"
    try:
        found = validate_email(address, check_deliverability=False)
    except EmailNotValidError:
        return None
    if found.ascii_domain[-2] == ".":  # IANA's list of top-level domains has none of one letter; the library takes them
        return None
    return found.domain.removesuffix(_NEUTRAL) if reserved else found.domain


@lru_cache(maxsize=10_000)
def _sure_domain(domain: str) -> str | None:
    """``_ascii_domain``, ``None`` also for a domain that is to be remarked on."""
    checked = _ascii_domain(domain)
    return None if checked and meant_domain(checked) else checked


def _obvious_reason(text: str) -> Message | None:
    return next((reason for pattern, reason in _EMAIL_REASONS if pattern.fullmatch(text)), None)
