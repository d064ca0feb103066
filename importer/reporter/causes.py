"""Why rows need attention: each reason with its number of rows, its first rows, and what to do."""

from dataclasses import dataclass, field
from typing import Final, NamedTuple

from importer.error_codes import ERROR_CODES, is_of_input
from importer.message import Message, Messages
from importer.models import Outcome
from importer.remarks import kinds_of

EXAMPLES: Final = 3
"""Example rows of each cause."""


class Example(NamedTuple):
    """A failed row: its number and its error."""

    row: Message | int
    error: Messages


@dataclass(slots=True)
class Cause:
    """Rows that failed for one reason: how many, the first few, and the hint."""

    code: str
    hint: Messages
    count: int = 0
    examples: list[Example] = field(default_factory=list)

    def add(self, row: Message | int, error: Messages) -> None:
        """Count one more row."""
        self.count += 1
        if len(self.examples) < EXAMPLES:
            self.examples.append(Example(row, error))

    @property
    def advice(self) -> tuple[Messages, Messages]:
        """The code's meaning and hint, or the hint for its kind of input; if another version wrote the code, the first
        row's."""
        known = ERROR_CODES.get(self.code)
        if known is None:
            return self.examples[0].error, self.hint
        return (known.meaning,), self.hint if any(map(is_of_input, self.hint)) else (known.hint,)


class ExampleRow(NamedTuple):
    """A row that needs attention, in words: its number, with its source where there are several, and its error."""

    row: str | int
    error: str


@dataclass(frozen=True, slots=True)
class Reason:
    """Why rows need attention, in words: the ``code`` of the errors, what it means, what to do, how many rows, and the
    first few of them."""

    code: str
    meaning: str
    hint: str
    count: int
    examples: tuple[ExampleRow, ...]


class Causes:
    """Owns the causes of the rows that need attention."""

    def __init__(self) -> None:
        self._causes: dict[str, Cause] = {}

    def add(self, row: Message | int, outcome: Outcome) -> None:
        """Count one more row."""
        cause = self._causes.get(outcome.error_code)
        if cause is None:
            hint = tuple(told for told in outcome.hint if not kinds_of([told]))  # remarks are counted by themselves
            cause = self._causes[outcome.error_code] = Cause(outcome.error_code, hint)
        cause.add(row, outcome.error)

    def found(self) -> tuple[Cause, ...]:
        """The causes, the most frequent first."""
        return tuple(sorted(self._causes.values(), key=lambda cause: -cause.count))
