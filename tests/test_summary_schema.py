"""summary.json is what its published schema says, whatever kind of run wrote it."""

import json
import signal
from collections.abc import Mapping
from pathlib import Path
from typing import Any, get_args

import pytest
from jsonschema import Draft202012Validator

from importer.models import Mode, Status
from importer.reporter.summary import WORDS, schema
from tests.support.service import HEADER, Service, contacts, folders, invoke, wait_until_stored, written

SCHEMA: dict[str, Any] = json.loads(schema())
VALIDATOR = Draft202012Validator(SCHEMA)


def complaints(summary: object) -> list[str]:
    return [f"{error.json_path}: {error.message}" for error in VALIDATOR.iter_errors(summary)]


def newest() -> dict[str, Any]:
    summary: dict[str, Any] = json.loads((folders()[-1] / "summary.json").read_text(encoding="utf-8"))
    return summary


GOOD = HEADER + "Ann,a@x.example,+493012345678,C1\n"
MESSY = GOOD + " Bob ,bob@,,C2\n,a@x.example,,\n,,,\n"
RUNS: dict[str, tuple[str, list[object], int]] = {
    "created": (GOOD, ["--inbox", 407], 0),
    "invalid": (MESSY, ["--inbox", 407], 1),
    "stopped": (GOOD, ["--inbox", 9], 4),
    "dry run": (MESSY, ["--inbox", 407, "--dry-run"], 1),
    "sandbox": (GOOD, ["--inbox", 407, "--sandbox"], 0),
    "merged": (MESSY, ["--inbox", 407, "--duplicates", "merge", "--shared-values", "drop"], 1),
    "strict": (MESSY, ["--inbox", 407, "--strict"], 1),
    "rows name the inbox": ("Name,Inbox ID\nAnn,407\n", ["--results", "r.csv"], 0),
    "options": (GOOD, ["--inbox", 407, "--set", "custom_attributes.a=1", "--rate", 5, "--map", "Phone="], 0),
}


@pytest.mark.slow
@pytest.mark.parametrize(("text", "arguments", "code"), RUNS.values(), ids=RUNS.keys())
def test_what_a_run_writes_is_what_the_schema_says(
    service: Service, text: str, arguments: list[object], code: int
) -> None:
    """Its summary, its entry in the list of runs, and after it was forgotten both once more."""
    done = service.invoke(written(text), *arguments)
    assert done.exit_code == code, done.output
    assert complaints(newest()) == []
    if Path("import-results/ledger.sqlite3").exists():
        for command in (["runs", "--json"], ["forget", "--all", "--yes"], ["runs", "--json"], ["report", "--json"]):
            shown = invoke(*command)
            assert shown.exit_code == 0
            listed = json.loads(shown.stdout) if command[-1] == "--json" else []
            assert [complaints(entry) for entry in (listed if isinstance(listed, list) else [listed])] in ([[]], [])
        assert complaints(newest()) == []
        assert newest()["forgotten_at"] is not None


@pytest.mark.slow
def test_an_interrupted_and_a_killed_run_are_what_the_schema_says() -> None:
    """Exit code 143, and none at all."""
    with Service(latency_ms=20) as slow:
        for number in (signal.SIGTERM, signal.SIGKILL):
            stored = len(slow.sandbox.contacts)
            process = slow.start(contacts(200), "--inbox", 407)
            wait_until_stored(slow, stored + 10, process)
            process.send_signal(number)
            process.communicate(timeout=120)
        listed = json.loads(invoke("runs", "--json").stdout)
        assert [complaints(entry) for entry in listed] == [[], []]
        assert invoke("report").exit_code == 0
    assert {entry["exit_code"] for entry in listed} == {143, None}
    assert [complaints(json.loads(path.read_text())) for path in Path().glob("*/*/summary.json")] == [[], []]


@pytest.mark.slow
def test_the_summary_says_who_why_and_how_fast(service: Service) -> None:
    """Causes with the most frequent first, settings that were given, and the latencies in order."""
    service.invoke(written(MESSY + "Cid,,12,\nDan,dan@,,\n"), "--inbox", 407, "--country", "Germany")
    summary = newest()
    assert summary["causes"] == [{"code": "bad_email", "count": 2}, {"code": "bad_phone", "count": 1}]
    assert summary["options"] == {"base_url": service.url, "country": "DE", "inbox_id": "407", "settle": 0.2}
    assert "@" in summary["started_by"]
    latency = [summary["latency_ms"][name] for name in ("p50", "p90", "p99", "max")]
    assert latency == sorted(latency)
    assert latency[0] > 0


WRONG: dict[str, Mapping[str, object]] = {
    "a status that is none": {"counts": {"done": 1}},
    "a count of none": {"counts": {"created": 0}},
    "a mode that is none": {"mode": "rehearsal"},
    "rows below zero": {"rows": -1},
    "rows as text": {"rows": "2"},
    "an exit code that is none": {"exit_code": 2},
    "a moment without an offset": {"started_at": "2026-01-17T08:15:30"},
    "a latency missing": {"latency_ms": {"p50": 1.0}},
    "a latency as text": {"latency_ms": {"p50": "1", "p90": None, "p99": None, "max": None}},
    "a cause without its count": {"causes": [{"code": "bad_email"}]},
    "a repair with more": {"repairs": [{"column": "", "kind": "", "count": 1, "before": "", "after": "", "row": 1}]},
    "a file of no kind": {"files": {"log": "x"}},
    "an inbox that is no number": {"inbox_id": "support"},
    "a member more": {"surprise": 1},
}


@pytest.mark.slow
@pytest.mark.parametrize("change", WRONG.values(), ids=WRONG.keys())
def test_a_summary_that_changes_its_meaning_is_noticed(change: Mapping[str, object]) -> None:
    """The schema would say so: a new member, another type, another word."""
    invoke(written(GOOD), "--inbox", 407, "--sandbox")
    assert complaints(newest()) == []
    assert len(complaints({**newest(), **change})) >= 1


@pytest.mark.slow
@pytest.mark.parametrize("member", sorted(SCHEMA["properties"]))
def test_every_member_is_there_and_described(member: str) -> None:
    """Always, so that nobody has to ask first; and no summary may come without it."""
    invoke(written(GOOD), "--inbox", 407, "--sandbox")
    assert complaints({name: value for name, value in newest().items() if name != member})
    assert SCHEMA["properties"][member]["description"].endswith(".")


@pytest.mark.slow
def test_the_schema_is_one_and_knows_every_word() -> None:
    """It keeps its own rules, and has the statuses and modes of the program."""
    Draft202012Validator.check_schema(SCHEMA)
    assert SCHEMA["properties"]["counts"]["propertyNames"]["enum"] == [str(status) for status in WORDS]
    assert set(WORDS) == set(Status) - {Status.PENDING, Status.SENT}
    assert set(SCHEMA["properties"]["mode"]["enum"]) == set(get_args(Mode))
    assert set(SCHEMA["required"]) == set(SCHEMA["properties"])


def test_report_prints_the_schema_without_a_ledger() -> None:
    """For whoever writes the program that reads summaries."""
    done = invoke("report", "--schema")
    assert done.exit_code == 0
    assert json.loads(done.stdout) == SCHEMA
