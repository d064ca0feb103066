"""Chaos: an import that is killed again and again, against a server that loses answers, and the audit afterwards.

The test is ``test_chaos.py``. By hand, for as many rows and kills as there is time for:

    python -m tests.support.chaos --rows 5000 --kills 50 --seed 1 --mix everything

The sandbox is a process of its own and outlives every importer. One seed gives the same rows, edits, faults and
plan of kills; the moments are those of real processes, so they are never quite the same.
"""

import base64
import csv
import json
import os
import random
import re
import shlex
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections import Counter, defaultdict
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Literal, Self

import click

HEADER: Final = ("Name", "Email", "Phone", "Customer ID", "Company", "City", "Age")
KEYS: Final = {"email": 1, "phone_number": 2, "identifier": 3}
"""The unique fields, with the place of each among a line's cells."""

ARGUMENTS: Final = (
    *("contacts.csv", "--inbox", "407", "--map", "Age=custom_attributes.age", "--quiet"),
    *("--timeout", "1", "--max-attempts", "4", "--concurrency", "20", "--settle", "1"),
)
OUT: Final = "import-results"
LAST_FILE: Final = "summary.json"
STUCK_S: Final = 240.0
"""No single start takes so long; one that does is a finding."""

MOST_RUNS_TO_REST: Final = 25
AGE_S: Final = 90 * 86_400.0
"""How long the aged have been on the server."""

MOST_SHOWN: Final = 20
"""Problems in a report; the others are counted."""


@dataclass(frozen=True, slots=True)
class Mix:
    """What the server does wrong (options of ``import-contacts sandbox``), and what the importer is told to do.

    With ``aged``, some people of the file have been on the server for 90 days, with other data; no run may change them.
    """

    faults: str
    options: str = ""
    aged: bool = False

    @property
    def late_s(self) -> float:
        """How long after the last request the server can still store something, and searches do not find it."""
        given = dict(fault.split("=") for fault in self.faults.split())
        return (float(given.get("late-ms", 0)) + float(given.get("search-lag-ms", 0))) / 1000

    @property
    def restless(self) -> bool:
        """Whether every run sends something: a PATCH that never gets through."""
        return "patch-missing" in self.faults

    @property
    def unique(self) -> tuple[str, ...]:
        """The keys that the server allows each value of once."""
        return ("email", "identifier") if "phones=shared" in self.faults else tuple(KEYS)


MIXES: Final = {
    "lost answers": Mix(
        "latency-ms=2 jitter-ms=8 error-before=0.03 error-after=0.06 drop-before=0.04 drop-after=0.06 "
        "hang-after=0.015 html-after=0.04"
    ),
    "everything": Mix(
        "latency-ms=2 jitter-ms=8 error-before=0.03 error-after=0.03 drop-before=0.03 drop-after=0.03 "
        "hang-after=0.005 html-after=0.03 faults-on=all rate-per-second=250 retry-after=absent meta-count=page",
        "--make-identifier",
    ),
    "rate limit": Mix(
        "latency-ms=2 jitter-ms=8 error-before=0.02 error-after=0.03 drop-before=0.02 drop-after=0.03 "
        "hang-after=0.01 html-after=0.02 faults-on=all rate-per-second=200 retry-after=seconds"
    ),
    "two workers": Mix(  # by hand: every start takes three seconds more
        "latency-ms=2 jitter-ms=8 error-before=0.03 error-after=0.06 drop-before=0.04 drop-after=0.06 "
        "hang-after=0.015 html-after=0.04",
        "--workers 2",
    ),
    "merge and update": Mix(
        "latency-ms=5 jitter-ms=50 error-before=0.02 error-after=0.03 drop-before=0.02 drop-after=0.04 "
        "hang-after=0.01 html-after=0.02 faults-on=all rate-per-second=120 retry-after=date",
        "--duplicates merge --on-duplicate update",
    ),
    "beyond the documented": Mix(
        "latency-ms=2 jitter-ms=8 error-before=0.03 error-after=0.05 drop-before=0.03 drop-after=0.05 html-after=0.03 "
        "late-store=0.02 late-ms=600 create-attributes=stored filter=on additional=replaced",
        "--settle 2",
        aged=True,
    ),
    "beyond the documented, wrongly": Mix(
        "latency-ms=2 jitter-ms=8 error-before=0.03 error-after=0.05 drop-before=0.03 drop-after=0.05 html-after=0.03 "
        "late-store=0.02 late-ms=600 create-attributes=echoed filter=lagging search-lag-ms=300 phones=shared",
        "--settle 2",
        aged=True,
    ),
    "beyond the documented, updating": Mix(
        "latency-ms=5 jitter-ms=20 error-before=0.02 error-after=0.03 drop-before=0.02 drop-after=0.04 html-after=0.02 "
        "faults-on=all create-attributes=custom filter=on additional=replaced",
        "--duplicates merge --on-duplicate update",
    ),
    "late and lagging": Mix(
        "latency-ms=2 jitter-ms=8 late-store=0.08 late-ms=600 search-lag-ms=600 phones=shared error-after=0.03 "
        "drop-before=0.02 drop-after=0.03 hang-after=0.005",
        "--settle 2",
        aged=True,
    ),
    "lies about ids": Mix(
        "latency-ms=2 jitter-ms=8 answer-other=0.1 error-after=0.02 drop-after=0.02 html-after=0.02", aged=True
    ),
    # By hand: an id that is given again before a killed run's row could look for it is believed, as nobody can tell.
    "repeated ids": Mix(
        "latency-ms=2 jitter-ms=8 repeat-id=0.06 error-after=0.02 drop-after=0.02 html-after=0.02", aged=True
    ),
    "stale answers": Mix(
        "latency-ms=2 jitter-ms=8 stale-answer=0.15 stale-ms=1 drop-after=0.03 error-after=0.02 faults-on=all",
        aged=True,
    ),
    "stale refusals": Mix(
        "latency-ms=2 jitter-ms=8 stale-answer=0.15 stale-ms=3 stale-status=404 drop-after=0.03 faults-on=all",
        aged=True,
    ),
    "stale and lagging": Mix(
        "latency-ms=2 jitter-ms=8 stale-answer=0.15 stale-ms=3 stale-status=404 search-lag-ms=600 phones=shared "
        "late-store=0.03 late-ms=600 drop-after=0.03",
        "--settle 2",
        aged=True,
    ),
    "stale credentials": Mix(
        "latency-ms=2 jitter-ms=8 stale-answer=0.15 stale-ms=3 stale-status=401 drop-after=0.03 faults-on=all",
        aged=True,
    ),
    "refused after storing": Mix(
        "latency-ms=2 jitter-ms=8 refuse-after=0.03 refuse-status=503 redirect-after=0.004 patch-missing=0.1 "
        "drop-after=0.03",
        aged=True,
    ),
    "terse": Mix(
        "latency-ms=2 jitter-ms=8 answers=terse late-store=0.04 late-ms=600 search-lag-ms=600 phones=shared "
        "drop-after=0.04 drop-before=0.02",
        "--settle 2",
        aged=True,
    ),
    "terse lies": Mix(
        "latency-ms=2 jitter-ms=8 answers=terse answer-other=0.04 repeat-id=0.04 drop-after=0.04", "--settle 2"
    ),
    "everything and lies": Mix(
        "latency-ms=2 jitter-ms=8 late-store=0.03 late-ms=500 search-lag-ms=500 answer-other=0.03 "
        "stale-answer=0.05 stale-ms=1 refuse-after=0.004 refuse-status=503 redirect-after=0.001 patch-missing=0.03 "
        "error-before=0.02 error-after=0.02 drop-before=0.02 drop-after=0.02 hang-after=0.005 html-after=0.02 "
        "faults-on=all rate-per-second=250 retry-after=absent meta-count=page",
        "--settle 2 --make-identifier",
        aged=True,
    ),
}


