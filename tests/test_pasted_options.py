"""What the program offers to paste does what its sentence says: ``--map`` in a shell, and titles in YAML."""

import re
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner
from hypothesis import example, given
from hypothesis import strategies as st

from importer.cli.main import cli
from importer.config import saved_mapping
from importer.mapping.assignment import read_overrides
from importer.mapping.column_mapping import map_columns
from importer.models import Row
from importer.texts import to_paste

TITLES = st.text(st.sampled_from("aB1 =:\"',[]{}&*!|>%@`$\\\n姓名電話é-?"), max_size=12)


def pasted(option: str) -> dict[str, str]:
    """A ``--map "…"`` as a shell (POSIX, 2.2.3: four signs are escaped) and the command line read it."""
    quoted = option.removeprefix("--map ")
    assert re.fullmatch(r'"(?:[^"\\$`]|\\.)*"', quoted, re.DOTALL)
    title, _, field = re.sub(r'\\(["\\$`])', r"\1", quoted[1:-1]).rpartition("=")
    return {title: field}


@pytest.mark.slow
@given(st.lists(TITLES, min_size=1, max_size=5))
@example(["Na\nme", "Na me"])
@example(["", " ", "x"])
@example(['a="b"', "a=b", "$HOME", "`x`", "\\"])
def test_any_title_is_named_by_what_is_to_be_pasted(titles: list[str]) -> None:
    """Blank, repeated, of several lines, with signs of the shell: each column is named, and no other."""
    for index, spelled in enumerate(to_paste(titles)):
        assert read_overrides(titles, pasted(f'--map "{spelled}=name"')) == {index: "name"}


@pytest.mark.slow
@given(st.dictionaries(TITLES.map(str.strip).filter(bool), st.sampled_from(["name", "email", ""]), min_size=1))
def test_any_title_survives_a_saved_mapping(mapping: Mapping[str, str]) -> None:
    """YAML that the program writes says what it was given, whatever signs of YAML the titles have."""
    assert yaml.load(saved_mapping.as_text(mapping), yaml.BaseLoader) == mapping


ODD = "Zzz = \"x\"; $5: [a], 'b'"

OFFERED: dict[str, tuple[list[str], list[list[str]], dict[str, str]]] = {
    "a second person": (
        ["Tenant 1", "Tenant 1 phone", "Tenant 2", "Tenant 2 phone"],
        [["Ann Lee", "+493012345601", "Tom Lee", "+493012345701"], ["Bob Ray", "+493012345602", "Mia Ray", ""]],
        {"Tenant 2": "name", "Tenant 2 phone": "phone_number"},
    ),
    "a second person with first and last name": (
        ["Person 1 First Name", "Person 1 Last Name", "Person 2 First Name", "Person 2 Last Name", "Person 2 Email"],
        [["Ann", "Lee", "Tom", "Fox", "tom@x.org"], ["Bob", "Ray", "Mia", "Orr", "mia@x.org"]],
        {"Person 2 First Name": "first_name", "Person 2 Last Name": "last_name", "Person 2 Email": "email"},
    ),
    "a second person beside one without a word": (
        ["Name", "Email", "Phone", "Customer ID", "Buyer Name", "Buyer Email"],
        [
            ["Ann Lee", "ann@x.org", "+493012345601", "C1", "Sue Top", "sue@x.org"],
            ["Bob Ray", "bob@x.org", "+493012345602", "C2", "Sam Low", "sam@x.org"],
        ],
        {"Buyer Name": "name", "Buyer Email": "email"},
    ),
    "a second person beside the fields' own names": (
        ["name", "email", "phone_number", "buyer_name", "buyer_email"],
        [
            ["Ann Lee", "ann@x.org", "+493012345601", "Sue Top", "sue@x.org"],
            ["Bob Ray", "bob@x.org", "+493012345602", "Sam Low", "sam@x.org"],
        ],
        {"buyer_name": "name", "buyer_email": "email"},
    ),
    "a second person beside first and last name": (
        ["First Name", "Last Name", "Email", "Cell Phone", "Buyer First Name", "Buyer Last Name", "Buyer Email"],
        [
            ["Ann", "Lee", "ann@x.org", "+493012345601", "Sue", "Top", "sue@x.org"],
            ["Bob", "Ray", "bob@x.org", "+493012345602", "Sam", "Low", "sam@x.org"],
        ],
        {"Buyer First Name": "first_name", "Buyer Last Name": "last_name", "Buyer Email": "email"},
    ),
    "a child beside the parent": (
        ["Parent First Name", "Parent Last Name", "Parent Email", "Child First Name", "Child Last Name", "Child Age"],
        [["Ann", "Lee", "ann@x.org", "Kid", "Lee", "7"], ["Bob", "Ray", "bob@x.org", "Kit", "Ray", "8"]],
        {"Child First Name": "first_name", "Child Last Name": "last_name"},
    ),
    "the other half of a name under a strange title": (
        ["First Name", "Zxcv Name", "Email"],
        [["Ann", "Lee", "ann@x.org"], ["Bob", "Ray", "bob@x.org"]],
        {"First Name": "first_name", "Zxcv Name": "last_name", "Email": "email"},
    ),
    "an owner's id": (
        ["owner_id", "name", "email"],
        [["1", "Ann Lee", "ann@x.org"], ["2", "Bob Ray", "bob@x.org"]],
        {"owner_id": "identifier", "name": "name", "email": "email"},
    ),
    "an organization": (
        ["School Name", "Phone", "Email"],
        [["St Mary", "+442079460001", "info@mary.org"], ["St John", "+442079460002", "info@john.org"]],
        {"School Name": "name", "Phone": "phone_number", "Email": "email"},
    ),
    "none of two people": (
        ["Honoree", "Honoree email", "Celebrant", "Celebrant email"],
        [["Ann Lee", "ann@x.org", "Tom Lee", "tom@x.org"], ["Bob Ray", "bob@x.org", "Mia Ray", "mia@x.org"]],
        {"Honoree": "name", "Honoree email": "email"},
    ),
    "a list of coaches and managers": (
        ["Team", "Coach", "Coach email", "Manager", "Manager email"],
        [["U10", "Ann Lee", "ann@x.org", "Max Boss", "max@x.org"], ["U12", "Bob Ray", "bob@x.org", "Mia Fox", ""]],
        {"Coach": "name", "Coach email": "email"},
    ),
    "equal guesses": (
        ["", "", "Email"],
        [["Ann Lee", "Lee Ann", "x1@x.org"], ["Bob Ray", "Ray Bob", "x2@x.org"]],
        {"": "name", "Email": "email"},
    ),
    "repeated titles": (
        ["Spalte", "Spalte", "Email"],
        [["Ann Lee", "Lee Ann", "x1@x.org"], ["Bob Ray", "Ray Bob", "x2@x.org"]],
        {"Spalte": "name", "Email": "email"},
    ),
    "signs of the shell": (
        [ODD, "Email"],
        [["Ann Lee", "x1@x.org"], ["Bob Ray", "x2@x.org"], ["Eva Orr", "x3@x.org"]],
        {ODD: "name", "Email": "email"},
    ),
}


