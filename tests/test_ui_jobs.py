"""Work goes on without anybody who looks, and is told whole to whoever comes later."""

import asyncio
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from importer.cancellation import Cancellation
from importer.errors import ConfigError, LedgerBusy
from importer.message import ENGLISH_READER, Language, Message
from importer.observer import Observer
from importer.web.events import Event, Events, Kind
from importer.web.jobs import Job, Jobs, Purpose, State
from importer.web.live import as_text
from importer.web.observing import JobObserver
from tests.support.screens import Served, served


def settled(work: Callable[[JobObserver, Cancellation], Any], between: Callable[[Job], None] = lambda _: None) -> Job:
    """A job that has ended, with something done meanwhile."""

    async def run() -> Job:
        job = Jobs().start("draft", Purpose.CHECK, work)
        between(job)
        async for _ in job.events.follow():
            pass
        return job

    return asyncio.run(asyncio.wait_for(run(), 20))


def kinds(job: Job) -> list[str]:
    return [str(event.kind) for event in job.events.after(0)]


def test_a_job_says_what_the_work_says_and_keeps_its_result() -> None:
    """In its order, with its state last."""

    def work(observer: JobObserver, _: Cancellation) -> int:
        heard: Observer = observer  # the work is any function of the program's that takes one
        heard.say(Message("one"))
        heard.warn("two", Message("hint"))
        progress = heard.progress(3, "check")
        progress.advance(3)
        progress.close()
        return 7

    job = settled(work)
    assert (job.state, job.result, job.error) == (State.DONE, 7, None)
    assert kinds(job) == ["say", "warn", "progress", "state"]
    progress = job.events.after(0)[2].values
    assert {**progress, "seconds": 0} == {"stage": "check", "done": 3, "total": 3, "seconds": 0}


def test_a_job_that_fails_says_why() -> None:
    """An error of the program's with its hint; of a mistake, no more than its kind."""

    def refused(*_: object) -> None:
        raise ConfigError("no inbox", "name one")

    def mistaken(*_: object) -> None:
        raise ZeroDivisionError("secret")

    told, mistake = (settled(work).events.after(0) for work in (refused, mistaken))
    assert (str(told[0].told), str(told[0].hint)) == ("no inbox", "name one")
    assert told[-1].values == {"state": "failed"}
    assert "ZeroDivisionError" in str(mistake[0].told)
    assert "secret" not in str(mistake)


def test_a_job_is_asked_to_end_and_settles() -> None:
    """It hears of it as an import hears of Ctrl-C."""

    def work(_: JobObserver, cancellation: Cancellation) -> str:
        asked = threading.Event()
        cancellation.wakes(asked.set)
        assert asked.wait(120)
        return "settled"

    job = settled(work, lambda job: job.cancel())
    assert (job.result, kinds(job)) == ("settled", ["state", "state"])


def test_a_draft_has_one_job_at_a_time() -> None:
    """Another draft has its own; after the end, there may be a next one."""

    async def run() -> None:
        jobs, let_go = Jobs(), threading.Event()
        first = jobs.start("a", Purpose.CHECK, lambda *_: let_go.wait(120))
        with pytest.raises(LedgerBusy):
            jobs.start("a", Purpose.IMPORT, lambda *_: None)
        jobs.start("b", Purpose.CHECK, lambda *_: None)
        let_go.set()
        async for _ in first.events.follow():
            pass
        second = jobs.start("a", Purpose.IMPORT, lambda *_: None)
        await jobs.settle()
        assert (jobs.of_draft("a"), jobs.get(second.id), jobs.running()) == (second, second, [])

    asyncio.run(asyncio.wait_for(run(), 20))


@pytest.mark.parametrize("agreed", [True, False])
def test_a_question_waits_for_its_answer(agreed: bool) -> None:
    """Of whoever looks."""

    async def run() -> Job:
        job = Jobs().start("draft", Purpose.TRY, lambda observer, _: observer.confirm(Message("Go on?")))
        async for event in job.events.follow():
            if event.kind is Kind.QUESTION:
                job.observer.answer(str(event.values["id"]), agreed)
        return job

    job = asyncio.run(asyncio.wait_for(run(), 20))
    assert job.result is agreed
    assert kinds(job) == ["question", "answered", "state"]