# -- the file --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Line:
    """One data row: its cells, whose it is, and what must become of it.

    Lines of one ``person`` are one contact, whichever comes first. An ``invalid`` line is nobody, a ``keyless`` one
    cannot be searched for, an ``aged`` one is of somebody whom the server has with other data. A ``partial`` line does
    not say all that other lines of its person say. A line that is ``after`` a person borrows a value of theirs, and is
    invalid only behind them.
    """

    cells: tuple[str, ...]
    person: int
    fate: Literal["contact", "keyless", "invalid", "aged"] = "contact"
    partial: bool = False
    after: int | None = None

    @property
    def keys(self) -> dict[str, str]:
        """The unique values as the server stores them."""
        values = {name: self.cells[place] for name, place in KEYS.items()}
        return {name: value.lower() if name == "email" else value for name, value in values.items() if value}


def _cells(n: int, dice: random.Random, kept: Iterable[str] = KEYS) -> tuple[str, ...]:
    """Person ``n`` with the unique values in ``kept``; two in five have attributes, which go by a second request."""
    short = dice.random() < 0.02  # such an id is part of others, so that a search for it brings pages of strangers
    email = f"{dice.choice('pP')}{n}@example.com"
    values = {"email": email, "phone_number": f"+86138{n:08d}", "identifier": f"K{n}" if short else f"C-{n:06d}"}
    more = (f"Firm {n}", dice.choice(("Bonn", "北京", "")), f"{n % 90}") if dice.random() < 0.4 else ("", "", "")
    return (f"Person {n}", *(values[name] if name in kept else "" for name in KEYS), *more)


def _person(n: int, dice: random.Random) -> list[Line]:
    kept = dice.choice((KEYS, KEYS, ("email",), ("phone_number",), ("identifier",)))
    return [Line(_cells(n, dice, kept), n)]


def _copied(n: int, dice: random.Random) -> list[Line]:
    return [Line(_cells(n, dice), n)] * 2


def _in_parts(n: int, dice: random.Random) -> list[Line]:
    """Two lines that say different things of one person, either of which may come first after an edit."""
    cells = _cells(n, dice)
    return [Line((*cells[:place], "", *cells[place + 1 :]), n, partial=True) for place in (KEYS["email"], 3)]


def _in_parts_of_one_identifier(n: int, dice: random.Random) -> list[Line]:
    """The same where a phone number is not one contact's alone: what both lines say must be."""
    cells = _cells(n, dice)
    return [Line((*cells[:place], "", *cells[place + 1 :]), n, partial=True) for place in (1, 2)]


def _keyless(n: int, dice: random.Random) -> list[Line]:
    return [Line(_cells(n, dice, ()), n, "keyless")]


def _twins(n: int, _: random.Random) -> list[Line]:
    """Two people of whom nothing is known but one name."""
    return [Line((f"Person {n}", *[""] * 6), n, "keyless")] * 2


def _namesakes(n: int, _: random.Random) -> list[Line]:
    """Two people of one name and different attributes: which of the two is which, the importer need not know."""
    cells = (f"Person {n}", "", "", "")
    return [Line((*cells, f"Firm {n}{side}", "", ""), n, "keyless", partial=True) for side in "ab"]


