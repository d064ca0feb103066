"""Show a comparison of two runs: as text for the terminal, as JSON for programs."""

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, tzinfo
from typing import Final, TypeAlias

from importer.config.settings import Config
from importer.history.comparison import ChangedRow, Comparison, RowGroup
from importer.ledger.records import SourceName
from importer.message import ENGLISH_READER, Counted, Language, Message
from importer.models import Json, option_of
from importer.reporter.summary import STATUS_NAMES, Summary
from importer.reporter.terminal import told
from importer.reporter.verdict import counted, files_of, inboxes_of
from importer.texts import aligned, cited, printable

EXAMPLES: Final = 3
"""Examples of each change in the text."""

EXAMPLES_JSON: Final = 100
"""Examples of each change in the JSON."""

_NUMBERS: Final = frozenset({1, 2, 3, 4})

Line: TypeAlias = Message | str


def as_words(found: Comparison, zone: tzinfo | None = None, language: Language = ENGLISH_READER) -> str:
    """Return what the terminal shows, with times in ``zone`` (``None``: the zone of this machine)."""
    sections: tuple[Iterable[Line], ...] = (
        _runs(found, zone, language),
        [_FORGOTTEN] if found.forgotten else [],
        _settings(found, language),
        _counts(found, language),
        [people_words(found)],
        _transitions(found, language),
        _errors(found, language),
        _fields(found, language),
        _alone(Message("Only in the first run"), found.gone, language),
        _alone(Message("Only in the second run"), found.added, language),
    )
    return told(([*lines] for lines in sections), language)


_FORGOTTEN: Final = Message(
    "The personal data of a run is erased: the comparison recognizes people only if all their data are the same,\n"
    "never refused rows and duplicates, and it cannot show what changed about a person."
)


def _table(rows: Iterable[Sequence[Line]], language: Language, right: frozenset[int] = frozenset()) -> list[str]:
    return aligned([[printable(language.text(cell)) for cell in row] for row in rows], right)


def _runs(found: Comparison, zone: tzinfo | None, language: Language) -> list[str]:
    heads = Message("RUN"), Message("FILE"), Message("WHEN"), Message("INBOX"), Message("ADDRESS")
    lines: list[Sequence[Line]] = [("", *heads)]
    for name, (run, counts, *_) in ((Message("before"), found.before), (Message("after"), found.after)):
        when = f"{datetime.fromisoformat(run.started_at).astimezone(zone):%Y-%m-%d %H:%M}"
        inbox = inboxes_of(Summary(run, counts, {})) or Message("of its rows")
        lines.append((name, run.id, files_of(run), when, inbox, run.base_url))
    return _table(lines, language)


def _settings(found: Comparison, language: Language) -> Iterator[Line]:
    settings: list[tuple[Line, Line, Line]] = [
        (option_of(one.name), setting_words(one.name, one.before), setting_words(one.name, one.after))
        for one in found.settings
    ]
    settings += [
        (Message("column {title}", title=cited(one.name)), value_words(one.before), value_words(one.after))
        for one in found.columns
    ]
    if settings:
        yield Message("Settings that differ")
    for name, before, after in settings:
        change = Message("{name}: {before} -> {after}", name=name, before=before, after=after)
        yield f"  {language.tell(change)}"


def setting_words(name: str, value: Json) -> Line:
    """The value of an option; a record lacks what was left at its default."""
    default = Config.model_fields[name].default if name in Config.model_fields else None
    if value is None and default not in (None, False) and isinstance(default, str | int | float):
        return Message("default ({value})", value=str(default))
    if isinstance(value, bool) or (value is None and default is False):
        return Message("on") if value else Message("off")
    return printable(value) if isinstance(value, str) else value_words(value)


def value_words(value: Json) -> Line:
    """A value, in quotation marks."""
    if isinstance(value, str):
        return cited(value)
    return Message("none") if value is None else printable(json.dumps(value, ensure_ascii=False))


def _counts(found: Comparison, language: Language) -> list[str]:
    before, after = found.before.counts, found.after.counts
    order = [status for status in STATUS_NAMES if status in before or status in after]
    rows: list[tuple[Message, int, int]] = [(STATUS_NAMES[one], before.get(one, 0), after.get(one, 0)) for one in order]
    rows.append((Message("rows"), sum(before.values()), sum(after.values())))
    heads = Message("STATUS"), Message("BEFORE"), Message("AFTER"), Message("DIFFERENCE")
    cells = [(name, f"{a:,}", f"{b:,}", f"{b - a:+,}" if b != a else "0") for name, a, b in rows]
    return _table([heads, *cells], language, _NUMBERS)


def people_words(found: Comparison) -> Message:
    """How many people are in both runs, and in one alone."""
    changed = sum(transition.people.count for transition in found.transitions)
    rows = counted(found.matched)
    if not (changed or found.gone.count or found.added.count or found.fields):
        return Message("Nothing changed: {rows} in both runs, with the same outcomes", rows=rows)
    return Message(
        "{rows} in both runs, {changed:,} with another outcome; {gone:,} only in the first run, {added:,} only in the "
        "second",
        rows=rows,
        changed=changed,
        gone=found.gone.count,
        added=found.added.count,
    )


def _transitions(found: Comparison, language: Language) -> Iterator[Line]:
    if found.transitions:
        yield Message("What became of the rows in both")
    for before, after, people in found.transitions:
        change = Message("{before} -> {after}", before=STATUS_NAMES[before], after=STATUS_NAMES[after])
        yield from _group(people, change, language)


def _errors(found: Comparison, language: Language) -> list[str]:
    heads = Message("ERROR"), Message("SOLVED"), Message("STILL THERE"), Message("NEW"), Message("NO ROW NOW")
    cells = [(code, *(f"{count:,}" for count in counts)) for code, *counts in found.errors]
    return _table([heads, *cells], language, _NUMBERS) if cells else []


def _fields(found: Comparison, language: Language) -> Iterator[Line]:
    if found.fields:
        yield Message("Data that changed for the same person")
    for change in found.fields:
        yield f"{change.count:>9,}  {printable(change.name)}"
        for who, was, became in change.examples:
            edit = Message(
                "{name}: {before} -> {after}", name=who_words(who), before=value_words(was), after=value_words(became)
            )
            yield f"{'':>11}{language.tell(edit)}"


def _alone(title: Message, people: RowGroup, language: Language) -> Iterator[Line]:
    if people.count:
        yield title
        yield from _group(people, Counted("row", "rows", people.count), language)


def _group(people: RowGroup, what: Message, language: Language) -> Iterator[str]:
    yield f"{people.count:>9,}  {language.tell(what)}"
    yield from (f"{'':>11}{language.tell(who_words(example))}" for example in people.examples)


def who_words(example: ChangedRow) -> Message:
    """``row 6 -> 2 "Ann"``, or ``row 6 "Ann"`` if one run lacks the person, or has the same row."""
    sides = ((example.before, example.before_source), (example.after, example.after_source))
    places = [_place(number, source) for number, source in sides if number is not None]
    row = Message("row {row}", row=_both(*{str(place): place for place in places}.values()))
    return Message("{row} {label}", row=row, label=cited(example.label)) if example.label else row


def _both(first: Message | int, second: Message | int | None = None) -> object:
    """The place in one run, or in both."""
    if second is None:
        return first
    if isinstance(first, int) and isinstance(second, int):
        return f"{first} -> {second}"
    return Message("{before} -> {after}", before=first, after=second)


def _place(number: int, source: SourceName) -> Message | int:
    return source.of(number) if any(source) else number


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
