"""Input from object stores and servers of SSH: copied with bounds, by this machine's credentials, without a leak."""

import asyncio
import os
import subprocess
import sys
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, cast

import asyncssh
import pytest

from importer import Cancellation, import_contacts
from importer.errors import ConfigError, InputError
from importer.sources.meant import inputs_of
from importer.sources.remote import SCHEMES, RemoteFile
from importer.sources.source import Bounds, LocalCopy, fetched
from tests.support.loop_thread import LoopThread
from tests.support.service import invoke, results

CSV = "Name,Email\nAnn,ann@example.com\nZoë,zoe@example.com\n".encode()
TOKEN = "s3cret-of-the-machine"


@pytest.mark.slow
def test_it_loads_nothing_of_downloads() -> None:
    """The libraries of these schemes bring their own."""
    program = (
        "import sys, importer.sources.remote\n"
        "print([name for name in ('urllib.request', 'importer.sources.download') if name in sys.modules])"
    )
    assert subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout == "[]\n"


class SshServer(LoopThread):
    """Owns a server of SFTP whose root is a folder; it lets in whoever has the key of ``client``. ``answer`` is
    waited for before each block of a file."""

    def __init__(self, root: Path, client: asyncssh.SSHKey) -> None:
        super().__init__()
        self._root = root
        self._client = client
        self.host_key = asyncssh.generate_private_key("ssh-ed25519")
        self.port = 0
        self.answer: Callable[[], Awaitable[None]] = lambda: asyncio.sleep(0)

    async def _serve(self) -> None:
        connections: list[asyncssh.SSHServerConnection] = []

        class Server(asyncssh.SSHServer):
            def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
                connections.append(conn)

        outer = self

        class Files(asyncssh.SFTPServer):
            async def read(self, file_obj: object, offset: int, size: int) -> bytes:
                await outer.answer()
                return cast(bytes, super().read(file_obj, offset, size))

        keys = asyncssh.import_authorized_keys(self._client.export_public_key().decode())
        server = await asyncssh.listen(
            "127.0.0.1",
            0,
            server_factory=Server,
            server_host_keys=[self.host_key],
            authorized_client_keys=keys,
            sftp_factory=lambda channel: Files(channel, chroot=os.fsencode(self._root)),
        )
        async with server:
            self.port = server.sockets[0].getsockname()[1]
            await self._wait()
        for connection in connections:
            connection.abort()
            await connection.wait_closed()

    async def until_the_end(self) -> None:
        """An answer that does not come."""
        await self._end.wait()


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home directory with a key of SSH, and nothing of this machine."""
    folder = tmp_path / "home"
    (folder / ".ssh").mkdir(parents=True, mode=0o700)
    monkeypatch.setenv("HOME", str(folder))
    monkeypatch.setenv("USERPROFILE", str(folder))
    monkeypatch.delenv("SSH_AUTH_SOCK", raising=False)
    key = asyncssh.generate_private_key("ssh-ed25519")
    key.write_private_key(str(folder / ".ssh" / "id_ed25519"))
    (folder / ".ssh" / "id_ed25519").chmod(0o600)
    return folder


@pytest.fixture
def ssh(home: Path, tmp_path: Path) -> Iterator[SshServer]:
    """A server with a file, whose key is in known_hosts."""
    root = tmp_path / "root"
    root.mkdir()
    (root / "people.csv").write_bytes(CSV)
    (root / "folder").mkdir()
    key = asyncssh.read_private_key(str(home / ".ssh" / "id_ed25519"))
    with SshServer(root, key) as server:
        know(home, server, server.host_key)
        yield server


def know(home: Path, server: SshServer, key: asyncssh.SSHKey) -> None:
    line = f"[127.0.0.1]:{server.port} {key.export_public_key().decode()}"
    (home / ".ssh" / "known_hosts").write_text(line)


def copied(url: str, bounds: Bounds | None = None, silence_s: float = 20.0) -> tuple[str, bytes]:
    """Name and content of what is copied."""
    with fetched([RemoteFile(url, bounds or Bounds())], silence_s, Cancellation()) as (found,):
        assert isinstance(found, LocalCopy)
        return found.path.name, found.path.read_bytes()


def refusal(url: str, bounds: Bounds | None = None) -> InputError:
    with pytest.raises(InputError) as raised:
        copied(url, bounds)
    return raised.value


# -- sftp ------------------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_a_file_on_a_server_of_ssh_is_an_input(ssh: SshServer) -> None:
    """By the key in ~/.ssh, as ssh itself would."""
    done = invoke(f"sftp://ann@127.0.0.1:{ssh.port}/people.csv", "--inbox", 407, "--sandbox")
    assert done.exit_code == 0, done.output
    assert [row["status"] for row in results()] == ["created", "created"]
    assert import_contacts(f"ssh://ann@127.0.0.1:{ssh.port}/people.csv", inbox=407, sandbox=True).rows == 2


@pytest.mark.parametrize("known", ["no file", "another server"])
def test_the_host_key_is_checked(ssh: SshServer, home: Path, known: str) -> None:
    """An unknown server gets nothing."""
    path = home / ".ssh" / "known_hosts"
    if known == "no file":
        path.unlink()
    else:
        path.write_text(path.read_text().replace(f":{ssh.port} ", ":1 "))
    error = refusal(f"sftp://ann@127.0.0.1:{ssh.port}/people.csv")
    assert "the host key of the server is not in known_hosts" in str(error)
    assert "connect once with ssh" in str(error.hint)


@pytest.mark.slow
def test_another_key_than_a_server_had_is_to_be_accepted_by_nobody(ssh: SshServer, home: Path) -> None:
    """It may be another server, which would get the file's name and whatever it can talk out of this machine."""
    know(home, ssh, asyncssh.generate_private_key("ssh-ed25519"))
    error = refusal(f"sftp://ann@127.0.0.1:{ssh.port}/people.csv")
    assert "the server shows another host key than known_hosts has for it" in str(error)
    assert str(error.hint).startswith("do not accept that key")


