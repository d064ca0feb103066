"""DataFrames as input: the cells that a frame has, with no digit made up, under its own titles and row numbers."""

import asyncio
import datetime as dt
import sys
import tracemalloc
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from importer import ConfigError, InputError, Notice, Settings, import_contacts, import_contacts_async, plan, plan_async
from importer.library.checking import check
from importer.sources.cell_values import text_of
from importer.sources.frame import Frame, frame_of, titles_of
from importer.sources.frame_cells import cells_of
from importer.sources.source import Fetching
from tests.support.service import Service, contacts

PEOPLE = {"Name": ["Ann", "Bob"], "Email": ["ann@example.com", "bob@example.com"]}
REHEARSAL: dict[str, Any] = {"inbox": 407, "sandbox": True}


# -- what a cell becomes ---------------------------------------------------------------------------------------------

BERLIN = "Europe/Berlin"
MISSING = (None, np.nan, pd.NA, pd.NaT, np.datetime64("NaT"), np.timedelta64("NaT", "s"), Decimal("NaN"))


@pytest.mark.parametrize(
    ("column", "texts"),
    [
        pytest.param(pd.Series([4930123456.0, np.nan]), ["4930123456", ""], id="whole numbers beside NaN"),
        pytest.param(pd.Series([4930123456, None], dtype="Int64"), ["4930123456", ""], id="Int64"),
        pytest.param(pd.Series([2**63 - 1]), [str(2**63 - 1)], id="int64, all digits"),
        pytest.param(pd.Series([2**64 - 1], dtype="uint64"), [str(2**64 - 1)], id="uint64"),
        pytest.param(pd.Series([10**30], dtype=object), [str(10**30)], id="a large int of Python"),
        pytest.param(pd.Series([2.0**53 - 1]), [str(2**53 - 1)], id="the last float with all its digits"),
        pytest.param(pd.Series([float(2**53 + 1)]), ["9.007199254740992E+15"], id="a float that may have lost digits"),
        pytest.param(pd.Series([13800000000.0]), ["1.38E+10"], id="a float that was 1.38E+10"),
        pytest.param(pd.Series([-13800000000.0]), ["-1.38E+10"], id="the same below zero"),
        pytest.param(pd.Series([13800000000]), ["13800000000"], id="an integer was never 1.38E+10"),
        pytest.param(pd.Series([2000000.0]), ["2000000"], id="a quantity"),
        pytest.param(pd.Series([12.5, -0.1, 1e-7]), ["12.5", "-0.1", "1e-07"], id="fractions"),
        pytest.param(pd.Series([np.inf]), ["#NUM!"], id="infinity"),
        pytest.param(pd.Series([0.1, 16777215, np.nan], dtype="float32"), ["0.1", "16777215", ""], id="float32"),
        pytest.param(pd.Series([2**24 + 1], dtype="float32"), ["1.6777216E+7"], id="float32 at its bound"),
        pytest.param(pd.Series([4930123456], dtype="float32"), ["4.9301233E+9"], id="float32 without the digits"),
        pytest.param(pd.Series([0.1, None], dtype="Float32"), ["0.1", ""], id="Float32"),
        pytest.param(pd.Series([1.5, None], dtype="Float64"), ["1.5", ""], id="Float64"),
        pytest.param(pd.Series([7.0, np.nan]).astype(pd.SparseDtype(float)), ["7", ""], id="sparse"),
        pytest.param(pd.Series([True, False]), ["TRUE", "FALSE"], id="bool"),
        pytest.param(pd.Series([True, None], dtype="boolean"), ["TRUE", ""], id="nullable boolean"),
        pytest.param(pd.Series([True, None]), ["TRUE", ""], id="bool beside None"),
        pytest.param(pd.Series(["0049", None]), ["0049", ""], id="text with leading zeros"),
        pytest.param(pd.Series(["0049", None], dtype="string"), ["0049", ""], id="string"),
        pytest.param(pd.Series(["DE", None], dtype="category"), ["DE", ""], id="category"),
        pytest.param(pd.Series([7, None], dtype="category"), ["7", ""], id="category of numbers"),
        pytest.param(pd.Series([pd.Timestamp("2024-02-29"), pd.NaT]), ["2024-02-29", ""], id="a date"),
        pytest.param(pd.Series([pd.Timestamp("2024-02-29 12:30")]), ["2024-02-29 12:30:00"], id="a moment"),
        pytest.param(
            pd.Series([pd.Timestamp("2024-02-29", tz=BERLIN)]), ["2024-02-29 00:00:00+01:00"], id="a moment in a zone"
        ),
        pytest.param(
            pd.Series([dt.datetime(2024, 2, 29), dt.date(2024, 3, 1), dt.time(9, 5)], dtype=object),
            ["2024-02-29", "2024-03-01", "09:05:00"],
            id="dates and times of Python",
        ),
        pytest.param(pd.Series(pd.period_range("2024-02", periods=1, freq="M")), ["2024-02"], id="a period"),
        pytest.param(
            pd.Series([Decimal("4930123456.00"), Decimal("1E+10"), Decimal("1.50"), Decimal("NaN"), Decimal("1E+999")]),
            ["4930123456", "10000000000", "1.50", "", "1E+999"],
            id="Decimal",
        ),
        pytest.param(pd.Series(["Zoë".encode(), b"\xff", bytearray(b"x")]), ["Zoë", "\udcff", "x"], id="bytes"),
        pytest.param(pd.Series([b"\xff" * 1001]), ["(1001 bytes)"], id="an image"),
        pytest.param(
            pd.Series([dt.timedelta(hours=30, milliseconds=250), -dt.timedelta(seconds=90), pd.NaT]),
            ["30:00:00.25", "-0:01:30", ""],
            id="durations",
        ),
        pytest.param(pd.Series([65504, 0.1, np.inf], dtype="float16"), ["6.55E+4", "0.1", "#NUM!"], id="float16"),
        pytest.param(
            pd.Series([np.int64(4), np.float32(0.1), np.float64(5), np.bool_(True), np.str_("x")], dtype=object),
            ["4", "0.1", "5", "TRUE", "x"],
            id="scalars of numpy",
        ),
        pytest.param(
            pd.Series([["a@x.de", None, "b@x.de"], ("c", 1.0), {"d"}, np.array([1, 2]), []]),
            ["a@x.de; b@x.de", "c; 1", "d", "1; 2", ""],
            id="lists",
        ),
        pytest.param(
            pd.Series([{"city": "Köln", "on": dt.date(2024, 1, 1), 7: None}]),
            [{"city": "Köln", "on": "2024-01-01", "7": None}],
            id="an object",
        ),
        pytest.param(
            pd.Series([np.array([{"v": 1.0, "primary": True}], dtype=object), [("home", "1")]]),
            [[{"v": "1", "primary": True}], {"home": "1"}],
            id="objects in an array, and a map of Arrow's",
        ),
        pytest.param(pd.Series([[(52.5, 13.4), (48.1, 11.5)]]), ["52.5; 13.4; 48.1; 11.5"], id="points are no map"),
        pytest.param(
            pd.Series([np.array(["2024-01-31T10:00", "NaT"], "datetime64[ns]"), np.array([90], "timedelta64[s]")]),
            ["2024-01-31 10:00:00", "0:01:30"],
            id="moments and durations in an array",
        ),
        pytest.param(
            pd.Series([{"a": one, "b": [one], "c": [{"d": one}, one]} for one in MISSING]),
            [{"a": None, "b": "", "c": [{"d": None}, None]}] * len(MISSING),
            id="what is missing in objects and lists",
        ),
        pytest.param(pd.Series([[one, "x", (one,), {one}] for one in MISSING]), ["x"] * len(MISSING), id="in lists"),
        pytest.param(pd.Series([None, np.nan, pd.NA, pd.NaT, ""], dtype=object), [""] * 5, id="all that is missing"),
    ],
)
def test_a_cell_is_the_text_that_its_value_has(column: "pd.Series[Any]", texts: list[str]) -> None:
    """As a workbook's cell would be."""
    assert cells_of(column) == texts


