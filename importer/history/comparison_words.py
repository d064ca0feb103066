"""Show a comparison of two runs: as text for the terminal, as JSON for programs."""

import json
from datetime import datetime, tzinfo
from typing import Final

from importer.history.comparison import ChangedRow, Comparison, RowGroup
from importer.models import Json, Status, option_of
from importer.reporter.summary import WORDS, Summary
from importer.reporter.verdict import counted, inboxes_of
from importer.texts import aligned, cited, printable

EXAMPLES: Final = 3
"""Examples of each change in the text."""

EXAMPLES_JSON: Final = 100
"""Examples of each change in the JSON."""

_FORGOTTEN: Final = (
    "The personal data of a run is erased: the comparison recognizes people only if all their data are the same,",
    "never refused rows and duplicates, and it cannot show what changed about a person.",
)
_NUMBERS: Final = frozenset({1, 2, 3, 4})


def as_words(found: Comparison, zone: tzinfo | None = None) -> str:
    """Return what the terminal shows, with times in ``zone`` (``None``: the zone of this machine)."""
    sections = (
        _runs(found, zone),
        [*_FORGOTTEN] if found.forgotten else [],
        _settings(found),
        _counts(found),
        [_people(found)],
        _transitions(found),
        _errors(found),
        _fields(found),
        _alone("Only in the first run", found.gone),
        _alone("Only in the second run", found.added),
    )
    return "\n\n".join("\n".join(lines) for lines in sections if lines)


def _runs(found: Comparison, zone: tzinfo | None) -> list[str]:
    lines = [("", "RUN", "FILE", "WHEN", "INBOX", "ADDRESS")]
    for name, (run, counts, *_) in (("before", found.before), ("after", found.after)):
        when = f"{datetime.fromisoformat(run.started_at).astimezone(zone):%Y-%m-%d %H:%M}"
        inbox = str(inboxes_of(Summary(run, counts, {}))) or "of its rows"
        lines.append((name, printable(run.id), printable(run.file), when, inbox, printable(run.base_url)))
    return aligned(lines)


def _settings(found: Comparison) -> list[str]:
    options = [(option_of(name), *values) for name, *values in found.settings]
    columns = [(f"column {cited(name)}", *values) for name, *values in found.columns]
    lines = [f"  {name}: {_value(before)} -> {_value(after)}" for name, before, after in options + columns]
    return ["Settings that differ", *lines] if lines else []


def _value(value: Json) -> str:
    if isinstance(value, str):
        return cited(value)
    return "none" if value is None else printable(json.dumps(value, ensure_ascii=False))


def _counts(found: Comparison) -> list[str]:
    before, after = found.before.counts, found.after.counts
    order = [status for status in (*WORDS, Status.PENDING, Status.SENT) if status in before or status in after]
    rows = [(str(status), before.get(status, 0), after.get(status, 0)) for status in order]
    rows.append(("rows", sum(before.values()), sum(after.values())))
    cells = [(name, f"{a:,}", f"{b:,}", f"{b - a:+,}" if b != a else "0") for name, a, b in rows]
    return aligned([("STATUS", "BEFORE", "AFTER", "DIFFERENCE"), *cells], _NUMBERS)


def _people(found: Comparison) -> str:
    changed = sum(transition.people.count for transition in found.transitions)
    others = f"{found.gone.count:,} only in the first run, {found.added.count:,} only in the second"
    if not (changed or found.gone.count or found.added.count or found.fields):
        return f"Nothing changed: {counted(found.matched)} in both runs, with the same outcomes"
    return f"{counted(found.matched)} in both runs, {changed:,} with another outcome; {others}"


def _transitions(found: Comparison) -> list[str]:
    lines = ["What became of the rows in both"] if found.transitions else []
    for transition in found.transitions:
        lines += _group(transition.people, f"{transition.before} -> {transition.after}")
    return lines


def _errors(found: Comparison) -> list[str]:
    cells = [(code, *(f"{count:,}" for count in counts)) for code, *counts in found.errors]
    return aligned([("ERROR", "SOLVED", "STILL THERE", "NEW", "NO ROW NOW"), *cells], _NUMBERS) if cells else []


def _fields(found: Comparison) -> list[str]:
    lines = ["Data that changed for the same person"] if found.fields else []
    for change in found.fields:
        lines.append(f"{change.count:>9,}  {printable(change.name)}")
        for who, was, became in change.examples:
            lines.append(f"{'':>11}{_who(who)}: {_value(was)} -> {_value(became)}")
    return lines


def _alone(title: str, people: RowGroup) -> list[str]:
    return [title, *_group(people, "row" if people.count == 1 else "rows")] if people.count else []


def _group(people: RowGroup, what: str) -> list[str]:
    return [f"{people.count:>9,}  {what}", *(f"{'':>11}{_who(example)}" for example in people.examples)]


def _who(example: ChangedRow) -> str:
    """``row 6 -> 2 "Ann"``, or ``row 6 "Ann"`` if one run lacks the person."""
    numbers = " -> ".join(str(number) for number in (example.before, example.after) if number is not None)
    return f"row {numbers} {cited(example.label)}" if example.label else f"row {numbers}"


def changes_json(found: Comparison) -> dict[str, Json]:
    """Return the comparison as JSON: the runs as summaries, ``people`` as counts, each change with its examples."""
    return {
        "before": Summary(found.before.run, found.before.counts, {}).as_json(),
        "after": Summary(found.after.run, found.after.counts, {}).as_json(),
        "settings": [setting._asdict() for setting in found.settings],
        "columns": [setting._asdict() for setting in found.columns],
        "people": {"in_both": found.matched, "only_before": found.gone.count, "only_after": found.added.count},
        "transitions": [
            {"before": one.before, "after": one.after, "count": one.people.count, "examples": _listed(one.people)}
            for one in found.transitions
        ],
        "errors": [one._asdict() for one in found.errors],
        "fields": [
            {
                "field": one.name,
                "count": one.count,
                "examples": [_rows_of(edit.who) | {"was": edit.before, "became": edit.after} for edit in one.examples],
            }
            for one in found.fields
        ],
        "only_before": _listed(found.gone),
        "only_after": _listed(found.added),
    }


def _listed(people: RowGroup) -> list[Json]:
    return [_rows_of(example) for example in people.examples]


def _rows_of(example: ChangedRow) -> dict[str, Json]:
    return {"row_before": example.before, "row_after": example.after, "label": example.label}