@pytest.mark.slow
def test_the_name_of_a_file_has_escapes_in_an_address(ssh: SshServer, tmp_path: Path) -> None:
    """As in every address; as it is, where it needs none."""
    for name in ("a b#?.csv", "a b.csv"):
        (tmp_path / "root" / name).write_bytes(CSV)
    base = f"sftp://ann@127.0.0.1:{ssh.port}"
    assert copied(f"{base}/a%20b%23%3F.csv")[1] == copied(f"{base}/a b.csv")[1] == CSV


@pytest.mark.parametrize("rest", ["?sig=", "#"])
def test_an_address_of_ssh_has_no_query(rest: str) -> None:
    """It is wrong usage, and may be a secret."""
    with pytest.raises(ConfigError, match="has no query") as raised:
        inputs_of([f"sftp://ann@127.0.0.1/a.csv{rest}{TOKEN}"])
    assert "%3F" in str(raised.value.hint)
    assert TOKEN not in f"{raised.value}"


@pytest.mark.slow
@pytest.mark.parametrize("silence_s", [0.5])
def test_a_server_that_falls_silent_is_given_up(ssh: SshServer, silence_s: float) -> None:
    """After the longest silence, by whatever library waits; and what it said is told in words of this program."""
    url = f"sftp://ann@127.0.0.1:{ssh.port}/people.csv"
    copied(url)  # loads the libraries
    ssh.answer = ssh.until_the_end
    began = time.monotonic()
    with pytest.raises(InputError, match=r"cannot be read: no answer within 0\.5 s"):
        copied(url, silence_s=silence_s)
    assert time.monotonic() - began < 20


@pytest.mark.slow
def test_what_a_server_says_is_told_in_words_of_this_program(ssh: SshServer) -> None:
    """Not by the name of an exception, nor as if the credentials were wrong."""

    async def fail() -> None:
        raise asyncssh.SFTPFailure("disk")

    ssh.answer = fail
    error = refusal(f"sftp://ann@127.0.0.1:{ssh.port}/people.csv")
    assert "cannot be read: the server failed to read it" in str(error)
    assert str(error.hint) == "try it again later"


WRONG: dict[str, tuple[str, str, str]] = {
    "no file": ("absent.csv", "there is no such file", "check the address"),
    "a folder": ("folder", "it is a folder", "check the address"),
}


@pytest.mark.slow
@pytest.mark.parametrize(("path", "cause", "hint"), WRONG.values(), ids=WRONG.keys())
def test_what_is_no_file_is_told(ssh: SshServer, path: str, cause: str, hint: str) -> None:
    """With what to do."""
    error = refusal(f"sftp://ann@127.0.0.1:{ssh.port}/{path}")
    assert cause in str(error)
    assert hint in str(error.hint)


def test_a_server_that_does_not_know_this_account_says_so(ssh: SshServer, home: Path) -> None:
    """The hint names the places of the credentials."""
    asyncssh.generate_private_key("ssh-ed25519").write_private_key(str(home / ".ssh" / "id_ed25519"))
    error = refusal(f"sftp://ann@127.0.0.1:{ssh.port}/people.csv")
    assert "access was denied" in str(error)
    assert "~/.ssh" in str(error.hint)


def test_a_server_that_is_not_there_is_told_in_the_words_of_the_system(home: Path) -> None:
    """Nobody listens at port 1."""
    assert "connection refused" in str(refusal("sftp://ann@127.0.0.1:1/people.csv"))


