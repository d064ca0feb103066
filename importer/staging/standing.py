"""The rows of an errors file, with the verdicts that the whole file gave and that still stand."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from importer.livedesk.contact import Values
from importer.models import Row, RowError
from importer.normalizer.column_profile import ColumnProfile
from importer.normalizer.columns import NormalizedBatch
from importer.staging.outcomes import SHARED, sent_without


@dataclass(frozen=True, slots=True)
class Standing:
    """Normalizes batches of an errors file. A row of which ``verdict`` tells an error has that one; where it ``drops``
    shared values and the error is about one, the row goes without it, as it would have from the whole file: who shares
    a value is told apart by another."""

    normalize: Callable[[Sequence[Row]], NormalizedBatch]
    verdict: Callable[[Row], RowError | None]
    profile: ColumnProfile
    drops: bool

    def __call__(self, batch: Sequence[Row]) -> NormalizedBatch:
        found = self.normalize(batch)
        fields, errors, warnings = dict(found.fields), dict(found.errors), dict(found.warnings)
        for place, row in enumerate(batch):
            error = self.verdict(row)
            if error is None or (error.code == "shared_value" and place in errors):
                continue
            if error.code == "shared_value" and self.drops and error.field in fields:
                self._drop(fields, error.field, place)
                warnings[place] = (*warnings.get(place, ()), sent_without(error))
            else:
                errors[place] = (error,)
        return found._replace(fields=fields, errors=errors, warnings=warnings)

    def _drop(self, fields: dict[str, Values], field: str, place: int) -> None:
        values = [*fields[field]]
        self.profile.changed(field, SHARED, str(values[place]), "")
        values[place] = None
        fields[field] = values
