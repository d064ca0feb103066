"""What a run says of itself in words: where its rows went, what it was, and what else there is to know."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from importer.config.sources import HIDDEN
from importer.history.runs import Listed, run_lines, state
from importer.ledger.records import LedgerRow
from importer.livedesk.contact import Contact
from importer.message import Language, Message, sentence
from importer.models import FINE, LOOK_BACKS, Mode, Outcome, Status, option_of
from importer.remarks import DIFFERS, OTHER_INBOX
from importer.reporter.files import FILES, names_of
from importer.reporter.next_command import go_on, what_next
from importer.reporter.page.words import Words
from importer.reporter.prometheus import metrics_text
from importer.reporter.summary import Summary
from importer.reporter.terminal import closing_words
from importer.reporter.verdict import BANNERS, notes, verdict, where
from tests.support.runs import GOOD, RUN, filed
from tests.support.service import Service, folders, invoke, written

NOW = datetime(2026, 1, 18, tzinfo=UTC)
OF_ROWS = replace(RUN, inbox_id=None, mapping={"Channel": "inbox_id"})
SEVERAL = replace(OF_ROWS, inboxes={"407": 1500, "408": 1500})
MODES: tuple[Mode, ...] = get_args(Mode)


@pytest.mark.parametrize(
    ("run", "counts", "words"),
    [
        (RUN, {Status.CREATED: 3}, "to inbox 407"),
        (RUN, {Status.NOT_SENT: 3}, "to inbox 407"),
        (SEVERAL, {Status.CREATED: 3000}, "to inboxes 407 (1,500) and 408 (1,500)"),
        (replace(SEVERAL, inbox_id="407"), {Status.CREATED: 3000}, "to inboxes 407 (1,500) and 408 (1,500)"),
        (replace(RUN, inboxes={"408": 9}), {Status.CREATED: 9}, "to inbox 408"),
        (OF_ROWS, {Status.NOT_SENT: 3}, "to the inboxes of its rows"),
        (
            replace(OF_ROWS, inboxes={str(n): 9 for n in range(1, 8)}),
            {Status.CREATED: 63},
            "to inboxes 1 (9), 2 (9), 3 (9), 4 (9), 5 (9) and 2 more",
        ),
    ],
    ids=["one", "nothing sent", "two", "two and a default", "all rows name one", "unknown", "many"],
)
def test_where_the_rows_went_is_counted_by_their_own_inbox(run: Any, counts: dict[Status, int], words: str) -> None:
    """On the terminal, in the report's head, in the list of runs and among the metrics' labels."""
    summary = Summary(run, counts, {})
    assert str(where(summary)) == f"{words} at {RUN.base_url}"
    told = words.removeprefix("to inbox").removeprefix("es").strip()
    if "its rows" not in words:
        assert dict(Words(summary, Language("en")).facts())["Inbox"] == told
        assert f"  {told}  " in run_lines([Listed(run, counts)], NOW)
        assert f'inbox="{",".join([*summary.inboxes] or ["407"])}"' in metrics_text(summary, "crm")


def test_in_chinese_too() -> None:
    """The report's head is in its reader's language."""
    facts = dict(Words(Summary(SEVERAL, {Status.CREATED: 3000}, {}), Language("zh")).facts())
    assert facts["渠道"] == "407（1,500 行）、408（1,500 行）"


@pytest.mark.slow
def test_an_import_counts_its_inboxes() -> None:
    """--inbox is the default of empty cells; what was not sent went nowhere. The JSON has it, and keeps it."""
    rows = "".join(f"P{n},p{n}@x.org,{inbox}\n" for n, inbox in enumerate(["", "408", "408", "407", "x"]))
    with Service({"407": "api", "408": "api"}) as two:
        done = two.invoke(written(f"Name,Email,Inbox ID\n{rows}P0,p0@x.org,408\n"), "--inbox", 407)
        assert f"(contacts.csv to inboxes 407 (2) and 408 (2) at {two.url})" in done.stdout
        assert json.loads((folders()[-1] / "summary.json").read_text())["inboxes"] == {"407": 2, "408": 2}
        assert invoke("forget", "--all", "--yes").exit_code == 0
        assert json.loads(invoke("runs", "--json").stdout)[0]["inboxes"] == {"407": 2, "408": 2}
        rehearsed = two.invoke(written(f"Name,Email,Inbox ID\n{rows}"), "--inbox", 407, "--sandbox").stdout
        assert "to inboxes 407 (2) and 408 (2) of the sandbox, not to LiveDesk" in rehearsed


# -- what a run was --------------------------------------------------------------------------------------------------

LINES: dict[Mode, tuple[Status, Status, str, str, str]] = {
    # fine, wrong, the verdict where all is fine, where two of three are not, and where the rows went
    "plan": (Status.CREATE, Status.CONFLICT, "can be imported", "cannot be imported as they are", "compared with"),
    "verify": (Status.SAME, Status.MISSING, "are there as sent", "are not there as they were sent", "read back from"),
    "undo": (Status.UNDONE, Status.KEPT, "are undone", "are not undone", "undone at"),
}


@pytest.mark.parametrize("mode", LINES)
def test_what_is_no_import_is_not_called_one(mode: Mode) -> None:
    """Its verdict, its place, its state in the list and its next step are its own; and in Chinese they are Chinese."""
    fine, wrong, all_fine, some_wrong, place = LINES[mode]
    run = replace(RUN, mode=mode, arguments=(mode, "contacts.csv", "--inbox", "407"))
    good, bad = Summary(run, {fine: 3}, {}), Summary(run, {fine: 1, wrong: 2}, {})
    assert sentence(verdict(good)) == f"All 3 rows {all_fine}"
    assert sentence(verdict(bad)) == f"2 of 3 rows {some_wrong}"
    assert f"(contacts.csv {place} {RUN.base_url}" in closing_words(good)
    assert str(state(Listed(run, {fine: 3}))) == f"{mode}: fine"
    heads = [Words(good, Language(name)).verdict() for name in ("en", "zh")]
    assert heads[0].mode == str(BANNERS[mode])
    after_import = Words(Summary(RUN, {Status.CREATED: 3}, {}), Language("en")).verdict()
    assert (heads[0].next == after_import.next) == (mode != "plan")
    assert heads[0].mode != heads[1].mode
    assert heads[0].words != heads[1].words
    assert dict(Words(good, Language("en")).facts())["Address"] == RUN.base_url


def test_after_a_plan_comes_the_import_of_that_plan() -> None:
    """And after a verification or an undo nothing that could be pasted."""
    arguments = ("plan", "contacts.csv", "--inbox", "407")
    plan = Summary(replace(RUN, mode="plan"), {Status.CREATE: 3}, {})
    assert [*map(str, what_next(plan, arguments, ["contacts.csv"], frozenset()))] == [
        "To do exactly this:",
        f"  import-contacts contacts.csv --inbox 407 --plan {RUN.id}",
    ]
    for option in (("--workers", "2"), ("--scheduler", "tls://host:8786")):
        command = what_next(plan, (*arguments, *option), ["contacts.csv"], frozenset())[-1]
        assert str(command) == f"  import-contacts contacts.csv --inbox 407 --plan {RUN.id}", "one process does it"
    stopped = replace(plan, run=replace(plan.run, exit_code=130, stopped=Message("interrupted")))
    assert [*map(str, what_next(stopped, arguments, ["contacts.csv"], frozenset()))] == [
        "To go on:",
        "  import-contacts plan contacts.csv --inbox 407",
    ]
    for summary in (replace(plan, run=replace(RUN, mode=mode)) for mode in MODES[-2:]):
        assert what_next(summary, arguments, ["contacts.csv"], frozenset()) == []


@pytest.mark.slow
@given(
    st.lists(
        st.sampled_from([["--json"], ["--quiet"], ["--log-format", "json"], ["--log-file=x.log"], ["--keep-runs", "9"]])
        | st.sampled_from([["--metrics-file", "x.prom"], ["--notify", "***"], ["--country", "DE"]]),
        unique_by=tuple,
    )
)
def test_what_is_about_output_and_schedules_is_not_proposed(options: list[list[str]]) -> None:
    """Whoever pastes a command reads what it says; what decides about rows stays."""
    kept = " --country DE" if ["--country", "DE"] in options else ""
    arguments = ("contacts.csv", *(word for option in options for word in option), "--dry-run")
    checked = Summary(replace(RUN, mode="dry run"), {Status.VALID: 3}, {})
    flags = frozenset({"--json", "--quiet", "--dry-run"})
    assert [*map(str, what_next(checked, arguments, ["contacts.csv"], flags))] == [
        "To import it:",
        f"  import-contacts contacts.csv{kept}",
    ]


@pytest.mark.parametrize("name", sorted(HIDDEN))
def test_the_next_command_has_no_option_that_nobody_is_shown(name: str) -> None:
    """Whichever way its value was typed."""
    rehearsal = Summary(replace(RUN, mode="dry run"), {Status.VALID: 3}, {})
    for words in ((option_of(name), "s3cret"), (f"{option_of(name)}=s3cret",)):
        lines = what_next(rehearsal, ("contacts.csv", *words, "--dry-run"), ["contacts.csv"], frozenset({"--dry-run"}))
        assert str(lines[-1]) == "  import-contacts contacts.csv"


def test_the_page_of_a_stopped_run_proposes_its_command_without_them_too() -> None:
    """A switch takes no word with it."""
    run = replace(RUN, arguments=("--json", "a.csv", "--quiet", "--log-format", "json", "--inbox", "407"))
    assert go_on(run) == "import-contacts a.csv --inbox 407"


def test_the_newest_two_that_are_compared_are_imports() -> None:
    """``latest`` and ``previous`` mean no plan."""
    both = [Listed(replace(RUN, mode="plan"), {}), Listed(RUN, {})]
    assert "--diff" not in run_lines(both, NOW)
    assert "--diff" in run_lines([*both, Listed(RUN, {})], NOW)


@pytest.mark.parametrize("mode", MODES)
def test_a_run_has_the_files_of_its_mode(tmp_path: Path, mode: Mode) -> None:
    """One table says which; every mode has a summary, written last, and what is no look back has a page."""
    summary = filed(tmp_path, [replace(GOOD, outcome=Outcome(Status.SAME))], replace(RUN, mode=mode))
    written_files = {path.name for path in tmp_path.iterdir()}
    page = set() if mode in LOOK_BACKS else {"report.html"}
    assert page | {"summary.json"} <= written_files <= {*names_of(summary.run).values()}
    assert ("results.csv" in written_files) == (mode in ("import", "dry run", "sandbox"))
    assert {Path(path).name for path in summary.files.values()} == written_files
    assert [*names_of(summary.run)] == [kind for kind in FILES if kind in names_of(summary.run)]


# -- what else there is to know --------------------------------------------------------------------------------------


def told(counts: Mapping[Status, int], differs: int = 0, mode: Mode = "import", **options: str) -> list[str]:
    summary = Summary(replace(RUN, mode=mode, options=options), counts, {}, differs=differs)
    return [str(note.message) for note in notes(summary)]


OTHER_DATA = "31 of 400 exist with other data: --on-duplicate update would change them"


@pytest.mark.parametrize(
    ("policy", "said"), [("skip", [OTHER_DATA]), ("fail", [OTHER_DATA]), ("update", []), ("fill", [])]
)
def test_contacts_with_other_data_are_told_where_an_update_would_change_them(policy: str, said: list[str]) -> None:
    """An update run has changed what it may change."""
    assert told({Status.EXISTS: 400}, 31, on_duplicate=policy) == said
    assert told({Status.EXISTS: 400}, 31)[:1] == [OTHER_DATA]


@pytest.mark.slow
def test_who_was_there_before_is_not_in_the_inbox_by_this_run(tmp_path: Path) -> None:
    """The rows are counted whose hint says so: others exist, and are in it."""
    hint = Message("not added to inbox {inbox}: only a create can do that", inbox="407", kind=OTHER_INBOX)
    for hints, said in (
        ((), []),
        ((hint,), ["1 contact was there before, and an update cannot add it to an inbox"]),
        ((hint, hint), ["2 contacts were there before, and an update cannot add them to an inbox"]),
    ):
        rows = [exists(2), *(exists(number, one) for number, one in enumerate(hints, start=3))]
        assert [str(note.message) for note in notes(filed(tmp_path, rows, RUN))] == said


def exists(number: int, *hints: Message) -> LedgerRow:
    return LedgerRow(number, ("Ann",), Contact(name="Ann"), Outcome(Status.EXISTS, "5", hint=hints))


def test_a_row_that_differs_counts_once(tmp_path: Path) -> None:
    """In summary.json, for the metrics, on the terminal, and on the page with a way to its rows."""
    other = Message("the contact has other data", kind=DIFFERS)
    summary = filed(tmp_path, [exists(2, other, other), exists(3, other), exists(4), replace(GOOD, number=5)], RUN)
    assert json.loads((tmp_path / "summary.json").read_text())["differs"] == 2
    assert "2 of 4 exist with other data: --on-duplicate update would change them" in closing_words(summary)
    assert 'import_contacts_differing_rows{schedule="crm"} 2\n' in metrics_text(summary, "crm")
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "2 of 4 exist with other data" in page
    assert page.count('href="#code=differs"') == 2
    assert Status.EXISTS in FINE


def test_what_no_row_was_read_for_is_not_known(tmp_path: Path) -> None:
    """Null, and no sample: nothing is not none."""
    forgotten = filed(tmp_path, [exists(2)], replace(RUN, forgotten_at=RUN.finished_at))
    for summary in (Summary(RUN, {Status.EXISTS: 1}, {}), forgotten):
        assert (summary.as_json()["differs"], summary.as_json()["vanished"]) == (None, None)
        assert "differing_rows{" not in metrics_text(summary, "crm")
        assert "vanished_people{" not in metrics_text(summary, "crm")
