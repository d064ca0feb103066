"""A watched folder in an outage: one run, then questions; and people hear of it once."""

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from apprise.decorators import notify
from hypothesis import given
from hypothesis import strategies as st

from importer import Cancellation
from importer.config.settings import Config
from importer.error_codes import ERROR_CODES
from importer.errors import (
    ConfigError,
    ImporterError,
    InboxUnknown,
    InputError,
    LedgerBusy,
    PlanEnded,
    RunStopped,
    ServiceUnreachable,
)
from importer.library.watching.loop import WatchedFile
from importer.library.watching.news import News, tell
from importer.library.watching.runs import Runs
from importer.message import Message
from importer.pipeline.terms import Terms
from importer.reporter.causes import Cause
from importer.reporter.summary import Summary
from importer.terminal.console import Console
from tests.support.runs import RUN
from tests.support.service import KEY, SECRET, Service, contacts, folders, written

DOWN = ServiceUnreachable(Message("down"))


def failed(error: ImporterError, name: str = "a.csv") -> WatchedFile:
    """A file that is not imported."""
    return WatchedFile(Path("in", name), Path("in", name), int(error.exit_code), error=error)


def ended(code: int, *codes: str, name: str = "a.csv") -> WatchedFile:
    """A file whose run has ended so, with these causes."""
    causes = tuple(Cause(code, ()) for code in codes)
    summary = replace(Summary(replace(RUN, exit_code=code), {}, {}), causes=causes)
    return WatchedFile(Path("in", name), Path("in", name), code, summary)


def news(*ends: WatchedFile) -> list[bool]:
    """Which of them are told."""
    told = News()
    return [told.is_new(end) for end in ends]


def test_an_outage_is_told_once_and_its_end_by_the_file_that_is_through() -> None:
    """By the run that it stopped and by the questions after that; for every file of the folder."""
    ends = [ended(4, "bad_email", "unreachable"), failed(DOWN), failed(DOWN, "b.csv"), ended(0), ended(0, name="b.csv")]
    assert news(*ends, failed(DOWN)) == [True, False, False, True, True, True]


def test_another_cause_is_news() -> None:
    assert news(failed(DOWN), failed(InboxUnknown(Message("9"))), failed(LedgerBusy(Message("busy")))) == [True] * 3


def test_a_file_that_cannot_be_read_does_not_end_an_outage() -> None:
    """It needed no service."""
    assert news(failed(DOWN), failed(InputError(Message("no")), "b.csv"), failed(DOWN)) == [True, True, False]


def test_a_file_that_stays_is_told_once_for_each_cause() -> None:
    wrong = ConfigError(Message("no inbox"))
    assert news(failed(wrong), failed(wrong), failed(wrong, "b.csv"), failed(DOWN), failed(wrong)) == [
        *(True, False, True, True, False)
    ]


@pytest.mark.slow
@given(st.lists(st.sampled_from([0, 1, 4, 5]), max_size=30))
def test_nothing_is_told_twice_in_a_row_but_files_that_are_through(codes: list[int]) -> None:
    told = [(code, new) for code, new in zip(codes, news(*map(ended, codes)), strict=True)]
    assert all(new for code, new in told if code in (0, 1))
    troubles = [code for code, new in told if new]
    assert all(one != other or one in (0, 1) for one, other in pairwise(troubles))


# -- runs, and questions in their place ------------------------------------------------------------------------------


def terms(**settings: Any) -> Terms:
    return Terms(Config(inbox_id="407", **settings), Console(None, None), Cancellation())


@pytest.fixture(name="runs")
def runs_that_stop() -> Callable[..., tuple[Runs, list[str]]]:
    """Runs that end as they are told to, and what was done."""

    def make(ends: list[int], answers: list[RunStopped | None], **settings: Any) -> tuple[Runs, list[str]]:
        done: list[str] = []

        def carry_out(given: Terms, inputs: Any) -> Summary:
            done.append(f"run {given.config.notify} {inputs[0].name}")
            return Summary(replace(RUN, exit_code=ends.pop(0)), {}, {})

        def ask(_: Terms) -> RunStopped | None:
            done.append("asked")
            return answers.pop(0)

        return Runs(terms(**settings), lambda _: (), carry_out, ask), done

    return make


