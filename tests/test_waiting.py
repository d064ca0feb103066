"""Waiting for threads ends with them, with whoever gives them up, and with the time; what has not ended is left."""

from threading import Event, Thread

from importer.waiting import join_all


def test_all_are_waited_for() -> None:
    """Whichever ends first."""
    first, second, ended = Event(), Event(), list[str]()

    def work(name: str, before: Event, after: Event) -> None:
        before.wait(10)
        ended.append(name)
        after.set()

    one = Thread(target=work, args=["one", first, second], daemon=True)
    other = Thread(target=work, args=["other", second, Event()], daemon=True)
    for thread in (one, other):
        thread.start()
    first.set()
    assert join_all([other, one], lambda: False, 10)
    assert ended == ["one", "other"]


def test_none_is_waited_for_longer_than_it_matters() -> None:
    """Once they are given up, or the time is over; one that has ended is never late."""
    go = Event()
    stuck = Thread(target=go.wait, args=[10], daemon=True)
    stuck.start()
    assert not join_all([stuck], lambda: True, 10)
    assert not join_all([stuck], lambda: False, 0)
    go.set()
    stuck.join(10)
    assert join_all([stuck], lambda: True, 0)
    assert join_all([], lambda: True, 0)
