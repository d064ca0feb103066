"""Mute libraries that log secrets, such as a password or an address with a token in it."""

import logging
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Lock, get_ident
from typing import Any, Final

_muted: Counter[tuple[int, str]] = Counter()
"""How often each thread has muted each logger."""

_filtered: set[logging.Filterer] = set()
_CHANGING: Final = Lock()


@contextmanager
def muted(*names: str) -> Iterator[None]:
    """Drop what this thread logs meanwhile by these loggers and those below them, by all loggers if none is named.

    Other threads log as ever. The filter stands before the loggers, for some tools listen there, and before the
    handlers, for a library may make its loggers only meanwhile.
    """
    mine = [(get_ident(), name) for name in names or ("",)]
    with _CHANGING:
        _muted.update(mine)
        _filtered.update(_all())
        for one in _filtered:
            _set_filters(one, [*_others(one, _is_heard), _is_heard])
    try:
        yield
    finally:
        with _CHANGING:
            _muted.subtract(mine)
            _drop_what_is_over()


@contextmanager
def overheard(name: str) -> Iterator[list[str]]:
    """Mute all loggers as ``muted`` does, and yield the texts of what this thread logs by one of them: they may hold
    secrets."""
    mine, texts = get_ident(), list[str]()

    def keep(record: logging.LogRecord) -> bool:
        if get_ident() == mine:
            with suppress(TypeError, ValueError):  # a text that does not fit its values
                texts.append(record.getMessage())
        return True

    logger = logging.getLogger(name)
    with _CHANGING:
        _set_filters(logger, [keep, *logger.filters])  # before a filter that drops it
    try:
        with muted():
            yield texts
    finally:
        with _CHANGING:
            _set_filters(logger, _others(logger, keep))


def _set_filters(one: logging.Filterer, filters: list[Any]) -> None:
    """In a new list: another thread that just goes through the old one would miss a filter if that got shorter."""
    one.filters = filters


def _others(one: logging.Filterer, but: object) -> list[Any]:
    return [each for each in one.filters if each is not but]


def _drop_what_is_over() -> None:
    """Take the filter away with the last that needs it, lest another thread that is muted misses it for a moment."""
    for one in [one for one, times in _muted.items() if times <= 0]:
        del _muted[one]
    if not _muted:
        for filtered in _filtered:
            _set_filters(filtered, _others(filtered, _is_heard))
        _filtered.clear()


def _is_heard(record: logging.LogRecord) -> bool:
    mine = get_ident()
    above = [""] + [record.name[:end] for end, letter in enumerate(f"{record.name}.") if letter == "."]
    return not any(_muted.get((mine, name)) for name in above)


def _all() -> set[logging.Filterer]:
    """All loggers and handlers of now. Other threads may make loggers meanwhile, hence the copy."""
    known = [one for one in logging.Logger.manager.loggerDict.copy().values() if isinstance(one, logging.Logger)]
    loggers = (logging.root, *known)
    found: set[logging.Filterer] = {*loggers, *(handler for logger in loggers for handler in logger.handlers)}
    return {*found, logging.lastResort} if logging.lastResort else found
