"""Rules of JSON: the list of contacts is found by what is in it, values are as they are written, and a record that is
broken costs itself alone."""

import gc
import json
import string
import time
import tracemalloc
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from importer.errors import InputError
from importer.loader.opening import open_table
from importer.loader.records.json_document import Found, choose, records_at
from importer.loader.records.json_texts import pieces
from importer.loader.records.json_values import decoded, flat
from importer.loader.records.record import MOST_TITLES
from importer.loader.table import ReadOptions, Table
from importer.normalizer.text import UnreadText
from importer.texts import NOT_READ
from tests.support.rows import records_of, rows_of

ANN = {"name": "Ann Lee", "email": "ann@example.org"}
BOB = {"name": "Bob Ray", "email": "bob@example.org"}


def opened(folder: Path, content: str | bytes, **options: Any) -> Table:
    path = folder / "people.json"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return open_table(path, ReadOptions(**options))


def faults(table: Table) -> dict[int, str]:
    """What is wrong with the rows that could not be read."""
    return {
        row.number: str(row.cells[-1].error.message) for row in rows_of(table) if isinstance(row.cells[-1], UnreadText)
    }


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(json.dumps([ANN, BOB]), id="a list"),
        pytest.param(json.dumps([ANN, BOB], indent=2), id="a list over several lines"),
        pytest.param(json.dumps({"contacts": [ANN, BOB], "total": 2}), id="a list in an object"),
        pytest.param(json.dumps({"a": {"b": {"rows": [ANN, BOB]}}}, indent=0), id="a list deep in objects"),
        pytest.param(json.dumps({"tags": [{"tag": "x"}] * 9, "people": [ANN, BOB]}), id="beside a longer list"),
        pytest.param(f"{json.dumps(ANN)}\n{json.dumps(BOB)}\n", id="lines"),
        pytest.param(f"{json.dumps(ANN)}\r\n\r\n{json.dumps(BOB)}", id="lines of Windows, one of them blank"),
        pytest.param(f"{json.dumps(ANN)},\n{json.dumps(BOB)},\n", id="lines with commas"),
        pytest.param(f"{json.dumps(ANN, indent=1)}\n{json.dumps(BOB, indent=1)}", id="objects over several lines"),
        pytest.param(f"{json.dumps(ANN)}{json.dumps(BOB)}", id="objects in one line"),
        pytest.param(f"\x1e{json.dumps(ANN)}\n\x1e{json.dumps(BOB)}\n", id="a text sequence (RFC 7464)"),
        pytest.param(json.dumps([ANN, BOB]).encode("utf-8-sig"), id="a byte order mark"),
        pytest.param(json.dumps([ANN, BOB]).encode("utf-16"), id="UTF-16"),
        pytest.param(json.dumps([ANN, BOB]).encode("utf-16-le"), id="UTF-16 without a mark"),
        pytest.param(f"{json.dumps(ANN)}\n{json.dumps(BOB)}\n".encode("utf-16-be"), id="lines in UTF-16"),
        pytest.param(json.dumps({"name": ["Ann Lee", "Bob Ray"], "email": [ANN["email"], BOB["email"]]}), id="columns"),
        pytest.param(
            json.dumps({"name": {"0": "Ann Lee", "7": "Bob Ray"}, "email": {"0": ANN["email"], "7": BOB["email"]}}),
            id="columns by an index, as pandas writes them",
        ),
    ],
)
def test_the_contacts_are_found_in_every_shape(tmp_path: Path, content: str | bytes) -> None:
    """A record is a row, numbered from 1, and its keys are the titles."""
    table = opened(tmp_path, content)
    assert records_of(table) == [ANN, BOB]
    assert [row.number for row in rows_of(table)] == [1, 2]
    assert (table.kind, table.header_row, table.delimiter) == ("csv", 0, None)


def test_an_object_with_a_contact_for_each_key_keeps_the_keys(tmp_path: Path) -> None:
    """They may be the ids."""
    assert records_of(opened(tmp_path, json.dumps({"u1": ANN, "u2": BOB}))) == [
        {"key": "u1", **ANN},
        {"key": "u2", **BOB},
    ]