def _invalid(n: int, dice: random.Random) -> list[Line]:
    name, _, _, identifier, *more = _cells(n, dice)
    wrong = dice.choice(((f"p{n}@", ""), ("", "1.38E+10"), (f"p{n} at example.com", "")))
    return [Line((name, *wrong, identifier, *more), n, "invalid")]


def _borrowing(n: int, dice: random.Random) -> list[Line]:
    """A person, and another one with the same phone: the desk allows it once, so the second is invalid."""
    owner = Line(_cells(n, dice), n)
    other = (f"Colleague {n}", f"q{n}@example.com", owner.cells[KEYS["phone_number"]], "", "", "", "")
    return [owner, Line(other, n, "invalid", after=n)]


def _aged(n: int, dice: random.Random) -> list[Line]:
    """Somebody whom the server has; now and then on two lines."""
    return [Line((*_cells(n, dice)[:4], f"Firm {n}", "Bonn", "42"), n, "aged")] * dice.choice((1, 1, 1, 2))


def stored_long_ago(lines: Iterable[Line], dice: random.Random) -> list[dict[str, Any]]:
    """What the server has of the aged: the same person in other words, or with less than the file has."""
    bodies = []
    for line in {line.person: line for line in lines if line.fate == "aged"}.values():
        body: dict[str, Any] = {"inbox_id": 407, "name": line.cells[0], **line.keys}
        match dice.randrange(4):
            case 0:
                body["name"] = f"Formerly {line.cells[0]}"
            case 1:
                del body[dice.choice(("phone_number", "identifier"))]
            case 2:
                del body["name"]
        bodies.append(body)
    return bodies


_MAKERS: Final = {
    _person: 75,
    _copied: 5,
    _in_parts: 5,
    _keyless: 4,
    _twins: 1,
    _namesakes: 1,
    _invalid: 5,
    _borrowing: 4,
}


def people(count: int, dice: random.Random, mix: Mix | None = None) -> list[Line]:
    """So many lines of every sort, in no order."""
    lines: list[Line] = []
    makers = {**_MAKERS, _aged: 8} if mix and mix.aged else _MAKERS
    in_parts = _in_parts_of_one_identifier if mix and "phone_number" not in mix.unique else _in_parts
    while len(lines) < count:
        (make,) = dice.choices([*makers], [*makers.values()])
        lines += (in_parts if make is _in_parts else make)(len(lines), dice)
    del lines[count:]
    dice.shuffle(lines)
    return lines


class Sheet:
    """Owns the input file, which somebody goes on editing: a part of its rows comes late, and rows change places."""

    def __init__(self, path: Path, lines: Sequence[Line], dice: random.Random, edits: int) -> None:
        self._path = path
        self._dice = dice
        owners = {line.after for line in lines}
        early = [n for n, line in enumerate(lines) if line.person in owners or dice.random() < 0.6]
        self.lines = [lines[n] for n in early]
        self._late = [line for n, line in enumerate(lines) if n not in set(early)]
        self._at_a_time = len(self._late) // max(edits, 1) + 1
        self.edits = 0
        self._write()

    def edit(self) -> None:
        """Export it anew: some more rows, every row in another place, other signs for the same values."""
        self.edits += 1
        self.lines += self._late[: self._at_a_time]
        del self._late[: self._at_a_time]
        self._write()

    def complete(self) -> None:
        """The last edit: every row is there."""
        while self._late:
            self.edit()

    def _write(self) -> None:
        self._dice.shuffle(self.lines)
        place = {line.person: n for n, line in enumerate(self.lines) if line.after is None}
        for n, line in enumerate(self.lines):
            owner = n if line.after is None else place[line.after]
            if owner > n:
                self.lines[n], self.lines[owner] = self.lines[owner], line
        encoding = self._dice.choice(("utf-8", "utf-8-sig"))
        with self._path.open("w", encoding=encoding, newline="") as file:
            writer = csv.writer(file, delimiter=self._dice.choice(",;\t"))
            writer.writerows([HEADER, *map(self._dressed, self.lines)])

    def _dressed(self, line: Line) -> tuple[str, ...]:
        """The cells as this export writes them: the same values in other signs."""
        name, email, phone, *rest = line.cells
        if phone.startswith("+86") and self._dice.random() < 0.5:
            phone = f"+86 {phone[3:6]} {phone[6:10]} {phone[10:]}"
        if email and self._dice.random() < 0.2:
            email = f" mailto:{email}"
        return name, email, phone, *rest


# -- the audit -------------------------------------------------------------------------------------------------------

Contact = Mapping[str, Any]
Result = Mapping[str, str]
_SETTLED: Final = {"created", "updated", "exists", "unchanged"}


def audit(
    lines: Sequence[Line], results: Sequence[Result], contacts: Sequence[Contact], aged: Sequence[Contact] = ()
) -> list[str]:
    """What is wrong between a file, its results and the server: nothing lost, nothing twice, every id its row's own.

    The ``aged`` were there before the first run, and must be there as they were.
    """
    by_id = {str(contact["id"]): contact for contact in contacts}
    results, surplus, problems = _doubles(lines, results, by_id)
    contacts = [contact for contact in contacts if str(contact["id"]) not in surplus]
    problems += _lost(lines, results) + _twice(lines, contacts)
    problems += [f"was changed: {contact}" for contact in aged if by_id.get(str(contact["id"])) != contact]
    old_ids = {str(contact["id"]) for contact in aged}
    met: set[int] = set()
    for line, result in zip(lines, results, strict=False):
        first = line.person not in met
        if line.fate in ("contact", "aged"):
            met.add(line.person)
        wrong = _wrong(line, first, result, by_id)
        if not wrong and first and (line.fate == "aged") != (result["contact_id"] in old_ids):
            wrong = "is taken for somebody who was there before, or the other way round"
        problems += [f"row {result['row']} {wrong}: {dict(result)}"] if wrong else []
    return problems + _unaccounted(lines, results, contacts)


