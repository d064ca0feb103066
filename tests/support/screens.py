"""A screen that is served, and a client that shows as much or as little as a test wants."""

import asyncio
import http.client
import json
import os
import queue
import re
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import IO, Any, NamedTuple

from importer.cancellation import Cancellation
from importer.message import ENGLISH_READER, Language
from importer.web import instance
from importer.web.access import TOKEN_HEADER
from importer.web.doors import Door, Doors
from importer.web.screen import Screen
from importer.web.server import serve
from importer.web.uploads import Bounds


class Answer(NamedTuple):
    """Of the server: its status, its headers, its body."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()

    @property
    def json(self) -> Any:
        return json.loads(self.body)


def request(port: int, method: str, path: str, headers: Mapping[str, str], body: bytes | None = None) -> Answer:
    """One request with these headers alone, and ``Content-Length`` where there is a body."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
        for name, value in headers.items():
            connection.putheader(name, value)
        if body is not None:
            connection.putheader("Content-Length", str(len(body)))
        connection.endheaders(body)
        response = connection.getresponse()
        return Answer(response.status, response.headers, response.read())
    finally:
        connection.close()


def raw(port: int, sent: bytes, *, breaks_off: bool = True) -> bytes:
    """What the server answers to these bytes, behind which the client ends, or waits for the server to end."""
    with socket.create_connection(("127.0.0.1", port), timeout=60) as line:
        line.sendall(sent)
        if breaks_off:
            line.shutdown(socket.SHUT_WR)
        answered = b""
        with suppress(ConnectionError):
            while piece := line.recv(65536):
                answered += piece
        return answered


def secret_of(door: Path) -> str:
    """What a browser would post."""
    found = re.search(r'name="secret" value="([^"]+)"', door.read_text(encoding="utf-8"))
    assert found
    return found[1]


@dataclass
class Served:
    """A screen on a port, and the session that a browser would have."""

    screen: Screen
    port: int
    door: Door
    cancellation: Cancellation
    loop: asyncio.AbstractEventLoop
    thread: threading.Thread
    cookie: str = ""
    token: str = ""

    @property
    def root(self) -> str:
        return self.screen.sessions.root

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.port}"

    @property
    def headers(self) -> dict[str, str]:
        """What a script of a page sends with a change."""
        origin = {"Origin": f"http://{self.host}", "Sec-Fetch-Site": "same-origin"}
        return {"Host": self.host, "Cookie": self.cookie, TOKEN_HEADER: self.token, **origin}

    def show(self, secret: str, **headers: str) -> Answer:
        """Show a secret, as the file of a door does."""
        form = {"Host": self.host, "Origin": "null", "Content-Type": "application/x-www-form-urlencoded"}
        return request(self.port, "POST", "/open", form | headers, f"secret={secret}".encode())

    def come_in(self) -> None:
        """Open the first door."""
        opened = self.show(secret_of(self.door.path))
        assert opened.status == 200, opened.text
        self.cookie = (opened.headers["Set-Cookie"] or "").partition(";")[0]
        first_page = self.get("/")
        found = re.search(r'name="token" content="([^"]+)"', first_page.text)
        assert found, first_page
        self.token = found[1]

    def get(self, path: str, **headers: str) -> Answer:
        """A page below the root."""
        return request(self.port, "GET", self.root + path, {"Host": self.host, "Cookie": self.cookie} | headers)

    def change(self, method: str, path: str, values: object = None, **headers: str) -> Answer:
        """What a script of a page does: ``values`` go as JSON, bytes as they are."""
        body = values if isinstance(values, bytes) else json.dumps(values or {}).encode()
        return request(self.port, method, self.root + path, self.headers | headers, body)


@contextmanager
def served(
    output_dir: Path, language: Language = ENGLISH_READER, bounds: Bounds | None = None, **more: Any
) -> Iterator[Served]:
    """Serve a screen in a thread, with a session that has come in; ``more`` is for ``Screen``."""
    folder = instance.folder_of(output_dir)
    doors, cancellation = Doors(folder / instance.DOORS), Cancellation()
    screens: list[Screen] = []
    loops: list[asyncio.AbstractEventLoop] = []
    first: queue.Queue[Door] = queue.Queue()

    def screen_for(stop: Callable[[], None]) -> Screen:
        loops.append(asyncio.get_running_loop())
        screens.append(Screen(output_dir, doors, language, stop, bounds=bounds or Bounds(), **more))
        return screens[0]

    work = partial(serve, screen_for, 0, folder, cancellation, first.put)
    thread = threading.Thread(target=lambda: asyncio.run(work()))
    thread.start()
    try:
        door = first.get(timeout=20)
        port = json.loads((folder / "server.json").read_text())["port"]
        found = Served(screens[0], port, door, cancellation, loops[0], thread)
        found.come_in()
        yield found
    finally:
        cancellation.cancel()
        thread.join(120)
        assert not thread.is_alive()


OPENS = "Open this file in your browser: "
TOKEN = re.compile(r'name="token" content="([^"]+)"')


def command(folder: Path, *options: str) -> list[str]:
    return [sys.executable, "-m", "importer", "ui", "--output-dir", str(folder), *options]


@contextmanager
def running(folder: Path, *options: str, **environment: str) -> Iterator[tuple["subprocess.Popen[str]", Path]]:
    """A process that serves, and the door that it names."""
    process = subprocess.Popen(
        command(folder, "--no-open", *options),
        env=os.environ | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield process, named(process.stdout)
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()


def named(stream: IO[str] | None) -> Path:
    assert stream
    line = stream.readline()
    assert line.startswith(OPENS), line
    return Path(line.removeprefix(OPENS).strip())


def port_in(folder: Path) -> int:
    found: int = json.loads((folder / "ui" / "server.json").read_text())["port"]
    return found


def session(port: int, door: Path) -> dict[str, str]:
    """The headers of a page that came in by a door; ``root`` among them."""
    host = f"127.0.0.1:{port}"
    form = {"Host": host, "Origin": "null"}
    opened = request(port, "POST", "/open", form, f"secret={secret_of(door)}".encode())
    assert opened.status == 200, opened.text
    cookie, path, *_ = (
        part.strip() for part in (opened.headers["Set-Cookie"] or "").replace("HttpOnly;", "").split(";")
    )
    root = path.removeprefix("Path=").rstrip("/")
    page = request(port, "GET", f"{root}/", {"Host": host, "Cookie": cookie})
    token = TOKEN.search(page.text)
    assert token, page.text
    return {"Host": host, "Cookie": cookie, "Origin": f"http://{host}", "X-Page-Token": token[1], "root": root}