@pytest.mark.slow
def test_the_bounds_are_those_of_an_address(ssh: SshServer) -> None:
    """Of the size; that of the time is the same code."""
    url = f"sftp://ann@127.0.0.1:{ssh.port}/people.csv"
    assert copied(url, Bounds(most_bytes=len(CSV))) == ("people.csv", CSV)
    assert "it is larger than" in str(refusal(url, Bounds(most_bytes=len(CSV) - 1)))


# -- object stores ---------------------------------------------------------------------------------------------------


class _Store(BaseHTTPRequestHandler):
    """As much of S3 and of Google's JSON API as reading a file takes; any other file is absent, or forbidden."""

    protocol_version = "HTTP/1.1"
    seen: list[str]

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_GET(self) -> None:
        self.seen.append(f"{self.command} {self.path} {self.headers.get('Authorization', '')}")
        if "people.csv" not in self.path:
            self._answer(403 if "secret" in self.path else 404, b"")
        elif "/storage/v1/b/" in self.path and "alt=media" not in self.path:
            told = f'{{"kind": "storage#object", "name": "people.csv", "bucket": "bucket", "size": "{len(CSV)}"}}'
            self._answer(200, told.encode(), "application/json")
        elif wanted := self.headers.get("Range"):
            first, _, last = wanted.removeprefix("bytes=").partition("-")
            self._answer(206, CSV[int(first) : int(last or len(CSV)) + 1])
        else:
            self._answer(200, CSV)

    def _answer(self, status: int, body: bytes, kind: str = "text/csv") -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Last-Modified", "Sat, 17 Jan 2026 08:15:30 GMT")
        self.send_header("ETag", '"1"')
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Nothing."""


@contextmanager
def store() -> Iterator[tuple[str, list[str]]]:
    """The address of a store, and the requests that it got."""
    seen: list[str] = []
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Store", (_Store,), {"seen": seen}))
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}", seen
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def bucket(home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """A store that stands in for S3, and this machine's credentials for it."""
    pytest.importorskip("s3fs")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", TOKEN)
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    with store() as (url, seen):
        monkeypatch.setenv("AWS_ENDPOINT_URL", url)
        yield seen


@pytest.mark.slow
def test_a_file_in_a_bucket_is_an_input(bucket: list[str]) -> None:
    """Requests are signed by the credentials of the machine, which no request holds."""
    assert copied("s3://bucket/exports/people.csv") == ("people.csv", CSV)
    assert all("AKIDEXAMPLE" in one for one in bucket)
    assert TOKEN not in str(bucket)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("key", "cause"), [("absent.csv", "there is no such file"), ("secret.csv", "access was denied")]
)
def test_what_a_bucket_refuses_is_told(bucket: list[str], key: str, cause: str) -> None:
    """In words of this program, with the address and without a secret."""
    error = refusal(f"s3://bucket/{key}")
    assert f"s3://bucket/{key} cannot be read: {cause}" in str(error)
    assert TOKEN not in f"{error} {error.hint}"


@pytest.mark.slow
def test_no_credentials_are_told(bucket: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """With the places where they may be."""
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    error = refusal("s3://bucket/people.csv")
    assert "there are no credentials for it" in str(error)
    assert "AWS_PROFILE" in str(error.hint)
    assert bucket == []


@pytest.mark.slow
def test_a_file_in_a_bucket_of_google_is_an_input(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By gcsfs, whose variable for an emulator leads to the store."""
    with store() as (url, _):
        monkeypatch.setenv("STORAGE_EMULATOR_HOST", url)
        assert copied("gs://bucket/people.csv") == ("people.csv", CSV)


# -- before anything is fetched --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "url", [f"sftp://ann:{TOKEN}@127.0.0.1/a.csv", f"s3://key:{TOKEN}@bucket/a.csv", f"sftp://ann:{TOKEN}/x@host/a"]
)
def test_a_password_in_an_address_is_refused(url: str) -> None:
    """As wrong usage, and told nowhere."""
    with pytest.raises(ConfigError) as raised:
        inputs_of([url])
    assert TOKEN not in f"{raised.value} {raised.value.hint} {raised.value!r}"


@pytest.mark.parametrize("scheme", SCHEMES)
def test_what_is_not_installed_is_named(scheme: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the command that installs it."""
    monkeypatch.setattr("importer.sources.remote.find_spec", lambda _name: None)
    with pytest.raises(ConfigError, match="which is not installed") as raised:
        inputs_of([f"{scheme}://bucket/a.csv"])
    assert str(raised.value.hint).startswith("run pip install ")


def test_no_secret_is_in_the_repr() -> None:
    """A traceback with variables shows none."""
    assert TOKEN not in repr(RemoteFile(f"s3://bucket/a.csv?versionId={TOKEN}"))