def _lost(lines: Sequence[Line], results: Sequence[Result]) -> list[str]:
    """Every row has one line, in order."""
    expected = [(str(number), line.cells[0]) for number, line in enumerate(lines, start=2)]
    found = [(result["row"], result["name"]) for result in results]
    if expected == found:
        return []
    return [f"{len(lines)} rows have {len(results)} results, {len({*expected} - {*found})} of them missing or moved"]


def _doubles(
    lines: Sequence[Line], results: Sequence[Result], by_id: Mapping[str, Contact]
) -> tuple[list[Result], set[str], list[str]]:
    """Rows whose contact the server has twice, and which say so, get the first of their ids; the surplus ids, and what
    is wrong with such rows."""
    surplus: set[str] = set()
    problems = []
    settled = [*results]
    for n, (line, result) in enumerate(zip(lines, results, strict=False)):
        if result["error_code"] != "doubled":
            continue
        ids = [word for word in re.findall(r"\w+", result["error"]) if word in by_id]
        if len(ids) < 2 or not all(by_id[each]["name"] == line.cells[0] for each in ids):
            problems.append(f"row {result['row']} is doubled, and its contacts are not: {dict(result)}")
            continue
        settled[n] = {**result, "contact_id": ids[0]}
        surplus |= {*ids[1:]}
    return settled, surplus, problems


def _twice(lines: Sequence[Line], contacts: Sequence[Contact]) -> list[str]:
    """No value is held twice, and there are as many contacts as people."""
    problems = []
    for key in KEYS:
        counted = Counter(contact[key] for contact in contacts if contact[key])
        problems += [f"{key} {value} is held {times} times" for value, times in counted.items() if times > 1]
    wanted = len({line.person for line in lines if line.fate in ("contact", "aged")})
    found = sum(not _is_keyless(contact) for contact in contacts)
    return problems + ([f"{wanted} people are {found} contacts"] if wanted != found else [])


def _without_made_identifier(contact: Contact) -> dict[str, Any]:
    """The contact as its row is: an identifier that the importer made goes."""
    made = (contact["identifier"] or "").startswith("import-")
    return {**contact, "identifier": None} if made else {**contact}


def _is_keyless(contact: Contact) -> bool:
    return not any(contact[key] for key in KEYS)


def _wrong(line: Line, first: bool, result: Result, by_id: Mapping[str, Contact]) -> str:
    """What is wrong with one row's result, or nothing."""
    status, contact = result["status"], by_id.get(result["contact_id"])
    if line.fate == "invalid" or not first:
        wanted = "invalid" if line.fate == "invalid" else "duplicate"
        return "" if (status, result["contact_id"]) == (wanted, "") else f"is not {wanted}"
    if line.fate == "keyless" and status == "unknown":
        return "has an id and is unknown" if result["contact_id"] else ""
    if line.fate == "aged":
        is_left_alone = status in ("exists", "unchanged") and contact is not None and _is_known(line, contact)
        return "" if is_left_alone else "is not what exists"
    if status == "unknown" and result["error_code"] == "doubled":
        return ""
    if (status, result["error_code"]) == ("failed", "attributes_failed") and contact is not None:
        return "" if _is_theirs(line, {**contact, **_attributes(line)}) else "failed, with another's id"
    if status not in _SETTLED:
        return "is not settled"
    if contact is None:
        return "has an id that the server does not know"
    return "" if _is_theirs(line, contact) else f"does not say what its contact does, {dict(contact)}"


def _is_known(line: Line, contact: Contact) -> bool:
    """Whether the contact has a key of the line, and none that is another."""
    common = [key for key in line.keys if contact[key]]
    return bool(common) and all(line.keys[key] == contact[key] for key in common)


def _attributes(line: Line) -> dict[str, dict[str, str]]:
    """The line's attributes as the server stores them."""
    company, city, age = line.cells[4:]
    groups = {"additional_attributes": {"company_name": company, "city": city}, "custom_attributes": {"age": age}}
    return {group: {name: text for name, text in values.items() if text} for group, values in groups.items()}


def _is_theirs(line: Line, contact: Contact) -> bool:
    """Whether the server holds this line under the id: every value of it, or of a partial line no other value."""
    theirs = {key: contact[key] for key in KEYS if contact[key]}
    if contact["name"] != line.cells[0]:
        return False
    if line.fate == "keyless" and line.partial:
        return _is_keyless(contact)
    if line.partial:
        return _is_known(line, contact)
    return theirs == line.keys and all(contact[group] == values for group, values in _attributes(line).items())


def _unaccounted(lines: Sequence[Line], results: Sequence[Result], contacts: Sequence[Contact]) -> list[str]:
    """Nobody on the server that no row stands for; of rows without a key at most one contact each."""
    ids = Counter(result["contact_id"] for result in results if result["contact_id"])
    problems = [f"contact {contact_id} stands in {times} rows" for contact_id, times in ids.items() if times > 1]
    strangers = [contact for contact in contacts if str(contact["id"]) not in ids]
    problems += [f"in no result: {contact}" for contact in strangers if not _is_keyless(contact)]
    held = Counter(contact["name"] for contact in contacts if _is_keyless(contact))
    held.subtract(line.cells[0] for line in lines if line.fate == "keyless")
    return problems + [f"{name}: {surplus} contacts too many" for name, surplus in held.items() if surplus > 0]


