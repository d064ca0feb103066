"""The account that the servers here pretend to have; a module of its own, for who reads it must not load a server."""

from typing import Final

INBOX_ID: Final = 407
CREDENTIALS: Final = {"LIVEDESK_API_KEY": "key-of-the-benchmark", "LIVEDESK_API_SECRET": "secret-of-the-benchmark"}
CONTACTS_PATH: Final = "/api/v2/accounts/contacts"
