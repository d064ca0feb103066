"""Find the field that a title means: alone, beside the other titles of its file, or in the export of a product.

The tables are text files: titles.txt has a field, a rank, and the titles that mean it. If several columns can serve one
field, the lowest rank does, and the others stand in where its cell is empty: a mobile number goes before a general one,
and that before one at work. ``alias`` ignores case, accents, punctuation, spaces, plurals and words that change
nothing, so the table needs one spelling of a title. The template's own titles need none:
the catalogues have them.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from functools import cache
from typing import Final, NamedTuple

from importer.data_table import data_table, word_table
from importer.livedesk.contact import CITY
from importer.message import LANGUAGES, Language, Message
from importer.texts import (
    BRACKETED,
    ERROR_TITLE,
    ID_TITLE,
    ROW_TITLE,
    STATUS_TITLE,
    letters,
    title_key,
    unnumbered,
    wordings,
)

WEAK_NAME: Final = 5
"""From this rank on a title of ``name`` is a stopgap (a nickname): first and last name go before it."""

COMPANY_RANK: Final = 9
"""From this rank on a column is a last resort and stands in for no other: many people share a switchboard."""

AREA_RANK: Final = 2
"""From this rank on a title of ``PHONE_COUNTRY`` may also mean an area code: the cells decide."""

NO_FIELD: Final = "-"
"""What a title means that drops its column."""

AROUND: Final = "\ufeff \t\r\n"
"""Characters to strip from a title before comparing it with the fields."""


class Titles(NamedTuple):
    """A field, a rank, and titles that mean the field: in the export of a ``product`` alone, if one is named."""

    field: str
    rank: int
    titles: tuple[str, ...]
    product: str = ""


ALIASES: Final = [
    Titles(field, int(rank), tuple(titles.split("; ")), *product)
    for head, titles in data_table(__file__, "titles.txt")
    for field, rank, *product in [head.split(" ", 2)]
]
EXPORTS: Final = [(name, known.split("; ")) for name, known in data_table(__file__, "products.txt")]
"""``(product, titles that its export always has)``; a product may have several entries."""

_WORDS: Final = word_table(__file__, "title_words.txt")

NEVER: Final = tuple(_WORDS["never"])
"""A title that contains one of these, even in brackets, is no field: a fax is not a phone number."""

_RULED_OUT: Final = (*map(letters, NEVER), *_WORDS["somebody else"])
_PLURALS: Final = [pair.partition(" ")[::2] for pair in _WORDS["plurals"]]

# (title, others, field): beside one of the others the title means that field, unless it has a column.
_IN_CONTEXT: Final = [
    (title, others.split(", "), part)
    for part in ("last_name", "first_name", CITY, NO_FIELD)
    for title, _, others in (entry.partition(" beside ") for entry in _WORDS[part])
]

TEMPLATE_TITLES: Final = {
    "name": Message("Name"),
    "email": Message("Email"),
    "phone_number": Message("Phone number"),
    "identifier": Message("Identifier"),
    "avatar_url": Message("Avatar URL"),
}
"""The template's title for each field; it means the field in every language that has a catalogue."""

# Titles, to the letter, of columns that the importer adds to its own files; and why it skips them.
_OWN_COLUMNS: Final = {
    ROW_TITLE: Message("written by an earlier import"),
    ERROR_TITLE: Message("written by an earlier import"),
    STATUS_TITLE: Message("written by an earlier import"),
    ID_TITLE: Message("LiveDesk's own number, written by an earlier import"),
}

_OUR_FILES: Final = frozenset({ERROR_TITLE, ROW_TITLE, STATUS_TITLE})
_OUR_RESULTS: Final = ("row", "status", "error_code")