# -- the processes ---------------------------------------------------------------------------------------------------


class Server:
    """The sandbox in a process of its own, and what it says of itself."""

    def __init__(self, faults: str, seed: int) -> None:
        options = [f"--{fault}" for fault in faults.split()]
        self._command = [sys.executable, "-m", "importer", "sandbox", "--port=0", f"--seed={seed}", *options]
        self.environment: dict[str, str] = {}

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            self._command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, encoding="utf-8"
        )
        assert self._process.stdout is not None
        words = shlex.split(self._process.stdout.readline())
        self.environment = dict(word.split("=", 1) for word in words[1:])
        return self

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.communicate(timeout=120)

    def contacts(self) -> list[dict[str, Any]]:
        """Every stored contact."""
        stored: list[dict[str, Any]] = self._ask("contacts")["payload"]
        return stored

    def requests(self) -> int:
        """How many requests of the API arrived so far."""
        return sum(self._ask("requests").values())

    def fill(self, bodies: Sequence[Mapping[str, Any]], age_s: float) -> None:
        """Store contacts that were created so long ago."""
        self._ask(f"contacts?age_s={age_s}", json.dumps(bodies).encode())

    def _ask(self, what: str, body: bytes | None = None) -> Any:
        credentials = base64.b64encode(b"sandbox:sandbox").decode()
        url = f"{self.environment['LIVEDESK_BASE_URL']}/sandbox/{what}"
        request = urllib.request.Request(url, body, headers={"Authorization": f"Basic {credentials}"})
        direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with direct.open(request, timeout=30) as answer:
            return json.load(answer)


class Start:
    """One start of the command, watched through what it leaves on the disk."""

    def __init__(self, folder: Path, arguments: Sequence[str], environment: Mapping[str, str]) -> None:
        self._out = folder / OUT
        self._known = _names(self._out)
        self.signals = 0
        self.stderr = Path(tempfile.mkstemp(".txt", "stderr-", folder)[1])
        with self.stderr.open("wb") as stderr:
            self._process: subprocess.Popen[bytes] = subprocess.Popen(
                [sys.executable, "-m", "importer", *arguments],
                cwd=folder,
                env=os.environ | environment,
                stdout=subprocess.DEVNULL,
                stderr=stderr,
            )

    @property
    def alive(self) -> bool:
        """Whether it has not ended yet."""
        return self._process.poll() is None

    def holds_ledger(self) -> bool:
        """Whether it has begun to work, and not only to load its modules."""
        try:
            return f'"process":{self._process.pid},' in (self._out / "ledger.holder").read_text()
        except OSError:
            return False

    def folder(self) -> Path | None:
        """The folder of its run, which is made when every row is staged."""
        new = _names(self._out) - self._known
        return self._out / new.pop() if new else None

    def writes_files(self) -> bool:
        """Whether it has begun to report."""
        folder = self.folder()
        return folder is not None and bool(_names(folder))

    def until(self, condition: Callable[[], bool], every_s: float = 0.001) -> bool:
        """Wait for a condition; ``False`` if the process ends before. Raises ``TimeoutError`` if neither comes."""
        end = time.monotonic() + STUCK_S
        while not condition():
            if not self.alive:
                return False
            if time.monotonic() > end:
                self.send(signal.SIGKILL)
                raise TimeoutError(f"nothing happened for {STUCK_S} s")
            time.sleep(every_s)
        return True

    def send(self, number: signal.Signals) -> None:
        """Send a signal to this very process, if it is still there."""
        if self.alive:
            self.signals += 1
            self._process.send_signal(number)

    def ended(self) -> int:
        """Wait for the end; the exit code, or minus the signal."""
        self.until(lambda: not self.alive, 0.01)
        return self._process.wait()


def _names(folder: Path) -> set[str]:
    """What is in a folder; in the output directory the folders of runs alone."""
    if not folder.is_dir():
        return set()
    return {path.name for path in folder.iterdir() if folder.name != OUT or path.is_dir()}


