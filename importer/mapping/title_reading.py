"""Read a title word by word: what thing its column holds, and whose. For titles that ``titles.txt`` lacks.

``NombreCliente``, ``contact_email``, ``显示名称`` and ``What is your full name?`` each name a *thing* (a name, an
address) and perhaps whom it is *of*: the person of the row, a company, somebody else, or no person at all. The words of
all languages stand in ``title_meanings.txt``; the longest entry that fits counts.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from itertools import groupby, pairwise
from typing import Final, NamedTuple

from importer.mapping.misspelt import meant
from importer.mapping.vocabulary import (
    ANYBODY,
    BY_WORD,
    ENDINGS,
    PERSONAL,
    PLACES,
    REACHED_BY,
    SHORT_ENDINGS,
    WITH_HOLDERS,
    WITH_OWN,
    WITH_SECOND_LAST,
    heads,
    tagged,
)
from importer.texts import letters, unnumbered

_LONGEST_PHRASE: Final = 4
_LONGEST_TITLE: Final = 300  # of a longer one the beginning counts
_CAMEL: Final = re.compile(
    r"(?<=[a-zа-яё])(?=[A-ZА-ЯЁ])|(?<=[A-Z])(?=[A-Z][a-z])|(?<=[^\W\d_])(?=\d)|(?<=\d)(?=[^\W\d_])"
)
_NUMBER_SIGN: Final = re.compile(r"\b[nN]\.?\s*[°º]|№|#(?!\d)")
_PLUS_ONE: Final = re.compile(r"^\s*\+ ?1(?!\d)")
"""Whom somebody brings along: +1 Name."""

_ORDINAL: Final = re.compile(r"\b([12])\.? ?(?:er|ro|do|[oºª°nr])\.?\s+(?=ap|cogn|sobren|abiz)", re.IGNORECASE)
"""Of two family names, which is no number of a list: 2º apellido."""

_POSSESSIVE: Final = re.compile(r"['’]s\b|\b[ldLD]['’](?=\w)")
_APOSTROPHE: Final = re.compile(r"(?<=\w)['’ʼ](?=\w)")
_GERSHAYIM: Final = re.compile("(?<=[\u0590-\u05ff])[\"״׳'](?=[\u0590-\u05ff])")
_ABBREVIATION: Final = re.compile(r"(?<!\w)[^\W\d_](?:\. ?[^\W\d_])+(?!\w)")
"""Letters with points between them are one word (``Α.Μ.Κ.Α.``), and so are those around a quotation mark (``ת"ז``)."""

_PIPED: Final = re.compile(r"\$?\{\{?[^{}]*\}?\}")
"""What a form puts into its questions (``{{field:1}}``) is no word of them."""

_WRITTEN_TOGETHER: Final = "\u0e00-\u0e7f\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff"
_LINKS: Final = ("", "s", "n", "en", "es", "e", "r")
_OWNERS: Final = frozenset({"", "of another", *(f"of {one}" for one in ANYBODY)})
_SHORTEST_ENDING: Final = 4
_COMMON_BEGINNING: Final = 3
_PARTS_BEHIND: Final = {"名": "first name", "氏": "last name"}
"""Words that mean a part of a name behind another word for the name."""


class Reading(NamedTuple):
    """What a title says: the ``things`` and whom they are ``of`` (heads of the table), marks, and unknown words.

    ``words`` are all its words; ``core`` are those that tell it from other titles, without labels; ``whose`` are those
    that may say whose the thing is: words for people, and unknown ones.
    """

    things: frozenset[str]
    of: frozenset[str]
    tags: frozenset[str]
    unknown: tuple[str, ...]
    words: tuple[str, ...]
    core: tuple[str, ...] = ()
    whose: frozenset[str] = frozenset()


MISSPELT: Final = "misspelt"
"""A tag of a title with a word that is in no table, and near to one that is."""

SILENT: Final = Reading(frozenset(), frozenset(), frozenset(), (), ())
"""Of a title that is empty or made up."""


def read_titles(titles: Sequence[str]) -> list[Reading]:
    """The reading of each title.

    An unknown word with which most titles begin (``kun_name``) says nothing, nor does one that begins all of them and
    names no thing and no person (``data.user.name``).
    """
    split = [title_words(title) for title in _ungrouped(titles)]
    while len(split) >= _COMMON_BEGINNING and _begin_alike(split):
        split = [words[1:] for words in split]
    counts = Counter(words[0] for words in split if len(words) > 1 and not _begins_known(words))
    first, times = max(counts.items(), key=lambda item: (item[1], item[0]), default=("", 0))
    common = first if times >= _COMMON_BEGINNING and times * 2 > len(titles) else None
    return [_read(words[1:] if len(words) > 1 and words[0] == common else words) for words in split]


def _begins_known(words: Sequence[str]) -> bool:
    """Whether a title begins with a word or a phrase of the table, such as *représentant légal*."""
    return any(" ".join(words[:length]) in heads() for length in range(1, _LONGEST_PHRASE + 1))


def _ungrouped(titles: Sequence[str]) -> list[str]:
    """The titles without an unknown word before a slash that begins several: ADRESA/FIRMA beside ADRESA/PSC."""
    groups = Counter(title.partition("/")[0] for title in titles if "/" in title)
    idle = {group for group, times in groups.items() if times >= _COMMON_BEGINNING and not _says_anything(group)}
    return [title.partition("/")[2] if title.partition("/")[0] in idle else title for title in titles]


def _says_anything(words: str) -> bool:
    said = read_title(words)
    return bool(said.things or said.of or said.tags)


def _begin_alike(split: Sequence[Sequence[str]]) -> bool:
    """Whether all titles have several words, of which the first is the same, and names no thing and no person."""
    first = split[0][:1]
    alike = all(len(words) > 1 and words[:1] == first for words in split)
    return alike and heads().get(first[0]) in ("about", "other number", "quiet")


def read_title(title: str) -> Reading:
    """The reading of one title with nothing beside it."""
    return _read(title_words(title))


def title_words(title: str) -> list[str]:
    """The words of a title as ``texts.letters`` spells them: of camelCase, snake_case and ``a / b`` too."""
    title = _PIPED.sub(" ", title[:_LONGEST_TITLE])
    title = _PLUS_ONE.sub("plus one ", _ORDINAL.sub(_ordinal, _NUMBER_SIGN.sub(" number ", title)))
    title = _ABBREVIATION.sub(_one_word, _GERSHAYIM.sub("", title))
    plain = _APOSTROPHE.sub("", _POSSESSIVE.sub(" ", unnumbered(title)))
    return [spelled for run in _separated(plain) for word in _humps(run) if (spelled := letters(word))]


def _humps(run: str) -> list[str]:
    """The words of camelCase; one that is known as a whole stays whole if its parts are not (``ForeName``)."""
    parts, known = _CAMEL.sub(" ", run).split(), heads()
    return [run] if letters(run) in known and any(letters(part) not in known for part in parts) else parts


def _ordinal(found: re.Match[str]) -> str:
    return "primer " if found[1] == "1" else "segundo "


def _one_word(abbreviation: re.Match[str]) -> str:
    """Its letters as a word, unless the table has them apart (``M.I.``)."""
    parts = [letters(part) for part in abbreviation[0].split(".")]
    return " ".join(parts) if " ".join(parts) in heads() else "".join(parts)


def _separated(text: str) -> Iterator[str]:
    """The runs of letters, digits and marks, each of one script."""
    for kept, run in groupby(text, key=lambda char: unicodedata.category(char)[0] in "LNM"):
        if kept:
            text = "".join(run)
            yield from [text] if text.isascii() else filter(None, _together().split(text))


@cache
def _together() -> re.Pattern[str]:
    """A run of a script without spaces; made when a title first has more than ASCII, in 2 ms."""
    return re.compile(f"([{_WRITTEN_TOGETHER}]+)")


def _read(words: Sequence[str]) -> Reading:
    spelled = _parts_behind([*_pieces(words)])
    pieces = [(head or _meant(word), word) for head, word in spelled]
    said = {head for head, _ in pieces}
    of = {head.removeprefix("of ") for head in said if head.startswith("of ")}
    tags = {tag for tag in tagged() for _, word in pieces if word in tagged()[tag]}
    tags |= {tag for tag in BY_WORD for _, word in pieces if not tagged()[tag].isdisjoint(word.split())}
    if pieces != spelled:
        tags.add(MISSPELT)
    other = {*(said & {"about", "other number"}), *(["about"] if "label" in tags or _counts_heads(pieces) else [])}
    things = said - other - {"quiet", ""} - {head for head in said if head.startswith("of ")}
    if "former" in tags and things & PERSONAL and of.isdisjoint(WITH_HOLDERS):
        other.add("former")  # not of a former member
    places = frozenset().union(*(tagged()[tag] for tag in PLACES)) if things & REACHED_BY else frozenset()
    unknown = tuple(word for head, word in pieces if not head and word not in places)
    words = tuple(word for _, word in pieces)
    dull = tagged()["label"]
    core = sorted(
        word for head, word in pieces if word.isdecimal() or (head not in ("quiet", "number") and word not in dull)
    )
    owners = (part for head, word in pieces if head in _OWNERS and word not in places for part in word.split())
    whose = frozenset(part for part in owners if heads().get(part, "") in _OWNERS)
    return Reading(frozenset(things), frozenset(of | other), frozenset(tags), unknown, words, tuple(core), whose)


def _counts_heads(pieces: Sequence[tuple[str, str]]) -> bool:
    """Whether a title says a number of people: No. of Customers, unlike Customer No."""
    said = [(head, word) for head, word in pieces if head != "quiet"]
    return any(head == "number" and word in tagged()["heads"] for (head, _), (_, word) in pairwise(said))


@lru_cache(1000)
def _meant(word: str) -> str:
    """The head of the table for a misspelt word, if it is a thing of a person; else ""."""
    return meant(word, _spellable()) or ""


@cache
def _spellable() -> dict[str, str]:
    return {word: head for word, head in heads().items() if head in PERSONAL}


def _parts_behind(pieces: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """The pieces of a title, whose last one may be a part of the name before it: お名前(名) is the given name."""
    part = _PARTS_BEHIND.get(pieces[-1][1]) if len(pieces) > 1 else None
    return [*pieces[:-1], (part, pieces[-1][1])] if part and any(head == "name" for head, _ in pieces[:-1]) else pieces


def _pieces(words: Sequence[str]) -> Iterator[tuple[str, str]]:
    """``(head of the table, or "", words)`` from left to right, the longest known phrase first."""
    known, at = heads(), 0
    while at < len(words):
        for end in range(min(len(words), at + _LONGEST_PHRASE), at, -1):
            phrase = " ".join(words[at:end])
            if head := known.get(phrase):
                yield head, phrase
                break
        else:
            yield from (_compound if words[at].isascii() or not _together().match(words[at]) else _segmented)(words[at])
            end = at + 1
        at = end


def _segmented(word: str) -> Iterator[tuple[str, str]]:
    """The parts of a word of a script without spaces; the signs between known parts are unknown parts."""
    known, rest = heads(), ""
    while word:
        length = next((length for length in range(len(word), 0, -1) if word[:length] in known), 0)
        if length and rest:
            yield "", rest
            rest = ""
        if length:
            yield known[word[:length]], word[:length]
        else:
            rest += word[0]
        word = word[length or 1 :]
    if rest:
        yield "", rest


def _compound(word: str) -> Iterator[tuple[str, str]]:
    """The two parts of a compound (``Teilnehmername``, ``username``); a number or a letter says nothing."""
    known = heads()
    if word.isdecimal() or len(word) == 1:
        yield "quiet", word
        return
    for cut in range(2, len(word) - 1):
        end = word[cut:]
        if end not in known or (len(end) < _SHORTEST_ENDING and end not in (*ENDINGS, *SHORT_ENDINGS)):
            continue
        stem = next(
            (stem for link in _LINKS if word[:cut].endswith(link) and (stem := word[: cut - len(link)]) in known), ""
        )
        if stem:
            yield known[stem], stem
        elif end in ENDINGS:
            yield "", word[:cut]
        else:
            continue
        yield known[end], end
        return
    yield "", word


def is_only(reading: Reading, *tags: str) -> bool:
    """Whether a title has a word of these tags, and no unknown word but theirs."""
    return not reading.tags.isdisjoint(tags) and not beyond(reading, *tags)


def beyond(reading: Reading, *tags: str) -> frozenset[str]:
    """The unknown words of a title that have none of these tags."""
    return frozenset(reading.unknown).difference(*(tagged()[tag] for tag in tags))


def besides_the_name(reading: Reading) -> frozenset[str]:
    """The words of a title that name no part of a name: of ``Billing First Name`` the first."""
    words = (part for phrase in reading.words for part in phrase.split())
    return frozenset(word for word in words if heads().get(word) not in WITH_SECOND_LAST)


def is_generic(word: str) -> bool:
    """Whether a word of a title may be of anybody in the row: customer, contact, member."""
    return heads().get(word, "").removeprefix("of ") in WITH_OWN