def test_a_list_of_lists_has_its_titles_in_the_first(tmp_path: Path) -> None:
    """Rows are numbered as they stand; without titles the columns have letters."""
    table = opened(tmp_path, '[["name", "email"], ["Ann Lee", "ann@example.org"], ["Bob", null]]')
    assert records_of(table) == [ANN, {"name": "Bob"}]
    assert [row.number for row in rows_of(table)] == [2, 3]
    assert records_of(opened(tmp_path, '[["Tel", "Tel"], [1, 2]]')) == [{"Tel": "1", "Tel 2": "2"}]
    assert records_of(opened(tmp_path, '["Ann", "ann@example.org"]\n["Bob", 7, 8]')) == [
        {"Column A": "Ann", "Column B": "ann@example.org"},
        {"Column A": "Bob", "Column B": "7", "3": "8"},
    ]


def test_a_single_contact_is_a_file_of_one(tmp_path: Path) -> None:
    """The lists within it are its own."""
    content = json.dumps(
        {"name": "Ann", "email": "ann@example.org", "emails": [{"value": "b@x.org"}, {"value": "c@x.org"}]}
    )
    assert records_of(opened(tmp_path, content)) == [
        {"name": "Ann", "email": "ann@example.org", "emails.1.value": "b@x.org", "emails.2.value": "c@x.org"}
    ]


def test_other_lists_with_contacts_are_named(tmp_path: Path) -> None:
    """The list with the most people is taken, and said; lists of other things are nobody's concern."""
    content = {"leads": [ANN], "users": [ANN, BOB], "tags": [{"tag": "x"}]}
    table = opened(tmp_path, json.dumps(content))
    assert len(records_of(table)) == 2
    assert 'JSON, the list "users"' in map(str, table.notes)
    assert [str(one) for one in table.warnings] == ['lists with contacts beside "users", not read: "leads" (1 record)']


EVE = {"name": "Eva Lee", "phone": "+12127365002"}
TEAMS: list[dict[str, Any]] = [
    {"team": "A", "members": [ANN, BOB]},
    {"team": "B", "members": []},
    {"team": "C", "members": [EVE]},
]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        pytest.param(json.dumps(TEAMS), 'JSON, the list "members"', id="in a list"),
        pytest.param(json.dumps({"data": TEAMS}), 'JSON, the list "data.members"', id="in a list in an object"),
        pytest.param("\n".join(map(json.dumps, TEAMS)), 'a row for each record of "members"', id="in lines"),
        pytest.param(
            json.dumps([{"team": one["team"], "data": {"members": one["members"]}} for one in TEAMS]),
            'JSON, the list "data.members"',
            id="in an object of each record",
        ),
    ],
)
def test_people_in_a_list_within_the_records_are_rows(tmp_path: Path, content: str, told: str) -> None:
    """Each is a row of its own with the values that its record has beside the list; no record of no people is one."""
    table = opened(tmp_path, content)
    assert records_of(table) == [{"team": "A", **ANN}, {"team": "A", **BOB}, {"team": "C", **EVE}]
    assert [row.number for row in rows_of(table)] == [1, 2, 3]
    assert told in map(str, table.notes)


def test_people_in_a_list_within_keyed_records_are_rows(tmp_path: Path) -> None:
    """The key is what their record says beside them."""
    content = {"north": {"members": [ANN, BOB]}, "south": {"members": [EVE]}}
    assert records_of(opened(tmp_path, json.dumps(content))) == [
        {"key": "north", **ANN},
        {"key": "north", **BOB},
        {"key": "south", **EVE},
    ]


def test_addresses_are_rows_where_they_are_more_than_one_person_has(tmp_path: Path) -> None:
    """People without names; a few addresses of each record are one person's."""
    mails = [{"email": f"reader{number}@example.org"} for number in range(9)]
    assert len(records_of(opened(tmp_path, json.dumps([{"issue": 1, "readers": mails}])))) == len(mails)
    assert len(records_of(opened(tmp_path, json.dumps([{"person": 1, "mails": mails[:3]}])))) == 1