@pytest.mark.slow
@given(st.integers(1 - 2**53, 2**53 - 1).filter(lambda number: number % 100_000 != 0))
def test_a_whole_number_keeps_its_digits_beside_a_missing_one(number: int) -> None:
    """NaN makes a column of integers one of floats; below 2**53 a float has all their digits."""
    assert cells_of(pd.Series([float(number), np.nan])) == [str(number), ""]


@pytest.mark.slow
@given(st.one_of(st.text(), st.floats(), st.integers(), st.binary(), st.decimals(), st.datetimes(), st.timedeltas()))
def test_every_value_has_a_text(value: object) -> None:
    """Whatever stands in a column of objects."""
    assert isinstance(text_of(value), str)


# -- titles ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("frame", "titles"),
    [
        pytest.param(pd.DataFrame(PEOPLE), ["Name", "Email"], id="unnamed RangeIndex"),
        pytest.param(pd.DataFrame(PEOPLE, index=[0, 1]), ["Name", "Email"], id="numbers that count the rows"),
        pytest.param(pd.DataFrame(PEOPLE, index=[3, 7]), ["Name", "Email"], id="numbers of other rows"),
        pytest.param(pd.DataFrame(PEOPLE, index=["3", "7"]), ["index", "Name", "Email"], id="texts of digits"),
        pytest.param(
            pd.DataFrame(PEOPLE, index=pd.Index([3, 7], name="id")), ["id", "Name", "Email"], id="numbers with a name"
        ),
        pytest.param(pd.DataFrame(PEOPLE, index=["C1", "C2"]), ["index", "Name", "Email"], id="unnamed texts"),
        pytest.param(
            pd.DataFrame(PEOPLE).rename_axis("Customer ID"), ["Customer ID", "Name", "Email"], id="a named index"
        ),
        pytest.param(
            pd.DataFrame(PEOPLE, index=pd.MultiIndex.from_tuples([("K", 1), ("K", 2)], names=["Group", None])),
            ["Group", "level_1", "Name", "Email"],
            id="an index of two levels",
        ),
        pytest.param(pd.DataFrame([["a", "b"]], columns=["Email", "Email"]), ["Email", "Email"], id="duplicates"),
        pytest.param(pd.DataFrame([["a", "b"]]), ["Column 0", "Column 1"], id="no labels"),
        pytest.param(
            pd.DataFrame([["a", "b", "c"]], columns=["Name", None, 2024]),
            ["Name", "Column B", "Column 2024"],
            id="other labels",
        ),
        pytest.param(
            pd.DataFrame([["a", "b"]], columns=pd.MultiIndex.from_tuples([("Phone", "Work"), ("Email", "")])),
            ["Phone Work", "Email"],
            id="MultiIndex",
        ),
    ],
)
def test_titles_are_the_labels(frame: pd.DataFrame, titles: list[str]) -> None:
    """A named index is a column; one without a name is left out if it is whole numbers."""
    assert titles_of(frame) == titles