def test_after_a_stop_a_question_comes_before_the_next_run(runs: Callable[..., tuple[Runs, list[str]]]) -> None:
    run, done = runs([0, 4, 0, 0], [DOWN, DOWN, None], notify=("https://hooks.example.com/",))
    assert [run(Path("a.csv")).exit_code for _ in range(6)] == [0, 4, 4, 4, 0, 0]
    ran = "run () a.csv"
    assert done == [ran, ran, "asked", "asked", "asked", ran, ran]


@pytest.mark.parametrize("settings", [{"sandbox": True}, {"scheduler": "tls://desk:8786"}])
def test_who_has_no_service_or_no_credentials_here_is_not_asked(
    runs: Callable[..., tuple[Runs, list[str]]], settings: dict[str, Any]
) -> None:
    run, done = runs([4, 4], [], **settings)
    assert [run(Path("a.csv")).exit_code for _ in range(2)] == [4, 4]
    assert "asked" not in done


@pytest.mark.slow
def test_an_outage_leaves_one_folder(service: Service) -> None:
    """Of a service that refuses the credentials: each try is one request, and no run."""
    settings = {"api_key": "wrong", "api_secret": "wrong", "base_url": service.environment["LIVEDESK_BASE_URL"]}
    run, path = Runs(terms(**settings), lambda _: ()), contacts(3)
    ends = [run(path) for _ in range(4)]
    assert [end.exit_code for end in ends] == [4] * 4
    assert len(folders()) == 1
    assert [end.error.code if end.error else "" for end in ends] == ["", *["credentials_refused"] * 3]


@pytest.mark.slow
def test_a_wrong_inbox_leaves_one_folder(service: Service) -> None:
    """Only a create shows that it is wrong, and the settings of a watch stay: the service is asked, and not tried."""
    address = service.environment["LIVEDESK_BASE_URL"]
    settings: dict[str, Any] = {"base_url": address, "api_key": KEY, "api_secret": SECRET}
    given = Terms(Config(inbox_id="999", **settings), Console(None, None), Cancellation())
    run, path = Runs(given, lambda _: ()), contacts(3)
    ends = [run(path) for _ in range(4)]
    assert [end.exit_code for end in ends] == [4] * 4
    assert len(folders()) == 1
    assert news(*(WatchedFile(path, path, *end) for end in ends)) == [True, False, False, False]
    error = ends[-1].error
    assert error is not None
    assert (error.code, "--inbox" in str(error.hint)) == ("inbox_unknown", True)


@pytest.mark.slow
def test_the_wrong_inbox_of_a_row_stops_no_later_run() -> None:
    """The plan ended in a run in which a row named an inbox that the server does not know: once the plan is renewed,
    the watch goes on."""
    people = "".join(f"Ann,ann{number}@example.org,407\n" for number in range(5))
    path, good = written(f"Name,Email,inbox_id\nBob,bob@example.org,999\n{people}"), contacts(1, "good.csv")
    with Service(pay_after=2) as service:
        settings: dict[str, Any] = {"base_url": service.url, "api_key": KEY, "api_secret": SECRET, "concurrency": 1}
        run, port = Runs(terms(**settings), lambda _: ()), int(service.url.rpartition(":")[2])
        first = run(path).summary
    assert first is not None
    assert {"inbox_unknown", "plan_ended"} <= {one.code for one in first.causes}
    with Service(port=port):
        assert run(good).exit_code == 0


def test_news_of_a_stop_are_told_by_what_stopped_the_run() -> None:
    """The rows that failed with a code of that kind may be more."""
    plan = ended(4, "inbox_unknown", "plan_ended")
    assert plan.summary is not None
    run = replace(plan.summary.run, stopped=ERROR_CODES["plan_ended"].meaning)
    plan = plan._replace(summary=replace(plan.summary, run=run))
    assert news(plan, failed(PlanEnded(Message("no plan")))) == [True, False]


def test_of_a_file_that_cannot_be_read_people_hear_where_the_reason_is() -> None:
    """It stands beside the file in attention/, and whoever dropped it sees no log."""
    heard: list[str] = []

    def hear(body: str, title: str, *_: Any, **__: Any) -> bool:
        heard.append(f"{title}\n{body}")
        return True

    takes: Any = notify
    takes(on="watchnews")(hear)
    place = Path("in/attention/a.csv")
    left = (place.with_name("a.csv.txt"),)
    end = WatchedFile(Path("in/a.csv"), place, 3, error=InputError(Message("no")), left=left)
    tell(terms(notify=("watchnews://",)), end)
    (text,) = heard
    assert text.startswith("Failed: import of a.csv\n")
    assert text.endswith("in/attention/a.csv.txt")