def test_who_the_record_is_stands_in_no_row_of_its_people(tmp_path: Path) -> None:
    """The team's own name, mailbox and number are nobody's of the list."""
    team = {"name": "Red", "contact_mail": "", "office": "+12127365009", "city": "Ulm", "members": [ANN, BOB]}
    others = [{"name": name, "city": "Bonn", "members": [EVE]} for name in ("Blue", "Green")]
    found = records_of(opened(tmp_path, json.dumps([team, *others])))
    assert found == [{"city": "Ulm", **ANN}, {"city": "Ulm", **BOB}, *[{"city": "Bonn", **EVE}] * 2]


def test_a_person_among_records_of_people_is_a_row(tmp_path: Path) -> None:
    """A record without that list, which says who it is, is somebody; what is no object is an invalid row."""
    table = opened(tmp_path, "[\n" + json.dumps([{"team": "A", "members": [ANN, None, BOB]}, EVE, {"team": "B"}])[1:])
    assert [record for record in records_of(table) if NOT_READ not in record] == [
        {"team": "A", **ANN},
        {"team": "A", **BOB},
        EVE,
    ]
    assert faults(table) == {2: 'line 2: "null" is no object with a contact\'s values'}


def test_of_two_lists_of_people_within_the_records_the_other_is_named(tmp_path: Path) -> None:
    """As of two lists beside each other."""
    table = opened(tmp_path, json.dumps([{"flat": "1", "owners": [ANN, BOB], "tenants": [EVE]}]))
    assert records_of(table) == [{"flat": "1", **ANN}, {"flat": "1", **BOB}]
    assert [*map(str, table.warnings)] == ['lists with contacts beside "owners", not read: "tenants" (1 record)']
    flat = json.dumps({"flat": "1", "owners": [ANN, BOB], "tenants": [EVE]})
    (warning,) = opened(tmp_path, f"{flat}\n{flat}").warnings
    assert str(warning) == 'lists with contacts beside "owners", not read: tenants'


@pytest.mark.parametrize(
    "record",
    [
        pytest.param({**ANN, "addresses": [{"name": "Ann Lee", "phone": "+12127365001"}]}, id="addresses"),
        pytest.param(
            {
                "customer_id": "c7",
                "addresses": [{"name": "Ann Lee", "phone": f"+1212736500{at}", "zip": at} for at in range(2)],
            },
            id="addresses of somebody with an id",
        ),
        pytest.param({"customer_id": "c7", "contacts": [ANN]}, id="one contact each"),
        pytest.param({"id": "7", "phones": [{"name": "home", "number": "+12127365001"}]}, id="phones with labels"),
        pytest.param(
            {"id": "7", "names": [{"displayName": "Ann Lee"}], "emailAddresses": [{"value": "a@x.org"}]}, id="Google"
        ),
    ],
)
def test_lists_of_one_person_are_no_people(tmp_path: Path, record: dict[str, Any]) -> None:
    """The person's own lists stay in the row."""
    assert len(records_of(opened(tmp_path, json.dumps([record, record])))) == 2
    assert [title for title in opened(tmp_path, json.dumps([record])).titles if ".1." in title]


