"""Rules of Parquet and Arrow: values as the cells of a workbook show them, a batch at a time; pyarrow is an extra."""

import builtins
import datetime as dt
import decimal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from pyarrow import feather, parquet

from importer.errors import InputError
from importer.loader.opening import open_table
from importer.loader.table import ReadOptions, Table
from importer.normalizer.text import RoundNumber, UnreadText
from importer.sources.frame import Frame
from importer.sources.frame_cells import cells_of
from importer.sources.meant import inputs_of
from importer.sources.source import Fetching

SHANGHAI = pa.timestamp("ns", tz="Asia/Shanghai")
MOMENT = dt.datetime(2020, 1, 2, 3, 4, 5, 678000)


def opened(folder: Path, columns: dict[str, Any], write: Callable[..., Any] = parquet.write_table) -> Table:
    path = folder / "people.parquet"
    write(pa.table(columns), path)
    return open_table(path, ReadOptions())


def records_of(table: Table) -> list[dict[str, str]]:
    return [dict(zip(table.titles, row.cells, strict=True)) for batch in table.batches() for row in batch]


@pytest.mark.parametrize("write", [parquet.write_table, feather.write_feather])
def test_rows_are_numbered_from_1_under_the_names_of_their_columns(tmp_path: Path, write: Callable[..., Any]) -> None:
    """Of both kinds; a row without text is passed over, and told."""
    table = opened(tmp_path, {"name": ["Ann", None, "Bob"], "email": ["a@x.org", None, None]}, write)
    assert [(row.number, row.cells) for batch in table.batches() for row in batch] == [
        (1, ("Ann", "a@x.org")),
        (3, ("Bob", "")),
    ]
    assert (table.kind, table.header_row) == ("csv", 0)
    assert "1 record has no text in it, and is passed over: 2" in map(str, table.notes)


@pytest.mark.parametrize(
    ("values", "found"),
    [
        pytest.param(pa.array([13800138000]), "13800138000", id="int64"),
        pytest.param(pa.array([2**62 + 1]), str(2**62 + 1), id="19 digits"),
        pytest.param(pa.array([13800138000.0]), "13800138000", id="a number that a gap made a float"),
        pytest.param(pa.array([1.5]), "1.5", id="float"),
        pytest.param(pa.array([float("nan")]), "", id="NaN"),
        pytest.param(pa.array([decimal.Decimal("1.50")]), "1.50", id="decimal"),
        pytest.param(pa.array([decimal.Decimal("0.0000001")]), "0.0000001", id="a small decimal"),
        pytest.param(pa.array([True]), "TRUE", id="boolean"),
        pytest.param(pa.array(["a"]).dictionary_encode(), "a", id="dictionary"),
        pytest.param(pa.array([dt.date(2020, 1, 2)]), "2020-01-02", id="date"),
        pytest.param(pa.array([dt.datetime(2020, 1, 2)]), "2020-01-02", id="midnight"),
        pytest.param(pa.array([MOMENT], pa.timestamp("us")), "2020-01-02 03:04:05.678000", id="timestamp"),
        pytest.param(pa.array([MOMENT], SHANGHAI), "2020-01-02 11:04:05.678000+08:00", id="timestamp with a zone"),
        pytest.param(pa.array([dt.time(3, 4, 5)]), "03:04:05", id="time"),
        pytest.param(pa.array([dt.timedelta(hours=30)]), "30:00:00", id="duration"),
        pytest.param(pa.array([b"text"]), "text", id="text as bytes"),
        pytest.param(pa.array([b"\xff" * 1001]), "(1001 bytes)", id="bytes"),
        pytest.param(pa.array([["a", "b"]]), "a; b", id="list"),
    ],
)
def test_a_value_is_what_a_cell_shows(tmp_path: Path, values: Any, found: str) -> None:
    """No number loses a digit."""
    assert records_of(opened(tmp_path, {"name": ["Ann"], "value": values})) == [{"name": "Ann", "value": found}]


