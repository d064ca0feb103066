"""A run's choices about contacts that the server has already."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from importer.config.settings import Config
from importer.ledger.records import Due
from importer.ledger.run import Run
from importer.livedesk.contact import STAMPS, Contact, Scalar
from importer.models import MatchBy, OnDuplicate, UpdateRule


class Stamp(NamedTuple):
    """What ``--stamp`` writes beside a row's number: the run's name, the file's bare name, and when (ISO 8601, UTC).

    ``files`` has the names by the rows' sources where there are several. It is no data of the row:
    neither its fingerprint nor a comparison knows it.
    """

    run: str
    file: str
    at: str
    files: tuple[str, ...] = ()

    def attributes(self, row: Due) -> Mapping[str, Scalar]:
        """The stamp of a row, as dotted fields."""
        file = self.files[row.source] if self.files else self.file
        return dict(zip(STAMPS, (self.run, file, row.number, self.at), strict=True))

    def on(self, row: Due) -> Due:
        """The row with its stamp among the attributes of its contact."""
        attributes = {**row.contact.attributes, **self.attributes(row)}
        return row._replace(contact=replace(row.contact, attributes=attributes))


@dataclass(frozen=True, slots=True)
class Policy:
    """What to do with a contact that exists, the run's own inbox, and for how many seconds after its end a lost request
    may still be stored.

    ``match_by`` is what tells that a row and a contact are one person, ``rule`` which values an update may replace.
    With ``only_existing`` nobody is created. ``may_search`` says of the run what ``searches`` says of a row.
    """

    on_duplicate: OnDuplicate = "skip"
    inbox_id: str | None = None
    settle_s: float = 30.0
    match_by: MatchBy = "auto"
    rule: UpdateRule = field(default_factory=UpdateRule)
    only_existing: bool = False
    stamp: Stamp | None = None
    may_search: bool = field(init=False)

    def __post_init__(self) -> None:
        by_phone = self.match_by == "phone_number" or self.updates
        object.__setattr__(self, "may_search", self.only_existing or by_phone)

    @property
    def updates(self) -> bool:
        """Whether contacts that were there before may be changed."""
        return self.on_duplicate in ("update", "fill")

    def searches(self, row: Due) -> bool:
        """Whether a search must come before a create, whoever is known: a server may let several people share a phone
        number, and then refuses no second one. A run that updates does not search for rows with another key too, of
        which it refuses a second one."""
        contact = row.contact
        if self.only_existing or contact.phone_number is None or not self.may_search:
            return self.only_existing
        return self.match_by == "phone_number" or not (contact.email or contact.identifier)

    def data_of(self, contact: Contact) -> Contact:
        """The row's own data of a contact that may have its stamp."""
        return contact if self.stamp is None else unstamped(contact)


def unstamped(contact: Contact) -> Contact:
    """The contact without a stamp."""
    own = {name: value for name, value in contact.attributes.items() if name not in STAMPS}
    return replace(contact, attributes=own)


def stamp_of(config: Config, run: Run) -> Stamp | None:
    """The stamp of a run with these settings, if they ask for one."""
    files = tuple(part.file for part in run.parts) if run.sheets else ()
    return Stamp(run.id, run.file, run.started_at, files) if config.stamp else None


def policy_of(config: Config, stamp: Stamp | None = None) -> Policy:
    """The policy of a run with these settings."""
    return Policy(
        on_duplicate=config.on_duplicate,
        inbox_id=config.inbox_id,
        settle_s=config.settle,
        match_by=config.match_by,
        rule=config.update_rule,
        only_existing=config.only_existing,
        stamp=stamp,
    )
