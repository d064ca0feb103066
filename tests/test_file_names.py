"""Which files the names on a command line stand for: files, folders and patterns."""

import os
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from importer.config.settings import Config
from importer.errors import ConfigError, InputError
from importer.loader.names import Named, named_files
from importer.reporter.files import FILES, is_output, outputs_of
from importer.sources.meant import as_paths


def made(*names: str) -> None:
    for name in names:
        path = Path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"Name\n{name}\n", encoding="utf-8")


def meant(*names: str) -> Named:
    return named_files([*map(Path, names)], is_output)


def told(named: Named) -> str:
    return "\n".join(map(str, named.remarks))


def test_a_folder_stands_for_its_spreadsheets_in_the_order_of_their_names() -> None:
    """Not for those in folders within it, nor for what programs put there; what is left out is said."""
    made("exports/b.csv", "exports/a.XLSX", "exports/c.csv.gz", "exports/d.tsv", "exports/old/e.csv")
    made("exports/~$a.XLSX", "exports/.hidden.csv", "exports/notes.pdf", "exports/photos.zip")
    found = meant("exports/")
    assert [path.name for path in found.paths] == ["a.XLSX", "b.csv", "c.csv.gz", "d.tsv"]
    assert found.stem == "exports"
    assert told(found) == "left out of exports: .hidden.csv, notes.pdf, old/, photos.zip, ~$a.XLSX"


def test_the_folder_of_this_directory_is_called_by_its_name(tmp_path: Path) -> None:
    """A run's folder begins with it."""
    made("a.csv")
    assert meant(".").stem == Path.cwd().name


def test_what_an_import_has_written_into_a_folder_is_no_input_of_it() -> None:
    """The files of a run, in its folder; a file of the same name elsewhere, and one of the user's own there, are."""
    names = {file.name.format(kind=kind) for file in FILES.values() for kind in ("csv", "xlsx")}
    made(*(f"out/run-1/{name}" for name in names), "out/run-1/mine.csv", "out/ledger.sqlite3", "lists/errors.csv")
    assert [path.name for path in meant("out/run-1").paths] == ["mine.csv"]
    assert [path.name for path in meant("lists").paths] == ["errors.csv"]
    Path("out/run-1/mine.csv").unlink()
    with pytest.raises(InputError, match=r"out/run-1: no spreadsheet is in this folder, only changes\.csv"):
        meant("out/run-1")
    assert meant("out/run-1/errors.csv").paths == (Path("out/run-1/errors.csv"),), "named, it is taken"


def test_a_pattern_leaves_out_what_an_import_has_written_too() -> None:
    """The files of runs, those with ids of a run of several, and the ledger; a second import reads the same."""
    ours = ("r-1/results.csv", "r-1/with-ids/a.csv", "r-1/with-ids/b.csv", "ledger.sqlite3", "ledger.lock")
    made("in/a.csv", "in/with-ids/b.csv", *(f"in/out/{name}" for name in ours))
    found = meant("in/**/*")
    assert [str(path) for path in found.paths] == ["in/a.csv", "in/with-ids/b.csv"]
    assert "in/out/ledger.lock" in told(found)
    assert [str(path) for path in meant("in/**/*.csv").paths] == ["in/a.csv", "in/with-ids/b.csv"]
    with pytest.raises(InputError, match=r"was written by an import: in/out/r-1/results\.csv"):
        meant("in/out/r-1/*.csv")
    assert len(meant("in/out/r-1/with-ids").paths) == 2, "named, it is taken"


def test_a_copy_of_the_results_is_no_input() -> None:
    """Within the folder that is read, it stands there from the second import on."""
    made("in/a.csv", "in/r.csv")
    for name in ("in", "in/*.csv"):
        found = named_files([Path(name)], outputs_of(Config(results=Path("in/r.csv").absolute())))
        assert [path.name for path in found.paths] == ["a.csv"]
        assert "r.csv" in told(found)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no named pipes")
def test_a_pipe_is_read_only_by_its_name() -> None:
    """Nobody may ever write to it."""
    made("in/a.csv")
    os.mkfifo("in/b.csv")
    assert [path.name for path in meant("in").paths] == ["a.csv"]
    assert [path.name for path in meant("in/*").paths] == ["a.csv"]


