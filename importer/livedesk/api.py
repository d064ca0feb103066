"""Facts of the API's documentation that both the client and the sandbox need."""

from collections.abc import Mapping
from typing import Final

from importer.livedesk.contact import ATTRIBUTE_GROUPS
from importer.models import UPDATABLE

CONTACTS_PATH: Final = "/api/v2/accounts/contacts"
FILTER_PATH: Final = CONTACTS_PATH + "/filter"
"""Looks contacts up by exact values. No page documents it: it is there or not (kin)."""

CONVERSATIONS: Final = "conversations"
NOTES: Final = "notes"
LABELS: Final = "labels"
USAGE_PATHS: Final = (CONVERSATIONS, NOTES, LABELS)
"""The lists behind a contact's path that show whether somebody used it. No page documents them either (kin)."""

UPDATE_FIELDS: Final = (*UPDATABLE, "blocked", *ATTRIBUTE_GROUPS)
"""The body fields that the API page "update-contact" documents."""

INBOX_NEEDS: Final[Mapping[str, tuple[str, str] | None]] = {
    # An inbox's kind to the field that its contacts need, and that field's name in a refusal (from kin).
    "api": None,
    "web": None,
    "email": ("email", "contact email"),
    "sms": ("phone_number", "contact phone number"),
    "whatsapp": ("phone_number", "contact phone number"),
}