SAME: dict[str, Any] = {
    "float16": pa.array([0.5, 2048, 0.1, None]).cast(pa.float16()),
    "float32": pa.array([0.1, 16777216.0, 4930123456.0, None], pa.float32()),
    "float64": pa.array([0.1, 4930123456, 2.0**53 + 2, float("nan")]),
    "dictionary": pa.array([0.1, 0.2, 0.1, None], pa.float32()).dictionary_encode(),
    "decimal": pa.array([decimal.Decimal("12.00"), decimal.Decimal("12.50"), None, decimal.Decimal(0)]),
    "time": pa.array([dt.time(5, 6, 7, 800_000), dt.time(5), None, dt.time(0, 0, 59)]),
    "moment": pa.array([MOMENT, dt.datetime(2020, 1, 2), None, MOMENT], pa.timestamp("us")),
    "zone": pa.array([MOMENT, MOMENT.replace(microsecond=0), None, MOMENT], SHANGHAI),
    "date": pa.array([dt.date(2020, 1, 2), None, None, dt.date(1970, 1, 1)]),
    "duration": pa.array([dt.timedelta(seconds=90), dt.timedelta(hours=30, milliseconds=5), None, -dt.timedelta(1)]),
    "list": pa.array([["a", "b"], [], None, ["c"]]),
    "numbers": pa.array([[0.1, 2.0], [], None, [1.5]], pa.list_(pa.float32())),
    "bytes": pa.array([b"text", "Zoë".encode(), None, b"\xff" * 1001]),
    "boolean": pa.array([True, False, None, True]),
}


@pytest.mark.parametrize("values", SAME.values(), ids=SAME)
def test_a_table_is_the_same_as_a_file_and_as_a_dataframe(tmp_path: Path, values: Any) -> None:
    """Whatever its columns hold."""
    data = pa.table({"name": ["Ann", "Bob", "Cem", "Dan"], "value": values})
    parquet.write_table(data, tmp_path / "people.parquet")
    known = [record.get("value", "") for record in records_of(open_table(tmp_path / "people.parquet", ReadOptions()))]
    assert known == cells_of(data.to_pandas()["value"])


def test_objects_of_a_dataframe_are_columns_as_those_of_a_file(tmp_path: Path) -> None:
    """Structs, lists of them and maps; the primary of a list comes first, and what is missing costs no column."""
    columns: dict[str, Any] = {
        "name": ["Ann", "Bob", "Cem"],
        "address": [{"city": "Köln", "zip": 50667.0}, None, {"city": "Bonn", "zip": None}],
        "emails": [[{"v": "b@x.org", "primary": False}, {"v": "a@x.org", "primary": True}], [], None],
        "more": pa.array([[("k", "v")], None, []], pa.map_(pa.string(), pa.string())),
        "tags": [["x", "y"], None, ["z"]],
    }
    data = pa.table(columns)
    found = opened(tmp_path, columns)
    (tmp_path / "frame").mkdir()
    for frame in (data, data.to_pandas()):
        (source,) = inputs_of([frame])
        assert isinstance(source, Frame)
        path = source.fetch(Fetching(tmp_path / "frame", 1, lambda: False))
        known = records_of(open_table(path, ReadOptions()))
        assert known == records_of(found)
        assert {"address.city", "emails.2.v", "more.k", "tags"} <= {*known[0]}
        path.unlink()


def test_a_float_that_may_stand_for_others_is_marked(tmp_path: Path) -> None:
    """An amount may be so, a phone number is not."""
    data = opened(tmp_path, {"name": ["Ann"], "value": pa.array([13800000000.0])})
    ((row,),) = data.batches()
    assert (row.cells[1], type(row.cells[1])) == ("13800000000", RoundNumber)


def test_short_floats_within_objects_have_no_digit_that_nobody_wrote(tmp_path: Path) -> None:
    """In structs, maps and lists of them."""
    short = pa.float32()
    columns = {
        "name": ["Ann"],
        "at": pa.array([{"x": 0.1, "y": 0.1}], pa.struct([("x", short), ("y", pa.float64())])),
        "by": pa.array([[("k", 0.2)]], pa.map_(pa.string(), short)),
    }
    assert records_of(opened(tmp_path, columns)) == [{"name": "Ann", "at.x": "0.1", "at.y": "0.1", "by.k": "0.2"}]


