"""Find a country by code or by name, for ``--country`` and for a row's own country cell.

Names come from the Unicode CLDR (Babel) and from a small table of what people say. Babel loads with the first name
that is no code, and the languages beyond English and Chinese with the first name that those two do not know.
"""

import re
import unicodedata
from collections.abc import Iterable
from difflib import get_close_matches
from functools import cache, lru_cache
from typing import Final

from importer.data_table import word_table
from importer.texts import letters, title_key, wordings

EVERYDAY: Final = word_table(__file__, "countries.txt")
"""What people call a country and the CLDR does not."""

FURTHER_LANGUAGES: Final = (
    *("ar", "cs", "da", "de", "el", "es", "fa", "fi", "fr", "he", "hi", "hu", "id", "it", "ja", "ko", "ms"),
    *("nb", "nl", "pl", "pt", "pt_PT", "ro", "ru", "sv", "th", "tr", "uk", "vi"),
)
"""Languages in which a list names other countries than its own."""

INTERNATIONAL: Final = "international"
"""What ``--country`` says for digits without ``+`` that begin with their country code."""

_THE: Final = re.compile(r"^\s*the\s+", re.IGNORECASE)
_CALLING_CODE: Final = re.compile(r"(\+|00)?([1-9][0-9]{0,6})(?:\.0)?")
_BESIDE_A_NAME: Final = re.compile(r"[\s(]*(?:\+|\b00)([1-9][0-9]{0,2})\b[\s)]*")
_PUNCTUATION: Final = re.compile(r"[\s()-]")
# Fewer letters are the beginning of many words, and scripts without spaces have whole names in them.
_LEAST_BEGUN: Final = 6
_UNSPACED: Final = "\u0e00"
_OFFICIAL: Final = re.compile(
    r"^(?:the\s+)?(?:(?:\w+(?:['’]s)?|co-operative)\s+){0,3}(?:republic|kingdom|commonwealth|principality|federation"
    r"|sultanate|duchy|union)\s+of\s+(?:the\s+)?"
    r"|^(?:bundesrepublik|republik|königreich|fürstentum|gro(?:ss|ß)herzogtum)\s+"
    r"|^(?:république|royaume|principauté|grand-duché)\s+(?:\w+\s+)?(?:de\s+la\s+|de\s+|du\s+|des\s+|d['’])"
    r"|^(?:república|reino|principado|estado)\s+(?:\w+\s+){0,2}(?:de|del|do|da)\s+(?:la\s+)?"
    r"|^(?:repubblica|regno|principato)\s+(?:\w+\s+)?(?:di\s+|del\s+|della\s+|d['’])"
    r"|^(?:республика|королевство)\s+"
    r"|,\s*(?:the|(?:[\w']+\.?\s+)*(?:of|de|rep\.?)(?:\s+the)?)$|(?:共和国|共和國|王国|王國|联邦|聯邦)$",
    re.IGNORECASE,
)
"""What stands around a country's name where it is written in full."""

_IN_ORDER: Final = {"zh": "gb18030", "zh-Hant": "big5hkscs"}
_FLAG: Final = re.compile("[\U0001f1e6-\U0001f1ff]{2}")


@lru_cache(maxsize=4096)
def country_code(text: str) -> str | None:
    """Return the ISO 3166 alpha-2 code of the country that a text names, or ``None`` if it has no phone numbers.

    It understands codes (``de``, ``DEU``, ``+49``, a flag) and names in English, Chinese, the country's own
    languages and ``FURTHER_LANGUAGES``, but no name that two countries share. Two spellings of one country
    side by side (``中国 China``, ``Germany / DE``, ``US +1``) count as one.
    """
    text = unicodedata.normalize("NFKC", text).strip()
    if found := _one(text) or _beside_its_code(text):
        return found
    codes = {_one(piece) for piece in wordings(text)}
    return codes.pop() if len(codes) == 1 else None


@lru_cache(maxsize=4096)
def cut_off_country(text: str) -> str | None:
    """Return the code of the country whose name was cut off (``United States of Ame``), if it can be one alone."""
    from phonenumbers import SUPPORTED_REGIONS

    begun = letters(unicodedata.normalize("NFKC", text))
    if len(begun) < _LEAST_BEGUN or not begun.isalpha() or begun >= _UNSPACED:
        return None
    names = (pair for table in (_common_names, _further_names) for pair in table().items())
    found = {code for name, code in names if name.startswith(begun)}
    code = found.pop() if len(found) == 1 else None
    return code if code in SUPPORTED_REGIONS else None


def calling_country(text: str, *, bare: bool = True) -> str | None:
    """Return the country of a calling code (``+49``, ``0049``, ``+1-242``; ``49`` if ``bare``), or ``None``.

    Of the countries that share a code (``+1``, ``+7``, ``+44``) it is the main one of the ITU's plan, as phonenumbers
    has it: a number that is read for it gets the same calling code, so E.164 is the same for all of them.
    """
    match = _CALLING_CODE.fullmatch(_PUNCTUATION.sub("", unicodedata.normalize("NFKC", text)))
    return _of_calling_code(match[2]) if match and (bare or match[1]) else None


