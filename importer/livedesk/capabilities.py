"""What a server can do beyond the documented calls, as far as it has proved it. Pure.

LiveDesk's relatives have these (kin) and LiveDesk promises none: a capability counts only once an answer has shown it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final, NamedTuple, TypeAlias

from importer.livedesk.contact import ADDITIONAL, ATTRIBUTE_GROUPS, CUSTOM, KEY_FIELDS
from importer.message import Message
from importer.models import Json

LASTS_S: Final = 7 * 86_400.0
"""A finding that is older than a week is unknown again: servers are upgraded."""

Name: TypeAlias = str
"""One of ``CAPABILITIES``."""

CREATES_WITH: Final[Mapping[str, Name]] = {group: f"creates_with_{group}" for group in ATTRIBUTE_GROUPS}
MERGES_GROUP: Final[Mapping[str, Name]] = {group: f"merges_{group}" for group in ATTRIBUTE_GROUPS}
DOCUMENTED_MERGES: Final = frozenset({CUSTOM})
"""The groups of which the API's page says that an update merges them: that counts until an answer shows otherwise."""
MERGES: Final = MERGES_GROUP[ADDITIONAL]
FILTERS_BY: Final[Mapping[str, Name]] = {name: f"filters_by_{name}" for name in KEY_FIELDS}
REMOVES: Final = "removes_contacts"

CAPABILITIES: Final[Mapping[Name, tuple[Message, Message]]] = {
    # What a yes means, and what a no means.
    **{
        name: (
            Message("The server stores {group} that a create brings: one request a contact.", group=group),
            Message("The server does not store {group} that a create brings: an update sends them.", group=group),
        )
        for group, name in CREATES_WITH.items()
    },
    **{
        name: (
            Message("The server keeps the other {group} when an update sends some.", group=group),
            Message("The server drops the other {group} when an update sends some: they go along.", group=group),
        )
        for group, name in MERGES_GROUP.items()
    },
    **{
        name: (
            Message("The server finds many contacts at a time by {field}.", field=key),
            Message("The server does not find many contacts at a time by {field}: each is searched for.", field=key),
        )
        for key, name in FILTERS_BY.items()
    },
    REMOVES: (
        Message("The server removes contacts."),
        Message("The server removes no contacts: what an import created stays."),
    ),
}


class Finding(NamedTuple):
    """One capability: whether the server has it, and when that was found out, in epoch seconds."""

    name: Name
    has: bool
    found_at: float

    @property
    def told(self) -> Message:
        """The finding as a sentence."""
        yes, no = CAPABILITIES[self.name]
        return yes if self.has else no


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a server has proved, by name; what is not known is not there."""

    findings: Mapping[Name, Finding] = field(default_factory=dict)

    def has(self, name: Name) -> bool | None:
        """Whether the server has a capability; ``None`` if that is not known."""
        finding = self.findings.get(name)
        return None if finding is None else finding.has

    def having(self, finding: Finding) -> "Capabilities":
        """Return the capabilities with one more finding, or another answer."""
        return Capabilities({**self.findings, finding.name: finding})

    def as_json(self) -> dict[str, Json]:
        """``{name: true or false}`` of what is known, in the order of ``CAPABILITIES``."""
        return {name: self.findings[name].has for name in CAPABILITIES if name in self.findings}


NOTHING_KNOWN: Final = Capabilities()


def known(findings: Iterable[Finding], now: float) -> Capabilities:
    """The findings that still count at ``now``, in epoch seconds; those of another version's names do not."""
    return Capabilities(
        {one.name: one for one in findings if one.name in CAPABILITIES and 0 <= now - one.found_at < LASTS_S}
    )