@pytest.mark.parametrize(("index", "told"), [(None, 0), ([0, 1], 0), (pd.RangeIndex(5, 7), 0), ([3, 7], 1)])
def test_numbers_of_an_index_are_not_left_out_in_silence(index: Any, told: int) -> None:
    """Of a part of a DataFrame, such as ``df[mask]``; a range says nothing that is not known."""
    heard: list[Notice] = []
    import_contacts(pd.DataFrame(PEOPLE, index=index), **REHEARSAL, notice=heard.append)
    left_out = "DataFrame: the index is numbers without a name, and is left out"
    assert [one.text for one in heard].count(left_out) == told


# -- imports ---------------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_a_frame_is_imported_and_not_changed(account: dict[str, Any], service: Service) -> None:
    """Every row with its result, the first being row 1; the same call sends nothing."""
    frame = pd.DataFrame({**PEOPLE, "Customer ID": ["007", "008"], "Phone": [4930123456.0, np.nan]})
    before = frame.copy(deep=True)
    summary = import_contacts(frame, country="DE", **account)
    assert (summary.counts, summary.exit_code, summary.run.file) == ({"created": 2}, 0, "DataFrame")
    assert [(one.row, one.identifier, one.phone_number) for one in summary.results()] == [
        (1, "007", "+4930123456"),
        (2, "008", ""),
    ]
    pd.testing.assert_frame_equal(frame, before)
    sent = len(service.sandbox.contacts)
    assert import_contacts(frame, country="DE", **account).counts == {"unchanged": 2}
    assert len(service.sandbox.contacts) == sent == 2


