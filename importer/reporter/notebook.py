"""A summary as a notebook shows it: how many rows ended how, and the reasons of those that need attention."""

from collections.abc import Iterable, Sequence
from html import escape
from typing import TYPE_CHECKING, Final

from importer.message import Counted, Message, all_of

if TYPE_CHECKING:
    from importer.reporter.causes import Example
    from importer.reporter.summary import Summary

_MOST_CAUSES: Final = 10


def html_of(summary: "Summary") -> str:
    """A small piece of HTML in the language of the call, statuses and codes in the words for programs; every text of
    the input is escaped."""
    tell = summary.tell
    rows = Counted("{number:,} row", "{number:,} rows", summary.rows)
    head = tell(Message("{rows}, exit code {code}", rows=rows, code=summary.exit_code))
    counts = [(str(status), f"{number:,}") for status, number in summary.counts.items()]
    pieces = [f"<p><b>{escape(summary.run.id)}</b>: {escape(head)}</p>", _table(("status", tell(_ROWS)), counts)]
    if found := [one for one in summary.causes[:_MOST_CAUSES] if one.examples]:
        lines = [(one.code, f"{one.count:,}", tell(_first(one.examples[0]))) for one in found]
        pieces.append(_table(("error_code", tell(_ROWS), tell(_FIRST)), lines))
    if report := summary.files.get("report"):
        pieces.append(f"<p>{escape(str(summary.base / report))}</p>")
    return "\n".join(pieces)


_ROWS: Final = Message("rows")
_FIRST: Final = Message("the first")


def _first(example: "Example") -> Message:
    """The row, in its file where there are several, and its error."""
    return Message("row {row}: {error}", row=example.row, error=all_of(example.error))


def _table(titles: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    head = "".join(f"<th>{escape(title)}</th>" for title in titles)
    body = "".join(f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>" for row in rows)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
