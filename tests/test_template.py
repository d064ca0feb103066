"""The workbook to fill in."""

from pathlib import Path

import openpyxl
import pytest

from importer.errors import ConfigError
from importer.loader.opening import open_table
from importer.loader.table import ReadOptions
from importer.mapping.column_mapping import map_columns
from importer.message import ENGLISH_READER, LANGUAGES, Language
from importer.models import Row
from importer.reporter.template import is_example, write_template
from tests.support.service import invoke


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_title_is_understood(tmp_path: Path, language: str) -> None:
    """The template's titles are those of the five fields of a person, in whatever language."""
    write_template(tmp_path / "new.xlsx", Language(language))
    table = open_table(tmp_path / "new.xlsx", ReadOptions())
    fields = map_columns(table.titles, {}, {}, "ignore").titles_to_fields()
    assert list(fields.values()) == ["name", "email", "phone_number", "identifier", "avatar_url"]


def test_whole_columns_are_text_and_each_has_advice(tmp_path: Path) -> None:
    """A phone number typed into an empty cell stays what was typed; choosing a cell shows what belongs there."""
    write_template(tmp_path / "new.xlsx", ENGLISH_READER)
    sheet = openpyxl.load_workbook(tmp_path / "new.xlsx").worksheets[0]
    assert {letter: sheet.column_dimensions[letter].number_format for letter in "ABCDE"} == dict.fromkeys("ABCDE", "@")
    hints = {str(hint.sqref): hint.prompt for hint in sheet.data_validations.dataValidation}
    assert [cells.split(":")[0] for cells in hints] == ["A1", "B1", "C1", "D1", "E1"]
    assert all(hints.values())


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_example_row_is_recognized_until_it_is_changed(tmp_path: Path, language: str) -> None:
    """Left in, it is nobody; with one cell changed, it is somebody."""
    write_template(tmp_path / "new.xlsx", Language(language))
    (row,) = next(open_table(tmp_path / "new.xlsx", ReadOptions()).batches())
    assert is_example(row)
    assert not is_example(Row(2, ("Ann", *row.cells[1:])))


@pytest.mark.parametrize("name", ["new.csv", "new"])
def test_a_template_is_a_workbook(tmp_path: Path, name: str) -> None:
    """CSV has no text format to give."""
    with pytest.raises(ConfigError, match=r"ends in \.xlsx|is a workbook"):
        write_template(tmp_path / name, ENGLISH_READER)


def test_a_file_is_never_overwritten(tmp_path: Path) -> None:
    """Somebody may have filled it in."""
    write_template(tmp_path / "new.xlsx", ENGLISH_READER)
    before = (tmp_path / "new.xlsx").read_bytes()
    with pytest.raises(ConfigError, match="not overwritten"):
        write_template(tmp_path / "new.xlsx", ENGLISH_READER)
    assert (tmp_path / "new.xlsx").read_bytes() == before


def test_the_example_number_is_of_the_readers_country_and_an_older_one_is_still_known(tmp_path: Path) -> None:
    """The first one was German in every language."""
    phones = {}
    for language in LANGUAGES:
        path = tmp_path / f"{language}.xlsx"
        write_template(path, Language(language))
        phones[language] = openpyxl.load_workbook(path).worksheets[0]["C2"].value
    assert phones == {"en": "+49 30 23125 000", "zh": "+86 138 0013 8000", "zh-Hant": "+886 912 345 678"}
    older = (
        "示例姓名",
        "example.person@example.com",
        "+49 30 23125 000",
        "EXAMPLE-0001",
        "https://example.com/picture.png",
    )
    assert is_example(Row(2, older))


@pytest.mark.slow
def test_an_empty_file_is_not_proposed_for_import(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A template that was checked has nobody yet."""
    monkeypatch.chdir(tmp_path)
    write_template(Path("empty.xlsx"), ENGLISH_READER)
    done = invoke("empty.xlsx", "--inbox", "407", "--dry-run")
    assert done.exit_code == 0, done.output
    assert "The file has no row to import" in done.stdout
    assert "To import it" not in done.stdout
