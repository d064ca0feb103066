"""What this thread logs by a muted logger is dropped, and nothing else; afterwards the log is as before."""

import logging
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest

from importer.network.muting import muted, overheard

ONE, BELOW, LIKE = (logging.getLogger(name) for name in ("secretive", "secretive.part", "secretively"))


def test_those_below_a_name_are_muted_and_no_others(caplog: pytest.LogCaptureFixture) -> None:
    """``secretively`` is another logger than ``secretive``."""
    with muted("secretive"):
        for log in (ONE, BELOW, LIKE, logging.getLogger("secretive.made.meanwhile")):
            log.warning(log.name)
    ONE.warning("afterwards")
    assert caplog.messages == ["secretively", "afterwards"]


def test_one_within_another_ends_with_the_outer_one(caplog: pytest.LogCaptureFixture) -> None:
    """A function that mutes may call one that mutes."""
    with muted():
        with muted():
            ONE.warning("inner")
        ONE.warning("outer")
    ONE.warning("afterwards")
    assert caplog.messages == ["afterwards"]


def test_a_thread_that_ends_first_unmutes_no_other(caplog: pytest.LogCaptureFixture) -> None:
    """Nor is a filter left anywhere once both are through."""
    before = [*caplog.handler.filters]
    inside, over = Event(), Event()

    def longer() -> None:
        with muted():
            inside.set()
            over.wait(120)
            ONE.warning("of the longer one")

    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(longer)
        inside.wait(120)
        with muted():
            ONE.warning("of the shorter one")
        ONE.warning("of one that is not muted")
        over.set()
        running.result(10)
    assert caplog.messages == ["of one that is not muted"]
    assert [*caplog.handler.filters] == before
    assert ONE.filters == []


def test_a_thread_that_ends_unmutes_no_other_that_just_logs() -> None:
    """The record of the other one passes all filters that there were when it came."""
    inside, over = Event(), Event()

    def overhears() -> None:
        with overheard("secretive"):
            inside.set()
            over.wait(120)

    def between(_: logging.LogRecord) -> bool:
        over.set()
        running.result(10)
        return True

    ONE.addFilter(between)
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(overhears)
        inside.wait(120)
        with muted():
            assert not ONE.filter(ONE.makeRecord(ONE.name, logging.ERROR, "", 0, "a secret", (), None))
    ONE.removeFilter(between)
    assert ONE.filters == []


def test_an_error_unmutes_too(caplog: pytest.LogCaptureFixture) -> None:
    """It is the block's, and goes on."""
    with pytest.raises(ZeroDivisionError), muted():
        1 // 0  # noqa: B018
    ONE.warning("afterwards")
    assert caplog.messages == ["afterwards"]


def test_loggers_may_be_made_meanwhile(monkeypatch: pytest.MonkeyPatch) -> None:
    """By another thread, just while this one goes through all that there are."""
    made: list[logging.Logger] = []

    class Meanwhile:
        """Makes a logger when somebody asks what it is."""

        @property
        def __class__(self) -> type:
            made.append(logging.getLogger(f"made.{len(made)}"))
            return Meanwhile

        @__class__.setter
        def __class__(self, _: type) -> None: ...

    with monkeypatch.context() as patch:
        patch.setitem(logging.Logger.manager.loggerDict, "meanwhile", Meanwhile())
        with muted():
            assert made
