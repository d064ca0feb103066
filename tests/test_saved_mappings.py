"""Saved mappings: written by one run, applied by name to the same titles, offered and never applied by themselves."""

import json
import stat
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from importer.config.saved_mapping import load, place_of
from tests.support.service import Service

TITLES = "Kunde,Rufnummer,Alt,Mail"
ROWS = "Ada,+4930123456,x,ada@example.org\n"


@pytest.fixture(name="desk")
def _desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.chdir(tmp_path)
    Path("a.csv").write_text(f"{TITLES}\n{ROWS}", encoding="utf-8")
    with Service() as service:
        yield service


def imported(desk: Service, file: str = "a.csv", *options: str) -> Result:
    return desk.invoke(file, "--inbox", "407", "--json", *options)


def fields(done: Result) -> Any:
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)["mapping"]


@pytest.mark.parametrize(
    ("name", "place"),
    [("crm", "out/mappings/crm.yaml"), ("./crm", "crm"), ("crm.yaml", "crm.yaml"), ("maps/crm.yml", "maps/crm.yml")],
)
def test_a_bare_name_stands_beside_the_ledger_and_a_path_where_it_says(name: str, place: str) -> None:
    """A separator or an ending of YAML makes a path."""
    assert place_of(name, Path("out")) == Path(place)


@pytest.mark.slow
def test_what_one_run_saves_another_applies(desk: Service) -> None:
    """Fields that the user gave, that titles gave, and columns that were dropped; only the owner reads the file."""
    first = imported(desk, "a.csv", "--map", "Alt=custom_attributes.old", "--map", "Mail=", "--save-mapping", "crm")
    saved = Path("import-results/mappings/crm.yaml")
    assert load("crm", Path("import-results")) == {
        "Kunde": "name",
        "Rufnummer": "phone_number",
        "Alt": "custom_attributes.old",
        "Mail": "",
    }
    assert stat.S_IMODE(saved.stat().st_mode) == 0o600
    assert "Mail" not in fields(first)
    assert fields(imported(desk, "a.csv", "--mapping", "crm")) == fields(first)
    assert fields(imported(desk, "a.csv")) != fields(first)


@pytest.mark.slow
def test_the_order_of_columns_does_not_matter_and_an_option_goes_before(desk: Service) -> None:
    """Titles decide, whatever their place."""
    imported(desk, "a.csv", "--map", "Alt=identifier", "--save-mapping", "./crm.yaml")
    Path("b.csv").write_text("Mail,Alt,Kunde,Rufnummer\nada@example.org,x,Ada,\n", encoding="utf-8")
    assert fields(imported(desk, "b.csv", "--mapping", "./crm.yaml"))["Alt"] == "identifier"
    again = fields(imported(desk, "b.csv", "--mapping", "./crm.yaml", "--map", "Alt="))
    assert "Alt" not in again


@pytest.mark.slow
def test_other_titles_are_an_error_that_names_them(desk: Service) -> None:
    """A column more or less: who saved the mapping did not know of it; --map may say what it is."""
    imported(desk, "a.csv", "--save-mapping", "crm")
    Path("b.csv").write_text("Kunde,Rufnummer,Mail,Neu\nAda,,ada@example.org,1\n", encoding="utf-8")
    done = imported(desk, "b.csv", "--mapping", "crm", "--dry-run")
    assert done.exit_code == 2
    assert 'only the file has "Neu"; only the mapping has "Alt"' in done.stderr
    Path("c.csv").write_text(f"{TITLES},Neu\n{ROWS.strip()},1\n", encoding="utf-8")
    assert fields(imported(desk, "c.csv", "--mapping", "crm", "--map", "Neu=identifier"))["Neu"] == "identifier"


@pytest.mark.slow
def test_the_same_title_twice_is_told_apart(desk: Service) -> None:
    """As ``--map`` tells them apart."""
    Path("b.csv").write_text("Name,Name,Mail\nAda,Byron,ada@example.org\n", encoding="utf-8")
    first = fields(
        imported(desk, "b.csv", "--map", "Name#1=first_name", "--map", "Name#2=last_name", "--save-mapping", "n")
    )
    assert fields(imported(desk, "b.csv", "--mapping", "n", "--fresh")) == first


