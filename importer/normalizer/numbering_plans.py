"""The numbering plans of the ``phonenumbers`` library as one pattern a region, enough for most numbers. Pure.

The library takes some 50 microseconds to parse and check a number, with up to a dozen patterns. ``e164`` takes a sixth
of that for plain numbers, and answers only if the library would give the same answer, which a test checks.
"""

import re
from collections.abc import Sequence
from functools import cache
from typing import Final, NamedTuple

from phonenumbers import COUNTRY_CODE_TO_REGION_CODE, PhoneMetadata, PhoneNumberDesc

from importer.countries import INTERNATIONAL
from importer.normalizer.text import only_plain

NON_GEOGRAPHIC: Final = "001"
"""The library's region of satellite and freephone numbers, whose metadata it keeps elsewhere."""

PLAIN: Final = re.compile(r"\+?[0-9](?:[0-9 ()\-]*[0-9])?")
"""One number as most people write it. What stands in brackets at its end may be another ending."""

_PLAIN_LINES: Final = re.compile(rf"(?:{PLAIN.pattern}\n)*+")

MOST_DIGITS: Final = 15
"""The most digits of a number with its country code (ITU-T E.164, section 6)."""

_TYPES: Final = (  # the most frequent first
    *("mobile", "fixed_line", "toll_free", "premium_rate", "shared_cost"),
    *("personal_number", "voip", "pager", "uan", "voicemail"),
)
_CODES: Final = frozenset(map(str, COUNTRY_CODE_TO_REGION_CODE))
_NEVER: Final = "(?!)"


class Plan(NamedTuple):
    """One region's numbers, in patterns that JavaScript reads too: the report checks what people type into it.

    ``numbers`` matches a whole national number, the other patterns match a beginning. ``leading`` tells the region from
    others with its country code (``None``: nothing does). ``prefix`` may stand before a national number, ``abroad``
    before a country code. If ``simple``, removing the prefix gives the national number.
    """

    country_code: str
    leading: re.Pattern[str] | None
    numbers: re.Pattern[str]
    prefix: re.Pattern[str]
    simple: bool
    abroad: re.Pattern[str]


def plain_phones(cells: Sequence[str], country: str | None) -> list[str | None]:
    """The number of each cell that is just one, in the usual form; ``None`` for every other cell."""
    plain = "\n".join([cell or "" for cell in only_plain(_PLAIN_LINES, cells)])
    bare = plain.replace(" ", "").replace("-", "").replace("(", "").replace(")", "").split("\n")
    return [e164(digits, country) if digits else None for digits in bare[: len(cells)]]


def e164(digits: str, region: str | None) -> str | None:
    """The number in E.164; ``None`` means that only the library can tell.

    ``digits`` are 0 to 9, perhaps after a ``+``; ``region`` (ISO 3166 alpha-2, or ``INTERNATIONAL``) is that of a
    number without ``+``.
    """
    found = digits if digits.startswith("+") else _abroad(digits, region)
    code = found and calling_code(found[1:4])  # no code begins with 0
    if not found or not code or len(found) > 1 + MOST_DIGITS:
        return None
    number = found[len(code) + 1 :]
    if _is_national(code, number):
        return found
    # As in +44 (0)20 7946 0958; the library takes thirty times as long for the same result.
    bare = _without_trunk(code, number) if found is digits else None
    return f"+{code}{bare}" if bare and _is_national(code, bare, main=True) else None


def _abroad(digits: str, region: str | None) -> str | None:
    """A number as dialled in this region, with its country code; ``None`` if it may have one already."""
    if region == INTERNATIONAL:
        return None if digits.startswith("0") else f"+{digits}"
    plan = plan_of(region) if region else None
    if plan is None or digits.startswith(plan.country_code):
        return None
    if dialled := plan.abroad.match(digits):
        return f"+{digits[dialled.end() :]}"
    trunk = plan.prefix.match(digits)
    if trunk and not (plan.simple and trunk.end()):
        return None
    return f"+{plan.country_code}{digits[trunk.end() if trunk else 0 :]}"