def offered(titles: Sequence[str], rows: Sequence[Sequence[str]]) -> list[dict[str, str]]:
    """Every ``--map`` that a mapping offers, in its warnings or in the error that refuses the file."""
    sample = [Row(number, tuple(cells)) for number, cells in enumerate(rows, 2)]
    try:
        said = [str(note) for note in map_columns(titles, {}, {}, "ignore", sample).notes]
    except Exception as error:  # noqa: BLE001 - the text alone counts
        said = [str(error), str(getattr(error, "hint", ""))]
    return [pasted(option) for text in said for option in re.findall(r'--map "(?:[^"\\]|\\.)*"', text)]


@pytest.mark.parametrize(("titles", "rows", "wanted"), OFFERED.values(), ids=OFFERED)
def test_what_a_message_offers_does_what_it_says(
    titles: list[str], rows: list[list[str]], wanted: dict[str, str]
) -> None:
    """The first option that a message offers makes its column what the message says, with all that belongs to it."""
    option = offered(titles, rows)[0]
    sample = [Row(number, tuple(cells)) for number, cells in enumerate(rows, 2)]
    mapping = map_columns(titles, option, {}, "ignore", sample)
    assert {column.title: column.field for column in mapping.columns if column.field} == wanted


@pytest.mark.parametrize(
    ("titles", "cells", "option", "wanted"),
    [
        (
            "First Name,Last Name,Email,Phone,Billing First Name,Billing Last Name,Billing Email",
            "Ann,Lee,ann@x.org,+493012345601,Sue,Top,sue@x.org",
            "Billing First Name=first_name",
            "Billing First Name=first_name, Billing Last Name=last_name, Billing Email=email",
        ),
        (
            "姓名,手机,邮箱,紧急联系人姓名,紧急联系人手机",
            "王小明,13800138021,w@x.org,赵六,13900139021",
            "紧急联系人姓名=name",
            "紧急联系人姓名=name, 紧急联系人手机=phone_number",
        ),
        (
            "Billing First Name,Billing Last Name,Email,Phone",
            "Sue,Top,sue@x.org,+493012345601",
            "Billing First Name=first_name",
            "Billing First Name=first_name, Billing Last Name=last_name, Email=email, Phone=phone_number",
        ),
        (
            "Preferred First Name,First Name,Last Name,Email",
            "Annie,Ann,Lee,ann@x.org",
            "Preferred First Name=first_name",
            "Preferred First Name=first_name, Last Name=last_name, Email=email",
        ),
    ],
)
def test_a_map_takes_the_whole_person(titles: str, cells: str, option: str, wanted: str) -> None:
    """Of two people nothing is mixed; where there is one, nothing is lost."""
    title, _, field = option.partition("=")
    sample = [Row(2, tuple(cells.split(",")))]
    columns = map_columns(titles.split(","), {title: field}, {}, "ignore", sample).columns
    used = {column.title: column.field for column in columns if column.field}
    assert used == dict(pair.split("=") for pair in wanted.split(", "))


def test_a_surname_that_a_map_names_alone_is_told() -> None:
    """Beside common first names in a column without a title."""
    titles = ["Column A", "Column B", "Column C"]
    sample = [Row(1, ("Juan", "Meza", "meza@x.org")), Row(2, ("Ramiro", "Lupercio", "lupercio@x.org"))]
    (note,) = map_columns(titles, {"Column B": "last_name"}, {}, "ignore", sample).notes
    assert '--map "Column A=first_name"' in str(note)


def test_a_command_line_takes_a_pasted_title(tmp_path: Path) -> None:
    """Through the shell's words and the program's own options, into the run's mapping."""
    file = tmp_path / "odd.csv"
    title = ODD.replace('"', '""')
    file.write_text(f'"{title}",Email\nAnn Lee,x1@x.org\nBob Ray,x2@x.org\n', encoding="utf-8")
    line = f'printf %s "{to_paste([ODD])[0]}=name"'
    option = subprocess.run(["sh", "-c", line], capture_output=True, check=True, text=True).stdout
    command = [str(file), "--inbox", "407", "--dry-run", "--output-dir", str(tmp_path / "out"), "--map", option]
    done = CliRunner().invoke(cli, command, catch_exceptions=False)
    assert done.exit_code == 0, done.output