def test_objects_are_read_as_those_of_json(tmp_path: Path) -> None:
    """Structs, lists of them, and maps; of columns of one name the second has a number."""
    columns = {
        "address": [{"city": "Köln"}, None],
        "mails": [[{"v": "a"}, {"v": "b"}], None],
        "more": pa.array([[("k", "v")], None], pa.map_(pa.string(), pa.string())),
        "name": ["Ann", "Bob"],
    }
    assert records_of(opened(tmp_path, columns)) == [
        {"address.city": "Köln", "mails.1.v": "a", "mails.2.v": "b", "more.k": "v", "name": "Ann"},
        {"address.city": "", "mails.1.v": "", "mails.2.v": "", "more.k": "", "name": "Bob"},
    ]
    path = tmp_path / "twice.feather"
    feather.write_feather(pa.Table.from_arrays([pa.array(["Ann"]), pa.array(["Bob"])], ["name", "name"]), path)
    assert open_table(path, ReadOptions()).titles == ("name", "name 2")


def test_without_the_extra_the_error_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody else needs pyarrow."""
    path = tmp_path / "people.parquet"
    parquet.write_table(pa.table({"name": ["Ann"]}), path)
    real = builtins.__import__

    def without(name: str, *rest: Any) -> Any:
        if name.partition(".")[0] == "pyarrow":
            raise ImportError(name)
        return real(name, *rest)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(InputError, match="needs pyarrow") as caught:
        open_table(path, ReadOptions())
    assert str(caught.value.hint) == "run pip install 'import-contacts[parquet]', or convert it to CSV"


NO_UTF_8 = pa.array([b"\xff\xfe", b"M", b"L"], pa.binary()).view(pa.string())


@pytest.mark.parametrize(
    ("values", "said"),
    [
        pytest.param(pa.array([2**30, 3, None], pa.date32()), '"1073741824" cannot be read as date32[day]', id="date"),
        pytest.param(pa.array([2**62, 3, None], pa.timestamp("ms")), f'"{2**62}" cannot be read as times', id="moment"),
        pytest.param(pa.array([2**62, 3, None], pa.duration("s")), f'"{2**62}" cannot be read as durat', id="duration"),
        pytest.param(NO_UTF_8, '"��" cannot be read as string', id="no UTF-8"),
        pytest.param(
            pa.StructArray.from_arrays([pa.array([2**30, 3, None], pa.date32())], ["born"]),
            '"…" cannot be read as struct',
            id="within an object",
        ),
    ],
)
def test_a_value_that_cannot_be_read_costs_its_row_alone(tmp_path: Path, values: Any, said: str) -> None:
    """It is told with its column, and what is stored there; the values of the other columns stay."""
    table = opened(tmp_path, {"email": ["a@x.org", "b@x.org", "c@x.org"], "since": values})
    rows = [row for batch in table.batches() for row in batch]
    assert [row.cells[0] for row in rows] == ["a@x.org", "b@x.org", "c@x.org"]
    assert [row.number for row in rows if isinstance(row.cells[-1], UnreadText)] == [1]
    assert isinstance(unread := rows[0].cells[-1], UnreadText)
    assert str(unread.error.message).startswith(f'column "since": {said}')


def test_options_of_texts_are_told(tmp_path: Path) -> None:
    """Neither an encoding, nor a delimiter, nor a sheet says anything of such a file."""
    path = tmp_path / "people.parquet"
    parquet.write_table(pa.table({"name": ["Ann"]}), path)
    told = map(str, open_table(path, ReadOptions(("1",), "gbk", ";")).notes)
    assert {one.partition(":")[0] for one in told} >= {
        "--sheet is not used",
        "--encoding is not used",
        "--delimiter is not used",
    }
