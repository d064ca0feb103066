"""Guess the single-byte encoding of a text from its letters: which language explains them best; pure.

A text is read in every encoding of the table. A word is as likely in a language as the product of
its letters' frequencies, and next to impossible where the language lacks one, or where nobody writes words so:
capitals behind small letters, Latin words without a plain letter. The languages of an encoding are mixed as fits
the text best. An encoding is told where its reading is twenty times as likely as every other text.
"""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Final

_UNLIKELY: Final = -12.0
_MOST_WORDS: Final = 2000
_ROUNDS: Final = 6
_SIGN: Final = -3.0
TOLD: Final = 3.0
"""A difference of likelihoods (natural logarithms) that decides: 20 to 1."""
# A reading in which more of the characters than these are explained by no language is none.
_LEAST_EXPLAINED: Final = 0.9
# Western European files are the most frequent of all, Baltic ones the rarest of these.
_PRIOR: Final = {"cp1252": 2.0, "cp1257": -3.0}

_WORD: Final = re.compile(r"[^\W\d_]+(?:[\u0300-\u036f\u0590-\u05c7\u064b-\u0652\u0e31-\u0e4e]+[^\W\d_]*)*")
_SIGNS: Final = frozenset("‘’‚“”„–—…€°«»¡¿ºª§®©™№·•\xa0\xad")

# Letters by frequency; of Latin alphabets only those beyond ASCII.
_WESTERN: Final = (
    *("üäöß", "éèàêçâîôûïëùœæÿ", "áéíóñúü", "ãçáéíóêõúâôàü", "èàùòìé", "äöåé", "øåæéöäü", "áíéóðúöýþæ", "èàéíóçòïúü"),
    *("áéíóú", "éëïèöüá"),
)
_CYRILLIC: Final = (
    *("оеаинтсрвлкмдпуяыьгзбчйхжшюцщэфъё", "оаинтервсклумдпзьяібгчйхцжїюєшщфґ", "аеоитнрсвлкдпмъузягбчшцжхйщюфь"),
    *("аоеинтрсвјукдмпзгљбчшцњхжћђфџѕќѓ", "аеоінтрслкуўмдпзыяьбгчйхцжшюэфё"),
)


@dataclass(frozen=True)
class _Alphabet:
    """An encoding and its languages' letters; ``latin`` ones stand among plain letters."""

    codec: str
    languages: tuple[str, ...]
    latin: bool = False

    @cached_property
    def _frequencies(self) -> tuple[dict[str, float], ...]:
        totals = [sum(1 / rank for rank in range(1, len(letters) + 1)) for letters in self.languages]
        return tuple(
            {letter: -math.log(rank * total) for rank, letter in enumerate(letters, start=1)}
            for letters, total in zip(self.languages, totals, strict=True)
        )

    def explains(self, word: str) -> bool:
        """Whether one of the languages has all the letters, and the word is written as words are."""
        letters = _folded(word)
        return self._is_written(word) and any(all(map(known.__contains__, letters)) for known in self._frequencies)

    def likelihoods(self, word: str) -> tuple[float, ...]:
        """The logarithm of a word's likelihood in every language, of its letters beyond ASCII alone."""
        letters = _folded(word)
        if not self._is_written(word):
            return (_UNLIKELY * len(letters),) * len(self.languages)
        return tuple(sum(known.get(letter, _UNLIKELY) for letter in letters) for known in self._frequencies)

    def _is_written(self, word: str) -> bool:
        """Latin: with a plain letter, and no capital beyond ASCII behind a small one; others: in one case."""
        if not self.latin:
            return not any(map(str.isascii, word)) and word in (word.lower(), word.upper(), word.capitalize())
        return (len(word) == 1 or any(map(str.isascii, word))) and not any(
            before.islower() and after.isupper() and not after.isascii() for before, after in pairwise(word)
        )


def _folded(word: str) -> list[str]:
    return [_FOLDED.get(letter, letter.lower()) for letter in word if not letter.isascii()]


# str.lower() makes two characters of the first.
_FOLDED: Final = {"İ": "ı", "ς": "σ"}

