"""Programs whose exports are recognized by their titles, and what is special about each."""

from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

from importer.livedesk.contact import COMPANY, SOCIAL_PROFILES
from importer.titles import letters, title_key


class Product(NamedTuple):
    """``known_by`` are sets of titles, one of which an export has; ``aliases`` are titles that mean something here.

    An alias is a field, a rank and titles, as in ``aliases.ALIASES``, and goes before those; the field "" is none.
    """

    name: str
    known_by: tuple[tuple[str, ...], ...]
    aliases: tuple[tuple[str, int, tuple[str, ...]], ...] = ()


PRODUCTS: Final = (
    Product(
        "Google Contacts",
        (
            ("First Name", "E-mail 1 - Label", "E-mail 1 - Value"),
            ("First Name", "Last Name", "Labels", "Phone 1 - Value"),
            ("Given Name", "Family Name", "Group Membership"),
            ("Given Name", "Family Name", "E-mail 1 - Value"),
        ),
    ),
    Product(
        "Outlook",
        (
            ("E-mail Address", "E-mail 2 Address"),
            ("First Name", "E-mail Address", "Business Phone"),
            ("E-Mail-Adresse", "E-Mail 2: Adresse"),
            ("Adresse de messagerie", "Type de messagerie"),
            ("Dirección de correo electrónico", "Tipo de correo electrónico"),
            ("电子邮件地址", "电子邮件类型"),
        ),
    ),
    Product("HubSpot", (("Record ID", "First Name", "Last Name", "Email"),)),
    Product(
        "Salesforce",
        (
            ("Contact ID", "Last Name", "Account Name"),
            ("Id", "FirstName", "LastName", "MobilePhone"),
            ("First Name", "Last Name", "Account Name", "Mobile"),
        ),
        (("", 0, ("PhotoUrl",)),),  # always a path on Salesforce's own server
    ),
    Product("Intercom", (("User ID", "Name", "Email", "Avatar"), ("User ID", "Email", "Last seen"))),
    Product("Zendesk", (("id", "name", "external_id"), ("name", "email", "external_id", "organization"))),
    Product(
        "Freshdesk",
        (
            ("Unique External ID", "Twitter ID"),
            ("Name", "Work Phone", "Unique External ID"),
            ("Full name", "Work Phone", "Unique External ID"),
        ),
    ),
    Product("Shopify orders", (("Financial Status", "Billing Name"),), (("", 0, ("Name", "Id")),)),
    Product(
        "Shopify",
        (("Customer ID", "Default Address Phone"), ("Email", "Default Address Company", "Default Address City")),
    ),
    Product("Mailchimp", (("Email Address", "First Name", "TAGS"), ("Email Address", "MEMBER_RATING"))),
    Product("Brevo", (("EMAIL", "SMS"),), (("phone_number", 1, ("SMS",)),)),
    Product("Klaviyo", (("Klaviyo ID", "Email"),)),
    Product(
        "Chatwoot", (("id", "first_name", "phone_number", "company_name"), ("id", "name", "phone_number", "identifier"))
    ),
    Product(
        "Pipedrive",
        (("Person - Name",),),
        (
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
    ),
    Product(
        "LinkedIn connections",
        (("First Name", "Last Name", "Connected On"),),
        ((f"{SOCIAL_PROFILES}linkedin", 0, ("URL",)),),
    ),
)
"""In the order in which they are tried; a file that two could be is the first's."""


def recognized(titles: Iterable[str]) -> Product | None:
    """The product that a file with these titles comes from, if one has these."""
    keys = {title_key(title) for title in titles}
    for product in PRODUCTS:
        if any({title_key(title) for title in known} <= keys for known in product.known_by):
            return product
    return None


def product_aliases(product: Product | None) -> Mapping[str, tuple[int, str]]:
    """``{title as titles.letters spells it: (rank, field)}``."""
    lines = product.aliases if product else ()
    return {letters(title): (rank, field) for field, rank, titles in lines for title in titles}
