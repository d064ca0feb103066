"""The numbering plans of the ``phonenumbers`` library as one pattern a region: most numbers need no more. Pure.

The library takes some 50 microseconds to parse and check a number, with up to a dozen patterns. ``e164`` answers for
plain ones in a sixth of that, and only where it is certain of what the library would say; a test holds it to that.
"""

import re
from functools import cache
from typing import Final, NamedTuple

from phonenumbers import COUNTRY_CODE_TO_REGION_CODE, PhoneMetadata, PhoneNumberDesc

NON_GEOGRAPHIC: Final = "001"
"""The library's region of satellite and freephone numbers, whose metadata lie elsewhere."""

MOST_DIGITS: Final = 15
"""Of a number with its country code (ITU-T E.164, section 6)."""

_TYPES: Final = (  # the most frequent first
    *("mobile", "fixed_line", "toll_free", "premium_rate", "shared_cost"),
    *("personal_number", "voip", "pager", "uan", "voicemail"),
)
_NEVER: Final = "(?!)"


class Plan(NamedTuple):
    """One region's numbers, in patterns that JavaScript reads as well: the report checks what is typed into it.

    ``leading`` are the digits that tell it from the others with its country code, ``None`` where nothing does.
    ``prefix`` is what may stand before a national number, ``simple`` whether that merely goes; ``abroad`` before a
    country code. ``numbers`` is for a whole number, the others for its beginning.
    """

    country_code: str
    leading: str | None
    numbers: str
    prefix: str
    simple: bool
    abroad: str


class _Compiled(NamedTuple):
    """A ``Plan`` to work with."""

    country_code: str
    leading: re.Pattern[str] | None
    numbers: re.Pattern[str]
    prefix: re.Pattern[str]
    simple: bool
    abroad: re.Pattern[str]


def e164(digits: str, region: str | None) -> str | None:
    """The number in E.164, if it certainly is one.

    ``digits`` are 0 to 9, perhaps behind a ``+``; ``region`` (ISO 3166 alpha-2) is that of a number without one.
    ``None`` means that the library has to be asked.
    """
    found = digits if digits.startswith("+") else _abroad(digits, region)
    code = found and calling_code(found[1:4])  # no code begins with 0
    if not found or not code or len(found) > 1 + MOST_DIGITS:
        return None
    number = found[len(code) + 1 :]
    if _is_national(code, number):
        return found
    # As in +44 (0)20 7946 0958; the library takes thirty times as long to come to the same.
    bare = _without_trunk(code, number) if found is digits else None
    return f"+{code}{bare}" if bare and _is_national(code, bare, main=True) else None


def _abroad(digits: str, region: str | None) -> str | None:
    """A number as this region dials it, with its country code; ``None`` where it may be written with one already."""
    plan = _plan(region) if region else None
    if plan is None or digits.startswith(plan.country_code):
        return None
    if dialled := plan.abroad.match(digits):
        return f"+{digits[dialled.end() :]}"
    trunk = plan.prefix.match(digits)
    if trunk and not (plan.simple and trunk.end()):
        return None
    return f"+{plan.country_code}{digits[trunk.end() if trunk else 0 :]}"


@cache  # of the texts of three digits
def calling_code(digits: str) -> str | None:
    """The country code that three digits begin with: no code begins another."""
    return next((digits[:end] for end in (1, 2, 3) if digits[:end] in _codes()), None)


@cache
def _codes() -> frozenset[str]:
    return frozenset(map(str, COUNTRY_CODE_TO_REGION_CODE))


def _without_trunk(code: str, number: str) -> str | None:
    """The number without the prefix of calls within the country, where that merely goes; ``None`` if there is none."""
    plans = _plans(code)
    trunk = plans[0].prefix.match(number) if plans and plans[0].simple else None
    return number[trunk.end() :] if trunk and trunk.end() else None


def _is_national(code: str, number: str, *, main: bool = False) -> bool:
    """Whether the library would parse this to itself and call it valid; a leading zero or prefix makes it uncertain.

    If ``main``, by the plan of the code's main region alone.
    """
    plans = _plans(code)
    if not number or number[0] == "0" or not plans or plans[0].prefix.match(number):
        return False
    for plan in plans[:1] if main else plans:
        if plan.leading is None or plan.leading.match(number):
            if plan.numbers.fullmatch(number):
                return True
            if plan.leading is not None:
                return False
    return False


@cache
def _plans(code: str) -> tuple[_Compiled, ...]:
    """The plans of a country code's regions, the main one's first; none where that has none."""
    main, *others = map(_plan, COUNTRY_CODE_TO_REGION_CODE[int(code)])
    return (main, *filter(None, others)) if main else ()


def plan_of(region: str) -> Plan | None:
    """The plan of a region (ISO 3166 alpha-2); ``None`` where the library has none."""
    metadata = None if region == NON_GEOGRAPHIC else PhoneMetadata.metadata_for_region(region)
    if metadata is None or metadata.country_code is None:
        return None
    alone = len(COUNTRY_CODE_TO_REGION_CODE[metadata.country_code]) == 1
    types = "|".join(_pattern(getattr(metadata, name)) for name in _TYPES)
    prefix = metadata.national_prefix_for_parsing or _NEVER
    return Plan(
        country_code=str(metadata.country_code),
        leading=None if alone else metadata.leading_digits,
        numbers=f"(?={_pattern(metadata.general_desc)}$)(?:{types})",
        prefix=prefix,
        simple=not re.compile(prefix).groups and not metadata.national_prefix_transform_rule,
        abroad=metadata.international_prefix or _NEVER,
    )


def regions_of(code: str) -> tuple[str, ...]:
    """The regions of a country code, the main one first; none where there is no such code."""
    return COUNTRY_CODE_TO_REGION_CODE.get(int(code), ())


@cache
def _plan(region: str) -> _Compiled | None:
    plan = plan_of(region)
    if plan is None:
        return None
    return _Compiled(
        country_code=plan.country_code,
        leading=None if plan.leading is None else re.compile(plan.leading),
        numbers=re.compile(plan.numbers),
        prefix=re.compile(plan.prefix),
        simple=plan.simple,
        abroad=re.compile(plan.abroad),
    )


def _pattern(desc: PhoneNumberDesc | None) -> str:
    """A kind of number as one pattern, its lengths included."""
    if desc is None or not desc.national_number_pattern:
        return _NEVER
    lengths = "|".join(f".{{{length}}}" for length in desc.possible_length)
    ahead = rf"(?=(?:{lengths})$)" if lengths else ""
    return f"{ahead}(?:{desc.national_number_pattern})"
