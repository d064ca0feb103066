"""What is different on Windows and macOS, by values that stand for the system."""

import errno
import json
import os
import signal
import sys
import unicodedata
from collections.abc import Callable
from contextlib import suppress
from io import StringIO
from pathlib import Path
from typing import Any

import click
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from importer import shell
from importer.cli import own_console
from importer.cli.main import cli, main
from importer.errors import InputError, OpenElsewhere, unwritable
from importer.exit_codes import ExitCode
from importer.files.identity import identity_of
from importer.files.moves import is_held, take_free_place, take_place
from importer.files.names import room_for_run, safe_name, safe_stem
from importer.files.workspace import run_folder
from importer.loader.names import named_files
from importer.message import Message
from importer.signals import known_to
from importer.terminal.console import Console
from importer.web.drafts import is_plain_name
from tests.support.service import Service, invoke, results, written


@pytest.mark.slow
def test_two_names_of_a_file_are_told_from_two_files(tmp_path: Path) -> None:
    """By device and inode; where a file system has none, all files would seem one, and the path tells."""
    one, other, link, gone = (tmp_path / name for name in ("one", "other", "link", "gone"))
    one.write_text("same")
    other.write_text("same")
    link.symlink_to(one)
    for stat in (Path.stat, lambda path: os.stat_result((0, 0, *Path.stat(path)[2:]))):
        assert identity_of(one, stat) == identity_of(link, stat) != identity_of(other, stat)
        assert identity_of(gone, stat) is None


def _no_link(*_: Path) -> None:
    raise OSError(errno.EPERM, "no hard links here")


@pytest.mark.parametrize("link", [os.link, _no_link])
def test_a_place_is_taken_only_if_nobody_has_it(tmp_path: Path, link: Callable[[Path, Path], object]) -> None:
    """On file systems without hard links too; nothing else is left."""
    mine, other, free = (tmp_path / name for name in ("mine", "other", "free"))
    mine.write_text("mine")
    other.write_text("other")
    with pytest.raises(FileExistsError):
        take_free_place(mine, other, link)
    assert other.read_text() == "other"
    take_free_place(mine, free, link)
    assert free.read_text() == "mine"
    assert {path.name for path in tmp_path.iterdir()} == {"other", "free"}