_BRACKETS: Final = dict(entry.split(" ") for entry in _WORDS["in brackets"])
_ANY: Final = {head: f"(?:{'|'.join(words)})" for head, words in _WORDS.items()}
_OWNER_RANK: Final = 2  # from this rank on a title in brackets names the owner, not the thing: Phone (Contact)
_WORD: Final = re.compile(r"[^\W_]+")
_NUMBER: Final = "№"
_MOST_IDLE: Final = 3
_SHORTEST: Final = 2  # letters that must remain without idle words before them: 用户名 is no 名
_NUMBER_SIGN: Final = re.compile(r"\s*#\s*$")
_NUMBER_WORDS: Final = re.compile(f"(?<=.){_ANY['number']}$")
_NUMBER_FIRST: Final = re.compile(
    rf"^\W*(?:{_ANY['number alone']}|{_ANY['number first']}\.?\s*{_ANY['number of']}?)\W*(?=\w)", re.IGNORECASE
)
_SNAKE_OR_CAMEL: Final = re.compile(r"(?<=[a-z])(?=[A-Z])|[_.]+")
_IDLE_FIRST: Final = re.compile(
    rf"^\s*(?:{_ANY['idle first']}\b(?=[\s.:>-]*\w)|{_ANY['idle first, no space']}(?:的)?(?=\w\w))[\s.:>-]*",
    re.IGNORECASE,
)
_IDLE_LAST: Final = re.compile(rf"(?:\b{_ANY['idle last']}|{_ANY['idle last, no space']})\W*$", re.IGNORECASE)
_ONE_OF_SEVERAL: Final = re.compile(r"(.*[^\W\d])\W*([1-4])\W*")


def alias(title: str) -> tuple[int, str] | None:
    """The rank and the field of a title, or ``None``.

    The table may have the whole title; else the title without brackets or a list's number (``1. Name``), also in the
    singular; else without words that change nothing (``Your``, ``required``; each costs a rank); else its parts, if
    all name one field (``姓名 Name``). A title that names two fields has none (``doubtful``).
    """
    if is_never(title):
        return None
    for whole in (_NUMBER_SIGN.sub(" no", title), title, unnumbered(title)):
        if found := _known(letters(whole)):
            return found
    fields = {field: rank for rank, field in _said(title)}
    return next(((rank, field) for field, rank in fields.items()), None) if len(fields) == 1 else None


def doubtful(title: str) -> list[str]:
    """The fields of a title that names several (``Phone / Email``, ``Name (Company)``); else empty."""
    if is_never(title) or _known(letters(title)):
        return []
    fields = sorted({field for _, field in _said(title)})
    return fields if len(fields) > 1 else []


def _said(title: str) -> list[tuple[int, str]]:
    """Every field that a title, its wordings and its brackets name; an owner in brackets names none."""
    text = unnumbered(title)
    bare = BRACKETED.sub(" ", text)
    whole = _one(bare if letters(bare) else text)
    parts = [whole] if whole else [_one(part) for part in wordings(bare)]
    said = [_part_in_brackets(text, part) for part in parts if part]
    if not said or len(said) < len(parts):
        return []
    inside = [found for words in BRACKETED.findall(text) if (found := _one(words)) and found[0] < _OWNER_RANK]
    return sorted(said, reverse=True) + inside


def _part_in_brackets(text: str, said: tuple[int, str]) -> tuple[int, str]:
    """A name whose part stands in brackets, as that part: Your Name (First)."""
    words = BRACKETED.findall(text) if said[1] == "name" else []
    return next(((said[0], part) for word in words if (part := _BRACKETS.get(letters(word)))), said)


def _one(text: str) -> tuple[int, str] | None:
    """The rank and the field of one wording: separate words, snake_case or camelCase."""
    plain = unicodedata.normalize("NFKC", text)
    split = _SNAKE_OR_CAMEL.sub(" ", plain)
    return _worded(plain) or (_worded(split) if split != plain else None) or _counted(plain)


def _counted(text: str) -> tuple[int, str] | None:
    """The rank and the field of a numbered title: ``Mobile 2`` ranks after ``Mobile 1``."""
    counted = _ONE_OF_SEVERAL.fullmatch(text)
    found = _worded(counted[1]) if counted else None
    if counted is None or found is None or found[1] not in ("phone_number", "email"):
        return None
    return found[0] + int(counted[2]) - 1, found[1]


def _worded(text: str) -> tuple[int, str] | None:
    """The rank and the field of a title; each idle word that must go costs a rank."""
    for lower, rest in enumerate(_without_idle(text)):
        loose = _loose(rest)
        if found := _known(letters(rest)) or _alike().get(loose):
            return found[0] + lower, found[1]
        others = [loose.removesuffix(_NUMBER), loose + _NUMBER]
        if number := _NUMBER_FIRST.match(rest):
            bare = _loose(rest[number.end() :])
            others += [bare, bare.removesuffix(_NUMBER)]
        for other in others:
            if (found := _alike().get(other)) and found[1] == "phone_number":
                return found[0] + lower, found[1]
    return None


