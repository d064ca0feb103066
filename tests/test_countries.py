"""Countries by code and by name, and what is not one."""

import subprocess
import sys

import phonenumbers
import pytest
from babel import Locale
from babel.languages import get_official_languages
from babel.localedata import exists
from hypothesis import given
from hypothesis import strategies as st

from importer.countries import EVERYDAY, calling_country, country_code, near_country

COUNTRIES = {
    "CN": "CN, cn, CHN, China, china, 中国, 中國, 大陆, 中国大陆, 中国（大陆）, PR China, +86, 0086, 🇨🇳, 中国 China",
    "DE": "DE, deu, Germany, 德国, 德國, Deutschland, Alemania, Allemagne, Германия, +49, Germany (DE), Germany / DE",
    "US": "USA, U.S.A., us, United States, United States of America, 美国, Estados Unidos, EE. UU., +1, US +1",
    "GB": "UK, U.K., Great Britain, England, United Kingdom, the United Kingdom, 英国, Vereinigtes Königreich, gb",
    "HK": "Hong Kong, HONGKONG, 香港, 中国香港",
    "TW": "Taiwan, 台湾, 台灣, 臺灣",
    "KR": "South Korea, Korea, 韩国, 대한민국, 한국",
    "CI": "Côte d'Ivoire, Cote d’Ivoire, Ivory Coast",
    "BA": "Bosnia & Herzegovina, Bosnia and Herzegovina",
    "NL": "Netherlands, The Netherlands, Holland, Nederland, 荷兰",
    "CZ": "Czechia, Czech Republic, Česko, 捷克",
    "TR": "Türkiye, Turkiye, Turkey, 土耳其",
    "TH": "ไทย, ประเทศไทย",
    "NO": "NO, Norge, Norway",
    "NA": "NA, Namibia",
}
NAMES = [(code, name.strip()) for code, names in COUNTRIES.items() for name in names.split(",")]


@pytest.mark.parametrize(("code", "name"), NAMES, ids=[f"{code}-{name}" for code, name in NAMES])
def test_a_country_is_known_by_its_codes_and_names(code: str, name: str) -> None:
    """In English, Chinese, its own languages and everyday speech, without case, accents and punctuation."""
    assert country_code(name) == code
    assert country_code(f" {name.lower()} ") == code


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "?",
        "Atlantis",
        "XX",
        "EU",
        "Europe",
        "UN",
        "World",
        "Congo",
        "刚果",
        "Germany / France",
        "86",
        "N/A",
        "+999",
        "US +49",
        "+49 30",
    ],
)
def test_what_names_no_country_or_two_is_none(text: str) -> None:
    """Nothing is guessed: a continent, a bare number, a name of two countries, two countries at once."""
    assert country_code(text) is None


CALLING_CODES = {
    "DE": "+49, 0049, + 49, (+49), 49, 49.0, ＋４９",
    "US": "+1, 1, 001",
    "RU": "+7, 7",
    "GB": "+44, 44",
    "CN": "+86, 86, 0086",
    "TW": "886, +886",
    "BS": "+1-242, 1242, +1 242",
    "DO": "+1 (809)",
    None: "010, 030, 0, 00, +, 999, +999, +883, 49 30, 49x, DE, Germany, 13800138000",
}
CODES = [(country, text.strip()) for country, texts in CALLING_CODES.items() for text in texts.split(",")]


@pytest.mark.parametrize(("country", "text"), CODES, ids=[f"{country} {text}" for country, text in CODES])
def test_a_calling_code_is_of_its_main_country(country: str | None, text: str) -> None:
    """With ``+`` or ``00``, or in bare digits; an area code is none."""
    assert calling_country(text) == country
    assert calling_country(text, bare=False) == (country if text.lstrip("(")[0] in "+＋0" else None)


def test_numbers_are_the_same_for_every_country_of_a_calling_code() -> None:
    """E.164 has the calling code alone: for Canada it may be read as for the United States."""
    for code, regions in phonenumbers.COUNTRY_CODE_TO_REGION_CODE.items():
        main = calling_country(f"+{code}")
        assert main == (regions[0] if regions[0] in phonenumbers.SUPPORTED_REGIONS else None)
    number = phonenumbers.parse("416 555 0123", calling_country("1"))
    assert phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164) == "+14165550123"


@pytest.mark.parametrize("region", sorted(phonenumbers.SUPPORTED_REGIONS))
def test_every_country_is_known_in_english_chinese_and_its_own_languages(region: str) -> None:
    """All names of the CLDR, and its two letters in either case."""
    assert country_code(region) == country_code(region.lower()) == region
    own = [language for language in get_official_languages(region, de_facto=True) if exists(language)]
    for language in ("en", "zh", *own):
        name = Locale.parse(language).territories.get(region, region)
        assert country_code(name) == region


def test_an_everyday_name_is_of_one_country() -> None:
    """But for a name that stands twice on purpose."""
    names = [(name, code) for code, names in EVERYDAY.items() for name in names]
    assert {name for name, code in names if country_code(name) != code} == {"Congo", "刚果"}


def test_a_country_that_is_nearly_spelled_is_suggested() -> None:
    """For a hint; it is never taken."""
    assert near_country("Germny") == "Germany"
    assert near_country("xqz") is None


@pytest.mark.slow
@given(st.text())
def test_any_text_is_a_country_or_none(text: str) -> None:
    """No cell raises, and a code is one that phone numbers have."""
    assert country_code(text) in {None, *phonenumbers.SUPPORTED_REGIONS}


@pytest.mark.slow
def test_a_code_needs_no_names() -> None:
    """Babel loads with the first name, and the further languages with the first that is not English or Chinese."""
    code = (
        f"import sys; sys.path[:] = {sys.path!r}\n"
        "from importer import countries\n"
        "assert countries.country_code('de') == 'DE' and 'babel' not in sys.modules\n"
        "assert countries.country_code('Germany') == 'DE' and countries._further_names.cache_info().misses == 0\n"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
