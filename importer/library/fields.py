"""The fields that a column may have, with what each means, for people who choose one."""

from collections.abc import Mapping
from typing import Final, NamedTuple

from importer.livedesk.contact import CITY, COMPANY, COUNTRY, COUNTRY_CODE, CUSTOM
from importer.message import Message
from importer.normalizer.columns import AREA_CODE, PHONE_COUNTRY
from importer.reporter.page.field_words import FIELD_WORDS


class FieldChoice(NamedTuple):
    """A field: its name in the words of people, and what it means in a sentence."""

    field: str
    name: Message
    meaning: Message


_MEANINGS: Final[Mapping[str, Message]] = {
    "name": Message("The whole name of the person, as LiveDesk shows it."),
    "first_name": Message("The first name; it is joined with the last name."),
    "middle_name": Message("The middle name; it stands between first and last name."),
    "last_name": Message("The last name; it is joined with the first name."),
    "second_last_name": Message("The second of two family names, as in Spanish."),
    "email": Message("The e-mail address. No two contacts have the same."),
    "phone_number": Message("The phone number. No two contacts have the same."),
    "identifier": Message("Your own number or code for the person. No two contacts have the same."),
    COMPANY: Message("The company that the person works for."),
    CITY: Message("The city."),
    COUNTRY: Message("The country by name; it also tells where a phone number without a country code belongs."),
    COUNTRY_CODE: Message("The country as a code of two letters, such as CN."),
    PHONE_COUNTRY: Message("The country code of the phone number, such as +86; it completes the number."),
    AREA_CODE: Message("The area code of the phone number; it completes the number."),
    "avatar_url": Message("A link to a picture of the person."),
    "inbox_id": Message("The inbox that the contact goes to, where rows go to different ones."),
}

FIELDS: Final[tuple[FieldChoice, ...]] = tuple(
    FieldChoice(field, FIELD_WORDS[field], meaning) for field, meaning in _MEANINGS.items()
)
"""Every field by name, the usual ones first; beside them a column may be any custom attribute (``custom_field``)."""


def custom_field(key: str) -> str:
    """The field of a custom attribute with this key."""
    return f"{CUSTOM}.{key}"
