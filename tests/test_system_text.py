"""Names of files that are not UTF-8: everything works, and everything that is written or shown is text."""

import errno
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from importer.errors import reason_of
from importer.message import Language, Message
from importer.system_text import decoded, is_text, printable
from tests.support.service import Service, contacts, invoke, written

GBK = os.fsdecode("客户".encode("gbk"))
"""Bytes of which UTF-8 takes some for a letter: U+DCBF U+037B U+DCA7."""

NEEDS_BYTES = pytest.mark.skipif(sys.platform in ("darwin", "win32"), reason="its file names are Unicode")


@pytest.mark.parametrize("number", [errno.ENOENT, errno.EACCES, errno.ENOSPC, errno.ECONNREFUSED])
def test_common_reasons_of_the_system_are_in_the_readers_language(number: int) -> None:
    """In English they are the system's own."""
    error = OSError(number, os.strerror(number))
    told = Message("{reason}", reason=reason_of(error))
    assert str(told).lower() == os.strerror(number).lower()
    assert Language("zh").tell(told).isascii() is False
    assert str(reason_of(OSError(9999, "odd"))) == "odd"


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("客户.csv".encode("gbk"), "客户.csv"),
        ("2024年客户名单 final.csv".encode("gb2312"), "2024年客户名单 final.csv"),
        ("客户.csv".encode(), "客户.csv"),
        ("Kündigungen.csv".encode("latin-1"), "K\ufffdndigungen.csv"),
        (b"a\xff.csv", "a\ufffd.csv"),
        ("é".encode() + b"\xff", "é\ufffd"),
    ],
)
def test_a_name_is_shown_as_its_system_meant_it(name: bytes, shown: str) -> None:
    """UTF-8, then GB 2312; a Latin-1 accent is not taken for half a Chinese character."""
    assert decoded(os.fsdecode(name)) == shown
    assert printable(os.fsdecode(name)) == shown  # one spelling, wherever a name is told


@pytest.mark.slow
@given(st.binary(max_size=12))
def test_whatever_the_bytes_it_is_text(name: bytes) -> None:
    """A database, a file and a terminal take it, and nothing is left to decode; UTF-8 stays as it is."""
    text = os.fsdecode(name)
    assert decoded(text).encode() is not None
    assert decoded(decoded(text)) == decoded(text)
    assert not is_text(text) or decoded(text) == text


@pytest.mark.slow
@NEEDS_BYTES
def test_an_import_with_such_names_everywhere_ends_as_any_other() -> None:
    """The file, its folder, the output directory, the copies, the log and the configuration; then every verb."""
    folder = Path(f"dir{GBK}")
    folder.mkdir()
    source = folder / f"{GBK}.csv"
    shutil.move(contacts(2), source)
    written("inbox_id: 407\n", f"{GBK}.yaml")
    out = f"out{GBK}"
    places = ("--results", f"{GBK}-copy.xlsx", "--log-file", f"{GBK}.log", "--metrics-file", f"{GBK}.prom")
    with Service() as service:
        done = service.invoke(source, "--config", f"{GBK}.yaml", "--output-dir", out, *places, "--verbose")
    assert done.exit_code == 0, done.output
    assert "客户.csv" in done.stdout
    assert "out客户/客户-" in done.stdout
    (run,) = json.loads(invoke("runs", "--output-dir", out, "--json").stdout)
    assert (run["file"], run["run"][:3]) == ("客户.csv", "客户-")
    (made,) = (path for path in Path(out).iterdir() if path.is_dir())
    assert made.name == run["run"]
    for path in (*made.iterdir(), Path(f"{GBK}.log"), Path(f"{GBK}.prom")):
        assert "客户" in path.read_text(encoding="utf-8") or path.suffix == ".csv"
    summary = json.loads((made / "summary.json").read_text(encoding="utf-8"))
    assert summary["files"]["results_copy"] == "客户-copy.xlsx"
    assert summary["options"]["results"] == "客户-copy.xlsx"
    for verb in (("runs",), ("report",), ("report", "--json"), ("forget", "--all", "--yes"), ("report", run["run"])):
        again = invoke(*verb, "--output-dir", out)
        assert again.exit_code == 0, again.output
        assert "Traceback" not in again.output


@NEEDS_BYTES
@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        ((f"{GBK}.csv", "--inbox", 407, "--sandbox"), 3, "客户.csv does not exist"),
        (("contacts.csv", "--config", f"{GBK}.yaml"), 2, "客户.yaml: no such configuration file"),
        (("runs", "--output-dir", GBK), 2, "no ledger in 客户"),
        (("contacts.csv", "--set", f"custom_attributes.{GBK}=1"), 2, "--set: it holds bytes that are no text"),
        (("contacts.csv", "--sheet", GBK), 2, '--sheet "客户": it holds bytes that are no text'),
    ],
)
def test_an_error_about_such_a_name_is_readable(arguments: tuple[object, ...], code: int, words: str) -> None:
    """On the terminal and as JSON. What is no name of a file is text, or it is refused."""
    contacts(1)
    done = invoke(*arguments, *([] if arguments[0] == "runs" else ["--json"]))
    assert done.exit_code == code, done.output
    assert words in done.stderr
    if arguments[0] != "runs":
        assert json.loads(done.stdout)["error"]["message"].encode()


def test_a_secret_of_other_bytes_is_refused_and_not_shown() -> None:
    """A header could not carry it."""
    done = invoke(contacts(1), "--inbox", 407, LIVEDESK_API_KEY=f"s3cret{GBK}", LIVEDESK_API_SECRET="s")
    assert done.exit_code == 2
    assert "LIVEDESK_API_KEY: it holds bytes that are no text" in done.stderr
    assert "s3cret" not in done.output


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="it has no such locale")
def test_a_locale_that_lacks_the_letters_of_a_name_is_no_obstacle() -> None:
    """Python takes UTF-8 in the locale C, unless it is told not to; the folder is named as far as the locale can."""
    shutil.move(contacts(1), "客户.csv")
    done = subprocess.run(
        [sys.executable, "-m", "importer", "客户.csv", "--inbox", "407", "--sandbox"],
        env=os.environ | {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    (folder,) = Path("import-results").iterdir()
    assert folder.name.startswith("__-")