@pytest.mark.parametrize(
    ("value", "found"),
    [
        pytest.param('{"a": 00123}', None, id="no number of JSON"),
        pytest.param('{"a": 12345678901234567890123}', {"a": "12345678901234567890123"}, id="digits of any number"),
        pytest.param('{"a": 1.50, "b": 1e3}', {"a": "1.50", "b": "1000"}, id="a number with an exponent"),
        pytest.param('{"a": "1e3", "b": 0.50}', {"a": "1e3", "b": "0.50"}, id="as it is written"),
        pytest.param('{"a": 1.38e16, "b": 1e400}', {"a": "1.38E+16", "b": "1E+400"}, id="more digits than are known"),
        pytest.param(
            f'{{"a": 1e-{"9" * 5000}, "b": 0e500, "c": -0.0E{"9" * 5000}, "d": 1e+0005}}',
            {"a": f"1E-{'9' * 5000}", "b": "0", "c": "0", "d": "100000"},
            id="more digits than Python takes for a number, and zeros",
        ),
        pytest.param('{"a": -1E99999999999, "b": 2.5e-3}', {"a": "-1E+99999999999", "b": "0.0025"}, id="beyond all"),
        pytest.param('{"a": Infinity, "b": -Infinity}', {"a": "#NUM!", "b": "#NUM!"}, id="infinity"),
        pytest.param(
            '{"a": true, "b": false, "c": null, "d": NaN}', {"a": "TRUE", "b": "FALSE", "c": "", "d": ""}, id="words"
        ),
        pytest.param('{"a": {"b": {"c": "x"}}}', {"a.b.c": "x"}, id="objects"),
        pytest.param('{"a": ["x", null, 2, true]}', {"a": "x; 2; TRUE"}, id="a list of values"),
        pytest.param('{"a": []}', {"a": ""}, id="an empty list"),
        pytest.param('{"a": [[1], 2]}', {"a": '[["1"], "2"]'}, id="lists in a list"),
        pytest.param(
            '{"a": [{"v": 1}, {"v": 2, "primary": true}]}', {"a.1.v": "2", "a.2.v": "1"}, id="the primary first"
        ),
        pytest.param('{"a": "x", "a": "", "a": "x", "a": "y"}', {"a": "x", "a 2": "y"}, id="a key that comes again"),
        pytest.param('{"a.b": "x", "a": {"b": "y"}}', {"a.b": "x", "a.b 2": "y"}, id="two keys that are one title"),
        pytest.param(
            '{"_id": {"$oid": "5f"}, "at": {"$date": {"$numberLong": "7"}}}', {"_id": "5f", "at": "7"}, id="MongoDB"
        ),
        pytest.param(
            r'{"a": "\ud800x", "b": "\ud83d\ude00", "c": "n\u0000l"}',
            {"a": "\ufffdx", "b": "😀", "c": "nl"},
            id="halves",
        ),
    ],
)
def test_what_a_value_says(value: str, found: dict[str, str] | None) -> None:
    """As a cell of a workbook would show it; nothing becomes a number."""
    if found is None:
        with pytest.raises(ValueError, match="delimiter"):
            decoded(value)
        return
    assert flat(decoded(value)) == found


def test_a_long_list_of_objects_has_a_few_columns(tmp_path: Path) -> None:
    """The rest stands as JSON behind them: nothing is left out."""
    (record,) = records_of(opened(tmp_path, json.dumps([{**ANN, "orders": [{"no": n} for n in range(8)]}])))
    assert [record[f"orders.{at}.no"] for at in range(1, 6)] == ["0", "1", "2", "3", "4"]
    assert json.loads(record["orders.more"]) == [{"no": "5"}, {"no": "6"}, {"no": "7"}]


def test_a_name_without_a_value_is_no_column_where_others_have_several_below_it(tmp_path: Path) -> None:
    """An object that is null in one record is none of its own."""
    table = opened(tmp_path, json.dumps([{**ANN, "photo": None}, {**BOB, "photo": {"url": "https://x.org/b.png"}}]))
    assert table.titles == ("name", "email", "photo.url")
    assert opened(tmp_path, json.dumps([{**ANN, "phone": None}])).titles == ("name", "email", "phone")


def test_titles_stand_where_their_records_have_them(tmp_path: Path) -> None:
    """A key that comes later stands behind the one before it."""
    assert opened(tmp_path, '{"a": 1, "z": 1}\n{"a": 2, "b": 2, "z": 2}\n{"0": 1, "a": 3}').titles == (
        "0",
        "a",
        "b",
        "z",
    )


BROKEN_LINES = (
    json.dumps(ANN),
    '{"name": "Cut o',
    '{"name": "Cy", "email": cy@example.org}',
    "42",
    json.dumps(BOB),
    '{"name": "Di"} and more',
    '{"name": "Ed", "mails": [{"v": "x',
    '{"name": "Fay"',
)


