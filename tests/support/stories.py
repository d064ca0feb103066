"""Stories about a sandbox, told over HTTP: a real server on port 0, aiohttp's client, and a clock of the test's."""

import asyncio
import base64
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any

import aiohttp

from importer.models import Json
from importer.sandbox.faults import OF_CREATES, Fault
from importer.sandbox.server import Faults, Sandbox, SandboxSettings, serve

CONTACTS = "/api/v2/accounts/contacts"


def basic(key: str, secret: str) -> dict[str, str]:
    """The header of Basic authentication (RFC 7617)."""
    return {"Authorization": "Basic " + base64.b64encode(f"{key}:{secret}".encode()).decode()}


CREDENTIALS = basic("sandbox", "sandbox")
INBOXES = {"407": "api", "408": "email", "409": "sms", "410": "whatsapp", "411": "web"}
NOW = 1_766_571_703.0
SENDER: dict[str, Json] = {
    "inbox_id": 407,
    "name": "Ann",
    "email": "Ann@x.com",
    "phone_number": "+6591234567",
    "identifier": "A-1",
}
"""A contact that holds one value of each unique field."""

Body = Mapping[str, Any]


class Time:
    """A clock that moves only when somebody sleeps; remembers the sleeps, in seconds."""

    def __init__(self) -> None:
        self.now = 0.0
        self.slept: list[float] = []

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


class Desk:
    """A sandbox being served, and a client of it."""

    def __init__(self, sandbox: Sandbox, time: Time, session: aiohttp.ClientSession, base_url: str) -> None:
        self.sandbox = sandbox
        self.base_url = base_url
        self.time = time
        self.session = session

    async def call(self, method: str, path: str, **options: Any) -> tuple[int, Any]:
        """Status and body, parsed where it is JSON."""
        async with self.session.request(method, path, **options) as response:
            parsed = response.content_type == "application/json"
            return response.status, await (response.json() if parsed else response.text())

    async def create(self, body: Body) -> tuple[int, Any]:
        return await self.call("POST", CONTACTS, json=dict(body))

    async def update(self, contact_id: object, body: Body) -> tuple[int, Any]:
        return await self.call("PATCH", f"{CONTACTS}/{contact_id}", json=dict(body))

    async def delete(self, contact_id: object) -> tuple[int, Any]:
        return await self.call("DELETE", f"{CONTACTS}/{contact_id}")

    async def search(self, **query: str) -> Any:
        status, body = await self.call("GET", CONTACTS, params=query)
        assert status == 200
        return body

    async def fate(self, number: int) -> str:
        """What a client sees of its n-th create: a status, ``html`` or ``dropped``."""
        try:
            status, body = await self.create({"inbox_id": 407, "identifier": f"id-{number}"})
        except aiohttp.ClientError:
            return "dropped"
        return "html" if status == 200 and isinstance(body, str) else str(status)


@asynccontextmanager
async def served(**faults: Any) -> AsyncIterator[Desk]:
    time = Time()
    settings = SandboxSettings(inboxes=INBOXES, faults=Faults(**faults))
    sandbox = Sandbox(settings, clock=lambda: time.now, sleep=time.sleep, wall_clock=lambda: NOW)
    async with serve(sandbox) as base_url, aiohttp.ClientSession(base_url, headers=CREDENTIALS) as session:
        yield Desk(sandbox, time, session, base_url)


def run(story: Callable[[Desk], Awaitable[None]], **faults: Any) -> None:
    """Tells the story against a sandbox with these faults, and stops it."""

    async def told() -> None:
        async with served(**faults) as desk:
            await story(desk)

    asyncio.run(told())


SPOILING = [fault for fault in Fault if fault not in OF_CREATES | {Fault.HANG_AFTER, Fault.STALE_ANSWER}]
"""What leaves a client without a proper answer, and with one of some kind."""