def near_country(text: str) -> str | None:
    """Return the English name that is spelled most like a text, for a hint."""
    known = {title_key(name): name for name in _territories("en").values()}
    near = get_close_matches(title_key(text), known, n=1, cutoff=0.75)
    return known[near[0]] if near else None


def named_countries(language: str) -> list[tuple[str, str]]:
    """Return the code and the name of every country with phone numbers, in a language and in the order of its names.

    ``language`` is one of ``LANGUAGES``. Chinese is ordered by sound where it is simplified, and by strokes where it is
    traditional, as its encodings are.
    """
    from phonenumbers import SUPPORTED_REGIONS

    names = [
        (code, name) for code, name in _territories(language.replace("-", "_")).items() if code in SUPPORTED_REGIONS
    ]
    encoding = _IN_ORDER.get(language)
    return sorted(
        names, key=lambda pair: pair[1].encode(encoding, "replace") if encoding else letters(pair[1]).encode()
    )


def calling_code(country: str) -> str:
    """Return the calling code of a country, such as ``+49``; ``country`` is its ISO 3166 alpha-2 code."""
    from phonenumbers import country_code_for_region

    return f"+{country_code_for_region(country)}"


def _one(text: str) -> str | None:
    from phonenumbers import SUPPORTED_REGIONS  # slow to import, and seldom needed

    if text.upper() in SUPPORTED_REGIONS:
        return text.upper()
    if found := calling_country(text, bare=False):
        return found
    if _FLAG.fullmatch(text):
        return _one("".join(unicodedata.name(letter)[-1] for letter in text))  # REGIONAL INDICATOR SYMBOL LETTER D
    names = (letters(text), title_key(text), letters(_THE.sub("", text)), letters(_OFFICIAL.sub("", text)))
    found = next(
        (table()[name] for table in (_common_names, _further_names) for name in names if name in table()), None
    )
    return found if found in SUPPORTED_REGIONS else None


def _beside_its_code(text: str) -> str | None:
    """The country of a name with its own calling code beside it: ``US +1``, ``(+86) China``."""
    from phonenumbers import country_code_for_region

    code = _BESIDE_A_NAME.search(text)
    country = _one(_BESIDE_A_NAME.sub(" ", text).strip()) if code else None
    return country if code and country and country_code_for_region(country) == int(code[1]) else None


def _of_calling_code(digits: str) -> str | None:
    """The main country of a calling code, or the one of a code with an area that is a country's: ``1242``."""
    from phonenumbers import COUNTRY_CODE_TO_REGION_CODE, SUPPORTED_REGIONS, PhoneMetadata

    for length in range(min(3, len(digits)), 0, -1):
        regions = COUNTRY_CODE_TO_REGION_CODE.get(int(digits[:length]), ())
        if length == len(digits):
            return regions[0] if regions and regions[0] in SUPPORTED_REGIONS else None
        for region in regions:
            area = PhoneMetadata.metadata_for_region(region)
            if area and area.leading_digits and re.fullmatch(area.leading_digits, digits[length:]):
                return region
    return None


@cache
def _common_names() -> dict[str, str]:
    """``{name: code}``: what people say, codes of three letters, English and Chinese, in the order of their weight."""
    from babel.core import get_global

    aliases = get_global("territory_aliases").items()
    codes = [(regions[0], code) for code, regions in aliases if len(regions) == 1 and code.isalpha()]
    said = [(code, name) for code, names in EVERYDAY.items() for name in names]
    chinese = (pair for language in ("zh", "zh_Hant") for pair in _territories(language).items())
    return _layered(said, codes, _territories("en").items(), chinese)


@cache
def _further_names() -> dict[str, str]:
    """``{name: code}`` in the official languages of each country, then in ``FURTHER_LANGUAGES``."""
    from babel.languages import get_official_languages
    from babel.localedata import exists

    own = [
        (code, name)
        for code in _territories("en")
        for language in get_official_languages(code, de_facto=True)
        if exists(language) and (name := _territories(language).get(code))
    ]
    return _layered(own, (pair for language in FURTHER_LANGUAGES for pair in _territories(language).items()))


def _layered(*layers: Iterable[tuple[str, str]]) -> dict[str, str]:
    """One table of ``(code, name)`` layers, the first going before the others; a name of two codes is of none."""
    table: dict[str, str] = {}
    for layer in layers:
        codes: dict[str, set[str]] = {}
        for code, name in layer:
            for spelled in (name, name.replace("&", " and "), name.replace("St.", "Saint")):
                codes.setdefault(letters(spelled), set()).add(code)
        for name, found in codes.items():
            table.setdefault(name, found.pop() if len(found) == 1 else "")
    return table


@cache
def _territories(language: str) -> dict[str, str]:
    """``{code: name}`` of countries, without continents and groupings (``EU``, ``UN``, ``001``)."""
    from babel import Locale

    groups = ("EU", "EZ", "UN", "QO", "XA", "XB", "ZZ")
    named = Locale.parse(language).territories
    return {code: name for code, name in named.items() if len(code) == 2 and code not in groups}