def test_a_broken_line_is_one_bad_row(tmp_path: Path) -> None:
    """It is told with its line and what stands there; the others are imported."""
    table = opened(tmp_path, "\n".join(BROKEN_LINES))
    assert table.titles == ("name", "email", NOT_READ)
    good = [record for record in records_of(table) if NOT_READ not in record]
    assert good == [ANN, BOB]
    assert faults(table) == {
        2: 'line 2: the JSON breaks off behind "{"name": "Cut o"',
        3: 'line 3 is no JSON from "cy@example.org}" on',
        4: 'line 4: "42" is no object with a contact\'s values',
        6: 'line 6 is no JSON from "and more" on',
        7: 'line 7: the JSON breaks off behind ", "mails": [{"v": "x"',
        8: 'line 8: the JSON breaks off behind "{"name": "Fay""',
    }
    assert [row.cells[-1] for row in rows_of(table) if row.number in faults(table)] == [
        *BROKEN_LINES[1:4],
        *BROKEN_LINES[5:],
    ]


@pytest.mark.parametrize("begun", ['{"email":', '{"mails": [', '{"a": {"b":', '{"a": [\n\n{"b":'])
@pytest.mark.parametrize("is_last", [False, True])
def test_a_line_that_ends_too_early_does_not_take_the_next(tmp_path: Path, begun: str, is_last: bool) -> None:
    """Behind a colon or in a list an object may begin; but where one begins in each line, each line is a record."""
    lines = [json.dumps(ANN), "", *begun.split("\n"), json.dumps(BOB), *([] if is_last else [json.dumps(BOB)])]
    table = opened(tmp_path, "\n".join(lines))
    assert [record for record in records_of(table) if NOT_READ not in record] == [ANN, BOB] + [BOB] * (not is_last)
    broken = [line for line in begun.split("\n") if line]
    assert [row.cells[-1] for row in rows_of(table) if row.number in faults(table)] == broken
    assert [said.partition(":")[0] for said in faults(table).values()] == [
        f"line {number}" for number, line in enumerate(lines, start=1) if line in broken
    ]


def test_a_value_over_several_lines_is_one_record_where_its_lines_are_none(tmp_path: Path) -> None:
    """An object may stand in a line of its own below its key; and so it is where the value is broken."""
    whole = '{"name": "Ann Lee",\n"email": "ann@example.org",\n"address":\n{"city": "Ulm"}\n}\n'
    cut = '{"name": "Cy",\n"address":\n{"city": "Ulm"}\n'
    table = opened(tmp_path, whole + cut + json.dumps(BOB))
    good = [record for record in records_of(table) if NOT_READ not in record]
    assert good == [ANN | {"address.city": "Ulm"}, BOB]
    assert [*faults(table)] == [2]


@pytest.mark.parametrize(
    ("content", "wrong"),
    [
        pytest.param(
            '[%s,\nnull,\n5, [], %s, "s"]',
            {
                2: 'line 2: "null" is no object with a contact\'s values',
                3: 'line 3: "5" is no object with a contact\'s values',
                4: 'line 3: "[]" is no object with a contact\'s values',
                6: 'line 3: ""s"" is no object with a contact\'s values',
            },
            id="values of every kind",
        ),
        pytest.param(
            "[null, true, false, %s, %s]",
            {
                number: f'line 1: "{value}" is no object with a contact\'s values'
                for number, value in enumerate(("null", "true", "false"), start=1)
            },
            id="more others than objects",
        ),
        pytest.param('[%s,\n{"name": "Bo,\n%s]', {2: 'line 2 is no JSON from ""Bo," on'}, id="an open quotation mark"),
        pytest.param('[%s, {"name" "Bo"}, %s]', {2: 'line 1 is no JSON from ""Bo"}" on'}, id="no colon"),
        pytest.param('{"all": [%s, 7, %s]}', {2: 'line 1: "7" is no object with a contact\'s values'}, id="a number"),
        pytest.param(
            '[%s, %s, {"name": "C',
            {3: 'line 1: the JSON breaks off behind "e.org"}, {"name": "C"; there may have been more records'},
            id="cut",
        ),
        pytest.param(
            "\n[%s,\n\n%s,\n",
            {3: 'line 4: the JSON breaks off behind ""bob@example.org"},"; there may have been more records'},
            id="cut between two",
        ),
        pytest.param(
            '[["name", "email"],\n["Ann Lee", "ann@example.org"],\n["Bob Ray", "bob@example.org"], ["C',
            {4: 'line 3: the JSON breaks off behind "b@example.org"], ["C"; there may have been more records'},
            id="rows that are cut",
        ),
    ],
)
def test_a_broken_record_of_a_document_costs_itself_alone(tmp_path: Path, content: str, wrong: dict[int, str]) -> None:
    """And a list that is not closed is told, for there may have been more."""
    table = opened(tmp_path, content.replace("%s", json.dumps(ANN), 1).replace("%s", json.dumps(BOB), 1))
    assert [record for record in records_of(table) if NOT_READ not in record] == [ANN, BOB]
    assert faults(table) == wrong


