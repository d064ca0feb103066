"""What shells complete: runs, fields, saved mappings; by the scripts that the program makes, in real shells."""

import os
import pty
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import pytest

from importer.ledger.ledger import Ledger
from tests.support.service import Service, contacts, invoke
from tests.support.terminal import take_terminal

LEDGER: Final = Path("import-results/ledger.sqlite3")
CLOSED: Final = ("inbox_id", "name", "email", "phone_number", "identifier", "avatar_url")
PARTS: Final = ("first_name", "middle_name", "last_name", "second_last_name")
OPEN: Final = ("additional_attributes.", "custom_attributes.")


def _completed(*typed: str) -> list[str]:
    """What Bash is told for the last word, as ``type,value``."""
    environment = {
        "_IMPORT_CONTACTS_COMPLETE": "bash_complete",
        "COMP_WORDS": "\n".join(["import-contacts", *typed]),
        "COMP_CWORD": str(len(typed)),
    }
    done = invoke(**environment)
    assert done.stderr == ""
    return [line for line in done.stdout.splitlines() if line]


@pytest.fixture
def runs() -> dict[str, str]:
    """The names of two imports and a plan, by the stems of their files."""
    with Service() as service:
        for file in ("people", "my friends"):
            assert service.invoke(contacts(1, f"{file}.csv"), "--inbox", "407").exit_code == 0
        assert service.invoke("plan", contacts(1, "later.csv"), "--inbox", "407").exit_code == 0
    with Ledger(LEDGER) as ledger:
        return {run.id.rpartition("-")[0].rpartition("-")[0]: run.id for _, run in ledger.runs()}


@pytest.mark.slow
def test_runs_are_completed_where_a_run_is_named(runs: dict[str, str]) -> None:
    """The newest first; only imports where only they are meant, only plans for --plan."""
    plan, friends, people = (runs[stem] for stem in ("later", "my friends", "people"))
    spaced = friends.replace(" ", "\\ ")
    every = [f"plain,{name}" for name in (plan, spaced, people, "latest", "previous")]
    for typed in (["report", ""], ["forget", ""], ["forget", people, ""], ["report", "--diff", people, ""]):
        assert _completed(*typed) == every
    for command in ("verify", "undo"):
        assert _completed(command, "") == every[1:]
    assert _completed("report", "peo") == [f"plain,{people}"]
    assert _completed("report", "la") == [f"plain,{plan}", "plain,latest"]
    for verb in ([], ["run"]):
        assert _completed(*verb, "people.csv", "--plan", "") == [f"plain,{plan}"]


