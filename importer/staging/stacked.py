"""The rows of a second table below the first: each has an error that says so, for its columns are others."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from importer.error_codes import row_error
from importer.loader.stacked import Columns, begins_details
from importer.message import Message
from importer.models import Row, RowError
from importer.normalizer.columns import NormalizedBatch
from importer.normalizer.not_people import REPEATED_TITLES, unreached
from importer.normalizer.text import quoted


@dataclass(slots=True)
class Stacked:
    """Normalizes the batches of a table, in order; a row of titles further down says how the rows below it are read.

    Where each says what its column has, they are read on. Else each of them has an error, down to titles that are the
    table's again. Owns the number of the row with the other titles, 0 where the rows are the table's own.
    """

    normalize: Callable[[Sequence[Row]], NormalizedBatch]
    columns: Columns
    _titles: int = field(default=0, init=False)
    _has_begun: bool = field(default=False, init=False)

    def __call__(self, batch: Sequence[Row]) -> NormalizedBatch:
        found = self.normalize(batch)
        said: dict[int, bool] = {}
        errors = dict(found.errors)
        for at in unreached(found.fields, len(batch)):
            cells = batch[at].cells
            if (is_other := self.columns.begins_another(cells)) is not None:
                said[at] = is_other
            elif 0 < at < len(batch) - 1 and begins_details(*batch[at - 1 : at + 2]):
                said[at] = True
            elif (title := self._stands_for_name(found, at, cells)) and not _repeats(errors.get(at, ())):
                errors[at] = (_no_person(title),)
        if not self._has_begun and said.get(0):  # right below the titles there is no table yet
            del said[0]
        self._has_begun = True
        for at in range(len(batch)) if said or self._titles else ():
            if at in said:
                self._turn(batch, at, errors, is_other=said[at])
            elif self._titles:
                told = Message("the row is of another table, whose titles are in row {row}", row=self._titles)
                errors[at] = (row_error("another_table", told),)
        return found._replace(errors=errors)

    def _stands_for_name(self, found: NormalizedBatch, at: int, cells: Sequence[str]) -> str | None:
        """The title in the place of a name; whoever has an id of letters and digits may be called so (Naam)."""
        ids = found.fields.get("identifier", ())
        return None if ids and any(map(str.isdigit, str(ids[at] or ""))) else self.columns.stands_for_name(cells)

    def _turn(self, batch: Sequence[Row], at: int, errors: dict[int, tuple[RowError, ...]], *, is_other: bool) -> None:
        """Note the error of a row of titles, and of the heading right above those of another table."""
        before, self._titles = self._titles, batch[at].number if is_other else 0
        if not is_other:
            errors[at] = (row_error("repeated_titles", REPEATED_TITLES),)
            return
        titles = Message("these are the titles of another table: its columns have other fields")
        errors[at] = (row_error("another_table", titles),)
        if at and not before and sum(map(bool, map(str.strip, batch[at - 1].cells))) == 1:
            heading = Message("the heading of another table, whose titles are in row {row}", row=self._titles)
            errors[at - 1] = (row_error("another_table", heading),)


def _repeats(errors: Sequence[RowError]) -> bool:
    return any(error.code == "repeated_titles" for error in errors)


def _no_person(title: str) -> RowError:
    reason = Message("{value} is a title", value=quoted(title))
    return row_error("not_a_person", Message("no person: {reasons}", reasons=[reason]))
