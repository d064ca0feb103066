"""``import-contacts ui`` as a process: it starts, says what to open, is one a folder, and ends well."""

import http.client
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Sequence
from importlib import import_module
from inspect import iscoroutinefunction
from pathlib import Path

import pytest

from importer.errors import ConfigError
from importer.web.instance import folder_of, only_one, tell
from importer.web.routes import ROUTES
from tests.support.screens import OPENS, command, port_in, raw, request, running, secret_of, session
from tests.support.service import kill
from tests.support.terminal import at_a_terminal, drain, read_until


def ended(process: "subprocess.Popen[str]", folder: Path) -> str:
    """What it said on standard error; its door and its state are gone."""
    _, said = process.communicate(timeout=120)
    assert process.returncode == 0, said
    assert not (folder / "ui" / "server.json").exists()
    assert [*(folder / "ui" / "doors").iterdir()] == []
    return said


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it(tmp_path: Path, number: signal.Signals) -> None:
    """It says what to open, in a file for its owner alone; no log has an address with a secret."""
    with running(tmp_path) as (process, door):
        secret = secret_of(door)
        assert (door.stat().st_mode & 0o777, door.parent.stat().st_mode & 0o777) == (0o600, 0o700)
        assert (tmp_path / "ui" / "server.json").stat().st_mode & 0o777 == 0o600
        process.send_signal(number)
        said = ended(process, tmp_path)
    assert "Ending: the requests in flight are settled first" in said
    assert secret not in said
    assert "http://" not in said


@pytest.mark.slow
def test_the_page_ends_it(tmp_path: Path) -> None:
    """After its answer."""
    with running(tmp_path) as (process, door):
        port = port_in(tmp_path)
        headers = session(port, door)
        stopped = request(port, "POST", f"{headers.pop('root')}/stop", headers, b"{}")
        assert (stopped.status, stopped.json) == (200, {"working": 0})
        ended(process, tmp_path)


@pytest.mark.slow
def test_it_listens_to_this_machine_alone(tmp_path: Path) -> None:
    """On one address of IPv4; no other name of it, however the machine is called."""
    with running(tmp_path):
        port = port_in(tmp_path)
        socket.create_connection(("127.0.0.1", port), timeout=60).close()
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.2", port), timeout=60).close()


@pytest.mark.slow
def test_nobody_fills_its_terminal(tmp_path: Path) -> None:
    """What is no HTTP is refused without a word."""
    with running(tmp_path) as (process, _):
        for sent in (b"\x16\x03\x01\x02\r\n\r\n", b"GET / HTTP/9\r\n\r\n", b"GET / HTTP/1.1\r\n: x\r\n\r\n"):
            raw(port_in(tmp_path), sent)
        process.terminate()
        own = {"Ctrl-C ends it.", "Ending: the requests in flight are settled first. Once more to end at once."}
        assert {*ended(process, tmp_path).splitlines()} <= own  # the first may come too late on a busy machine


@pytest.mark.slow
def test_a_second_one_opens_the_first(tmp_path: Path) -> None:
    """By a door of its own, and ends; both browsers are in."""
    with running(tmp_path) as (first, door):
        second = subprocess.run(command(tmp_path, "--no-open"), capture_output=True, text=True, timeout=30, check=True)
        assert f"import-contacts ui runs already (process {first.pid})" in second.stderr
        other = Path(second.stdout.removeprefix(OPENS).strip())
        port = port_in(tmp_path)
        roots = {session(port, each)["root"] for each in (door, other)}
        assert len(roots) == 1
        first.terminate()
        ended(first, tmp_path)


@pytest.mark.slow
def test_after_a_killed_one_a_new_one_starts(tmp_path: Path) -> None:
    """The lock went with the process, and what it said counts no more; its drafts are there."""
    with running(tmp_path) as (process, door):
        headers = session(port_in(tmp_path), door)
        draft = request(port_in(tmp_path), "POST", f"{headers.pop('root')}/drafts", headers, b"{}").json["id"]
        process.kill()
        process.wait()
    assert (tmp_path / "ui" / "server.json").exists()
    with running(tmp_path) as (process, door):
        headers = session(port_in(tmp_path), door)
        page = request(port_in(tmp_path), "GET", f"{headers.pop('root')}/", headers)
        assert draft in page.text
        process.terminate()
        ended(process, tmp_path)


@pytest.mark.slow
def test_on_a_terminal_it_shows_an_address_that_opens_once(tmp_path: Path) -> None:
    """For a browser that cannot read the file."""
    with at_a_terminal(command(tmp_path, "--no-open")) as (terminal, process):
        shown = read_until(terminal, b"Ctrl-C ends it.").decode()
        found = re.search(r"http://127\.0\.0\.1:(\d+)(/open/\S+)", shown)
        assert found
        port, path = int(found[1]), found[2]
        host = {"Host": f"127.0.0.1:{port}"}
        assert [request(port, "GET", path, host).status for _ in range(2)] == [200, 404]
        os.write(terminal, b"\x03")
        drain(terminal)
        assert process.wait(120) == 0


