"""One import at a time on a ledger."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from filelock import FileLock, Timeout

from importer.errors import LedgerBusy


@contextmanager
def locked(ledger: Path, purpose: str) -> Iterator[None]:
    """Hold the ledger's lock, which the system takes back from a process that dies.

    Raises ``LedgerBusy`` at once if another process holds it, with what that process said of itself.
    """
    holder = ledger.with_suffix(".holder")
    lock = FileLock(ledger.with_suffix(".lock"), mode=0o600)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise LedgerBusy(
            f"another import works on {ledger}: {_said(holder)}",
            "wait for it to end, or name another --output-dir",
        ) from None
    try:
        _say(holder, f"process {os.getpid()}, {purpose}, since {datetime.now():%Y-%m-%d %H:%M:%S}")
        yield
    finally:
        holder.unlink(missing_ok=True)
        lock.release()


def _say(holder: Path, text: str) -> None:
    with os.fdopen(os.open(holder, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        file.write(text)


def _said(holder: Path) -> str:
    try:
        return holder.read_text(encoding="utf-8")
    except OSError:
        return "it did not say which"
