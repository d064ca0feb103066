"""Which cells an error is about, in the input and in its errors file."""

from dataclasses import replace

import pytest

from importer.message import ENGLISH_READER, Message
from importer.models import WHO, CellError
from importer.reporter.errors_layout import ErrorsLayout, reasons
from importer.reporter.result_files import flawed_cells
from tests.support.runs import BAD, GOOD, RUN

TITLES = ("First", "Last", "Mobile", "Phone", "Phone", "Note", "Email")
MAPPING = {
    "First": "first_name",
    "Last": "last_name",
    "Mobile": "phone_number",
    "Phone#2": "phone_number",
    "Email": "email",
}
CELLS = ("Ann", "", "", "12", "34", "x", "bob@", "beyond")


@pytest.mark.parametrize(
    ("flaw", "columns"),
    [
        pytest.param(CellError((Message("no"),), "email", 6), [6], id="the column that it names"),
        pytest.param(CellError((Message("no"),), "", 7), [7], id="a cell beyond the titles"),
        pytest.param(CellError((Message("no"),), "name"), [0, 1], id="of a name every part"),
        pytest.param(CellError((Message("no"),), WHO), [0, 1, 2, 4, 6], id="of a row that is nobody all keys"),
        pytest.param(CellError((Message("no"),), "last_name"), [1], id="of a part of a name that part"),
        pytest.param(CellError((Message("no"),), "phone_number"), [4], id="of several columns those that are filled"),
        pytest.param(CellError((Message("no"),), "email"), [6], id="the only column of its field"),
        pytest.param(CellError((Message("no"),), "identifier"), [], id="none, where no column gave the value"),
    ],
)
def test_a_flaw_has_its_cells(flaw: CellError, columns: list[int]) -> None:
    """Those that it names, else those of its field; the second column called Phone is not the first."""
    run = replace(RUN, titles=TITLES, mapping=MAPPING)
    row = replace(BAD, cells=CELLS, outcome=BAD.outcome._replace(flaws=(flaw,)))
    assert flawed_cells(run, row) == {column: flaw._replace(column=column) for column in columns}


def test_where_no_column_of_a_field_is_filled_the_first_is_meant() -> None:
    """There somebody has to write; a row may have fewer cells than there are titles."""
    run = replace(RUN, titles=TITLES, mapping=MAPPING)
    row = replace(
        BAD, cells=("Ann",), outcome=BAD.outcome._replace(flaws=(CellError((Message("no"),), "phone_number"),))
    )
    assert flawed_cells(run, row) == {2: CellError((Message("no"),), "phone_number", 2)}


@pytest.mark.parametrize(
    ("message", "columns"),
    [
        pytest.param(Message('{field}: "{value}" is another\'s', value="+862160001110"), [3], id="as it was read"),
        pytest.param(
            Message("{what}: {held}", what="taken", held=Message('"{value}" is held', value="+8613800138000")),
            [2],
            id="within another message",
        ),
        pytest.param(Message("{value} is odd", value='"x"'), [2, 3], id="what is in neither cell"),
        pytest.param(Message("no"), [2, 3], id="no value"),
    ],
)
def test_of_two_phone_numbers_the_one_that_is_wrong_is_marked(message: Message, columns: list[int]) -> None:
    """The other is somebody's own, and right: whoever looks for the error there loses time, or a number."""
    run = replace(
        RUN,
        titles=("Name", "Email", "Mobile", "Phone"),
        mapping={"Mobile": "phone_number", "Phone": "phone_number"},
        options={"country": "CN"},
    )
    flaw = CellError((message,), "phone_number")
    cells = ("Ann", "", "138 0013 8000", "(021) 6000-1110")
    row = replace(BAD, cells=cells, outcome=BAD.outcome._replace(flaws=(flaw,)))
    assert [*flawed_cells(run, row)] == columns


def test_errors_of_one_cell_are_one_message() -> None:
    """Each once, in their order, and with the advice on this cell alone."""
    bad = CellError((Message("bad"),), "name", 0, (Message("mend"),))
    flaws = (
        CellError((Message("late"),), "email", 1, (Message("wait"),)),
        bad,
        CellError((Message("worse"),), "name", 0, (Message("mend"),)),
        bad,
    )
    row = replace(BAD, outcome=BAD.outcome._replace(flaws=flaws))
    assert list(flawed_cells(RUN, row).items()) == [
        (0, CellError((Message("bad"), Message("worse")), "name", 0, (Message("mend"),))),
        (1, CellError((Message("late"),), "email", 1, (Message("wait"),))),
    ]


@pytest.mark.parametrize(
    "titles",
    [
        pytest.param(("a", "b", "c"), id="a file of the user's own"),
        pytest.param(("a", "b", "import_error"), id="an errors file"),
        pytest.param(("a", "import_error", "c"), id="an errors file with its columns moved"),
        pytest.param(("import_error", "b", "import_error"), id="with the reason twice"),
        pytest.param(("import_row", "import_error", "c"), id="an errors workbook"),
        pytest.param(("import_row", "b", "c"), id="a column of that name in a file of the user's own"),
    ],
)
@pytest.mark.parametrize("ours_first", [False, True])
def test_a_cell_of_the_input_is_found_in_the_errors_file(titles: tuple[str, ...], ours_first: bool) -> None:
    """What the earlier run added gives way to what this one adds, so that places shift."""
    layout = ErrorsLayout(titles, ours_first)
    row = replace(BAD, cells=("one", "two", "three", "four", "five"))
    written = layout.cells(row)
    for column, cell in enumerate(row.cells):
        place = layout.place(column)
        if column < len(titles) and column not in layout.own:
            assert place is None
        else:
            assert place is not None
            assert written[place] == cell


@pytest.mark.parametrize("ours_first", [False, True])
def test_an_errors_file_hands_on_the_row_of_the_first_file(ours_first: bool) -> None:
    """However often it is corrected and imported; a cell that somebody emptied has the row of this file."""
    first = ErrorsLayout(("Name",), ours_first)
    row = replace(BAD, number=9, cells=("Ann",))
    titles, cells = first.all_titles, tuple(first.cells(row))
    again = ErrorsLayout(titles, ours_first)
    assert again.all_titles == titles
    place = titles.index("import_row")
    assert again.cells(replace(row, number=2, cells=cells))[place] == "9"
    emptied = tuple("" if at == place else cell for at, cell in enumerate(cells))
    assert again.cells(replace(row, number=2, cells=emptied))[place] == "2"


def test_errors_and_what_to_do_stand_in_pairs() -> None:
    """A line each: those of cells once, then what is said of the whole row."""
    flaws = (
        CellError((Message("no email"),), "email", 0, (Message("write one"),)),
        CellError((Message("no email"),), "email", 1, (Message("write one"),)),
        CellError((Message("no phone"),), "phone_number", 2),
    )
    error = (Message("no email"), Message("no phone"), Message("too long"))
    outcome = BAD.outcome._replace(error=error, hint=(Message("write one"), Message("cut it")), flaws=flaws)
    assert [*reasons(outcome, ENGLISH_READER)] == ["no email → write one", "no phone", "too long → cut it"]
    assert [*reasons(GOOD.outcome, ENGLISH_READER)] == []
