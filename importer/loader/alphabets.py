"""Guess the single-byte encoding of a text from its letters: which language explains them best; pure.

``decodings`` decodes a text in every encoding of the table. A word is as likely in a language as the product of its
letters' frequencies, and next to impossible where the language lacks a letter, never has it between such neighbours
(``ß`` behind a consonant, ``ń`` before a vowel), or nobody writes words so: capitals behind small letters, Latin words
without a plain letter. A sign counts by where it stands: a dagger in a word is a
misread letter. The languages of an encoding are mixed as they fit the text best.
"""

import math
import re
import string
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise, starmap
from typing import Final

from importer.data_table import data_table
from importer.loader.broken_bytes import KEEP_BROKEN

# Natural logarithms of likelihoods.
_UNLIKELY: Final = -12.0
_SIGN: Final = -3.0
_PUNCTUATION: Final = -0.5
_MISPLACED: Final = -7.0
_ODD: Final = -1.5
_ALONE: Final = -3.5
_TITLE: Final = 4.0

_MOST_WORDS: Final = 2000
_ROUNDS: Final = 6
# A decoding is plausible if its languages explain at least this share of the characters.
_LEAST_EXPLAINED: Final = 0.9

_LANGUAGES: Final = {language: text.partition(" | ") for language, text in data_table(__file__, "alphabets.txt")}
_LETTERS: Final = {language: "".join(letters.split()) for language, (letters, _, _) in _LANGUAGES.items()}
_KNOWN_TITLES: Final = frozenset(title for _, _, titles in _LANGUAGES.values() for title in titles.split())


@cache
def _misplaced_letters() -> dict[str, re.Pattern[str]]:
    """Where letters never stand, by language; made when the first text is no UTF-8."""
    latin = {*"".join(map(chr, range(0xC0, 0x250))).lower()}
    accented = "".join(letter for letter in latin if unicodedata.normalize("NFD", letter)[0] in "aeiouy")
    vowels = f"aeiouyæøœı{accented}"
    neighbours = str.maketrans({"V": f"[{vowels}]", "C": f"[^{vowels}]"})
    return {
        language: re.compile("|".join(places.translate(neighbours).split(" | ")))
        for language, places in data_table(__file__, "misplaced_letters.txt")
    }


@dataclass(frozen=True, slots=True)
class _SingleByte:
    """An encoding, how frequent its files are (a natural logarithm), and the languages that people write in it.

    With ``any_byte`` each byte is a character, so that a stray one looks like a letter.
    """

    codec: str
    prior: float
    languages: tuple[str, ...]
    latin: bool
    any_byte: bool


def _encoding(codec: str, told: str) -> _SingleByte:
    about, _, languages = told.partition(" | ")
    prior, *script = about.split()
    return _SingleByte(codec, float(prior), tuple(languages.split()), "latin" in script, "any-byte" in script)


_ENCODINGS: Final = tuple(starmap(_encoding, data_table(__file__, "encodings.txt")))

SINGLE_BYTE: Final = tuple(encoding.codec for encoding in _ENCODINGS)
DOS_AND_MAC: Final = frozenset(encoding.codec for encoding in _ENCODINGS if encoding.any_byte)

# Signs, and the neighbours that make them misread letters: "a" is a small letter, "A" another letter, " " a space or
# an end, "." anything else.
_SIGNS: Final = (
    ("’´", re.compile(".a")),
    ("\xad", re.compile("[aA][^aA]")),
    ("·", re.compile("[aA].|.[aA]")),
    ("–—\xa0", re.compile("aa|AA|[aA][.]")),
    ("“„«‘‚‹¿¡", re.compile("[aA].|.a")),
    ("”»›•€®©™", re.compile("[aA].|.[aA]")),
    ("…°²ºª№", re.compile(".[aA]")),
    ("¼½¾", re.compile("[aA].|.[aA]")),
)
_JOINING: Final = "’´\xad·–—\xa0"
_KNOWN_SIGNS: Final = {sign: misread for signs, misread in _SIGNS for sign in signs}

_LETTER: Final = r"[^\W\d_ªº²¼½¾]"
_MARK: Final = r"[\u0300-\u036f\u0590-\u05c7\u064b-\u0652\u0e31-\u0e4e]"
_TOKEN: Final = re.compile(rf"({_LETTER}+(?:{_MARK}+{_LETTER}*)*)|[^\x00-\x7f]")
_QUOTED: Final = re.compile(r"(?<!\w)[“„«‘‚‹]([^“”„«»‘‚‹›\r\n]*)[”“»’‘›](?!\w)")
_APOSTROPHE: Final = re.compile(
    r"(?<=\b[A-Z])’(?=[A-Z])|(?<=[a-z])’(?=[A-ZÀ-Þ]|(?:s|t|re|ll|ve|m|d)\b)|(?<=\w)’(?=[яюєїЯЮЄЇ])"
    r"|(?<=\b[cdjlmnst])’(?=[aehiouyà-ü])|(?<=\bqu)’(?=\w)|(?<=l)·(?=l)"
)
# "LÛpez": but at the beginning of a word a capital has no small letter behind it.
_STRAY_CAPITAL: Final = re.compile(r"(?<=\w)[À-ÖØ-Þ](?=[a-zß-öø-ÿ])")
# "Đà" is a word, "Éà" is none.
_PLAIN: Final = frozenset(string.ascii_letters + "Đđ")
_STRAY_TONE: Final = re.compile("[^aeiouyăâêôơư][\u0300-\u0323]", re.IGNORECASE)
CONTROLS: Final = re.compile("[\x80-\x9f]")
"""In ISO 8859 these stand where the code pages of Windows have letters and signs: no text has them."""
# str.lower() makes two characters of the first.
_FOLDED: Final = {"İ": "ı", "ς": "σ"}