@pytest.mark.slow
@pytest.mark.parametrize("way", ["option", "variable", "config"])
def test_the_ledger_is_the_one_that_the_command_would_read(
    runs: dict[str, str], way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In the folder of --output-dir, of its variable, or of the configuration file."""
    LEDGER.parent.rename("elsewhere")
    assert _completed("report", "peo") == []
    typed = ["report", "peo"]
    if way == "option":
        typed = ["report", "--output-dir", "elsewhere", "peo"]
    elif way == "variable":
        monkeypatch.setenv("IMPORT_CONTACTS_OUTPUT_DIR", "elsewhere")
    else:
        Path("config.yaml").write_text("output_dir: elsewhere\n")
        typed = ["people.csv", "--plan", "lat"]
    assert _completed(*typed) == [f"plain,{runs['later' if way == 'config' else 'people']}"]


@pytest.mark.parametrize("content", [None, b"", b"damaged" * 1000, b"SQLite format 3\0" + b"\xff" * 5000])
def test_where_there_is_no_ledger_nothing_is_completed_said_or_made(content: bytes | None) -> None:
    """The user is still typing."""
    if content is not None:
        LEDGER.parent.mkdir()
        LEDGER.write_bytes(content)
    before = sorted(Path.cwd().rglob("*"))
    assert _completed("report", "") == []
    assert sorted(Path.cwd().rglob("*")) == before


@pytest.mark.slow
def test_a_ledger_that_is_locked_or_older_is_read_and_not_touched(runs: dict[str, str]) -> None:
    """While an import writes, and before any command has brought it to its version."""
    before = sorted(path.name for path in LEDGER.parent.iterdir())
    with Ledger(LEDGER) as ledger, ledger.transaction():
        assert _completed("report", "peo") == [f"plain,{runs['people']}"]
    assert _completed("report", "peo") == [f"plain,{runs['people']}"]
    assert sorted(path.name for path in LEDGER.parent.iterdir()) == before
    LEDGER.unlink()
    dump = (Path(__file__).parent / "data/ledgers/version-1-first.sql").read_text(encoding="utf-8")
    db = sqlite3.connect(LEDGER)
    db.executescript(dump)
    db.close()
    content = LEDGER.read_bytes()
    assert len(_completed("report", "people")) == 1
    assert LEDGER.read_bytes() == content


def test_fields_are_completed() -> None:
    """Whole ones, and beginnings behind which more is to be typed."""
    names = [*CLOSED, *PARTS]
    whole = [*(f"plain,{name}" for name in names), *(f"open,{group}" for group in OPEN)]
    assert _completed("x.csv", "--keep", "") == whole
    assert _completed("x.csv", "--clear", "") == whole
    assert _completed("x.csv", "--map", "Tel", "=") == whole
    assert _completed("x.csv", "--map", "Tel", "=", "pho") == ["plain,phone_number"]
    assert _completed("x.csv", "--map=Tel=pho") == ["plain,Tel=phone_number"]
    assert _completed("x.csv", "--map", "=", "Tel", "=", "pho") == ["plain,phone_number"]
    assert _completed("x.csv", "--map", '"E-mail 1=em') == ["plain,E-mail 1=email"]
    assert _completed("x.csv", "--map", "Te") == []
    assert _completed("x.csv", "--set", "em") == ["open,email="]
    assert _completed("x.csv", "--set", "cust") == ["open,custom_attributes."]
    assert _completed("x.csv", "--set", "email", "=", "a") == []


def test_saved_mappings_are_completed_and_paths_left_to_the_shell() -> None:
    """By the names beside the ledger."""
    folder = Path("import-results/mappings")
    folder.mkdir(parents=True)
    (folder / "crm weekly.yaml").write_text("Name: name\n")
    assert _completed("x.csv", "--mapping", "cr") == ["plain,crm\\ weekly"]
    assert _completed("x.csv", "--mapping", "./m") == ["file,./m"]


@pytest.mark.slow
def test_completing_loads_nothing_that_takes_long(runs: dict[str, str]) -> None:
    """Each key pressed waits for it."""
    assert runs
    script = (
        "import os, sys\n"
        "os.environ.update(_IMPORT_CONTACTS_COMPLETE='bash_complete', COMP_WORDS='import-contacts\\nreport\\npe',"
        " COMP_CWORD='2')\n"
        "from importer.cli.main import main\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        "print(*sorted({'pandas', 'numpy', 'phonenumbers', 'aiohttp', 'pydantic', 'yaml'} & sys.modules.keys()))"
    )
    done = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True)
    assert done.stdout.splitlines() == [f"plain,{runs['people']}", ""]


# -- in real shells --------------------------------------------------------------------------------------------------

SHELLS: Final = {"bash": ["--norc", "--noprofile", "-i"], "zsh": ["-f", "-i"], "fish": ["--no-config", "-i"]}
SHOW: Final = {
    # The program proper is asked by ``env``, which knows no function of a shell.
    "bash": 'import-contacts() { printf "<%s>" "$@"; echo; }',
    "zsh": 'import-contacts() { printf "<%s>" "$@"; echo; }',
    "fish": 'function import-contacts; printf "<%s>" $argv; echo; end',
}
READY: Final = {"bash": "bind 'set enable-bracketed-paste off'", "zsh": "autoload -U compinit; compinit -u", "fish": ""}


@pytest.fixture
def program(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """An environment that finds ``import-contacts``."""
    folder = tmp_path_factory.mktemp("bin")
    script = folder / "import-contacts"
    script.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m importer "$@"\n')
    script.chmod(0o755)
    home = tmp_path_factory.mktemp("home")
    return os.environ | {"PATH": f"{folder}:{os.environ['PATH']}", "HOME": str(home), "TERM": "dumb", "PS1": "> "}


def _typed(shell: str, lines: Sequence[str], environment: dict[str, str]) -> str:
    """All that a shell shows for lines that are typed at it."""
    main, terminal = pty.openpty()
    with subprocess.Popen(
        [shell, *SHELLS[shell]],
        stdin=terminal,
        stdout=terminal,
        stderr=terminal,
        env=environment,
        start_new_session=True,
        preexec_fn=take_terminal,
    ) as process:
        os.close(terminal)
        os.write(main, "".join(f"{line}\n" for line in (*lines, "exit")).encode())
        shown = b""
        while True:
            try:
                piece = os.read(main, 4096)
            except OSError:  # the shell has ended
                break
            if not piece:
                break
            shown += piece
        process.wait()
    os.close(main)
    return shown.decode(errors="replace")


@pytest.mark.parametrize("shell", [pytest.param(one, marks=[pytest.mark.slow] * (one != "bash")) for one in SHELLS])
def test_a_real_shell_completes(shell: str, runs: dict[str, str], program: dict[str, str]) -> None:
    """A run, one with a blank in its name, a field behind ``=``, an option; a field that is open takes no blank."""
    if shutil.which(shell) is None:
        pytest.skip(f"needs {shell}")
    made = subprocess.run(
        ["import-contacts"], env=program | {"_IMPORT_CONTACTS_COMPLETE": "_".join((shell, "source"))}, check=True,
        capture_output=True, text=True,
    )  # fmt: skip
    Path("complete").write_text(made.stdout)
    lines = [
        *(READY[shell], "source ./complete", SHOW[shell]),
        "import-contacts report peo\t",
        "import-contacts undo my\t",
        "import-contacts x.csv --map Tel=pho\t",
        "import-contacts x.csv --set custom\tcity=Rome",
        "import-contacts x.csv --inb\t407",
    ]
    shown = _typed(shell, lines, program)
    for words in (
        ["report", runs["people"]],
        ["undo", runs["my friends"]],
        ["x.csv", "--map", "Tel=phone_number"],
        ["x.csv", "--set", "custom_attributes.city=Rome"],
        ["x.csv", "--inbox", "407"],
    ):
        assert "".join(f"<{word}>" for word in words) in shown, shown
