"""What a server has proved: kept in the ledger by its address, for a week, and told."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from importer.ledger.group_commit import GroupCommit
from importer.ledger.ledger import Ledger
from importer.livedesk.capabilities import CAPABILITIES, LASTS_S, Capabilities, Finding, known
from importer.sender.findings import Findings
from tests.support.runs import RUN

NOW = 1_800_000_000.0
MERGES, BY_EMAIL = "merges_additional_attributes", "filters_by_email"


@pytest.mark.parametrize(
    ("age_s", "has"),
    [(0.0, True), (LASTS_S - 1, True), (LASTS_S, None), (-1.0, None)],
    ids=["now", "within a week", "a week", "of a clock that went back"],
)
def test_a_finding_counts_for_a_week(age_s: float, has: bool | None) -> None:
    """Then the server is asked again, for it may have been upgraded."""
    assert known([Finding(MERGES, True, NOW - age_s)], NOW).has(MERGES) is has


def test_a_finding_of_another_version_is_not_known() -> None:
    """A later version may have asked for more."""
    assert known([Finding("deletes", True, NOW)], NOW) == Capabilities()


def test_the_summary_holds_what_is_known_in_the_order_of_the_table() -> None:
    """Yes and no; what nobody asked about is left out."""
    found = known([Finding(BY_EMAIL, False, NOW), Finding(MERGES, True, NOW)], NOW)
    assert list(found.as_json().items()) == [(MERGES, True), (BY_EMAIL, False)]


@pytest.mark.parametrize("name", CAPABILITIES)
@pytest.mark.parametrize("has", [True, False])
def test_every_finding_is_a_sentence(name: str, has: bool) -> None:
    """A yes and a no say different things."""
    assert str(Finding(name, has, NOW).told) != str(Finding(name, not has, NOW).told)


def test_a_finding_is_told_and_kept_once(caplog: pytest.LogCaptureFixture) -> None:
    """A second answer of the same kind is no news; a contradiction is, unless it is older."""
    kept: list[Finding] = []
    findings = Findings(found_out=kept.append, wall_clock=lambda: NOW)
    with caplog.at_level("INFO"):
        for has in (True, True, False):
            findings.learn(MERGES, has=has)
        findings.take([Finding(MERGES, True, NOW - 5)])
    assert [finding.has for finding in kept] == [True, False]
    assert [record.getMessage() for record in caplog.records] == [
        "The server keeps the other additional_attributes when an update sends some.",
        "The server drops the other additional_attributes when an update sends some: they go along.",
    ]


def test_the_ledger_keeps_findings_by_address(tmp_path: Path) -> None:
    """Another server's are not this one's; a later answer replaces the earlier one."""
    with Ledger(tmp_path / "ledger.sqlite3") as ledger:
        with ledger.transaction():
            here = ledger.begin(replace(RUN, base_url="https://a"))
        findings = Findings()
        findings.learn(MERGES, has=True)
        findings.learn(BY_EMAIL, has=False)
        for has in (True, False):
            findings.learn(MERGES, has=has)
            ledger.servers.learn(here, [*findings.capabilities.findings.values()])
        assert ledger.servers.capabilities("https://a") == findings.capabilities
        assert ledger.servers.capabilities("https://b") == Capabilities()


def test_findings_are_written_with_the_next_group() -> None:
    """In the thread that writes everything else, after what came before them."""
    written: list[object] = []
    finding = Finding(MERGES, True, NOW)

    async def run() -> None:
        commit = GroupCommit(lambda *group: written.append(group), learn=written.append)
        commit.found_out(finding)
        await commit.flush()
        await commit.flush()
        commit.found_out(finding)
        commit.rest()

    asyncio.run(run())
    assert written == [([], [], []), [finding], ([], [], []), ([], [], []), [finding]]