def _without_idle(text: str) -> Iterator[str]:
    """A text, then with one idle word fewer each time: first those at its end, then those at its beginning."""
    yield text
    for _ in range(_MOST_IDLE):
        rest = _IDLE_LAST.sub("", text)
        if rest == text:
            rest = _IDLE_FIRST.sub("", text)
            if len(letters(rest)) < _SHORTEST:
                return
        if rest == text or not letters(rest):
            return
        yield (text := rest)


def _loose(text: str) -> str:
    """``letters`` with every word in the singular, and ``_NUMBER`` for a final word that means "number"."""
    words = (letters(word) for word in _WORD.findall(unicodedata.normalize("NFKC", text)))
    joined = "".join(_singular(word) for word in words)
    return _NUMBER_WORDS.sub(_NUMBER, joined)


def _singular(word: str) -> str:
    for ending, instead in _PLURALS:
        if word.endswith(ending) and len(word) > max(2, len(ending) - 1):
            return word.removesuffix(ending) + instead
    return word


def is_never(title: str) -> bool:
    """Whether a title rules out its column, whatever the cells hold: a fax, somebody else's address."""
    whole = letters(title)
    return any(word in whole for word in _RULED_OUT)


def spellings(title: str) -> set[str]:
    """How ``in_context`` may spell a title: in the singular, with and without its idle words."""
    text = unnumbered(title)
    bare = BRACKETED.sub("", text)
    return {_loose(rest) for rest in _without_idle(_SNAKE_OR_CAMEL.sub(" ", bare if letters(bare) else text))}


def in_context(title: str, beside: AbstractSet[str]) -> str | None:
    """The field that a title means beside others, a part of a name or a town, or ``NO_FIELD``; ``beside`` has their
    ``spellings``."""
    own = spellings(title)
    for known, others, part in _IN_CONTEXT:
        if _loose(known) in own and any(_loose(other) in beside for other in others):
            return part
    return None


def own_column(title: str) -> Message | None:
    """Why the program skips a column of this title in its own files; ``None`` for any other column."""
    return _OWN_COLUMNS.get(title.strip(AROUND))


def own_columns(titles: Sequence[str]) -> dict[int, Message]:
    """The columns that the program skips, each with the reason.

    ``contact_id`` alone is an export's id; it is ours in a file with other columns that only we write, and before a
    status that alone. A status is ours beside such an id, and a row beside what is wrong with it.
    """
    spelled = [title.strip(AROUND) for title in titles]
    behind = dict(enumerate(spelled[1:]))
    pairs = [index for index, title in enumerate(spelled) if title == ID_TITLE and behind.get(index) == STATUS_TITLE]
    ours = not _OUR_FILES.isdisjoint(spelled) or {*_OUR_RESULTS} <= {*spelled}
    return {
        index: why
        for index, title in enumerate(spelled)
        if (why := _OWN_COLUMNS.get(title))
        and (title != ID_TITLE or (index in pairs if pairs else ours))
        and (title != STATUS_TITLE or ID_TITLE in spelled)
        and (title != ROW_TITLE or ERROR_TITLE in spelled)
    }


def recognized(titles: Iterable[str]) -> str | None:
    """The first product of the table whose export could have these titles."""
    keys = {title_key(title) for title in titles}
    return next((name for name, known in EXPORTS if {title_key(title) for title in known} <= keys), None)


def product_aliases(product: str | None) -> Mapping[str, tuple[int, str]]:
    """``{title as texts.letters spells it: (rank, field)}``; it goes before ``alias``."""
    return _aliases(product) if product else {}


@cache
def _aliases(product: str = "") -> dict[str, tuple[int, str]]:
    lines = (line for line in ALIASES if line.product == product)
    return {letters(title): (line.rank, line.field) for line in lines for title in line.titles}


def _known(spelled: str) -> tuple[int, str] | None:
    """The rank and the field of a title in ``letters``. The catalogues are loaded for one that the table lacks."""
    return _aliases().get(spelled) or _of_the_template().get(spelled)


@cache
def _of_the_template() -> dict[str, tuple[int, str]]:
    """So that whoever adds a language adds its catalogue alone."""
    readers = [Language(name) for name in LANGUAGES]
    return {letters(reader.tell(title)): (0, field) for field, title in TEMPLATE_TITLES.items() for reader in readers}


@cache
def _alike() -> dict[str, tuple[int, str]]:
    """``_aliases`` by ``_loose`` spelling; of titles that become equal, the lowest rank counts."""
    lines = sorted((line.rank, line.field, title) for line in ALIASES if not line.product for title in line.titles)
    return {_loose(title): (rank, field) for rank, field, title in reversed(lines)}
