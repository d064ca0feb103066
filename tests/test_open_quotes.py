"""Rules of quotation marks that are never closed: each costs its own row, and cells of several lines stay."""

import csv
import io
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from importer.loader.csv_dialect import Dialect, detect_dialect
from importer.loader.csv_grammar import Grammar
from importer.loader.open_quotes import OPENED, Settler, columns_of
from importer.loader.opening import open_table
from importer.loader.table import ReadOptions
from importer.normalizer.text import OPEN_QUOTE
from tests.support.examples import examples
from tests.support.service import invoke, results

Cells = tuple[str, ...]

TITLES = ("Name", "Phone", "Email", "Notes")
NAMES = ["Ann", "Bob", "Cy", "Di", "Eve", "Fay", "Gus", "Hal", "Ina", "Jo", "Kim", "Lou"]


def person(at: int, note: str = "") -> Cells:
    return f"{NAMES[at]} Lee", f"+14155552{at:03}", f"{NAMES[at].lower()}@example.com", note


def lines_of(changed: dict[int, str], *, delimiter: str = ",", quoted: bool = False) -> list[str]:
    """The lines of a table of people; ``changed`` are those that are otherwise, by the person's place."""
    people = [person(at) for at in range(len(NAMES))]
    mark = '"' if quoted else ""
    lines = [delimiter.join(f"{mark}{cell}{mark}" for cell in cells) for cells in (TITLES, *people)]
    return [lines[0], *(changed.get(at, line) for at, line in enumerate(lines[1:]))]


def read(path: Path, text: str) -> list[tuple[int, Cells]]:
    """The rows of a file, as their numbers and cells."""
    path.write_text(text, encoding="utf-8", newline="")
    return [(number, cells) for batch in open_table(path, ReadOptions()).batches() for number, cells in batch]


def opened(rows: Sequence[tuple[int, Cells]]) -> list[int]:
    """The numbers of the rows with an open quotation mark."""
    return [number for number, cells in rows if OPEN_QUOTE in "".join(cells)]


EVE, JO = "Eve Lee,+14155552004,eve@example.com", "Jo Lee,+14155552009,jo@example.com"
FOUND = {
    "the next mark opens a cell": {4: f'{EVE},"call after 5', 9: f'{JO},"vip, old customer"'},
    "the next mark is an inch sign inside a cell": {4: f'{EVE},"call after 5', 9: f'{JO},19" rack'},
    "the next mark begins a word": {4: f'{EVE},"call after 5', 9: f'{JO},says "hi"'},
    "the next mark opens the same cell": {4: f'"{EVE},', 6: '"Gus Lee",+14155552006,gus@example.com,'},
    "the next cell is empty, in marks": {4: f'{EVE},"call after 5', 9: f'{JO},""', 10: 'Kim Lee,,kim@example.com,"x"'},
    "the next record has several lines": {4: f'{EVE},"call after 5', 5: 'Fay Lee,,fay@example.com,"a\nb,\nc"'},
    "nothing follows": {11: 'Lou Lee,+14155552011,lou@example.com,"call'},
    "all rows below are sound": {4: f'{EVE},"call after 5'},
    "the cell has several lines": {4: f'{EVE},"call after 5\nor, better\n\nnot', 9: f'{JO},"vip"'},
    "the cell begins with a doubled mark": {4: f'{EVE},"""call"" after 5', 9: f'{JO},"vip"'},
    "a row without an address follows": {4: f'{EVE},"call', 5: "Fay Lee,,,", 6: "Gus Lee,,,x", 9: f'{JO},"vip"'},
    "the closing one is missing before a cell in marks": {4: '"Eve Lee,"+14155552004","eve@example.com",""'},
}


