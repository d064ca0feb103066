"""Which lines of the text that ends a run are good news, odd or bad."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from importer.errors import ExitCode
from importer.models import FINE, Status
from importer.terminal.style import Style

if TYPE_CHECKING:
    from importer.reporter.summary import Summary

_OF_VERDICTS: Final = {ExitCode.OK: Style.GOOD, ExitCode.ROWS_FAILED: Style.ODD}
_WAITING: Final = frozenset({Status.NOT_SENT, Status.NOT_FOUND, Status.KEPT})
_PLAIN: Final = frozenset({Status.EXISTS, Status.UNCHANGED, Status.DUPLICATE, Status.LEFT_OUT, Status.SAME})
"""Fine, and nothing has happened."""


def styles_of(text: str, summary: "Summary") -> Mapping[int, Style]:
    """Return the styles of the verdict, the first line, and of the counts, which follow the first empty one."""
    from importer.reporter.summary import WORDS

    lines, code = text.split("\n"), summary.run.exit_code
    verdict = Style.BAD if code is None else _OF_VERDICTS.get(ExitCode(code), Style.BAD)
    counted = [status for status in WORDS if status in summary.counts]
    first = lines.index("") + 1 if "" in lines else len(lines)
    return {0: verdict} | {
        first + place: _style(status) for place, status in enumerate(counted) if status not in _PLAIN
    }


def _style(status: Status) -> Style:
    return Style.GOOD if status in FINE else Style.ODD if status in _WAITING else Style.BAD
