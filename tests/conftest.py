"""Fixtures for all tests, and the bridge between aioresponses and aiohttp 3.14."""

import functools
import gc
import inspect
import os
import sqlite3
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from unittest.mock import Mock

import aiohttp
import pytest
from aioresponses import aioresponses
from hypothesis import settings

pytest.register_assert_rewrite("tests.support")
from tests.support.examples import REPEATABLE, examples  # noqa: E402 - assertions are to show what they compared
from tests.support.service import KEY, SECRET, Service  # noqa: E402

if TYPE_CHECKING:
    from tests.support.screens import Served

# Other tests have the machine too, and disks have their moods.
settings.register_profile(
    "shared",
    settings.get_profile("default"),
    deadline=None,
    max_examples=examples(100),
    derandomize=REPEATABLE,
    database=None if REPEATABLE else settings.get_profile("default").database,
)
settings.load_profile("shared")


_IN_BROWSER: Final = ("browser", "prepare_browser", "review_browser", "way")
_OF_LIBRARY: Final = {
    "asyncssh": ("test_sources_remote.py",),
    "nbclient": ("test_notebook.py",),
    "playwright": ("test_browser.py", "test_site.py", *(f"test_ui_{part}.py" for part in _IN_BROWSER)),
    "pyarrow": ("test_arrow_files.py",),
}
"""Tests of what the extra ``test-all`` brings, and ``test``, which is for a short wait, does not."""

_MISSING: Final = [library for library in _OF_LIBRARY if find_spec(library) is None]
collect_ignore: Final = [module for library in _MISSING for module in _OF_LIBRARY[library]]


def pytest_report_header() -> str:
    """Tests that are left out are told; with ``REQUIRE_TOOLS=1`` none is."""
    if _MISSING and os.environ.get("REQUIRE_TOOLS") == "1":
        pytest.exit(f"not installed: {', '.join(_MISSING)} (extra test-all)", 1)
    return (
        f"left out without the extra test-all: {', '.join(collect_ignore)}" if _MISSING else "with the extra test-all"
    )


class _BridgedResponse(aiohttp.ClientResponse):
    """aioresponses 0.7.9 does not pass ``stream_writer``, which aiohttp requires since 3.14."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        if "stream_writer" in inspect.signature(aiohttp.ClientResponse.__init__).parameters:
            kwargs.setdefault("stream_writer", Mock(output_size=0))
        super().__init__(*args, **kwargs)


def pytest_addoption(parser: pytest.Parser) -> None:
    """``python docs/refresh.py`` sets it."""
    parser.addoption("--refresh-docs", action="store_true", help="Rewrite what the docs quote from the program.")


def pytest_collection_finish() -> None:
    """What is collected stays: no full collection of garbage looks through ten thousand tests again."""
    gc.collect()
    gc.freeze()


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> Iterator[aioresponses]:
    """Canned answers for aiohttp's client; nothing leaves the process."""
    monkeypatch.setattr("aioresponses.core.ClientResponse", _BridgedResponse)
    with aioresponses() as canned:
        yield canned


@pytest.fixture
def service(request: pytest.FixtureRequest) -> Iterator[Service]:
    """A sandbox with one inbox, 407, and no faults but those of the mark ``sandbox``."""
    mark = request.node.get_closest_marker("sandbox")
    with Service(**(mark.kwargs if mark else {})) as running:
        yield running


@pytest.fixture
def screen(request: pytest.FixtureRequest, tmp_path: Path) -> "Iterator[Served]":
    """A screen; with the mark ``sandbox``, on the account of ``service``."""
    from tests.support.reviewing import screen_on
    from tests.support.screens import served

    folder = tmp_path / "results"
    if request.node.get_closest_marker("sandbox"):
        link = "https://livedesk.example/contacts/{contact_id}"
        found = screen_on(folder, request.getfixturevalue("service"), contact_link=link)
    else:
        found = served(folder)
    with found as screen:
        yield screen


@pytest.fixture
def account(service: Service) -> dict[str, Any]:
    """The options that lead to a sandbox."""
    return {"inbox": 407, "base_url": service.url, "api_key": KEY, "api_secret": SECRET, "settle": 0.2}


OURS = ("LIVEDESK_", "IMPORT_CONTACTS_", "SANDBOX_")
COLOURS = ("NO_COLOR", "FORCE_COLOR", "CLICOLOR_FORCE")


@pytest.fixture(autouse=True)
def _no_surroundings(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Tests see no settings, keychain, language and proxies of this machine, and wait no 30 s for a row in doubt."""
    for name in [name for name in os.environ if name.startswith(OURS)]:
        monkeypatch.delenv(name)
    for name in ("JOURNAL_STREAM", "CREDENTIALS_DIRECTORY", "LC_ALL", "LC_MESSAGES", *COLOURS):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
    monkeypatch.setenv("LANG", "C.UTF-8")
    monkeypatch.setenv("IMPORT_CONTACTS_SETTLE", "0.2")  # the servers of the tests store at once, or say when
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.chdir(tmp_path_factory.mktemp("here"))


class _Unflushed(sqlite3.Connection):
    """A connection that is not told to wait for the disk."""

    def execute(self, sql: str, parameters: Any = (), /) -> sqlite3.Cursor:
        return super().execute(sql.replace("synchronous = FULL", "synchronous = OFF"), parameters)


@pytest.fixture(autouse=True)
def _no_flushes(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing waits for the disk in the tests' own process, where no power fails: it was a third of a run's time.

    The program as a process of its own flushes as ever, and a test with the mark ``flushes`` does.
    """
    if request.node.get_closest_marker("flushes") is None:
        monkeypatch.setattr(os, "fsync", lambda _descriptor: None)
        monkeypatch.setattr(sqlite3, "connect", functools.partial(sqlite3.connect, factory=_Unflushed))