@pytest.mark.parametrize("changed", FOUND.values(), ids=FOUND)
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("quoted", [False, True], ids=["", "all in marks"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"], ids=["LF", "CRLF", "CR"])
def test_a_mark_that_is_never_closed_costs_its_own_row(
    tmp_path: Path, changed: dict[int, str], delimiter: str, quoted: bool, end: str
) -> None:
    """Wherever the next one stands, every other person is read."""
    swapped = {at: line.replace(",", delimiter) for at, line in changed.items()}
    text = "\n".join(lines_of(swapped, delimiter=delimiter, quoted=quoted)) + "\n"
    rows = read(tmp_path / "x.csv", text.replace("\n", end))
    assert opened(rows) == [min(changed) + 2]
    assert [(number, cells[0]) for number, cells in rows if number != min(changed) + 2] == [
        (at + 2, f"{name} Lee") for at, name in enumerate(NAMES) if at != min(changed)
    ]


def test_single_quotation_marks_are_closed_too(tmp_path: Path) -> None:
    """Where cells stand in them."""
    text = "'name','email'\n'Ann','a@x.org'\n'Bob,'b@x.org'\n'Cy','c@x.org\n'Di','d@x.org'\n'Ed','e@x.org'\n"
    rows = read(tmp_path / "x.csv", text)
    assert opened(rows) == [3, 4]
    assert [cells for number, cells in rows if number > 4] == [("Di", "d@x.org"), ("Ed", "e@x.org")]


def test_an_escaped_mark_closes_nothing(tmp_path: Path) -> None:
    """A backslash stands before it."""
    text = 'name,email\n"Pat \\"Red\\" Hill",p@x.org\n"Kit \\"K\\",k@x.org\n"Bo \\"B\\" Ek",b@x.org\nCy,c@x.org\n'
    rows = read(tmp_path / "x.csv", text)
    assert (opened(rows), [cells[0] for _, cells in rows][2:]) == ([3], ['Bo "B" Ek', "Cy"])


def test_a_line_in_marks_may_lack_its_last() -> None:
    """Where whole records are in quotation marks."""
    people = [f'"{name},""{name}@x.org"",""a, b"""' for name in NAMES]
    people[4] = people[4][:-1]
    records = Dialect(",", wrapped=True).records("\n".join(['"Name,""Email"",""Notes"""', *people]))
    assert [cells[0] for cells in records[1:]] == [*NAMES[:4], OPENED + NAMES[4], *NAMES[5:]]


HONEST = {
    "an address": ("12 High St\nLondon\nUK", "12 High St, London"),
    "commas in lines": ("first, second\nthird, fourth, fifth, sixth\n", "a, b"),
    "a record with its end": ("She wrote:\nBob Ray,+14155552001,bob@example.com,vip", "x"),
    "two records in the middle": (f"{EVE},vip\n{JO},vip\nthanks", 'says "hi"'),
    "a record with marks": (f'{EVE},"vip"\n{JO},""', '19"'),
    "blank lines": ("\n\na\n\n", "\n"),
    "marks alone": ('"', '""\n""'),
    "inches": ('19"\n5"', '5"'),
}


@pytest.mark.parametrize("notes", HONEST.values(), ids=HONEST)
@pytest.mark.parametrize("quoting", [csv.QUOTE_MINIMAL, csv.QUOTE_ALL])
@pytest.mark.parametrize("place", [0, 2, 4])
def test_cells_of_several_lines_stay_what_they_are(tmp_path: Path, notes: Cells, quoting: int, place: int) -> None:
    """Whatever the lines have in them, and wherever the column stands, below another file's open mark as well."""
    people = [(*person(at)[:3][:place], notes[at % 2], *person(at)[:3][place:]) for at in range(len(NAMES))]
    titles = (*TITLES[:3][:place], "Notes", *TITLES[:3][place:])
    out = io.StringIO(newline="")
    csv.writer(out, quoting=quoting, lineterminator="\n").writerows([titles, *people])  # type: ignore[arg-type]
    text = out.getvalue()
    assert [cells for _, cells in read(tmp_path / "x.csv", text)] == people
    assert "".join(settler(text)([text])) == text


def test_what_cannot_be_decided_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The mark that closes a cell may be an inch sign, and all lines are people: the row is invalid, and says so."""
    monkeypatch.chdir(tmp_path)
    Path("x.csv").write_text("\n".join(lines_of({4: f'{EVE},"call after 5', 6: 'Gus Lee,,gus@example.com,19"'})))
    assert invoke("x.csv", "--inbox", 407, "--dry-run").exit_code == 1
    (told,) = [row for row in results() if row["status"] != "valid"]
    assert (told["row"], told["error_code"]) == ("6", "open_quote")
    assert "unless 2 further lines belong to the cell" in told["error"]
    assert len(results()) == len(NAMES) - 2


def test_a_mark_in_doubt_that_closes_one_line_is_none(tmp_path: Path) -> None:
    """A cell of one line may end with an inch sign."""
    assert opened(read(tmp_path / "x.csv", "\n".join(lines_of({4: f'{EVE},"a 19"""', 6: f'{JO},"call 19"'})))) == []


# --- properties


def settler(text: str, delimiter: str = ",", quote: str = '"') -> Settler:
    grammar = Grammar(delimiter, quote)
    return Settler(grammar, columns_of(grammar, text))


INSIDE = st.text(st.sampled_from('ab ,;"\n1李'), max_size=6).map(lambda text: f"x{text}x")
ANY = st.text(st.sampled_from('ab ,;"\n1@李'), max_size=8)
NOTES = st.lists(INSIDE, min_size=6, max_size=len(NAMES))


def written(rows: Sequence[Cells], delimiter: str, quoting: int, end: str) -> str:
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=delimiter, quoting=quoting, lineterminator=end).writerows(rows)  # type: ignore[arg-type]
    return out.getvalue()


DELIMITER, QUOTING = st.sampled_from(",;\t"), st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL])
END = st.sampled_from(["\n", "\r\n"])