@pytest.mark.slow
def test_a_question_ends_with_the_job_and_where_it_is_given_up() -> None:
    """Nobody's answer is no."""
    assert settled(lambda observer, _: observer.confirm("Go on?"), lambda job: job.cancel()).result is False
    assert settled(lambda observer, _: observer.ask("Go on?", lambda: True)).result is False


def test_events_are_bounded_and_progress_is_the_latest() -> None:
    """A run of millions fills no memory; who comes late reads what there is."""

    async def run() -> list[Event]:
        events = Events(asyncio.get_running_loop(), most=3)
        for number in range(5):
            events.add(Kind.SAY, str(number))
        events.add(Kind.PROGRESS, values={"done": 1})
        events.add(Kind.PROGRESS, values={"done": 2})
        events.close()
        return [event async for event in events.follow(5)]

    (event,) = asyncio.run(run())
    assert (event.number, event.values) == (7, {"done": 2})


def test_progress_is_told_a_few_times_a_second() -> None:
    """Whatever comes between; at the end always."""

    async def run() -> list[Any]:
        now = [0.0]
        events = Events(asyncio.get_running_loop())
        progress = JobObserver(events, Cancellation(), Language(), lambda: now[0]).progress(None)
        seen = []
        for moment in (0.1, 0.15, 0.25, 0.3):
            now[0] = moment
            progress.advance(1)
            seen.append(events.after(0)[-1].values["done"])
        progress.close()
        return [*seen, events.after(0)[-1].values["done"]]

    assert asyncio.run(run()) == [0, 0, 3, 3, 4]


@pytest.mark.parametrize(("language", "words"), [("en", "reload the page"), ("zh", "请重新加载页面")])
def test_an_event_is_told_in_the_readers_language(language: str, words: str) -> None:
    """One line of data, whatever is in it."""
    event = Event(7, Kind.WARN, "a\nb\r\n\ndata: c\u2028", Message("reload the page"), {"row": 3})
    number, name, data, *end = as_text(event, Language(language)).split("\n")
    assert (number, name, end) == ("id: 7", "event: said", ["", ""])
    assert json.loads(data.removeprefix("data: ")) == {
        "row": 3,
        "told": "a\nb\r\n\ndata: c\u2028",
        "hint": words,
        "kind": "warn",
    }


# -- over HTTP -------------------------------------------------------------------------------------------------------


@contextmanager
def at_work(screen: Served) -> Iterator[tuple[Job, threading.Event]]:
    """A job that says something and waits to be let go."""
    let_go, began = threading.Event(), threading.Event()
    found: list[Job] = []

    def work(observer: JobObserver, cancellation: Cancellation) -> None:
        observer.say(Message("reload the page"))
        cancellation.wakes(let_go.set)
        began.set()
        let_go.wait(120)

    started = threading.Event()

    def start() -> None:
        found.append(screen.screen.jobs.start("draft", Purpose.CHECK, work, ENGLISH_READER))
        started.set()

    screen.loop.call_soon_threadsafe(start)
    assert began.wait(120)
    assert started.wait(120)
    yield found[0], let_go
    let_go.set()


def test_events_are_followed_from_where_a_page_was(tmp_path: Path) -> None:
    """With what came before, or behind the number that it saw last; the job can be asked for, and stopped."""
    with served(tmp_path) as screen, at_work(screen) as (job, _):
        assert screen.get(f"/jobs/{job.id}").json["state"] == "running"
        assert screen.get("/alive").json == {"working": 1}
        assert screen.change("POST", f"/jobs/{job.id}/cancel").json["state"] in ("stopping", "done")
        whole = screen.get(f"/jobs/{job.id}/events")
        assert whole.headers["Content-Type"] == "text/event-stream"
        assert '"told": "reload the page"' in whole.text
        assert whole.text.endswith("event: end\ndata: {}\n\n")
        rest = screen.get(f"/jobs/{job.id}/events", **{"Last-Event-ID": "1"}).text
        assert "reload" not in rest
        assert '"state": "done"' in rest
        assert screen.get("/jobs/nope/events").status == 404


def test_the_end_waits_until_work_has_settled(tmp_path: Path) -> None:
    """By a signal as from the page: the job is asked to end, and the pages are served meanwhile."""
    with served(tmp_path) as screen, at_work(screen) as (job, _):
        assert screen.change("POST", "/stop").json == {"working": 1}
        assert job.ended.wait(120)
        assert job.cancellation.exit_code is not None
