"""A run's choices about contacts that the server has already."""

from dataclasses import dataclass, field
from typing import NamedTuple

from importer.config import Config
from importer.models import MatchBy, OnDuplicate, UpdateRule


class Stamp(NamedTuple):
    """What ``--stamp`` writes beside a row's number: the run's name, the file's bare name, and when (ISO 8601)."""

    run: str
    file: str
    at: str


@dataclass(frozen=True, slots=True)
class Policy:
    """What to do with a contact that exists, the run's own inbox, and for how many seconds after its end a lost request
    may still be stored.

    ``match_by`` is what tells that a row and a contact are one person, ``rule`` which values an update may replace.
    With ``only_existing`` nobody is created.
    """

    on_duplicate: OnDuplicate = "skip"
    inbox_id: str | None = None
    settle_s: float = 30.0
    match_by: MatchBy = "auto"
    rule: UpdateRule = field(default_factory=UpdateRule)
    only_existing: bool = False
    stamp: Stamp | None = None

    @property
    def updates(self) -> bool:
        """Whether contacts that were there before may be changed."""
        return self.on_duplicate in ("update", "fill")


def policy_of(config: Config, stamp: Stamp | None = None) -> Policy:
    """The policy of a run with these settings."""
    own = config.on_duplicate, config.inbox_id, config.settle, config.match_by
    return Policy(*own, config.update_rule, config.only_existing, stamp)
