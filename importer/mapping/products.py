"""Recognize the program that exported a file by its titles, and know what is special about its export."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from importer.data_table import data_table
from importer.livedesk.contact import COMPANY, SOCIAL_PROFILES
from importer.mapping.aliases import Titles
from importer.mapping.title_fields import alias, is_never
from importer.texts import letters, title_key

EXPORTS: Final = [(name, known.split("; ")) for name, known in data_table(__file__, "products.txt")]
"""``(product, titles that its export always has)``; a product may have several entries."""

ALIASES: Final[Mapping[str | None, tuple[Titles, ...]]] = {
    "Salesforce": (("", 0, ("PhotoUrl",)),),  # always a path on Salesforce's own server
    "Shopify orders": (("", 0, ("Name", "Id")),),
    "Brevo": (("phone_number", 1, ("SMS",)),),
    "Pipedrive": (
        ("name", 0, ("Person - Name",)),
        ("email", 1, ("Person - Email - Work",)),
        ("email", 2, ("Person - Email - Home", "Person - Email - Other")),
        ("phone_number", 0, ("Person - Phone - Mobile",)),
        ("phone_number", 5, ("Person - Phone - Home",)),
        ("phone_number", 6, ("Person - Phone - Work",)),
        ("phone_number", 7, ("Person - Phone - Other",)),
        ("identifier", 5, ("Person - ID",)),
        (COMPANY, 0, ("Person - Organization",)),
    ),
    "LinkedIn connections": ((f"{SOCIAL_PROFILES}linkedin", 0, ("URL",)),),
}
"""Titles that mean something else in a product's export; the field "" drops the column."""


def recognized(titles: Iterable[str]) -> str | None:
    """The first product of the table whose export could have these titles."""
    keys = {title_key(title) for title in titles}
    return next((name for name, known in EXPORTS if {title_key(title) for title in known} <= keys), None)


def product_aliases(product: str | None) -> Mapping[str, tuple[int, str]]:
    """``{title as texts.letters spells it: (rank, field)}``; it goes before ``aliases.ALIASES``."""
    lines = ALIASES.get(product, ())
    return {letters(title): (rank, field) for field, rank, titles in lines for title in titles}


def label_columns(titles: Sequence[str]) -> dict[int, int]:
    """``{column of a value: column of its label}``: ``Phone 1 - Value`` beside ``Phone 1 - Type``.

    Google puts the kind of a number (Mobile, Work, Fax) into a column of its own.
    """
    columns = {title_key(title): index for index, title in enumerate(titles)}
    stems = {key.removesuffix("value"): index for key, index in columns.items() if key.endswith("value")}
    labels = {stem: columns.get(f"{stem}label", columns.get(f"{stem}type")) for stem in stems if stem}
    return {stems[stem]: label for stem, label in labels.items() if label is not None}


def label_rank(label: str) -> int | None:
    """The rank of a value with this label: a mobile number goes first; a fax (``None``) does not count."""
    return None if is_never(label) else int(alias(label) != (0, "phone_number"))