@pytest.mark.slow
def test_rows_that_need_attention_are_told_with_their_cells() -> None:
    """Errors name row and value; the errors file is a CSV that can be imported as it is."""
    frame = pd.DataFrame({"Name": ["Ann", "Bob"], "Email": ["ann@", "bob@example.com"], "Mobile": [1.38e10, np.nan]})
    summary = import_contacts(frame, **REHEARSAL, country="CN")
    assert [(one.row, one.status, one.error_code) for one in summary.results()] == [
        (1, "invalid", "bad_email"),
        (2, "created", ""),
    ]
    assert "1.38E+10" in next(iter(summary.results())).error
    again = import_contacts(summary.files["errors"], **REHEARSAL, country="CN")
    assert again.counts == {"invalid": 1}


@pytest.mark.slow
def test_a_rounded_number_is_no_phone_number() -> None:
    """pandas reads 1.38E+10 as a float that ends in eight zeros, and no digit of those was ever written."""
    frame = pd.DataFrame({"Name": ["Ann"], "Mobile": [1.38e10], "Email": ["ann@example.com"]})
    (row,) = import_contacts(frame, **REHEARSAL, country="CN").results()
    assert (row.status, row.error_code) == ("invalid", "precision_lost")


@pytest.mark.slow
def test_a_label_that_looks_like_a_value_is_no_row() -> None:
    """A column of figures by day is one, and the labels are no person."""
    frame = pd.DataFrame({"Name": ["Ann"], "Email": ["ann@example.com"], 20240229: [7]})
    assert [one.row for one in import_contacts(frame, **REHEARSAL).results()] == [1]


@pytest.mark.slow
def test_frames_stand_among_files() -> None:
    """One set of people; each row names the frame or the file that it stands in."""
    named = pd.DataFrame(PEOPLE)
    named.attrs["name"] = "berlin"
    summary = import_contacts(pd.DataFrame(PEOPLE), contacts(1), named, **REHEARSAL)
    assert summary.counts == {"created": 3, "duplicate": 2}
    assert [one.file for one in summary.results()] == ["DataFrame", "DataFrame", "contacts.csv", "berlin", "berlin"]


@pytest.mark.slow
def test_two_frames_of_one_name_are_told_apart() -> None:
    """By their places in the call."""
    summary = import_contacts(pd.DataFrame(PEOPLE), pd.DataFrame(PEOPLE), **REHEARSAL)
    assert {one.file for one in summary.results()} == {"1/DataFrame", "2/DataFrame"}


@pytest.mark.parametrize("name", ["a/b", "..", "", "x" * 500, "C:\\x", "\0", "\ud800", 7, None, "Q1.2024"])
def test_a_name_that_is_none_for_a_file_is_no_error(name: object) -> None:
    """It comes from a dictionary that may hold anything."""
    frame = pd.DataFrame(PEOPLE)
    frame.attrs["name"] = name
    assert import_contacts(frame, inbox=407, dry_run=True).counts == {"valid": 2}


@pytest.mark.parametrize(
    ("name", "shown"),
    [("CON", "_CON"), ("Sales 2024/25", "Sales 2024_25"), ("Ga\u0308ste", "Gäste"), ("..", "DataFrame")],
)
def test_the_name_is_one_that_every_system_takes(name: str, shown: str) -> None:
    """It is that of a file and of the run's folder, too."""
    frame = pd.DataFrame(PEOPLE)
    frame.attrs["name"] = name
    source = frame_of(frame)
    assert source is not None
    assert source.shown == shown


@pytest.mark.slow
def test_a_plan_of_a_frame_is_done(account: dict[str, Any]) -> None:
    """By the bytes of its cells: of another frame it is refused."""
    frame = pd.DataFrame(PEOPLE)
    planned = plan(frame, **account)
    assert planned.counts == {"create": 2}
    with pytest.raises(ConfigError, match="other bytes"):
        import_contacts(frame.head(1), plan=planned.run.id, **account)
    assert import_contacts(frame, plan=planned.run.id, **account).counts == {"created": 2}


@pytest.mark.slow
def test_a_frame_is_an_input_of_the_twins_and_of_a_check(account: dict[str, Any], tmp_path: Path) -> None:
    """Of every function that takes files."""
    frame = pd.DataFrame(PEOPLE)
    assert asyncio.run(plan_async(frame, **account)).counts == {"create": 2}
    assert asyncio.run(import_contacts_async(frame, **account)).counts == {"created": 2}
    checked = check(frame, folder=tmp_path, settings=Settings(inbox_id="407"))
    assert checked.run.file == "DataFrame"


