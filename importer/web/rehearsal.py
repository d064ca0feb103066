"""The account of rehearsals: a LiveDesk look-alike on this machine, for whoever wants to walk the whole way without an
account of his own.

It begins when a rehearsal first needs it, and lasts until the program ends. What a rehearsal sends is in a ledger of
its own, beside its draft, and goes with it.
"""

import asyncio
import queue
import secrets
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

_LONGEST_S: Final = 20.0
"""A server on loopback listens within a fraction of a second."""


class Rehearsals:
    """Owns the thread that serves the account."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._address = ""
        self._key, self._secret = secrets.token_hex(16), secrets.token_hex(16)

    def settings(self) -> Mapping[str, Any]:
        """How to reach it, by the keys of ``Config``."""
        from importer.config.settings import hidden

        with self._lock:
            self._address = self._address or self._begun()
        credentials = {"api_key": hidden(self._key), "api_secret": hidden(self._secret)}
        return {"sandbox": False, "base_url": self._address, **credentials}

    def _begun(self) -> str:
        addresses: queue.Queue[str] = queue.Queue()
        # A daemon: it has nothing to settle.
        threading.Thread(target=lambda: asyncio.run(self._serve(addresses)), name="rehearsals", daemon=True).start()
        return addresses.get(timeout=_LONGEST_S)

    async def _serve(self, addresses: "queue.Queue[str]") -> None:
        from importer.sandbox.faults import Faults
        from importer.sandbox.server import Sandbox, serve
        from importer.sandbox.settings import EVERY_INBOX, SandboxSettings

        able = Faults(delete="on", usage="on")  # whatever an undo needs
        async with serve(Sandbox(SandboxSettings(self._key, self._secret, EVERY_INBOX, able))) as address:
            addresses.put(address)
            await asyncio.Event().wait()


def results_in(folder: Path) -> Path:
    """Where the rehearsal of a draft keeps its results, below the draft's folder."""
    return folder / "rehearsal"
