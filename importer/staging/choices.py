"""The options of a run that decide about rows."""

from dataclasses import dataclass

from importer.models import Duplicates, MatchBy, OnDuplicate, SharedValues


@dataclass(frozen=True, slots=True)
class Choices:
    """The options of a run that decide about rows, under their own names."""

    base_url: str
    match_by: MatchBy = "auto"
    on_duplicate: OnDuplicate = "skip"
    duplicates: Duplicates = "first"
    shared_values: SharedValues = "refuse"
    fresh: bool = False
    make_identifier: bool = False
