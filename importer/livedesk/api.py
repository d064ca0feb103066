"""What the API's pages say beside the bodies of a contact, for the client and for the sandbox, which looks alike."""

from collections.abc import Mapping
from typing import Final

from importer.livedesk.contact import ATTRIBUTE_GROUPS, UPDATABLE

CONTACTS_PATH: Final = "/api/v2/accounts/contacts"

UPDATE_FIELDS: Final = (*UPDATABLE, "blocked", *ATTRIBUTE_GROUPS)
"""The body fields that the API page "update-contact" documents."""

INBOX_NEEDS: Final[Mapping[str, tuple[str, str] | None]] = {
    # kin: an inbox's kind to the field that its contacts cannot be without, and what the refusal calls it
    "api": None,
    "web": None,
    "email": ("email", "contact email"),
    "sms": ("phone_number", "contact phone number"),
    "whatsapp": ("phone_number", "contact phone number"),
}
