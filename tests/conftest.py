"""Fixtures for all tests, and the bridge between aioresponses and aiohttp 3.14."""

import inspect
from collections.abc import Iterator
from typing import Any
from unittest.mock import Mock

import aiohttp
import pytest
from aioresponses import aioresponses
from hypothesis import settings

settings.register_profile("shared", deadline=None)  # other tests have the machine too, and disks have their moods
settings.load_profile("shared")
pytest.register_assert_rewrite("tests.support")
from tests.support.service import Service  # noqa: E402 - its assertions are to show what they compared


class _BridgedResponse(aiohttp.ClientResponse):
    """aioresponses 0.7.9 does not pass ``stream_writer``, which aiohttp requires since 3.14."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        if "stream_writer" in inspect.signature(aiohttp.ClientResponse.__init__).parameters:
            kwargs.setdefault("stream_writer", Mock(output_size=0))
        super().__init__(*args, **kwargs)


def pytest_addoption(parser: pytest.Parser) -> None:
    """``python docs/refresh.py`` sets it."""
    parser.addoption("--refresh-docs", action="store_true", help="Rewrite what the docs quote from the program.")


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> Iterator[aioresponses]:
    """Canned answers for aiohttp's client; nothing leaves the process."""
    monkeypatch.setattr("aioresponses.core.ClientResponse", _BridgedResponse)
    with aioresponses() as canned:
        yield canned


@pytest.fixture
def service() -> Iterator[Service]:
    """A sandbox with one inbox, 407, and no faults."""
    with Service() as running:
        yield running


COLOURS = ("NO_COLOR", "FORCE_COLOR", "CLICOLOR_FORCE")


@pytest.fixture(autouse=True)
def _no_surroundings(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Tests see no settings, language and proxies of this machine, and wait no 30 s for a row in doubt."""
    for name in ("API_KEY", "API_SECRET", "BASE_URL", "INBOX_ID", "NOTIFY_URL"):
        monkeypatch.delenv(f"LIVEDESK_{name}", raising=False)
    for name in ("JOURNAL_STREAM", "IMPORT_CONTACTS_LANG", "LC_ALL", "LC_MESSAGES", *COLOURS):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LANG", "C.UTF-8")
    monkeypatch.setenv("IMPORT_CONTACTS_SETTLE", "0.2")  # the servers of the tests store at once, or say when
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.chdir(tmp_path_factory.mktemp("here"))