@pytest.mark.slow
@settings(deadline=None, max_examples=examples(400))
@given(st.lists(ANY, min_size=2, max_size=len(NAMES)), DELIMITER, QUOTING, END)
def test_whatever_people_have_in_their_cells_is_read_back(
    notes: list[str], delimiter: str, quoting: int, end: str
) -> None:
    """No text of the csv module has anything to settle."""
    rows = [TITLES, *(person(at, note) for at, note in enumerate(notes))]
    text = written(rows, delimiter, quoting, end)
    dialect = Dialect(delimiter, settler=settler(text, delimiter))
    assert [tuple(cells) for cells in dialect.records(text)] == rows


@pytest.mark.slow
@settings(deadline=None, max_examples=examples(400))
@given(NOTES, DELIMITER, QUOTING, END, st.data())
def test_taking_away_a_closing_mark_loses_no_other_row(
    notes: list[str], delimiter: str, quoting: int, end: str, data: st.DataObject
) -> None:
    """And all but its own row are what they were, wherever the blocks of the text end."""
    rows = [TITLES, *(person(at, note) for at, note in enumerate(notes))]
    lines = [written([cells], delimiter, quoting, end) for cells in rows]
    cut = data.draw(st.sampled_from([at for at, line in enumerate(lines) if at and '"' in line] or [0]))
    closing = [at for at in range(len(lines[cut])) if closes(lines[cut], at, delimiter)]
    gone = data.draw(st.sampled_from(closing or [-1]))
    lines[cut] = lines[cut][:gone] + lines[cut][gone + 1 :] if closing else lines[cut]
    text, size = "".join(lines), data.draw(st.integers(1, 40))
    settle = settler(text, delimiter)
    whole = "".join(settle([text]))
    assert "".join(settle(text[at : at + size] for at in range(0, len(text), size))) == whole
    found = [tuple(cells) for cells in Dialect(delimiter).records(whole)]
    assert [cells for cells in found if OPENED not in "".join(cells)] == [
        cells for at, cells in enumerate(rows) if at != cut or not closing
    ]


def closes(line: str, at: int, delimiter: str) -> bool:
    """Whether the mark at a place closes a cell."""
    in_marks = line[at] == '"' and line[:at].count('"') % 2 == 1
    return in_marks and line[at + 1 : at + 2] in (delimiter, "\r", "\n")


def test_the_decision_is_the_same_wherever_a_block_ends() -> None:
    """A cell of several lines stands in two blocks."""
    text = "\n".join(lines_of({4: f'{EVE},"call after 5', 6: 'Gus Lee,,g@x.org,"a\nb"', 9: f'{JO},"vip"'}))
    settle = settler(text)
    assert {"".join(settle([text[:at], text[at:]])) for at in range(len(text))} == {"".join(settle([text]))}
    assert "".join(settle([text])).count(OPENED) == 1


def test_a_sound_text_is_not_touched() -> None:
    """It is read by pandas as it stands, cells of several lines too."""
    text = "\n".join(lines_of({4: f'{EVE},"call after\nfive"', 6: '"Gus, Lee",,gus@example.com,19" rack'}))
    assert detect_dialect(text).settled(text, [text]).is_plain


LONG = 600_000
"""More characters than are looked through at once."""


@pytest.mark.parametrize(
    "cell",
    [
        pytest.param("x" * LONG, id="without a mark"),
        pytest.param('"' + "x" * LONG + '"', id="in marks"),
        pytest.param('"' + "line, of a note\n" * (LONG // 16) + '"', id="of many lines"),
        pytest.param("x" * LONG + '" and more', id="with a mark inside"),
    ],
)
def test_what_is_longer_than_can_be_looked_through_stays(tmp_path: Path, cell: str) -> None:
    """It is read as if nothing were to settle, and the rows around it too."""
    text = "".join(f"{line}\r\n" for line in lines_of({}, quoted=True)[:3])
    found = read(tmp_path / "long.csv", f"{text}{cell}\r\n")
    assert [cells[0] for _, cells in found[:2]] == ["Ann Lee", "Bob Lee"]
    assert len(found) == 3
    assert not opened(found)


def test_a_mark_that_opens_a_very_long_rest_is_told(tmp_path: Path) -> None:
    """Nothing says where the cell ends: the file is refused, or the row named, and it does not take for ever."""
    path = tmp_path / "long.csv"
    text = "".join(f"{line}\r\n" for line in lines_of({})[:3])
    path.write_text(text + 'Cy Lee,,,"' + "x" * LONG + "\r\n", encoding="utf-8", newline="")
    done = invoke(path, "--inbox", 407, "--dry-run")
    assert done.exit_code in (1, 3)
    assert "quot" in done.output


def test_a_record_of_very_many_cells_is_refused(tmp_path: Path) -> None:
    """With its number, and at once: each of its cells is looked at once."""
    path = tmp_path / "long.csv"
    path.write_text("Name,Email\nAnn,ann@x.org\n" + '"x",' * (LONG // 4) + '"y"\n', encoding="utf-8")
    done = invoke(path, "--inbox", 407, "--dry-run")
    assert done.exit_code == 3
    assert "record 3 has" in done.output
