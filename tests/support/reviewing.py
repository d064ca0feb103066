"""A draft on a served screen that is checked, planned and tried, with the sandbox for LiveDesk."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from pydantic import SecretStr

from tests.support.preparing import Draft, begun
from tests.support.screens import Answer, Served, served
from tests.support.service import KEY, SECRET, Service

TITLES: Final = "Name,Email,Phone,Customer ID\n"
MIXED: Final = (
    TITLES + "Ann,ann@x.example,+493012345678,C1\nBob,bob@,+493012345679,C2\nCy,cy@x.example,030 23125002,C3\n"
    "Dee,dee@x.example,,C4\nAnn,ann@x.example,,C1\n"
)
"""A sound row, a bad email, a number without a country, a sound row, and the first person again."""


@contextmanager
def screen_on(folder: Path, service: Service | None = None, **more: Any) -> Iterator[Served]:
    """A screen; with a service, its address and credentials are those of the command line and of the page."""
    given = {"inbox_id": "407", "settle": 0.2} | ({"base_url": service.url} if service else {})
    with served(folder, given=given | more) as screen:
        if service:
            screen.screen.entered.update(api_key=SecretStr(KEY), api_secret=SecretStr(SECRET))
        yield screen


def people(count: int) -> str:
    """Sound rows."""
    return TITLES + "".join(f"P{n},p{n}@example.com,+4915112{n:06},C{n}\n" for n in range(count))


def draft_of(screen: Served, text: str = MIXED, name: str = "a.csv") -> Draft:
    """A draft with one file."""
    return begun(screen, (name, text.encode()))


def worked(draft: Draft, what: str) -> str:
    """Begin a job, and wait until it has ended; what it said, as its events have it."""
    begun_at = post(draft, what)
    assert begun_at.status == 202, begun_at.text
    return ended(draft, begun_at.json["job"])


def ended(draft: Draft, job: str) -> str:
    """The events of a job, to the last."""
    return draft.screen.get(f"/jobs/{job}/events").text


def post(draft: Draft, what: str, **values: Any) -> Answer:
    """A change of a draft."""
    return draft.screen.change("POST", f"/drafts/{draft.id}/{what}", values)


def addresses_of_runs(screen: Served) -> list[str]:
    """Where the history has each run, from top to bottom."""
    found = re.findall(r'<a href="([^"]+)"><bdi>', screen.get("/history").text)
    return [address.removeprefix(screen.root) for address in found]


def checked(draft: Draft) -> Draft:
    """The draft, checked."""
    worked(draft, "check")
    return draft


def rows(draft: Draft, query: str = "") -> dict[str, Any]:
    """A page of the rows of its check."""
    found: dict[str, Any] = draft.ask(f"check/rows?{query}")
    return found


def numbers(draft: Draft, query: str = "") -> list[int]:
    """The numbers of these rows."""
    return [row["place"][2] for row in rows(draft, query)["rows"]]


def edit(draft: Draft, row: int, cells: Mapping[int, str] | None = None, **more: Any) -> Answer:
    """Correct cells of a row of the first file."""
    place = {"file": more.pop("file", "a.csv"), "sheet": more.pop("sheet", ""), "row": row}
    return draft.put("check/row", **place, cells={str(column): text for column, text in (cells or {}).items()}, **more)