@pytest.mark.parametrize("name", ["", " ", None, 3, b"a.csv", ["a.csv"], "a\0.csv"])
def test_what_is_no_path_is_no_file(name: object) -> None:
    """An empty text is a variable that is not set, and never the current folder; that one is ``.``."""
    made("a.csv")
    with pytest.raises(ConfigError, match="no file to import"):
        as_paths(["a.csv", name])
    assert as_paths(["."]) == (Path(),)


def test_a_pattern_stands_for_the_files_that_match() -> None:
    """In the order of their names, without locks and folders; ``**`` looks into folders; the first file names all."""
    made("x/b.csv", "x/a.csv", "x/~$c.csv", "x/c.csv/d.csv", "x/y/e.csv")
    found = meant("x/*.csv")
    assert [path.name for path in found.paths] == ["a.csv", "b.csv"]
    assert found.stem == "a"
    assert told(found) == "left out of x/*.csv: x/c.csv, x/~$c.csv"
    assert [path.name for path in meant("x/**/[a-e].csv").paths] == ["a.csv", "b.csv", "d.csv", "e.csv"]


@pytest.mark.parametrize("name", ["kunden[1].csv", "a*.csv", "what?.csv"])
def test_a_file_that_is_called_like_a_pattern_is_that_file(name: str) -> None:
    """Browsers and systems number copies in brackets."""
    made(name, "kunden1.csv", "ab.csv")
    assert meant(name).paths == (Path(name),)


@pytest.mark.parametrize("name", ["x/*.ods", "none*", "[a].csv"])
def test_a_pattern_that_nothing_matches_is_an_error(name: str) -> None:
    """Which names it; so does the folder without a spreadsheet."""
    made("x/a.csv")
    with pytest.raises(InputError) as failed:
        meant("x/a.csv", name)
    assert str(failed.value) == f"{name}: no file has this name, and none matches it as a pattern"


def test_an_empty_folder_is_an_error() -> None:
    """Whatever else is named."""
    Path("empty").mkdir()
    with pytest.raises(InputError, match=r"^empty: no spreadsheet is in this folder$"):
        meant("empty")


def test_a_file_that_is_named_twice_is_read_once() -> None:
    """Through a link, a folder or a pattern too, under its first name; that is said."""
    made("x/a.csv", "x/b.csv")
    Path("soft.csv").symlink_to("x/a.csv")
    os.link("x/b.csv", "hard.csv")
    found = meant("x/b.csv", "x", "./x/b.csv", "x/*.csv", "soft.csv", "hard.csv")
    assert [str(path) for path in found.paths] == ["x/b.csv", "x/a.csv"]
    assert told(found).startswith("named more than once, and read once: ")
    assert "soft.csv (which is x/a.csv)" in told(found)
    assert "hard.csv (which is x/b.csv)" in told(found)


def test_a_name_of_nothing_stays_for_the_error_that_opening_it_gives() -> None:
    """Its message knows more."""
    assert meant("gone.csv").paths == (Path("gone.csv"),)


FOLDERS = st.lists(st.sampled_from("ab"), max_size=3)


@pytest.mark.slow
@given(st.lists(st.tuples(FOLDERS, st.sampled_from(["x.csv", "y.csv"])), min_size=1, max_size=6, unique_by=str))
def test_no_two_files_have_one_name(given_names: list[tuple[list[str], str]]) -> None:
    """The shortest ends of their paths that tell them apart; a file's own name alone where that does."""
    paths = tuple(Path(*folders, name) for folders, name in given_names)
    names = Named(paths, "x").names
    assert len({*names.values()}) == len({*paths})
    bare = [path.name for path in paths]
    for path, name in names.items():
        assert str(path).endswith(name)
        assert (name == path.name) or bare.count(path.name) > 1


@pytest.mark.slow
def test_time_grows_with_the_files_alone() -> None:
    """Eight times the files may take twenty-five times as long, on a machine that does other things too."""

    def seconds(folder: str, number: int) -> float:
        made(f"{folder}/a.csv", *(f"{folder}/{one}.pdf" for one in range(number)))
        made(*(f"{folder}/{one}.csv" for one in range(number)))
        began = time.process_time()
        for name in (f"{folder}/", f"{folder}/*.csv"):
            assert len(meant(name).paths) == number + 1
        return time.process_time() - began

    assert seconds("many", 2400) <= 25 * max(min(seconds(f"few-{one}", 300) for one in range(2)), 0.005)
