"""What one button does about all rows of a cause."""

from collections.abc import Mapping
from typing import Final, Literal, NamedTuple, TypeAlias

from importer.countries import INTERNATIONAL
from importer.message import Message
from importer.models import Json
from importer.web.drafts import Draft

Kind: TypeAlias = Literal["set", "country", "leave out", "step"]


class Remedy(NamedTuple):
    """A button of a cause: it sets an option, also to a country that is chosen beside it, leaves the rows out, or leads
    to a step. ``about`` says what that means for the rows."""

    kind: Kind
    label: Message
    about: Message | None = None
    option: str = ""
    value: Json = None


_DROP: Final = Remedy(
    "set",
    Message("Send all such rows without their bad cells"),
    Message("where another email, phone number or id is left to know the person by"),
    "invalid_values",
    "drop",
)
_LEAVE_OUT: Final = Remedy(
    "leave out", Message("Leave these rows out"), Message("they count as settled; you can take each in again")
)
_COUNTRY: Final = Remedy("country", Message("Read them as numbers of this country"), None, "country")
_OPTIONS: Final = Remedy("step", Message("To the step Options"), None, "options")

REMEDIES: Final[Mapping[str, tuple[Remedy, ...]]] = {
    "bad_email": (_DROP,),
    "bad_phone": (_DROP,),
    "no_country": (_COUNTRY, _DROP),
    "doubtful_country": (
        Remedy("set", Message("They begin with their country code"), None, "country", INTERNATIONAL),
        _COUNTRY,
    ),
    "precision_lost": (_DROP,),
    "masked": (Remedy("step", Message("To the step Columns"), None, "columns"), _DROP),
    "bad_url": (_DROP,),
    "bad_value": (_DROP,),
    "too_long": (_DROP,),
    "no_inbox": (_OPTIONS,),
    "broken_text": (Remedy("step", Message("To the step File"), None, "file"),),
    "shared_value": (Remedy("set", Message("Send the later rows without the value"), None, "shared_values", "drop"),),
    "strict": (Remedy("set", Message("Send the rows without mistakes"), None, "strict", False),),
}
"""By error code. Where rows can be left out, that is the last button of each cause."""

_OF_ALL_ROWS: Final = frozenset({"strict"})
"""Causes that are about other rows than those that have them."""


def remedies(code: str, options: Mapping[str, Json]) -> tuple[Remedy, ...]:
    """The buttons of a cause; not those whose option has that value already."""
    known = (*REMEDIES.get(code, ()), *(() if code in _OF_ALL_ROWS else (_LEAVE_OUT,)))
    return tuple(one for one in known if one.kind != "set" or options.get(one.option) != one.value)


def chosen(draft: Draft, code: str, place: int, value: str) -> dict[str, Json] | None:
    """The draft's options with what a button sets, by its place among those of a cause; ``value`` is the country that
    was chosen. ``None`` if it sets none."""
    shown = remedies(code, draft.options)
    if not 0 <= place < len(shown):
        return None
    remedy = shown[place]
    if remedy.kind not in ("set", "country"):
        return None
    return {**draft.options, remedy.option: value if remedy.kind == "country" else remedy.value}
