"""The way of one row through the program: how many modules an undisturbed row passes, from the file to the result."""

import json
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import product
from pathlib import Path
from types import FrameType
from typing import Any, Final

import pytest

from importer.reporter.page.rows import ALL_ROWS
from tests.support.raw_answers import contact, found, status
from tests.support.raw_server import RawServer, Request, Step
from tests.support.service import invoke

pytestmark = pytest.mark.slow

ROOM: Final = f"{Path(__file__).parent.parent / 'importer'}/"
FEW: Final = ALL_ROWS + 100
MORE: Final = FEW + 1_000
"""Rows of the two runs: more than samples take, and the page lists; the second has a batch more."""

EACH_ROW: Final = 28
"""So many modules may be called for every row."""
EACH_BATCH: Final = 40
"""The same with those that are called for a batch, a page or a group of rows."""

TIMED: Final = frozenset({"ledger/run.py", "reporter/page/charts.py", "reporter/page/words.py", "message.py"})
"""They tell the seconds that a run took, and so are called more often in a longer one."""

FIRST: Final = ("Ann", "Bea", "Cleo", "Dan", "Eve", "Finn", "Gus", "Hal", "Ida", "Jon")
LAST: Final = ("Lee", "Moor", "Nash", "Olsen", "Price", "Quinn", "Rossi", "Smith", "Tully", "Unwin")


def people(count: int) -> Path:
    """A file of people in whose rows nothing is remarkable."""
    names = [" ".join(pair) for pair in product(FIRST, LAST)]
    lines = [f"{names[n % len(names)]},p{n}@example.com,+4915112{n:06}\n" for n in range(count)]
    path = Path(f"{count}.csv")
    path.write_text("".join(["Name,Email,Phone\n", *lines]), encoding="utf-8")
    return path


def taken_at_once(request: Request) -> list[Step]:
    """A create's answer as LiveDesk writes it, without blanks."""
    sys.setprofile(None)  # what the server does is on nobody's way
    if request.method != "POST":
        return [found()]
    fields = {name: value for name, value in request.body.items() if name != "inbox_id"}
    answer = {"payload": {"contact": contact(1000 + request.number, **fields), "contact_inbox": {"inbox": None}}}
    return [status(200, json.dumps(answer, separators=(",", ":")), "application/json")]


@contextmanager
def counted() -> Iterator[Counter[str]]:
    """How often each module of the program is called in the block, in all threads."""
    calls: Counter[str] = Counter()
    modules: dict[str, str | None] = {}

    def note(frame: FrameType, event: str, _: Any) -> None:
        if event == "call":
            path = frame.f_code.co_filename
            if path not in modules:
                modules[path] = path.removeprefix(ROOM) if path.startswith(ROOM) else None
            if (module := modules[path]) is not None:
                calls[module] += 1

    threading.setprofile(note)
    sys.setprofile(note)
    try:
        yield calls
    finally:
        sys.setprofile(None)
        threading.setprofile(None)


def calls_of(rows: int) -> Counter[str]:
    """The calls of an import of so many rows, all of which are created."""
    with RawServer(taken_at_once) as server, counted() as calls:
        result = invoke(people(rows), "--inbox", 407, "--quiet", "--output-dir", f"out-{rows}", **server.environment)
    assert result.exit_code == 0, result.output
    assert len(server.of("POST")) == rows
    return calls


@pytest.fixture(scope="module")
def grown(tmp_path_factory: pytest.TempPathFactory) -> dict[str, float]:
    """By how many calls for a row each module grows with the number of rows."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path_factory.mktemp("way"))
        calls_of(10)  # tables that are made when they are first needed
        few, more = calls_of(FEW), calls_of(MORE)
    modules = (path for path in more if path.endswith(".py") and path not in TIMED)
    return {module: (more[module] - few[module]) / (MORE - FEW) for module in modules}


def test_a_row_passes_few_modules(grown: dict[str, float]) -> None:
    """What can be told of a batch or of a run is not asked of each row, and no layer only passes it on."""
    way = sorted(module for module, calls in grown.items() if calls > 0.5)
    assert len(way) <= EACH_ROW, "\n".join(way)


def test_rows_pass_few_modules_in_batches(grown: dict[str, float]) -> None:
    """A module that is called for a page, a batch or a group of rows is on their way too."""
    way = sorted(module for module, calls in grown.items() if calls > 2 / 1_000)
    assert len(way) <= EACH_BATCH, "\n".join(way)