@pytest.mark.parametrize("content", ["- a\n", "a: [b]\n", "a: b: c\n", "\xff"])
def test_a_file_that_is_no_mapping_is_refused_in_one_line(desk: Service, content: str) -> None:
    """And a name without a file."""
    Path("x.yaml").write_bytes(content.encode("latin-1"))
    done = imported(desk, "a.csv", "--mapping", "x.yaml")
    assert (done.exit_code, "x.yaml: expected titles and fields" in done.stderr) == (2, True)
    assert "there is no import-results/mappings/y.yaml" in imported(desk, "a.csv", "--mapping", "y").stderr


@pytest.mark.slow
def test_a_backup_of_the_ledger_says_that_they_are_not_in_it(desk: Service) -> None:
    """And nothing of the kind where there are none."""
    imported(desk)
    assert "saved mappings" not in desk.invoke("ledger", "backup", "first.sqlite3").stderr
    imported(desk, "a.csv", "--save-mapping", "crm", "--fresh")
    done = desk.invoke("ledger", "backup", "second.sqlite3")
    assert f"the saved mappings are not in it: copy {Path('import-results/mappings')}, too" in done.stderr


@pytest.mark.slow
def test_options_given_before_are_offered_and_not_applied(desk: Service) -> None:
    """A nightly run must not change with its history: the words to paste are printed, and nothing else happens."""
    before = fields(imported(desk, "a.csv", "--dry-run"))
    imported(desk, "a.csv", "--map", "Alt=custom_attributes.old one", "--map", "Mail=")
    Path("b.csv").write_text("Mail,Alt,Kunde,Rufnummer\nbo@example.org,x,Bo,\n", encoding="utf-8")
    done = imported(desk, "b.csv", "--dry-run")
    assert fields(done) == before
    assert "options in a-" in done.stderr
    assert "--map 'Alt=custom_attributes.old one' --map Mail=" in done.stderr
    Path("c.csv").write_text("Kunde,Mail\nCy,cy@example.org\n", encoding="utf-8")
    assert "--map" not in imported(desk, "c.csv", "--dry-run").stderr


@pytest.mark.slow
def test_a_saved_mapping_is_offered_by_its_name(desk: Service) -> None:
    """It says more than the options of a run."""
    imported(desk, "a.csv", "--map", "Mail=", "--save-mapping", "crm")
    assert "a mapping for these titles is saved: --mapping crm" in imported(desk, "a.csv", "--dry-run").stderr
    assert "is saved: --mapping" not in imported(desk, "a.csv", "--dry-run", "--mapping", "crm").stderr


@pytest.mark.slow
def test_a_mapping_may_be_a_key_of_the_configuration(desk: Service) -> None:
    """As every option."""
    first = fields(imported(desk, "a.csv", "--map", "Mail=", "--save-mapping", "crm"))
    Path("config.yaml").write_text("mapping: crm\n", encoding="utf-8")
    assert fields(imported(desk, "a.csv", "--fresh")) == first


@pytest.mark.slow
def test_a_row_without_a_key_that_is_mapped_otherwise_is_not_sent_again(desk: Service) -> None:
    """Nobody could find out that it is there: it is unchanged, and says as whom it was sent. A new row is sent."""
    Path("b.csv").write_text("Name,Rest\nJuan,Perez\nAnn,Lee\n", encoding="utf-8")
    assert imported(desk, "b.csv").exit_code == 0
    with Path("b.csv").open("a", encoding="utf-8") as file:
        file.write("Kim,Ray\n")
    done = imported(desk, "b.csv", "--map", "Name=first_name", "--map", "Rest=last_name")
    assert json.loads(done.stdout)["counts"] == {"created": 1, "unchanged": 2}
    assert sorted(contact["name"] for contact in desk.sandbox.contacts) == ["Ann", "Juan", "Kim Ray"]
    again = imported(desk, "b.csv", "--map", "Name=first_name", "--map", "Rest=last_name")
    assert json.loads(again.stdout)["counts"] == {"unchanged": 3}
