"""The account that the sandbox serves: its credentials and inboxes."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from importer.errors import ConfigError
from importer.livedesk.api import INBOX_NEEDS
from importer.sandbox.faults import Faults

EVERY_INBOX: Final[Mapping[str, str]] = defaultdict(lambda: "api")
"""Has every inbox, without demands on its contacts: to rehearse a file whose inboxes only LiveDesk knows."""


@dataclass(frozen=True, slots=True)
class SandboxSettings:
    """The account: its credentials, its inboxes (id to kind: api, web, email, sms or whatsapp), and its faults."""

    api_key: str = "sandbox"
    api_secret: str = field(default="sandbox", repr=False)
    inboxes: Mapping[str, str] = field(default_factory=lambda: {"407": "api"})
    faults: Faults = field(default_factory=Faults)


def parse_inboxes(text: str) -> Mapping[str, str]:
    """``407,408:email`` to ``{"407": "api", "408": "email"}``.

    Raises ``ConfigError`` if an id is not a number or comes twice, or a kind is unknown.
    """
    inboxes: dict[str, str] = {}
    for part in text.split(","):
        inbox_id, colon, kind = (word.strip() for word in part.partition(":"))
        if not (inbox_id.isascii() and inbox_id.isdigit()) or inbox_id in inboxes:
            raise ConfigError(
                "inboxes: expected numbers, each once, found {part}", "for example 407,408:email", part=repr(part)
            )
        if colon and kind not in INBOX_NEEDS:
            raise ConfigError(
                "inboxes: {part} has an unknown kind", "one of {choices}", part=repr(part), choices=[*INBOX_NEEDS]
            )
        inboxes[inbox_id] = kind or "api"
    return inboxes