def read_results(folder: Path) -> list[dict[str, str]]:
    """The lines of a run's results.csv."""
    with (folder / "results.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


@dataclass(frozen=True, slots=True)
class Runs:
    """What the ledger holds at one moment: of each run its folder's name, whether it was closed, and rows left."""

    names: tuple[str, ...] = ()
    closed: bool = True
    open_rows: int = 0


def read_ledger(out: Path) -> Runs:
    """The ledger as a crash left it. A copy is read: opening the ledger itself would repair it."""
    with tempfile.TemporaryDirectory() as place:
        for name in ("ledger.sqlite3", "ledger.sqlite3-wal"):
            if (out / name).exists():
                shutil.copy(out / name, place)
        with closing(sqlite3.connect(Path(place) / "ledger.sqlite3")) as db:
            if not db.execute("SELECT 1 FROM sqlite_master WHERE name = 'runs'").fetchone():
                return Runs()
            records = db.execute("SELECT seq, record FROM runs ORDER BY seq").fetchall()
            if not records:
                return Runs()
            count = "SELECT COUNT(*) FROM rows WHERE run = ? AND status IN ('pending', 'sent')"
            (open_rows,) = db.execute(count, (records[-1][0],)).fetchone()
    runs = [json.loads(record) for _, record in records]
    return Runs(tuple(run["id"] for run in runs), runs[-1]["finished_at"] is not None, open_rows)


def phase_of_death(out: Path, before: Runs, after: Runs, worked: bool) -> str:
    """In which stage a process was killed, as far as the disk tells."""
    if len(after.names) == len(before.names):
        if not worked:
            return "starting"
        repaired = not before.names or (out / before.names[-1] / LAST_FILE).exists()
        return "staging" if repaired else "repairing"
    if not after.closed:
        return "sending" if after.open_rows else "closing"
    return "ending" if (out / after.names[-1] / LAST_FILE).exists() else "reporting"


# -- the chaos -------------------------------------------------------------------------------------------------------

_MOMENTS: Final = ("starting", *["staging"] * 2, *["sending"] * 3, *["reporting"] * 2)
"""Where of eight kills each is aimed at; where they hit is read from the disk afterwards."""

_SIGNALS: Final = (signal.SIGINT, signal.SIGTERM)
_ENDS: Final = frozenset({0, 1, 4})
_SIGNALLED: Final = frozenset({130, 143, -signal.SIGINT, -signal.SIGTERM})  # the last two: the run was over


@dataclass(slots=True)
class Report:
    """What was done, and what is wrong."""

    seed: int
    mix: str
    rows: int
    starts: int = 0
    deaths: Counter[str] = field(default_factory=Counter)
    exits: Counter[int] = field(default_factory=Counter)
    edits: int = 0
    forgotten: int = 0
    requests: int = 0
    contacts: int = 0
    seconds: float = 0.0
    statuses: Counter[str] = field(default_factory=Counter)
    last: Counter[str] = field(default_factory=Counter)
    orphans: int = 0
    tracebacks: int = 0
    problems: list[str] = field(default_factory=list)

    @property
    def kills(self) -> int:
        """How many processes were killed before they had ended."""
        return self.deaths.total()

    def __str__(self) -> str:
        shown = self.problems[:MOST_SHOWN]
        lines = [
            f"seed {self.seed}, {self.mix}: {self.rows} rows, {self.kills} kills, {self.requests} requests, "
            f"{self.contacts} contacts, {self.seconds:.0f} s, {self.edits} edits, {self.forgotten}x forgotten, "
            f"{self.starts} starts",
            f"killed while: {_counted(self.deaths)}; exit codes: {_counted(self.exits)}; "
            f"{self.tracebacks} tracebacks, {self.orphans} empty folders",
            f"results of all runs: {_counted(self.statuses)}",
            f"results of the last: {_counted(self.last)}",
            *(f"PROBLEM {problem}" for problem in shown),
            *([f"and {len(self.problems) - len(shown)} more"] if len(self.problems) > len(shown) else []),
        ]
        return "\n  ".join(lines)


def _counted(counter: Mapping[Any, int]) -> str:
    return ", ".join(f"{word} {count}" for word, count in sorted(counter.items(), key=lambda item: -item[1]))


def _calm(status: str) -> str:
    """The status without the news: what one run created is unchanged in the next."""
    return "there" if status in ("created", "unchanged") else status


class Chaos:
    """Owns one file, one server, and all that happens to the imports between them."""

    def __init__(self, folder: Path, server: Server, report: Report, kills: int) -> None:
        self._folder = folder
        self._out = folder / OUT
        self._server = server
        self._report = report
        self._kills = kills
        self._dice = random.Random(report.seed)
        self._mix = MIXES[report.mix]
        lines = people(report.rows, self._dice, self._mix)
        server.fill(stored_long_ago(lines, self._dice), AGE_S)
        self._aged = server.contacts()
        self._sheet = Sheet(folder / "contacts.csv", lines, self._dice, edits=kills // 3)
        self._arguments = (*ARGUMENTS, *self._mix.options.split())
        self._lines_of: dict[str, int] = {}
        self._runs = Runs()
        self._staging_s = self._reporting_s = 0.05 + report.rows / 20_000  # until it is known better
        self._signals = 0
        self._moments: list[str] = []

    def rage(self) -> None:
        """Kill, interrupt and edit until there were enough kills."""
        while self._report.kills < self._kills and self._report.starts < 4 * self._kills:
            if self._dice.random() < 0.35:
                self._sheet.edit()
            if self._dice.random() < 0.05:
                self._forget()  # which may have been the last kill
            elif self._dice.random() < 0.15:
                self._interrupt()
            else:
                self._kill(self._next_moment())
        self._sheet.complete()

    def _next_moment(self) -> str:
        self._moments = self._moments or self._dice.sample(_MOMENTS, len(_MOMENTS))
        return self._moments.pop()

    def come_to_rest(self) -> None:
        """The same command, until a run sends nothing any more; in a restless mix, until it ends as the one before."""
        results: list[tuple[str, str]] = []
        for _ in range(MOST_RUNS_TO_REST):
            before, earlier = self._server.requests(), results
            started = self._start()
            started.until(started.writes_files)
            began = time.monotonic()
            self._ended(started, _ENDS)
            self._reporting_s = time.monotonic() - began
            if self._server.requests() == before:
                return
            if self._mix.restless:
                told = read_results(self._out / self._runs.names[-1])
                results = [(_calm(result["status"]), result["contact_id"]) for result in told]
                if results == earlier:
                    return
        self._report.problems.append(f"after {MOST_RUNS_TO_REST} runs there is still something to send")

    def _start(self, *arguments: str) -> Start:
        self._report.starts += 1
        return Start(self._folder, arguments or self._arguments, self._server.environment)

    def _ended(self, started: Start, expected: Iterable[int]) -> None:
        """Note how a start ended that was not killed."""
        code = started.ended()
        self._report.exits[code] += 1
        if code not in expected:
            self._report.problems.append(f"exit code {code}")
        self._note(started)

    def _note(self, started: Start) -> Runs:
        """Remember how many lines a run's files must have; what is there already must be whole."""
        folder, rows = started.folder(), len(self._sheet.lines)
        if folder is not None:
            self._lines_of[folder.name] = rows
            if (folder / "results.csv").exists() and len(read_results(folder)) != rows:
                self._report.problems.append(f"{folder.name}: results.csv is not whole")
        if "Traceback" in started.stderr.read_text(encoding="utf-8", errors="replace"):
            self._report.tracebacks += 1
            if started.signals < 2:  # a second signal ends the process at once, wherever it is
                self._report.problems.append(f"a traceback in {started.stderr}")
        before, self._runs = self._runs, read_ledger(self._out)
        return before

    def _interrupt(self) -> None:
        """Ctrl-C or a termination, in turn, at a random moment; sometimes a second one."""
        started = self._start()
        self._send_some(started)
        self._signal(started)
        if self._dice.random() < 0.25:
            time.sleep(self._dice.uniform(0, 0.2))
            self._signal(started)
        self._ended(started, _ENDS | _SIGNALLED)

    def _forget(self) -> None:
        """Erase what earlier runs say of people, which must not make anybody come twice; it may be killed, too."""
        if not self._runs.names:
            return
        started = self._start("forget", "--all", "--yes")
        if self._dice.random() < 0.5:
            started.until(started.holds_ledger)
            time.sleep(self._dice.uniform(0, 0.1))
            started.send(signal.SIGKILL)
        if started.ended() == -signal.SIGKILL:
            self._report.deaths["forgetting"] += 1
        else:
            self._ended(started, {0})
        self._report.forgotten += 1

    def _signal(self, started: Start) -> None:
        started.send(_SIGNALS[self._signals % 2])
        self._signals += 1

    def _kill(self, moment: str) -> None:
        """One start that is killed; it may end by itself before its moment comes."""
        started = self._start()
        if moment == "starting":
            time.sleep(self._dice.uniform(0, 1))
        elif moment == "staging":
            started.until(started.holds_ledger)
            time.sleep(self._dice.uniform(0, self._staging_s))
        else:
            self._send_some(started)
        if moment == "reporting":
            self._signal(started)  # else it would send everything first
            started.until(started.writes_files)
            time.sleep(self._dice.uniform(0, self._reporting_s))
        worked = started.holds_ledger()
        started.send(signal.SIGKILL)
        if started.ended() != -signal.SIGKILL:
            self._ended(started, _ENDS | _SIGNALLED)
            return
        before = self._note(started)
        self._report.deaths[phase_of_death(self._out, before, self._runs, worked)] += 1

    def _send_some(self, started: Start) -> None:
        """Wait until some of the rows are sent: so many that there is something left for each of the kills."""
        started.until(started.holds_ledger)
        began = time.monotonic()
        if started.until(lambda: started.folder() is not None):
            self._staging_s = time.monotonic() - began
        enough = self._server.requests() + self._dice.uniform(0, 2 * self._report.rows / self._kills)
        started.until(lambda: self._server.requests() >= enough, 0.02)

    def account(self) -> None:
        """Hold the files of every run against the server."""
        time.sleep(self._mix.late_s)
        report, contacts = self._report, self._server.contacts()
        results = read_results(self._out / self._runs.names[-1])
        if "--make-identifier" in self._arguments:
            contacts = [_without_made_identifier(contact) for contact in contacts]
            report.problems += [f"{dict(result)}: unknown" for result in results if result["status"] == "unknown"]
        report.problems += audit(self._sheet.lines, results, contacts, self._aged)
        report.problems += [
            f"is there twice: {dict(result)}" for result in results if result["error_code"] == "doubled"
        ]
        report.problems += self._history({str(contact["id"]): contact for contact in contacts})
        report.last = Counter(result["status"] for result in results)
        report.edits, report.contacts, report.requests = self._sheet.edits, len(contacts), self._server.requests()

    def _history(self, by_id: Mapping[str, Contact]) -> list[str]:
        """Every run that was begun has its files, with a line for each row, and no id was ever another row's."""
        problems = []
        ids: dict[str, set[str]] = defaultdict(set)
        aged = {str(contact["id"]) for contact in self._aged}
        self._report.orphans = len(_names(self._out) - {*self._runs.names})
        for name in self._runs.names:
            if not (self._out / name / LAST_FILE).exists():
                problems.append(f"{name}: no files")
                continue
            results = read_results(self._out / name)
            if len(results) != self._lines_of[name]:
                problems.append(f"{name}: {len(results)} results for {self._lines_of[name]} rows")
            self._report.statuses.update(result["status"] for result in results)
            for result in results:
                if result["status"] in ("created", "updated") and result["contact_id"] in aged:
                    problems.append(f"{name}: somebody who was there before is {result['status']}: {dict(result)}")
                ids[result["contact_id"]] |= {result["name"]} - {""}  # a forgotten run has no names
        ids.pop("", None)
        for contact_id, names in ids.items():
            if contact_id in aged:
                continue  # it may have another name, or none; the audit holds it against its row
            stored = by_id.get(contact_id, {}).get("name")
            problems += [f"id {contact_id} of {stored} was given to {names}"] if not names <= {stored} else []
        return problems


def run(folder: Path, *, rows: int, kills: int, seed: int, mix: str) -> Report:
    """One chaos from the first start to the audit, in an empty folder."""
    began = time.monotonic()
    report = Report(seed, mix, rows)
    with Server(MIXES[mix].faults, seed) as server:
        chaos = Chaos(folder, server, report, kills)
        try:
            chaos.rage()
            chaos.come_to_rest()
            chaos.account()
        except (TimeoutError, OSError, KeyError) as error:
            report.problems.append(f"{type(error).__name__}: {error}")
    report.seconds = time.monotonic() - began
    return report


# -- a week: a plan, an import that updates, an undo -------------------------------------------------------------------

WEEKLY: Final = (
    *("people.csv", "--inbox", "407", "--match-by", "identifier"),
    *("--on-duplicate", "update", "--stamp", "--settle", "1"),
)
_QUICK: Final = ("--timeout", "1", "--max-attempts", "4", "--concurrency", "10", "--quiet")
_OTHERS: Final = 20
"""People on the server who are in no file."""

WEEKS: Final = {
    "lost answers": "latency-ms=2 jitter-ms=8 error-before=0.03 error-after=0.05 drop-before=0.03 drop-after=0.05 "
    "hang-after=0.005 html-after=0.03 faults-on=all delete=on usage=on",
    "late and replacing": "latency-ms=2 jitter-ms=8 error-after=0.03 drop-after=0.05 search-lag-ms=300 phones=shared "
    "additional=replaced rate-per-second=200 retry-after=seconds faults-on=all delete=on usage=on",
}
"""What the server does wrong in a week, in which it can remove contacts and tell who was used."""


class Week:
    """Owns a file of which the server knows half of the people with other data, and what happens to it: each command is
    killed or interrupted again and again, and in the end goes through."""

    def __init__(self, folder: Path, server: Server, seed: int, rows: int) -> None:
        self.rows, self.kills, self.server = rows, 0, server
        self._folder, self._out, self._dice = folder, folder / OUT, random.Random(seed)
        old = [{"name": f"Old {n}", "email": f"o{n}@x.org", "identifier": f"C{n}"} for n in range(rows // 2)]
        others = [{"name": f"Other {n}", "email": f"other{n}@x.org"} for n in range(_OTHERS)]
        server.fill([{"inbox_id": 407, **body} for body in [*old, *others]], 9_000)
        lines = [f"New {n},n{n}@x.org,+49151{n:08},C{n},Firm {n},{n}\n" for n in range(rows)]
        (folder / "people.csv").write_text("Name,Email,Phone,Customer ID,Company,City\n" + "".join(lines))

    def phase(self, kills: int, *arguments: str, ends: Container[int] = (0,)) -> None:
        """A command that is killed so often, wherever it is, and then given again until it ends well."""
        for _ in range(kills):
            started = self._start(*arguments)
            started.until(started.holds_ledger)
            time.sleep(self._dice.uniform(0.0, 1.2))
            self.kills += started.alive
            started.send(self._dice.choice((signal.SIGKILL, signal.SIGKILL, signal.SIGINT)))
            started.ended()
        for _ in range(MOST_RUNS_TO_REST):
            if self._start(*arguments).ended() in ends and not self._failed():
                return
        raise AssertionError(f"{arguments} never ended well: {self._folder}")

    def _start(self, *arguments: str) -> Start:
        return Start(self._folder, (*arguments, *_QUICK), self.server.environment)

    def _failed(self) -> bool:
        """Whether the newest undo has lines that another one may settle."""
        undos = self.lines("undo")
        return bool(undos) and any(line["status"] not in ("undone", "kept") for line in undos[-1])

    def lines(self, kind: str) -> list[list[dict[str, str]]]:
        """The lines of each ``plan.csv``, ``changes.csv``, ``results.csv`` or ``undo.csv``, the oldest first."""
        paths = sorted(self._out.glob(f"*/{kind}.csv"), key=lambda path: path.stat().st_mtime_ns)
        read = []
        for path in paths:
            with path.open(encoding="utf-8-sig", newline="") as file:
                read.append([*csv.DictReader(file)])
        return read

    def names(self, mode: str) -> list[str]:
        """The names of the runs of a kind, the newest first."""
        with closing(sqlite3.connect(self._out / "ledger.sqlite3")) as db:
            records = [json.loads(record) for (record,) in db.execute("SELECT record FROM runs ORDER BY seq DESC")]
        return [record["id"] for record in records if record["mode"] == mode]

    def contacts(self) -> dict[str, dict[str, Any]]:
        """What the server holds by id, without what is there and empty, and without its place in lists."""
        return {str(contact["id"]): _bare(contact) for contact in self.server.contacts()}

    @property
    def tracebacks(self) -> list[Path]:
        """What the commands wrote that failed otherwise than they should."""
        return [path for path in self._folder.glob("stderr-*") if "Traceback" in path.read_text(errors="replace")]


def _bare(contact: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: {key: inner for key, inner in value.items() if inner is not None} if isinstance(value, dict) else value
        for name, value in contact.items()
        if name != "order"
    }


@click.command()
@click.option("--rows", default=1000, show_default=True, help="Data rows of the file.")
@click.option("--kills", default=10, show_default=True, help="How often the importer is killed.")
@click.option("--seed", type=int, help="Repeats rows, edits, faults and plan.  [default: another one every time]")
@click.option("--mix", type=click.Choice([*MIXES]), default="everything", show_default=True, help="The faults.")
@click.option("--keep", type=click.Path(path_type=Path), help="An empty folder to work in, which then stays.")
def main(rows: int, kills: int, seed: int | None, mix: str, keep: Path | None) -> None:
    """Import, kill, continue; then say what was lost or there twice. Exits with 1 if anything was."""
    seed = random.SystemRandom().randrange(2**32) if seed is None else seed
    with tempfile.TemporaryDirectory() as place:
        report = run(keep or Path(place), rows=rows, kills=kills, seed=seed, mix=mix)
    click.echo(report)
    sys.exit(bool(report.problems))


if __name__ == "__main__":
    main()
