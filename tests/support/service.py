"""A sandbox being served, the program against it, its input and its results."""

import csv
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Final
from unittest.mock import patch

from click.testing import CliRunner, Result

from importer.cli.main import cli
from importer.sandbox.server import Faults, Sandbox, SandboxSettings, serve
from tests.support.loop_thread import LoopThread

KEY, SECRET = "k3y-of-the-test", "s3cret-of-the-test"
HEADER = "Name,Email,Phone,Customer ID\n"


class Service(LoopThread):
    """A sandbox in a thread of its own, with distinctive credentials."""

    def __init__(self, inboxes: Mapping[str, str] | None = None, port: int = 0, **faults: Any) -> None:
        wanted = {"407": "api"} if inboxes is None else inboxes
        settings = SandboxSettings(KEY, SECRET, wanted, Faults(**faults))
        self.sandbox = Sandbox(settings)
        self.url = ""
        self._port = port
        super().__init__()

    async def _serve(self) -> None:
        async with serve(self.sandbox, port=self._port) as self.url:
            await self._wait()

    @property
    def environment(self) -> dict[str, str]:
        return {"LIVEDESK_BASE_URL": self.url, "LIVEDESK_API_KEY": KEY, "LIVEDESK_API_SECRET": SECRET}

    def invoke(self, *arguments: object) -> Result:
        return invoke(*arguments, **self.environment)

    def start(self, *arguments: object) -> "subprocess.Popen[str]":
        """The program as a process of its own."""
        return start(*arguments, **self.environment)

    @property
    def stored(self) -> dict[str, str]:
        """``{identifier: id}`` of every contact; each identifier once."""
        pairs = [(contact["identifier"], str(contact["id"])) for contact in self.sandbox.contacts]
        assert len(dict(pairs)) == len(pairs)
        return dict(pairs)


SHORT_WAITS: Final = {
    "importer.livedesk.retry.FIRST_BACKOFF_S": 0.05,
    "importer.sender.request_policy.FIRST_BACKOFF_S": 0.05,
    "importer.sender.handovers.LOOK_AGAIN_S": 0.2,
    "importer.sender.proof.LOOK_AGAIN_S": 0.2,
    "importer.sender.rate_limiter.FIRST_PAUSE_S": 0.05,
    "importer.sender.refused_updates.LOOK_AGAIN_S": 0.2,
}
"""A server of the tests needs no rest, and what it shows late it shows after ``--settle``, which is 0.2 s for them."""


def invoke(*arguments: object, **environment: str) -> Result:
    """The program in this process, with short waits between its tries."""
    with ExitStack() as stack:
        for constant, seconds in SHORT_WAITS.items():
            stack.enter_context(patch(constant, seconds))
        return CliRunner(env=environment).invoke(
            cli, [str(argument) for argument in arguments], prog_name="import-contacts"
        )


def start(*arguments: object, **environment: str) -> "subprocess.Popen[str]":
    """The program as a process of its own, with these variables too."""
    return subprocess.Popen(
        [sys.executable, "-m", "importer", *map(str, arguments)],
        env=os.environ | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def contacts(count: int, name: str = "contacts.csv") -> Path:
    lines = [f"Person {n},p{n}@example.com,+4915112{n:06},C{n}\n" for n in range(count)]
    return written(HEADER + "".join(lines), name)


def by_phone(count: int, name: str = "contacts.csv") -> Path:
    """People whose phone number is their only key."""
    return written("Name,Phone\n" + "".join(f"Person {n},+4915112{n:06}\n" for n in range(count)), name)


def by_name(count: int, name: str = "contacts.csv") -> Path:
    """People without any key."""
    return written("Name\n" + "".join(f"Person {n}\n" for n in range(count)), name)


def written(text: str, name: str = "contacts.csv") -> Path:
    path = Path(name)
    path.write_text(text, encoding="utf-8")
    return path


def folders(output_dir: str = "import-results") -> list[Path]:
    return sorted(path for path in Path(output_dir).iterdir() if path.is_dir())


def results(folder: Path | None = None, name: str = "results.csv") -> list[dict[str, str]]:
    with ((folder or folders()[-1]) / name).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def kill(process: "subprocess.Popen[str]") -> None:
    """``kill -9``, and wait until it has gone."""
    process.kill()
    process.communicate()


def killed_at(service: Service, count: int, *arguments: object) -> None:
    """The program against a service, killed as soon as that holds so many."""
    process = service.start(*arguments)
    wait_until_stored(service, count, process)
    kill(process)


def wait_until_stored(service: Service, count: int, process: "subprocess.Popen[str]") -> None:
    """Until the server holds so many."""
    wait_until(lambda: len(service.sandbox.contacts) >= count, process)


def wait_until(is_so: Callable[[], bool], process: "subprocess.Popen[str]") -> None:
    """Until something is so; a condition, and no length of time."""
    while not is_so():
        assert process.poll() is None, process.communicate()
        threading.Event().wait(0.005)
