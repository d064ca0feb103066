"""Whether an update of some ``additional_attributes`` leaves the others, as the API documents of custom ones alone.

Each session proves a yes anew: on a server that has changed, a part would wipe out what other people wrote.
"""

from importer.livedesk.capabilities import MERGES
from importer.livedesk.contact import ADDITIONAL, SOCIAL_PROFILES, Contact
from importer.sender.findings import Findings


class Merging:
    """Owns the question, which a session asks once, with a contact of its own."""

    def __init__(self, findings: Findings) -> None:
        self._findings = findings
        self._is_asked = False

    def probe(self, contact: Contact) -> Contact | None:
        """An update of one attribute that tells by what becomes of the others; ``None`` if there is nothing to ask."""
        names = [name for name in contact.attributes if name.startswith(f"{ADDITIONAL}.")]
        plain = [name for name in names if not name.startswith(SOCIAL_PROFILES)]
        if self._is_asked or not contact.has_key or self._findings.proved(MERGES) is not None:
            return None
        if not plain or len(names) < 2:
            return None
        self._is_asked = True
        return Contact(attributes={plain[0]: contact.attributes[plain[0]]})
