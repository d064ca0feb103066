"""Which cells an error is about, in the input and in its errors file."""

from dataclasses import replace

import pytest

from importer.message import Message
from importer.models import CellError
from importer.reporter.result_files import error_cells, error_place, flawed_cells
from tests.support.runs import BAD, RUN

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
    ],
)
def test_a_cell_of_the_input_is_found_in_the_errors_file(titles: tuple[str, ...]) -> None:
    """The reason of the earlier run is dropped and the new one comes last, so that places shift."""
    row = replace(BAD, cells=("one", "two", "three", "four", "five"))
    written = error_cells(row, titles)
    for column, cell in enumerate(row.cells):
        place = error_place(column, titles)
        if column < len(titles) and titles[column] == "import_error":
            assert place is None
        else:
            assert place is not None
            assert written[place] == cell
