"""What a card says, as ``{title: text}``. Pure."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Final, NamedTuple
from urllib.parse import unquote

from importer.loader.records.vcard_encodings import decoded, is_base64, is_garbled, is_text, text_of
from importer.loader.records.vcard_text import Card, Property, divided, parsed, unescaped
from importer.normalizer.text import join_name

COMPANY: Final = "company"
GROUP: Final = "group"
"""What a card may be that is no person, in the column ``Kind``."""

_KIND: Final = "Kind"

TITLES: Final = (
    *("Name", "First name", "Middle name", "Last name", "Name prefix", "Name suffix", "Nickname"),
    *("Email", "Phone", "Fax", "Pager", "Company", "Department", "Job title", "Role"),
    *("PO box", "Street", "City", "State", "Postal code", "Country", "Further address"),
    *("Website", "Birthday", "Anniversary", "Note", "Categories", "Photo URL", "UID", _KIND),
)
"""The titles in their order; a further value of a kind has its number behind it (``Email 2``)."""

_NAME: Final = ("Last name", "First name", "Middle name", "Name prefix", "Name suffix")
_ADDRESS: Final = ("PO box", "Street", "Street", "City", "State", "Postal code", "Country")
_SIMPLE: Final[Mapping[str, str]] = {
    "FN": "Name",
    "NICKNAME": "Nickname",
    "TITLE": "Job title",
    "ROLE": "Role",
    "URL": "Website",
    "BDAY": "Birthday",
    "ANNIVERSARY": "Anniversary",
    "NOTE": "Note",
    "CATEGORIES": "Categories",
    "UID": "UID",
}
_ABOUT_THE_CARD: Final = frozenset(
    {
        *("VERSION", "PRODID", "REV", "SOURCE", "NAME", "PROFILE", "CLASS", "MAILER", "CLIENTPIDMAP", "SORT-STRING"),
        *("X-ABLABEL", "X-ABADR", "X-ABSHOWAS", "X-ADDRESSBOOKSERVER-KIND", "KIND", "MEMBER"),
        *("X-ADDRESSBOOKSERVER-MEMBER", "X-ABUID", "X-IMAGETYPE", "X-IMAGEHASH", "X-SHARED-PHOTO-DISPLAY-PREF"),
    }
)
"""Properties that say nothing of the person, or are read with others."""

_PICTURES: Final = frozenset({"PHOTO", "LOGO", "SOUND", "KEY"})
_LINKS: Final = (b"https://", b"http://")
_LABEL: Final = re.compile(r"_\$!<(.*)>!\$_", re.DOTALL)
_EXTENSION: Final = re.compile(r";ext=([^;]+)", re.IGNORECASE)
_LAST: Final = 1000


class Reading(NamedTuple):
    """What a card says. ``kind`` is "" for a person, ``unread`` are its lines that are no properties, and ``pictures``
    counts what is in it that is neither text nor a link."""

    values: dict[str, str]
    kind: str
    unread: tuple[str, ...]
    pictures: int


class _Value(NamedTuple):
    """One property as text, with its structure still escaped."""

    name: str
    text: str
    types: frozenset[str]
    preference: int


def reading(card: Card, codec: str) -> Reading:
    """Read a card; ``codec`` is for values without a charset of their own."""
    properties: list[Property] = []
    unread: list[str] = []
    for line in card.lines:
        found = parsed(line)
        if found is None or _is_broken(found, codec):
            unread.append(text_of(line, codec))
        else:
            properties.append(found)
    labels = {one.group: _label(decoded(one, codec)) for one in properties if one.name == "X-ABLABEL"}
    kind = _kind(properties)
    values: list[_Value] = []
    pictures = 0
    for one in properties:
        if _is_binary(one, codec):
            pictures += bool(one.value.strip())
        elif one.name not in _ABOUT_THE_CARD:
            values.append(_value(one, decoded(one, codec), labels))
    return Reading(_titled(values, kind), kind, tuple(unread), pictures)


def _is_broken(one: Property, codec: str) -> bool:
    """Whether a value cannot be read; in base64 that of a property without text is no text either."""
    return is_garbled(one, codec) and (one.name in _TEXTS or not is_base64(one))


def _label(text: str) -> str:
    found = _LABEL.fullmatch(text.strip())
    return (found[1] if found else text).strip().lower()


def _kind(properties: Iterable[Property]) -> str:
    told = {one.name: one.value.strip().lower() for one in properties}
    kind = told.get("KIND") or told.get("X-ADDRESSBOOKSERVER-KIND") or b""
    if kind == b"group":
        return GROUP
    if kind in (b"org", b"organization") or told.get("X-ABSHOWAS") == b"company":
        return COMPANY
    return "" if kind in (b"", b"individual") else kind.decode("ascii", "replace")


def _is_binary(one: Property, codec: str) -> bool:
    """Whether a value is neither text nor a link: a picture, a key, or what a program keeps of its own."""
    if one.name in _PICTURES:
        return is_base64(one) or not one.value.strip().lower().startswith(_LINKS)
    return is_base64(one) and one.name not in _ABOUT_THE_CARD and not is_text(one, codec)


def _value(one: Property, text: str, labels: Mapping[str, str]) -> _Value:
    types = {value.lower() for value in one.parameters.get("type", ())}
    if one.group in labels:
        types.add(labels[one.group])
    preference = _LAST - ("pref" in types)
    for told in one.parameters.get("pref", ()):
        preference = int(told) if told.isascii() and told.isdecimal() and len(told) < 4 else preference
    return _Value(one.name, text, frozenset(types), preference)


def _titled(values: Sequence[_Value], kind: str) -> dict[str, str]:
    """The values under their titles; of each kind the preferred first."""
    found: dict[str, list[str]] = {}
    addresses = 0
    for value in sorted(values, key=_order):
        addresses += value.name == "ADR"
        for title, text in _further(value) if value.name == "ADR" and addresses > 1 else _read(value):
            if (text := text.strip()) and text not in (known := found.setdefault(title, [])):
                known.append(text)
    titled = {
        title if number == 1 else f"{title} {number}": text
        for title, texts in found.items()
        for number, text in enumerate(texts, start=1)
    }
    if "Name" not in titled and (name := _whole_name(titled)):
        titled["Name"] = name
    return {title: titled[title] for title in sorted(titled, key=title_order)} | ({_KIND: kind} if kind else {})


def title_order(title: str) -> tuple[int, str, int]:
    """The place of a title among those of all cards: the known ones first, each before its further values."""
    name, _, number = title.rpartition(" ")
    if not (number.isascii() and number.isdecimal()):
        name, number = title, "1"
    return _PLACES.get(name, len(_PLACES)), name, int(number)


_PLACES: Final = {title: place for place, title in enumerate(TITLES)}


def _whole_name(titled: Mapping[str, str]) -> str | None:
    return join_name(titled.get("First name"), titled.get("Middle name"), titled.get("Last name"), None)


def _order(value: _Value) -> tuple[int, int]:
    return value.preference, _rank(value.types) if value.name == "TEL" else 0


def _rank(types: frozenset[str]) -> int:
    """The place of a number by its types, as titles have it: a mobile one, a general one, one at work."""
    return 0 if types & _MOBILE else 2 if "work" in types else 1


_MOBILE: Final = frozenset({"cell", "mobile", "iphone"})


def _read(value: _Value) -> Iterator[tuple[str, str]]:
    """The titles and texts of one value."""
    reader = _READERS.get(value.name)
    if reader is not None:
        yield from reader(value)
    elif value.name in _PICTURES:
        yield ("Photo URL" if value.name == "PHOTO" else value.name), unescaped(value.text)
    else:
        yield (
            _SIMPLE.get(value.name, value.name),
            _joined(value.text) if value.name in _LISTS else unescaped(value.text),
        )


_LISTS: Final = frozenset({"NICKNAME", "CATEGORIES"})


def _joined(text: str, sign: str = ",", between: str = ", ") -> str:
    return between.join(filter(None, (unescaped(part).strip() for part in divided(text, sign))))


def _name(value: _Value) -> Iterator[tuple[str, str]]:
    for title, part in zip(_NAME, divided(value.text, ";"), strict=False):
        yield title, _joined(part, between=" ")


def _organization(value: _Value) -> Iterator[tuple[str, str]]:
    company, *units = (unescaped(part).strip() for part in divided(value.text, ";"))
    yield "Company", company
    yield "Department", ", ".join(filter(None, units))


def _address(value: _Value) -> Iterator[tuple[str, str]]:
    parts: dict[str, list[str]] = {}
    for title, part in zip(_ADDRESS, divided(value.text, ";"), strict=False):
        parts.setdefault(title, []).append(_joined(part))
    for title, texts in parts.items():
        yield title, ", ".join(filter(None, texts))


def _further(address: _Value) -> Iterator[tuple[str, str]]:
    """An address that is not the first, in one cell."""
    yield "Further address", _joined(address.text, ";")


def _phone(value: _Value) -> Iterator[tuple[str, str]]:
    text = unescaped(value.text).strip()
    if text.lower().startswith("tel:"):
        extension = _EXTENSION.search(text)
        number = unquote(text[4:].partition(";")[0])
        text = f"{number} ext. {unquote(extension[1])}" if extension else number
    yield _phone_title(value.types), text


def _phone_title(types: frozenset[str]) -> str:
    if types & {"voice", "cell", "mobile"}:
        return "Phone"
    if any("fax" in one for one in types):
        return "Fax"
    return "Pager" if "pager" in types else "Phone"


def _email(value: _Value) -> Iterator[tuple[str, str]]:
    text = unescaped(value.text).strip()
    yield ("X400" if "x400" in value.types else "Email"), text[7:] if text.lower().startswith("mailto:") else text


_READERS: Final[Mapping[str, Callable[[_Value], Iterator[tuple[str, str]]]]] = {
    "N": _name,
    "ORG": _organization,
    "ADR": _address,
    "TEL": _phone,
    "EMAIL": _email,
}

_TEXTS: Final = frozenset({*_READERS, *_SIMPLE})
"""Properties that hold text, in whatever encoding."""