_ALPHABETS: Final = (
    _Alphabet("cp1252", _WESTERN, latin=True),
    _Alphabet(
        "cp1250",
        (*("óżłęąśćńź", "íáěéřýčžšůúťňóď", "áíéčžšýúľťôňäďóĺŕ", "áéóöőíüűú"), *("ăîâşţ", "čšžćđ", "üäöß")),
        latin=True,
    ),
    _Alphabet("cp1254", ("ışüğçö", "üäöß", "éèàêçâîôûïëùœæÿ"), latin=True),
    _Alphabet("cp1257", ("šėžųįūčąę", "āīēšņļūžčģķ", "äõüöšž", "üäöß", "óżłęąśćńź"), latin=True),
    _Alphabet("cp1251", _CYRILLIC),
    _Alphabet("koi8-r", _CYRILLIC[:1]),
    _Alphabet("cp1253", ("αοιετσνηυρπκμλίάόγδέήωώθύχφβξζψϊϋΐΰ",)),
    _Alphabet("cp1255", ("יוהלאמרתבשנעםדקחפטכגןצסזךףץ",)),
    _Alphabet("cp1256", ("اليمنرتهوبعدسفقكحةجشأصطخضغىثذءزئإآظؤ",)),
    _Alphabet("cp874", ("านร่อกเงมยลว้ดทิสตะัปีบคหแจพชขุใไืูโ็์ผถธซณภญศษฐฉฟฎฮำึฯๆ๊๋ฝฆฌฑฒฏฬ",)),
)


@dataclass(frozen=True, slots=True)
class Reading:
    """A text as an encoding gives it. ``explained`` is the share of its characters that a language explains."""

    codec: str
    text: str
    likelihood: float
    explained: float


def readings(evidence: bytes) -> list[Reading]:
    """What the bytes may be in single-byte encodings, the likeliest first; hopeless ones are left out."""
    found = []
    for alphabet in _ALPHABETS:
        try:
            text = evidence.decode(alphabet.codec)
        except UnicodeDecodeError:
            continue
        reading = _reading(alphabet, text)
        if reading.explained >= _LEAST_EXPLAINED:
            found.append(reading)
    return sorted(found, key=lambda reading: -reading.likelihood)


def told(found: list[Reading]) -> list[Reading]:
    """The likeliest reading and those of the same text; none where another text is nearly as likely."""
    if not found:
        return []
    same = [reading for reading in found if reading.text == found[0].text]
    others = [reading for reading in found if reading.text != found[0].text]
    return same if not others or found[0].likelihood - others[0].likelihood >= TOLD else []


def _reading(alphabet: _Alphabet, text: str) -> Reading:
    words = [word for word in _WORD.finditer(text) if not word[0].isascii()]
    rows = [alphabet.likelihoods(word[0]) for word in words[:_MOST_WORDS]]
    rest = [char for char in _WORD.sub("", text) if not char.isascii()]
    strange = sum(char not in _SIGNS for char in rest)
    chars = sum(not char.isascii() for char in text)
    unexplained = sum(
        sum(not char.isascii() for char in word[0]) for word in words[:_MOST_WORDS] if not alphabet.explains(word[0])
    )
    total = _mixture(rows) + strange * _UNLIKELY + (len(rest) - strange) * _SIGN + _PRIOR.get(alphabet.codec, 0.0)
    return Reading(alphabet.codec, text, total, 1 - (unexplained + strange) / chars if chars else 0.0)


def _mixture(rows: Sequence[Sequence[float]]) -> float:
    """The logarithm of the likelihood of all words, the languages mixed as fits them best: a few rounds of EM."""
    if not rows:
        return 0.0
    weights = [1 / len(rows[0])] * len(rows[0])
    for _ in range(_ROUNDS):
        shares = [0.0] * len(weights)
        total = 0.0
        for row in rows:
            top = max(row)
            parts = [weight * math.exp(likelihood - top) for weight, likelihood in zip(weights, row, strict=True)]
            whole = sum(parts) or 1e-9
            total += top + math.log(whole)
            shares = [share + part / whole for share, part in zip(shares, parts, strict=True)]
        weights = [share / len(rows) for share in shares]
    return total
