"""Golden cases: a folder each, with an input as people have it, the options, and what must become of every row.

``python -m tests.test_golden`` writes what the program does now into every ``expected.json``, with the beginnings of
names into those cases alone; read the difference.
"""

import asyncio
import csv
import json
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from importer.cli.main import cli
from importer.sandbox.server import EVERY_INBOX, Sandbox, SandboxSettings, serve

CASES = sorted(path for path in (Path(__file__).parent / "golden").iterdir() if path.is_dir())
SHOWN = ("row", "status", "error_code", "name", "email", "phone_number", "identifier", "avatar_url", "hint")


@contextmanager
def served(sandbox: Sandbox) -> Iterator[str]:
    """The sandbox in a thread of its own; its base URL."""
    loop, ready, ended = asyncio.new_event_loop(), threading.Event(), asyncio.Event()
    urls: list[str] = []

    async def main() -> None:
        async with serve(sandbox) as url:
            urls.append(url)
            ready.set()
            await ended.wait()

    thread = threading.Thread(target=loop.run_until_complete, args=(main(),))
    thread.start()
    assert ready.wait(10)
    try:
        yield urls[0]
    finally:
        loop.call_soon_threadsafe(ended.set)
        thread.join()
        loop.close()


def outcome(case: Path, output_dir: Path) -> dict[str, Any]:
    """What becomes of a case: exit code, mapping, and for each row what is sent and what is said."""
    (source,) = case.glob("input.*")
    options = json.loads((case / "case.json").read_text(encoding="utf-8"))["options"]
    sandbox = Sandbox(SandboxSettings(inboxes=EVERY_INBOX))
    with served(sandbox) as url:
        environment = {"LIVEDESK_BASE_URL": url, "LIVEDESK_API_KEY": "sandbox", "LIVEDESK_API_SECRET": "sandbox"}
        arguments = [str(source), "--inbox", "407", "--json", "--output-dir", str(output_dir), *options]
        done = CliRunner(env=environment).invoke(cli, arguments)
    assert isinstance(done.exception, SystemExit | None), done.exception
    found: dict[str, Any] = {"exit_code": done.exit_code}
    if not done.stdout:
        return found | {"error": done.stderr.splitlines()[0].replace(str(source), source.name)}
    summary = json.loads(done.stdout)
    stored = {str(contact["id"]): contact for contact in sandbox.contacts}
    with Path(summary["files"]["results"]).open(encoding="utf-8-sig", newline="") as file:
        rows = [_shown(row, stored.get(row["contact_id"], {})) for row in csv.DictReader(file)]
    return found | {"mapping": summary["mapping"], "rows": rows}


def _shown(row: dict[str, str], contact: dict[str, Any]) -> dict[str, Any]:
    """A line of the results without what is empty, with the attributes that reached the server."""
    attributes = {name: contact.get(name) for name in ("additional_attributes", "custom_attributes")}
    told = {name: row[name] for name in SHOWN} | attributes
    return {name: value for name, value in told.items() if value}


def test_there_are_many_cases() -> None:
    """Formats, products, languages and damages: at least sixty."""
    assert len(CASES) >= 60


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_golden(case: Path, tmp_path: Path) -> None:
    """The case's ``about`` says its rule."""
    assert outcome(case, tmp_path) == json.loads((case / "expected.json").read_text(encoding="utf-8"))


if __name__ == "__main__":
    for path in [case for case in CASES if case.name.startswith(tuple(sys.argv[1:]) or "")]:
        with tempfile.TemporaryDirectory() as folder:
            text = json.dumps(outcome(path, Path(folder)), ensure_ascii=False, indent=1)
        (path / "expected.json").write_text(text + "\n", encoding="utf-8")
