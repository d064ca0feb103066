"""Temporary files lie in a folder for one process; it goes with it, or, after a kill, when the next one begins."""

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from importer.files.scratch import Scratch

HOLDS = """
import sys
from importer.files.scratch import SCRATCH
(SCRATCH.take() / "stdin.csv").write_text("Name")
print("ready", flush=True)
sys.stdin.read()
"""


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    monkeypatch.setenv("TMPDIR", str(folder))
    return folder


@contextmanager
def another_process() -> Iterator[subprocess.Popen[str]]:
    """A process with a file in its folder."""
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen([sys.executable, "-c", HOLDS], **pipes) as process:  # type: ignore[call-overload]  # pipes
        assert process.stdout.readline() == "ready\n"
        try:
            yield process
        finally:
            process.kill()


def test_nothing_is_left_when_all_places_are_given_back(temporary: Path) -> None:
    """Each place goes with what is in it, the folder with the last."""
    scratch = Scratch()
    one, two = scratch.take(), scratch.take()
    (one / "stdin.csv").write_text("Name")
    assert one.parent == two.parent
    scratch.give_back(one)
    assert [two.exists(), one.exists()] == [True, False]
    scratch.give_back(two)
    assert [*temporary.iterdir()] == []


@pytest.mark.slow
def test_what_a_killed_process_left_goes_when_the_next_begins(temporary: Path) -> None:
    """The folder of a process that lives stays."""
    with another_process() as process:
        (theirs,) = temporary.iterdir()
        scratch = Scratch()
        scratch.give_back(scratch.take())
        assert [*temporary.rglob("stdin.csv")]
        process.kill()
        process.wait()
        mine = scratch.take()
        assert not theirs.exists()
        assert [*temporary.iterdir()] == [mine.parent]
        scratch.give_back(mine)


def test_what_is_no_such_folder_stays(temporary: Path, tmp_path: Path) -> None:
    """A folder that no process has locked is somebody's, and a link leads to what is nobody's business here."""
    kept = tmp_path / "kept"
    for folder in (kept, temporary / "import-contacts-mine", temporary / "other"):
        folder.mkdir()
        (folder / "people.csv").write_text("Name")
    (kept / "process.lock").touch()
    (temporary / "import-contacts-link").symlink_to(kept, target_is_directory=True)
    (temporary / "import-contacts-mine" / "process.lock").symlink_to(kept / "process.lock")
    scratch = Scratch()
    scratch.give_back(scratch.take())
    assert {path.name for path in temporary.iterdir()} == {"import-contacts-link", "import-contacts-mine", "other"}
    assert (kept / "people.csv").exists()