@dataclass(frozen=True, slots=True)
class Decoding:
    """A text as an encoding gives it, and the natural logarithm of how likely a text it is."""

    codec: str
    text: str
    likelihood: float


def decodings(evidence: bytes) -> Iterator[Decoding]:
    """The plausible decodings of the bytes in single-byte encodings."""
    for encoding in _ENCODINGS:
        text = CONTROLS.sub(lambda found: chr(0xDC00 + ord(found[0])), evidence.decode(encoding.codec, KEEP_BROKEN))
        if (likelihood := _likelihood(encoding, text)) is not None:
            yield Decoding(encoding.codec, text, likelihood)


def _likelihood(encoding: _SingleByte, text: str) -> float | None:
    """How likely the text is in the languages of the encoding; ``None`` if they do not explain it."""
    text, quotes = _QUOTED.subn(r'"\1"', text)
    text, apostrophes = _APOSTROPHE.subn("'", text)
    words, signs, strange = _tokens(text)
    chars = 2 * quotes + apostrophes + len(signs) + strange + sum(_beyond(word) * n for word, n in words.items())
    tables = tuple(_frequencies(_LETTERS[language]) for language in encoding.languages)
    unexplained = strange + sum(
        _beyond(word) * times
        for word, times in words.items()
        if not _is_written(encoding, word) or not any(known.keys() >= {*_folded(word)} for known in tables)
    )
    if not chars or unexplained > chars * (1 - _LEAST_EXPLAINED):
        return None
    rows = [(_word_likelihoods(encoding, tables, word), n) for word, n in words.most_common(_MOST_WORDS)]
    whole = _mixture(rows) + sum(signs) + strange * _UNLIKELY
    return whole + (2 * quotes + apostrophes) * _PUNCTUATION + encoding.prior


def _tokens(text: str) -> tuple[Counter[str], list[float], int]:
    """The words with letters beyond ASCII, what each sign costs, and the number of characters that are neither."""
    words: Counter[str] = Counter()
    signs = []
    strange = 0
    for token in _TOKEN.finditer(text):
        if token[1]:
            if not token[1].isascii():
                words[token[1]] += 1
            continue
        around = _kind(text[token.start() - 1 : token.start()]) + _kind(text[token.end() : token.end() + 1])
        misread = _KNOWN_SIGNS.get(token[0])
        if misread is None or ({*around} <= {"a", "A"} and token[0] not in _JOINING):
            strange += 1
        else:
            signs.append(_MISPLACED if misread.match(around) else _SIGN)
    return words, signs, strange


def _kind(neighbour: str) -> str:
    if neighbour.isalpha():
        return "a" if neighbour.islower() else "A"
    return " " if not neighbour.strip() else "."


def _beyond(word: str) -> int:
    return sum(not letter.isascii() for letter in word)


@cache
def _frequencies(letters: str) -> dict[str, float]:
    """The natural logarithm of each letter's frequency, which falls with its rank (Zipf's law)."""
    total = sum(1 / rank for rank in range(1, len(letters) + 1))
    return {letter: -math.log(rank * total) for rank, letter in enumerate(letters, start=1)}


def _word_likelihoods(encoding: _SingleByte, tables: Sequence[Mapping[str, float]], word: str) -> tuple[float, ...]:
    """The logarithm of a word's likelihood in every language, of its letters beyond ASCII alone."""
    letters = _folded(word)
    if not _is_written(encoding, word):
        return (_UNLIKELY * len(letters),) * len(tables)
    # Names begin with a capital: what tells KOI8 from Windows, which has small letters where KOI8 has capitals.
    shape = _ALONE * (len(word) == 1) if encoding.latin else _ODD * (word.islower() or word.isupper())
    extra = shape + _TITLE * (word.lower() in _KNOWN_TITLES)
    return tuple(
        extra + sum(known.get(letter, _UNLIKELY) for letter in letters) + _MISPLACED * _strayed(language, word.lower())
        for language, known in zip(encoding.languages, tables, strict=True)
    )


def _strayed(language: str, word: str) -> int:
    """How many letters of a word stand where they never do in this language."""
    places = _misplaced_letters().get(language)
    return len(places.findall(word)) if places else 0


def _is_written(encoding: _SingleByte, word: str) -> bool:
    """Latin: with a plain letter, tones on vowels, no capital beyond ASCII inside; others: in one case."""
    if not encoding.latin:
        return not any(map(str.isascii, word)) and word in (word.lower(), word.upper(), word.capitalize())
    if _STRAY_TONE.search(word) or _STRAY_CAPITAL.search(word) or (len(word) > 1 and _PLAIN.isdisjoint(word)):
        return False
    return not any(
        before.islower() and after.isupper() and not (before + after).isascii() for before, after in pairwise(word)
    )


def _folded(word: str) -> list[str]:
    return [_FOLDED.get(letter, letter.lower()) for letter in word if not letter.isascii()]


def _mixture(rows: Sequence[tuple[Sequence[float], int]]) -> float:
    """The logarithm of the likelihood of all words, the languages mixed as fits them best: a few rounds of EM.

    A row has a word's likelihoods, and how often it stands there.
    """
    if not rows:
        return 0.0
    weights = [1 / len(rows[0][0])] * len(rows[0][0])
    for _ in range(_ROUNDS):
        shares = [0.0] * len(weights)
        total = 0.0
        for row, times in rows:
            top = max(row)
            parts = [weight * math.exp(likelihood - top) for weight, likelihood in zip(weights, row, strict=True)]
            whole = sum(parts) or 1e-9
            total += times * (top + math.log(whole))
            shares = [share + times * part / whole for share, part in zip(shares, parts, strict=True)]
        weights = [share / sum(shares) for share in shares]
    return total