@cache  # at most a thousand entries
def calling_code(digits: str) -> str | None:
    """The country code that three digits begin with; no code is the beginning of another."""
    return next((digits[:end] for end in (1, 2, 3) if digits[:end] in _CODES), None)


def _without_trunk(code: str, number: str) -> str | None:
    """The number without its national prefix, if that is simple; ``None`` if it has none."""
    plan = _main_plan(code)
    trunk = plan.prefix.match(number) if plan and plan.simple else None
    return number[trunk.end() :] if trunk and trunk.end() else None


def _is_national(code: str, number: str, *, main: bool = False) -> bool:
    """Whether the library would certainly take this national number as it is; not so with a leading zero or prefix.

    If ``main``, only the plan of the code's main region counts.
    """
    plan = _main_plan(code)
    if not number or number[0] == "0" or plan is None or plan.prefix.match(number):
        return False
    return _fits(regions_of(code)[:1] if main else regions_of(code), number)


def is_valid(code: str, number: str) -> bool | None:
    """Whether a national number that the library has read is valid, as it says itself, in a third of its time.

    ``None`` for a country code without plans here.
    """
    return _fits(regions_of(code), number) if _main_plan(code) else None


def _fits(regions: Sequence[str], number: str) -> bool:
    """Whether a whole national number is of one of these regions' plans: of the first that its leading digits tell."""
    for region in regions:
        plan = plan_of(region)  # one by one: most numbers with +1 need the first of 25, and each takes 1 ms to compile
        if plan is not None and (plan.leading is None or plan.leading.match(number)):
            if plan.numbers.fullmatch(number):
                return True
            if plan.leading is not None:
                return False
    return False


def lacks_a_digit(digits: str, region: str) -> bool:
    """Whether digits are a mobile number of a region but for one digit, such as a Brazilian one of the years without
    the first 9. Lines have numbers of many lengths; of those, nothing is told."""
    mobile, places = _mobile(region), range(len(digits) + 1)
    return any(mobile.fullmatch(f"{digits[:at]}{more}{digits[at:]}") for at in places for more in range(10))


@cache
def _mobile(region: str) -> re.Pattern[str]:
    metadata = PhoneMetadata.metadata_for_region(region)
    return re.compile(_pattern(metadata.mobile if metadata else None))


@cache
def _main_plan(code: str) -> Plan | None:
    """The plan of a country code's main region; ``None`` if that has none."""
    return plan_of(regions_of(code)[0])


@cache
def plan_of(region: str) -> Plan | None:
    """The plan of a region (ISO 3166 alpha-2); ``None`` if the library has none."""
    metadata = None if region == NON_GEOGRAPHIC else PhoneMetadata.metadata_for_region(region)
    if metadata is None or metadata.country_code is None:
        return None
    alone = len(COUNTRY_CODE_TO_REGION_CODE[metadata.country_code]) == 1
    types = "|".join(_pattern(getattr(metadata, name)) for name in _TYPES)
    prefix = re.compile(metadata.national_prefix_for_parsing or _NEVER)
    return Plan(
        country_code=str(metadata.country_code),
        leading=None if alone or metadata.leading_digits is None else re.compile(metadata.leading_digits),
        numbers=re.compile(f"(?={_pattern(metadata.general_desc)}$)(?:{types})"),
        prefix=prefix,
        simple=not prefix.groups and not metadata.national_prefix_transform_rule,
        abroad=re.compile(metadata.international_prefix or _NEVER),
    )


@cache
def regions_of(code: str) -> tuple[str, ...]:
    """The regions of a country code, the main one first; empty if there is no such code."""
    return COUNTRY_CODE_TO_REGION_CODE.get(int(code), ())


def _pattern(desc: PhoneNumberDesc | None) -> str:
    """One type of number as a pattern, with its possible lengths."""
    if desc is None or not desc.national_number_pattern:
        return _NEVER
    lengths = "|".join(f".{{{length}}}" for length in desc.possible_length)
    ahead = rf"(?=(?:{lengths})$)" if lengths else ""
    return f"{ahead}(?:{desc.national_number_pattern})"