def test_on_windows_a_file_is_moved_to_a_free_place_in_one_step(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its renaming never replaces: nobody sees an empty file there, and a kill leaves none."""
    mine, free = tmp_path / "mine", tmp_path / "free"
    mine.write_text("mine")
    with monkeypatch.context() as patched:
        patched.setattr("importer.files.moves.reserve", lambda _: pytest.fail("it is seen empty"))
        take_free_place(mine, free, _no_link, "nt")
    assert (free.read_text(), mine.exists()) == ("mine", False)


def test_a_place_that_cannot_be_taken_stays_free(tmp_path: Path) -> None:
    """What was reserved goes again."""
    with pytest.raises(OSError, match="gone"):
        take_free_place(tmp_path / "gone", tmp_path / "free", _no_link)
    assert not [*tmp_path.iterdir()]


def test_the_arguments_are_taken_as_typed(monkeypatch: pytest.MonkeyPatch) -> None:
    """On Windows click would put the file ``list1.csv`` in the place of ``list[1].csv``, if it got none."""
    given: list[Any] = []
    monkeypatch.setattr("sys.argv", ["import-contacts", "list[1].csv", "--map", "100%=name"])
    monkeypatch.setattr(click.Group, "main", lambda _self, args=None, **_more: given.append(args))
    with pytest.raises(SystemExit):
        cli.main(prog_name="import-contacts")
    assert given == [["list[1].csv", "--map", "100%=name"]]


def test_a_quote_that_windows_took_into_a_name_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """The rest of the line is part of the name: an error about a missing file would not say why."""
    monkeypatch.setattr("importer.cli.main.swallowed", lambda words: shell.swallowed(words, "nt"))
    done = invoke('C:\\my exports" --inbox 407')
    assert done.exit_code == 2
    assert "Leave out the backslash before it" in done.stderr


@pytest.mark.parametrize(
    ("names", "codes"),
    [
        pytest.param(
            ["SIGINT", "SIGTERM", "SIGABRT", "SIGBREAK"],
            {"SIGINT": ExitCode.INTERRUPTED, "SIGTERM": ExitCode.TERMINATED, "SIGBREAK": ExitCode.TERMINATED},
            id="Windows",
        ),
        pytest.param(
            [*signal.Signals.__members__],
            {"SIGINT": ExitCode.INTERRUPTED, "SIGTERM": ExitCode.TERMINATED, "SIGHUP": ExitCode.TERMINATED},
            id="POSIX",
            marks=pytest.mark.skipif(not hasattr(signal, "SIGHUP"), reason="signals of Windows"),
        ),
    ],
)
def test_a_run_heeds_the_signals_that_its_system_has(names: list[str], codes: dict[str, ExitCode]) -> None:
    """Windows has no SIGHUP, and Ctrl-Break, which a program may send to a group of processes."""
    assert known_to(names) == codes


# -- names of files --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("stem", "safe"),
    [
        ("kunden", "kunden"),
        ("客户\u3000名单", "客户\u3000名单"),
        ('a:b?c*<d>|e"f\\g/h\tj', "a_b_c__d__e_f_g_h_j"),
        ("Ga\u0308ste", "Gäste"),
        (" list. ", "list"),
        ("aux", "_aux"),
        ("COM1.old", "_COM1.old"),
        ("console", "console"),
        ("\udcff", "_"),
        ("...", ""),
        ("é" * 100, "é" * 75),
    ],
)
def test_a_name_is_one_that_every_system_takes(stem: str, safe: str) -> None:
    """Folders of results are copied and shared; accents are one letter, as most systems type them."""
    assert safe_stem(stem) == safe


@pytest.mark.slow
@given(st.text(max_size=300))
def test_a_safe_name_is_safe_whatever_it_was(stem: str) -> None:
    """And stays as it is."""
    safe = safe_stem(stem)
    assert not {*safe} & {*'<>:"|?*\\/\0\n'}
    assert safe == safe.strip(" .")
    assert len(safe.encode()) <= 150
    assert safe_stem(safe) == safe


@pytest.mark.parametrize(
    ("told", "name"),
    [
        ("contacts.xlsx", "contacts.xlsx"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\ann\\kunden.csv", "kunden.csv"),
        (".bashrc", "bashrc"),
        ("..", "file"),
        ("", "file"),
        ("a\r\nSet-Cookie: x=1.csv", "a__Set-Cookie_ x=1.csv"),
        ("\u202egnp.exe", "_gnp.exe"),
        ("nul.csv", "_nul.csv"),
        ("a\u202evsc.csv", "a_vsc.csv"),
        ("Ga\u0308ste.csv", "Gäste.csv"),
        ("客户 名单.xlsx", "客户 名单.xlsx"),
        ("x" * 500 + ".csv", "x" * 150 + ".csv"),
    ],
)
def test_a_file_keeps_its_name_as_far_as_it_is_safe(told: str, name: str) -> None:
    """No other place, no control character, nothing hidden, no device of Windows."""
    assert safe_name(told) == name


@pytest.mark.slow
@given(st.text())
@example("\xa0")
@example("\u3000.csv")
def test_every_name_becomes_one_of_a_file_in_its_folder(told: str) -> None:
    """Which every file system takes; of what cannot be seen only blanks stay, as wide as they are."""
    name = safe_name(told)
    assert is_plain_name(name)
    assert all(letter.isprintable() or unicodedata.category(letter) == "Zs" for letter in name)
    assert name.strip()
    assert len(name.encode()) <= 200


def test_a_runs_folder_has_a_name_that_every_system_takes(tmp_path: Path) -> None:
    """On Windows the file ``a:b`` would be a stream of the file ``a``."""
    with run_folder(tmp_path, "a:b?", lambda _: False) as make:
        assert make().name.startswith("a_b_-2")


@pytest.mark.parametrize(
    ("folder", "system", "room"), [("C:/crm", "posix", 150), ("/" + "x" * 99, "nt", 121), ("/" + "x" * 300, "nt", 8)]
)
def test_the_paths_of_a_run_are_not_too_long_for_windows(folder: str, system: str, room: int) -> None:
    """Which takes 259 units where nobody allowed more."""
    assert room_for_run(Path(folder), system) == room
    longest = f"{folder}/{'k' * room}-20260117-081530-99/.results.xlsx.tmp"
    assert system == "posix" or room == 8 or len(longest) == 259


def test_a_name_that_a_mac_wrote_is_found_as_it_is_typed(tmp_path: Path) -> None:
    """And the other way round: with accents as letters of their own, by name and by pattern."""
    typed, written = "Gäste.csv", unicodedata.normalize("NFD", "Gäste.csv")
    (tmp_path / written).write_text("Name\nAnn\n")
    for name in (typed, written, "Gä*.csv", "**/Gäst?.csv"):
        found = named_files([tmp_path / name])
        assert [path.samefile(tmp_path / written) for path in found.paths] == [True]
        assert found.remarks == ()


@pytest.mark.slow
def test_a_run_is_found_by_a_name_of_either_spelling(tmp_path: Path) -> None:
    """Finder shows what it stored."""
    written("Name,Email\nAnn,ann@example.com\n", "Gäste.csv")
    invoke("Gäste.csv", "--dry-run", "--inbox", "407")
    path = written("Name,Email\nAnn,ann@example.com\n", unicodedata.normalize("NFD", "Gäste-2.csv"))
    with Service() as service:
        service.invoke(path, "--inbox", "407")
        (run,) = json.loads(service.invoke("runs", "--json").stdout)
        assert run["run"].startswith("Gäste-2-")
        for form in ("NFC", "NFD"):
            assert service.invoke("report", unicodedata.normalize(form, run["run"])).exit_code == 0
            assert service.invoke("report", unicodedata.normalize(form, "Gäste")).exit_code == 0
        service.invoke(written("Name,Email\nBob,bob@example.com\n", f"{run['run']}.csv"), "--inbox", "407")
        found = service.invoke("report", "--json", unicodedata.normalize("NFD", run["run"]))
        assert json.loads(found.stdout)["run"] == run["run"], "a whole name goes before the beginning of another"


def test_what_systems_put_into_a_folder_is_not_told(tmp_path: Path) -> None:
    """Everybody's folder on a Mac or a Windows share has them."""
    for name in ("a.csv", ".DS_Store", "._a.csv", "Thumbs.db", "desktop.ini", "notes.txt"):
        (tmp_path / name).write_text("Name\nAnn\n")
    (remark,) = named_files([tmp_path]).remarks
    assert str(remark).endswith(": notes.txt")


@pytest.mark.parametrize("named", ["b.csv", "."])
def test_a_file_that_is_in_icloud_alone_is_not_left_out(tmp_path: Path, named: str) -> None:
    """It is named, or among a folder's: what stands there is a placeholder."""
    (tmp_path / "a.csv").write_text("Name\nAnn\n")
    (tmp_path / ".b.csv.icloud").write_bytes(b"bplist00")
    (tmp_path / ".photo.png.icloud").write_bytes(b"bplist00")
    with pytest.raises(InputError, match=r"b\.csv: it is in iCloud, and not on this machine") as error:
        named_files([tmp_path / named])
    assert "Finder" in str(error.value.hint)


# -- files that another program has open -----------------------------------------------------------------------------


def held_for(times: int, error: type[OSError] = PermissionError) -> Callable[[Path, Path], object]:
    """A rename that Windows refuses so often."""
    refused = iter(range(times))

    def rename(new: Path, path: Path) -> object:
        if next(refused, None) is None:
            return new.replace(path)
        raise error(13, "Access is denied")

    return rename


@pytest.fixture
def new_and_old(tmp_path: Path) -> tuple[Path, Path]:
    new, old = tmp_path / "new", tmp_path / "results.csv"
    new.write_text("new")
    old.write_text("old")
    return new, old


def test_a_file_that_is_held_for_a_moment_is_replaced(new_and_old: tuple[Path, Path]) -> None:
    """By a virus scanner, or while it is synchronized."""
    slept: list[float] = []
    take_place(*new_and_old, "nt", slept.append, held_for(3))
    assert (new_and_old[1].read_text(), slept) == ("new", [0.05, 0.1, 0.2])


def test_a_file_that_stays_open_is_told(new_and_old: tuple[Path, Path]) -> None:
    """After a second and a half; the new one is there yet."""
    slept: list[float] = []
    with pytest.raises(OpenElsewhere) as error:
        take_place(*new_and_old, "nt", slept.append, held_for(9))
    assert (new_and_old[1].read_text(), round(sum(slept), 2)) == ("old", 1.55)
    told = unwritable(new_and_old[1], error.value, Message("…"))
    assert "another program, such as Excel, has it open" in str(told)


def test_a_folder_that_may_not_be_written_to_is_not_waited_for(new_and_old: tuple[Path, Path]) -> None:
    """On other systems a file may be open; and a file that is not there is held by nobody."""
    with pytest.raises(PermissionError) as error:
        take_place(*new_and_old, "posix", lambda _s: pytest.fail("waited"), held_for(1))
    assert not isinstance(error.value, OpenElsewhere)
    new_and_old[1].unlink()
    with pytest.raises(PermissionError) as error:
        take_place(*new_and_old, "nt", lambda _s: None, held_for(9))
    assert not isinstance(error.value, OpenElsewhere)


def test_whether_a_file_is_held_is_asked_before_anything_is_sent(new_and_old: tuple[Path, Path]) -> None:
    """By opening it, on Windows alone: elsewhere a file that is read-only can be replaced."""

    def refuse(_path: Path) -> None:
        raise PermissionError(13, "Access is denied")

    old = new_and_old[1]
    assert is_held(old, "nt", refuse)
    assert not is_held(old, "nt")
    assert not is_held(old, "posix", refuse)
    assert not is_held(old.with_name("none.csv"), "nt", refuse)


@pytest.mark.slow
def test_a_copy_that_is_open_costs_a_run_nothing(monkeypatch: pytest.MonkeyPatch, service: Service) -> None:
    """Opened while the run works: it is told, the run has its own files, and the old copy stays."""
    copy = written("old", "copy.csv")

    def held(new: Path, path: Path) -> None:
        if path == copy:
            raise OpenElsewhere(13, "Access is denied")
        new.replace(path)

    monkeypatch.setattr("importer.files.moves.take_place", held)
    done = service.invoke(written("Name,Email\nAnn,ann@example.com\n"), "--inbox", "407", "--results", copy)
    assert done.exit_code == 0
    assert "--results: copy.csv cannot be written: another program, such as Excel, has it open" in done.stderr
    assert (copy.read_text(), len(results())) == ("old", 1)
    assert [path.name for path in Path().iterdir() if "tmp" in path.name] == []


def test_a_copy_that_is_open_before_a_run_stops_it(monkeypatch: pytest.MonkeyPatch, service: Service) -> None:
    """Nothing is sent: whoever closes the file gets the copy."""
    copy = written("old", "copy.csv")
    monkeypatch.setattr("importer.files.workspace.is_held", copy.__eq__)
    done = service.invoke(written("Name,Email\nAnn,ann@example.com\n"), "--inbox", "407", "--results", copy)
    assert (done.exit_code, service.stored) == (2, {})
    assert "--results copy.csv: another program, such as Excel, has it open" in done.stderr


# -- a double click --------------------------------------------------------------------------------------------------

VENV = "C:\\crm\\.venv\\Scripts\\"


@pytest.mark.parametrize(
    ("platform", "programs", "own"),
    [
        ("win32", [f"{VENV}import-contacts.exe", f"{VENV}python.exe", "C:\\Python312\\python3.12.exe"], True),
        ("win32", [f"{VENV}Import-Contacts.EXE", f"{VENV}python.exe"], True),
        ("win32", ["C:\\Windows\\System32\\cmd.exe", f"{VENV}import-contacts.exe", f"{VENV}python.exe"], False),
        ("win32", [f"{VENV}import-contacts.exe", ""], False),
        ("win32", [], False),
        ("linux", [f"{VENV}import-contacts.exe"], False),
        ("darwin", [f"{VENV}import-contacts.exe"], False),
    ],
)
def test_a_console_is_the_programs_own_if_no_shell_is_there(platform: str, programs: list[str], own: bool) -> None:
    """What starts Python differs between installers; what the system does not tell may be a shell."""
    assert own_console.is_own(platform, lambda: programs) is own


def test_a_system_that_cannot_be_asked_has_no_own_console() -> None:
    """Here there is no such function."""
    if sys.platform != "win32":
        assert not own_console.is_own("win32")


@pytest.mark.parametrize("in_use", ["", "import-results", "config.yaml"])
def test_after_a_double_click_enter_opens_the_screen(tmp_path: Path, in_use: str) -> None:
    """With its results in the user's own folder, unless somebody imports where the program begins."""
    if in_use:
        (Path(in_use).mkdir if in_use == "import-results" else Path(in_use).touch)()
    err, events = StringIO(), list[object]()
    own_console.open_screen(Console(None, err), events.append, lambda: events.append("Enter"), tmp_path / "home")
    place = Path.cwd() if in_use else tmp_path / "home"
    assert events == ["Enter", ["ui", "--output-dir", str(place / "import-results")]]
    assert "press Enter to use it in the browser" in err.getvalue()


@pytest.mark.parametrize(("code", "waits"), [(0, 1), (2, 2)])
def test_the_window_stays_for_an_error(code: int, waits: int) -> None:
    """Which nobody could read otherwise; a screen that was ended closes it."""
    waited: list[int] = []

    def ends(_arguments: list[str]) -> None:
        raise SystemExit(code)

    with pytest.raises(SystemExit) as ended:
        own_console.open_screen(Console(None, StringIO()), ends, lambda: waited.append(1))
    assert (ended.value.code, len(waited)) == (code, waits)


@pytest.mark.parametrize(("arguments", "own", "screens"), [([], True, 1), ([], False, 0), (["--version"], True, 0)])
def test_a_command_with_arguments_waits_for_nobody(
    arguments: list[str], own: bool, screens: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The Task Scheduler opens a console of its own, too."""
    opened: list[Console] = []

    def open_screen(console: Console, _run: object) -> None:
        opened.append(console)

    monkeypatch.setattr("sys.argv", ["import-contacts", *arguments])
    monkeypatch.setattr(own_console, "is_own", lambda: own)
    monkeypatch.setattr(own_console, "open_screen", open_screen)
    with suppress(SystemExit):
        main()
    assert len(opened) == screens