@pytest.mark.parametrize(
    "empty",
    [pd.DataFrame(), pd.DataFrame({"Name": []}), pd.DataFrame(index=[1, 2]), pd.DataFrame({"Name": [None, " "]})],
)
def test_an_empty_frame_is_an_input_error(empty: pd.DataFrame) -> None:
    """With the words for what it is, and no path of a temporary file."""
    with pytest.raises(InputError, match=r"DataFrame has no (row with text in it|columns)"):
        import_contacts(empty, **REHEARSAL)


@pytest.mark.slow
@pytest.mark.parametrize("options", [{"encoding": "gb18030"}, {"delimiter": ";"}, {"sheet": "People"}])
def test_options_that_say_how_a_file_is_read_are_for_files(options: dict[str, Any]) -> None:
    """Of frames among files, too."""
    frame = pd.DataFrame({"Name": ["张伟"], "Email": ["zhang@example.com"]})
    (row,) = import_contacts(frame, **REHEARSAL, **options).results()
    assert (row.name, row.status) == ("张伟", "created")


@pytest.mark.slow
@pytest.mark.parametrize("label", ["ann@example.com", "4930123456", "x"])
def test_labels_are_titles_whatever_they_look_like(label: str) -> None:
    """No header is searched: the first row is one, also where it has titles in it."""
    frame = pd.DataFrame({label: ["Name", "Ann"], "Email": ["Email", "ann@example.com"]})
    found = [(one.row, one.email) for one in import_contacts(frame, **REHEARSAL).results()]
    assert found == [(1, "Email"), (2, "ann@example.com")]


def test_a_value_that_has_no_text_is_told_with_its_column() -> None:
    """Whatever its class raises."""

    class Mute:
        def __str__(self) -> str:
            raise ValueError("no words")

    with pytest.raises(InputError, match="column Email cannot be read as text: no words"):
        import_contacts(pd.DataFrame({"Name": ["Ann"], "Email": [Mute()]}), **REHEARSAL)


@pytest.mark.slow
@example(["a \ud800 that no encoding has"])
@given(st.lists(st.text(st.characters(exclude_categories=())).map(lambda text: f"x{text}"), min_size=1, max_size=5))
def test_any_text_becomes_a_file(tmp_path_factory: pytest.TempPathFactory, texts: list[str]) -> None:
    """Quotation marks, line ends, lone surrogates: nothing of a cell ends it."""
    frame = pd.DataFrame({"Name": pd.Series(texts, dtype=object)})
    fetched = Frame(frame).fetch(Fetching(tmp_path_factory.mktemp("frame"), 30.0, lambda: False))
    assert fetched.stat().st_size > len(texts)


# -- tables of other libraries ---------------------------------------------------------------------------------------

LARGE = 2**60 + 1


def of_polars() -> Any:
    return pytest.importorskip("polars").DataFrame({**PEOPLE, "Customer ID": [LARGE, None]})


def of_pyarrow() -> Any:
    return pytest.importorskip("pyarrow").table({**PEOPLE, "Customer ID": [LARGE, None]})


@pytest.mark.slow
@pytest.mark.parametrize("made", [of_polars, of_pyarrow])
def test_a_table_of_another_library_keeps_its_digits(made: Callable[[], Any]) -> None:
    """Whole numbers beside missing ones too, which the library's own to_pandas makes floats."""
    summary = import_contacts(made(), **REHEARSAL)
    assert [one.identifier for one in summary.results()] == [str(LARGE), ""]


def test_any_table_that_becomes_a_dataframe_is_one() -> None:
    """By its method."""

    class Table:
        def to_pandas(self) -> pd.DataFrame:
            return pd.DataFrame(PEOPLE)

    assert import_contacts(Table(), **REHEARSAL).counts == {"created": 2}


