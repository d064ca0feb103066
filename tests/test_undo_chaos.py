"""An undo that is killed again and again, against a server that loses answers: all is as before, and nobody else."""

import csv
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from importer.ledger.ledger import Ledger
from tests.support.chaos import OUT, Server

ROWS, OLD, KILLS, MOST_RUNS = 160, 70, 8, 25
IMPORT = (
    *("people.csv", "--inbox", "407", "--match-by", "identifier", "--on-duplicate", "update", "--quiet", "--stamp"),
    *("--timeout", "1", "--max-attempts", "4", "--concurrency", "10", "--settle", "1"),
)
UNDO = ("--yes", "--quiet", "--timeout", "1", "--max-attempts", "4", "--concurrency", "10")
FAULTS = {
    "lost answers": "latency-ms=2 jitter-ms=8 error-before=0.03 error-after=0.05 drop-before=0.03 drop-after=0.05 "
    "hang-after=0.005 html-after=0.03 faults-on=all delete=on usage=on",
    "late and replacing": "latency-ms=2 jitter-ms=8 error-after=0.03 drop-after=0.05 search-lag-ms=300 phones=shared "
    "additional=replaced rate-per-second=200 retry-after=seconds faults-on=all delete=on usage=on",
}


class World:
    """Owns a folder with the file, and the server."""

    def __init__(self, folder: Path, server: Server, dice: random.Random) -> None:
        self.folder = folder
        self.server = server
        self.dice = dice
        self.kills = 0
        old = [{"inbox_id": 407, "name": f"Old {n}", "email": f"o{n}@x.org", "identifier": f"C{n}"} for n in range(OLD)]
        others = [{"inbox_id": 407, "name": f"Other {n}", "email": f"other{n}@x.org"} for n in range(20)]
        server.fill([*old, *others], 9_000)
        lines = [f"New {n},n{n}@x.org,+49151{n:08},C{n},Firm {n},{n}\n" for n in range(ROWS)]
        (folder / "people.csv").write_text("Name,Email,Phone,Customer ID,Company,City\n" + "".join(lines))

    def start(self, *arguments: str) -> "subprocess.Popen[bytes]":
        environment = os.environ | self.server.environment
        command = [sys.executable, "-m", "importer", *arguments]
        with (self.folder / "stderr.txt").open("ab") as stderr:
            return subprocess.Popen(command, cwd=self.folder, env=environment, stdout=subprocess.DEVNULL, stderr=stderr)

    def until_fine(self, *arguments: str) -> int:
        """The same command until it ends well, or with what it keeps for good."""
        for _ in range(MOST_RUNS):
            code = self.start(*arguments).wait(timeout=240)
            if code == 0 or (code == 1 and arguments[0] == "undo" and not self.failed()):
                return code
        raise AssertionError(f"{arguments}: {self.folder / 'stderr.txt'}")

    def undos(self) -> Iterator[list[dict[str, str]]]:
        """The lines of every undo, the oldest first."""
        for path in sorted((self.folder / OUT).glob("undo-*/undo.csv"), key=lambda one: one.stat().st_mtime_ns):
            with path.open(encoding="utf-8-sig", newline="") as file:
                yield list(csv.DictReader(file))

    def failed(self) -> bool:
        return any(line["status"] not in ("undone", "kept") for line in [*self.undos()][-1])

    def kill(self, *arguments: str) -> None:
        """One start that is killed, or interrupted, while it works."""
        process, holder = self.start(*arguments), self.folder / OUT / "ledger.holder"
        while process.poll() is None and not holder.exists():
            time.sleep(0.005)
        time.sleep(self.dice.uniform(0.0, 1.2))
        if process.poll() is None:
            self.kills += 1
            process.send_signal(self.dice.choice((signal.SIGKILL, signal.SIGKILL, signal.SIGINT)))
        process.wait(timeout=240)

    def imports(self) -> list[str]:
        """The names of the imports, the newest first."""
        with Ledger(self.folder / OUT / "ledger.sqlite3") as ledger:
            return [run.id for _, run in ledger.runs() if run.mode == "import"]


def bare(contacts: Sequence[Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """Contacts by their ids, without what is there and empty, and without their place."""
    return {
        str(contact["id"]): {
            name: {key: inner for key, inner in value.items() if inner is not None}
            if isinstance(value, dict)
            else value
            for name, value in contact.items()
            if name != "order"
        }
        for contact in contacts
    }


@pytest.mark.chaos
@pytest.mark.parametrize("faults", FAULTS.values(), ids=FAULTS)
def test_an_undo_that_is_killed_undoes_all_and_touches_nobody_else(faults: str, tmp_path: Path) -> None:
    """kill -9 and Ctrl-C at random moments; whom only a search named is kept, and told. ``CHAOS_SEED`` repeats it."""
    seed = int(os.environ.get("CHAOS_SEED") or random.SystemRandom().randrange(2**32))
    with Server(faults, seed) as server:
        world = World(tmp_path, server, random.Random(seed))
        before = bare(server.contacts())
        world.until_fine(*IMPORT)
        imported = bare(server.contacts())
        assert len(imported) >= ROWS + 20
        for run in world.imports():
            for _ in range(KILLS):
                world.kill("undo", run, *UNDO)
            world.until_fine("undo", run, *UNDO)
        after = bare(server.contacts())
    told = f"CHAOS_SEED={seed}, {tmp_path}"
    kept = {line["contact_id"] for lines in world.undos() for line in lines if line["status"] == "kept"}
    assert {one: after.get(one) for one in before} == before, told
    assert after.keys() - before.keys() <= kept, told
    assert {one: after[one] for one in after.keys() - before.keys()} == {
        one: imported[one] for one in after.keys() - before.keys()
    }, told
    assert world.kills >= 3, told
    assert len(after) < len(before) + ROWS // 3, told
    assert "Traceback" not in (tmp_path / "stderr.txt").read_text(), told