def browser_in(folder: Path) -> tuple[dict[str, str], Path]:
    """A program in the place of a browser, and where it writes what it was told to open."""
    noted = folder / "opened"
    script = folder / "browser"
    script.write_text(f'#!/bin/sh\necho "$@" > {noted}.tmp\nmv {noted}.tmp {noted}\n')
    script.chmod(0o700)
    return os.environ | {"BROWSER": str(script)}, noted


@pytest.mark.slow
def test_the_browser_gets_a_file_and_no_secret(tmp_path: Path) -> None:
    """Its arguments stand in the list of processes."""
    environment, noted = browser_in(tmp_path)
    process = subprocess.Popen(
        command(tmp_path / "results"), env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        assert process.stderr
        assert process.stderr.readline() == "Ctrl-C ends it.\n"  # after the browser was opened
        (door,) = (tmp_path / "results" / "ui" / "doors").iterdir()
        assert noted.read_text().strip() == door.resolve().as_uri()
        assert secret_of(door) not in noted.read_text()
        process.terminate()
        ended(process, tmp_path / "results")
    finally:
        kill(process)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--port", "99999"], "port 99999 of 127.0.0.1 cannot be listened on"),
        (["--config", "missing.yaml", "--output-dir", "/dev/null/x"], "cannot be made"),
        (["--max-upload", "0"], "--max-upload"),
    ],
)
def test_what_cannot_be_served_is_said(tmp_path: Path, options: Sequence[str], words: str) -> None:
    """Exit code 2, with what to do."""
    done = subprocess.run(command(tmp_path, *options), capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode == 2
    assert words in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.slow
def test_a_port_in_use_is_said(tmp_path: Path) -> None:
    """By its number; the folder is free again."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = str(other.getsockname()[1])
        done = subprocess.run(
            command(tmp_path, "--port", port), capture_output=True, text=True, timeout=30, check=False
        )
    assert (done.returncode, "is in use" in done.stderr) == (2, True)
    with only_one(folder_of(tmp_path)) as found:
        assert found is None


# -- one a folder ----------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_a_first_one_that_says_nothing_is_waited_for_and_then_told_of(tmp_path: Path) -> None:
    """It may be about to begin, or to end; what a killed one said does not count, since nobody listens there."""
    folder = folder_of(tmp_path)
    slept: list[float] = []
    with socket.create_server(("127.0.0.1", 0)) as gone:
        port = gone.getsockname()[1]
    with only_one(folder):
        tell(folder, port)
        with pytest.raises(ConfigError, match="does not say where it serves"), only_one(folder, slept.append):
            pass
    assert sum(slept) >= 5


def test_a_first_one_that_begins_is_found(tmp_path: Path) -> None:
    """As soon as it says where it serves."""
    folder = folder_of(tmp_path)
    with only_one(folder), socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with only_one(folder, lambda _: tell(folder, port)) as found:
            assert found == (os.getpid(), port)


@pytest.mark.parametrize("content", ["", "[]", '{"process": 1, "port": 0}', '{"process": 1, "port": 70000}', "\x00"])
def test_a_state_that_says_nothing_sound_is_none(tmp_path: Path, content: str) -> None:
    """Whoever wrote it."""
    folder = folder_of(tmp_path)
    with only_one(folder):
        (folder / "server.json").write_text(content)
        with pytest.raises(ConfigError), only_one(folder, lambda _: None):
            pass


@pytest.mark.slow
def test_the_command_loads_nothing_heavy_before_the_page_is_there(tmp_path: Path) -> None:
    """Pandas and the phone library come with the first file."""
    program = (
        "import sys\nimport importer.web.app, importer.web.server\n"
        "heavy = ('pandas', 'numpy', 'phonenumbers', 'xlsxwriter', 'python_calamine', 'sqlite3', 'tqdm', 'tenacity')\n"
        "print([name for name in heavy if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.slow
def test_a_connection_that_is_held_open_does_not_hold_up_the_end(tmp_path: Path) -> None:
    """As a browser does with its connections."""
    with running(tmp_path) as (process, _):
        held = http.client.HTTPConnection("127.0.0.1", port_in(tmp_path), timeout=60)
        held.request("GET", "/")
        held.getresponse().read()
        process.terminate()
        ended(process, tmp_path)
        held.close()


@pytest.mark.parametrize(
    ("module", "name"), [(module, name) for module, those in ROUTES.items() for _, _, name in those]
)
def test_every_address_has_its_function(module: str, name: str) -> None:
    """Modules are named in a table, for the first request to load them; the names are true."""
    assert iscoroutinefunction(getattr(import_module(f"importer.web.{module}"), name))