@pytest.mark.slow
def test_a_table_that_pyarrow_makes_nothing_of_is_made_by_its_own_library() -> None:
    """Lists of polars; and whatever a library raises is told as what it is."""
    polars = pytest.importorskip("polars")
    people = polars.DataFrame({**PEOPLE, "Tags": [["a", "b"], []]})
    assert import_contacts(people, **REHEARSAL).counts == {"created": 2}

    class Table:
        def to_pandas(self) -> pd.DataFrame:
            raise RuntimeError("no memory")

    with pytest.raises(ConfigError, match="Table cannot become a DataFrame: no memory"):
        import_contacts(Table(), **REHEARSAL)


def test_without_its_library_the_hint_says_what_to_do() -> None:
    """polars makes a DataFrame by pyarrow."""

    class Table:
        def to_pandas(self) -> pd.DataFrame:
            raise ModuleNotFoundError("pyarrow is required")

    with pytest.raises(ConfigError, match="Table cannot become a DataFrame: pyarrow is required") as raised:
        import_contacts(Table(), **REHEARSAL)
    assert "install" in str(raised.value.hint)


def test_a_column_is_no_table() -> None:
    """polars' Series has to_pandas too."""

    class Series:
        def to_pandas(self) -> "pd.Series[str]":
            return pd.Series(["ann@example.com"])

    with pytest.raises(ConfigError, match="Series is no DataFrame"):
        import_contacts(Series(), **REHEARSAL)


@pytest.mark.parametrize(
    ("given", "hint"),
    [
        (["a.csv", "b.csv"], "import_contacts(*files)"),
        ((name for name in "ab"), "import_contacts(*files)"),
        (pd.Series(["ann@example.com"]), "data.to_frame()"),
        (PEOPLE, "pandas.DataFrame(data)"),
        (7, "as a text or a Path"),
        ("-", "sys.stdin.buffer"),
    ],
    ids=["a list", "a generator", "a column", "a dictionary", "a number", "the command line's standard input"],
)
def test_what_is_no_input_is_told_with_what_to_give(given: Any, hint: str) -> None:
    """The error names how several files, a column and standard input are given."""
    with pytest.raises(ConfigError) as raised:
        import_contacts(given, **REHEARSAL)
    assert hint in str(raised.value.hint)


@pytest.mark.slow
def test_hints_of_a_frame_are_about_the_frame() -> None:
    """Nobody formats a column of a DataFrame in a spreadsheet; that of a file stays."""
    frame = pd.DataFrame({"Name": ["Ann"], "Phone": [4.9301234567e18]})
    summary = import_contacts(frame, **REHEARSAL)
    (row,) = summary.results()
    assert row.error_code == "precision_lost"
    assert "dtype=str" in row.hint
    assert "dtype=str" in summary.reasons[0].hint
    assert "format the column" not in Path(summary.files["report"]).read_text(encoding="utf-8")


def test_what_is_no_table_is_none() -> None:
    """A path, an open file, a dictionary."""
    assert [frame_of(one) for one in ("x.csv", Path("x.csv"), sys.stdin, PEOPLE)] == [None] * 4


# -- size ------------------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_a_long_frame_is_written_in_parts(tmp_path: Path) -> None:
    """Its texts are never all in memory: a part of ten thousand rows at a time."""
    frame = pd.DataFrame({"Name": "Ann", "Email": "ann@example.com", "Customer ID": range(60_000)})
    tracemalloc.start()
    try:
        Frame(frame).fetch(Fetching(tmp_path, 30.0, lambda: False))
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most < 12_000_000
    assert (tmp_path / "DataFrame").read_bytes().count(b"\n") == 60_002


def test_a_run_that_is_given_up_ends_the_writing(tmp_path: Path) -> None:
    """Nobody reads the rest."""
    frame = pd.DataFrame({"Name": range(50_000)})
    Frame(frame).fetch(Fetching(tmp_path, 30.0, lambda: True))
    assert (tmp_path / "DataFrame").read_bytes().count(b"\n") == 2


@pytest.mark.slow
def test_results_go_back_into_the_frame() -> None:
    """As docs/library.md says: by ``row``."""
    frame = pd.DataFrame({"Name": ["Ann", None, "Bob"], "Email": ["ann@example.com", None, "bob@"]})
    found = import_contacts(frame, **REHEARSAL).to_dataframe()
    back = frame.assign(status=found.set_index(frame.index[found["row"] - 1])["status"])
    assert [*back["status"].fillna("")] == ["created", "", "invalid"]