@pytest.mark.slow
@pytest.mark.parametrize("shape", ["list", "rows", "keys"])
def test_a_document_that_is_cut_has_at_most_one_row_for_that(tmp_path: Path, shape: str) -> None:
    """Wherever the cut is: what stands before it is whole, and no record is told twice."""
    whole = {"list": [ANN, BOB], "rows": [[*ANN], [*ANN.values()], [*BOB.values()]], "keys": {"a": ANN, "b": BOB}}[
        shape
    ]
    text = json.dumps({"contacts": whole})
    for end in range(text.index("example") + 15, len(text) - 1):
        try:
            table = opened(tmp_path, text[:end])
        except InputError as error:  # titles alone
            assert "breaks off" in str(error)  # noqa: PT017 - most cuts are no error
            continue
        found = [record for record in records_of(table) if NOT_READ not in record]
        assert [record["name"] for record in found] == [ANN["name"], BOB["name"]][: len(found)]
        assert [*faults(table)] == [records_of(table) and rows_of(table)[-1].number]


@pytest.mark.parametrize("content", ["42", '"a text"', "null", "true\n", "-1.5e3", "[1, 2]", '["a@x.org"]', '{"a": 1}'])
def test_json_without_a_contact_is_refused_with_what_stands_there(tmp_path: Path, content: str) -> None:
    """A file whose name says JSON is none of a single column."""
    with pytest.raises(InputError) as caught:
        opened(tmp_path, content)
    assert f'is JSON without a list of contacts: "{content.strip()}"' in str(caught.value)
    assert "a list of objects" in str(caught.value.hint)


@pytest.mark.parametrize("content", ["[", '["na', '[["name", "em', "[\n  ", '"a', "{"])
def test_json_that_breaks_off_before_its_first_record_is_refused(tmp_path: Path, content: str) -> None:
    """With the place, and with what to do."""
    with pytest.raises(InputError, match=r"line 1: the JSON breaks off behind") as caught:
        opened(tmp_path, content)
    assert str(caught.value.hint) == "export it again"


@pytest.mark.parametrize("content", ['["vcard",[["version",{},"text","4.0"]]]', '[ ["vcard", [["fn",{},"text","A"]]]]'])
def test_jcard_is_told_from_a_list_of_contacts(tmp_path: Path, content: str) -> None:
    """Whatever the name of the file."""
    for name in ("people.json", "people.vcf", "people"):
        (tmp_path / name).write_text(content)
        with pytest.raises(InputError, match="jCard file") as caught:
            open_table(tmp_path / name, ReadOptions())
        assert "vCard (.vcf) or CSV" in str(caught.value.hint)


def test_records_without_text_are_passed_over_and_told(tmp_path: Path) -> None:
    """As blank rows of a spreadsheet are; their numbers count."""
    table = opened(tmp_path, f'{{}}\n{json.dumps(ANN)}\n{{"name": " "}}\n{json.dumps(BOB)}')
    assert [row.number for row in rows_of(table)] == [2, 4]
    assert "2 records have no text in them, and are passed over: 1, 3" in map(str, table.notes)


@pytest.mark.parametrize(
    "content",
    ["[" * 200_000, pytest.param('{"a":' * 200_000, marks=pytest.mark.slow), f"[{json.dumps(ANN)}, {'[' * 200_000}"],
)
def test_no_nesting_is_too_deep(tmp_path: Path, content: str) -> None:
    """It is told, and the stack holds."""
    try:
        table = opened(tmp_path, content)
    except InputError:
        return
    assert faults(table)


def test_keys_that_are_data_are_no_columns(tmp_path: Path) -> None:
    """A file with a new key in each record is refused before it fills the memory."""
    lines = (json.dumps({"name": "Ann", f"id{number}": "x"}) for number in range(MOST_TITLES + 1))
    with pytest.raises(InputError, match="more than 1,000 different names of values"):
        opened(tmp_path, "\n".join(lines))


@pytest.mark.slow
def test_memory_does_not_grow_with_the_lines(tmp_path: Path) -> None:
    """A record is in memory at a time."""
    peaks = []
    for count in (4_000, 12_000):
        path = tmp_path / f"{count}.jsonl"
        lines = (
            json.dumps({"name": f"Person {at}", "email": f"p{at}@example.org", "note": "x" * 500})
            for at in range(count)
        )
        path.write_text("\n".join(lines))
        gc.collect()
        tracemalloc.start()
        assert sum(map(len, open_table(path, ReadOptions()).batches())) == count
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < peaks[0] + 500_000


def test_options_that_say_nothing_are_told(tmp_path: Path) -> None:
    """JSON has neither sheets nor a delimiter."""
    told = [*map(str, opened(tmp_path, json.dumps([ANN]), sheets=("1",), delimiter=";").notes)]
    assert "--sheet is not used: this file has no sheets" in told
    assert "--delimiter is not used: this is no CSV file" in told


def test_a_file_that_changes_between_two_looks_is_refused(tmp_path: Path) -> None:
    """A value whose title nobody has seen would be lost."""
    table = opened(tmp_path, json.dumps([ANN]))
    (tmp_path / "people.json").write_text(json.dumps([{**ANN, "phone": "+14155550132"}]))
    with pytest.raises(InputError, match="has changed while it was read"):
        rows_of(table)


TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=8,
)
OBJECTS = st.lists(st.dictionaries(TEXTS, VALUES, min_size=1, max_size=4), min_size=2, max_size=5)


@pytest.mark.slow
@given(OBJECTS, st.sampled_from([None, 0, 2]), st.sampled_from(["\n", "\r\n", "\n\n"]))
def test_values_one_behind_the_other_are_told_apart(objects: list[Any], indent: int | None, between: str) -> None:
    """However they are written, each is a piece that holds the same."""
    text = between.join(json.dumps(one, indent=indent, ensure_ascii=False) for one in objects)
    found = [*pieces(text.splitlines(keepends=True) if "\x85" not in text else [text], 10**9)]
    assert [json.loads(piece.text) for piece in found] == objects
    assert all(first.line <= second.line for first, second in pairwise(found))


@pytest.mark.slow
def test_time_grows_with_the_values_of_a_line_alone() -> None:
    """Sixteen times the values may take forty times as long, on a machine that does other things too."""

    def seconds(number: int) -> float:
        began = time.process_time()
        assert len([*pieces([json.dumps(BOB) * number], 10**9)]) == number
        return time.process_time() - began

    assert seconds(32_000) <= 40 * max(min(seconds(2000) for _ in range(3)), 0.005)


@pytest.mark.slow
@given(OBJECTS)
def test_the_elements_of_a_list_are_read_as_the_whole_is(objects: list[Any]) -> None:
    """Element by element the same comes out."""
    found = records_at(json.dumps(objects), Found("", 0, "list"))
    assert [record.values for record in found] == [flat(decoded(json.dumps(one))) for one in objects]


@pytest.mark.slow
@given(st.text(st.sampled_from('{}[]:,"\\ \n\x1eab1' + string.digits), max_size=60))
def test_no_text_makes_the_reader_fail(text: str) -> None:
    """Whatever begins as JSON is a table, or an ``InputError``."""
    for piece in pieces(text.splitlines(keepends=True), 10**9):
        assert piece.text
    for start in ("[", "{"):
        whole = start + text
        if choice := choose(whole):
            assert all(record.fault is None or record.fault.text for record in records_at(whole, choice.taken))
