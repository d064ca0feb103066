"""What is said of a ledger that is damaged, and what to do about it."""

import sqlite3
from pathlib import Path
from typing import Final

from importer.errors import LedgerError
from importer.message import Message

RESTORE: Final = Message(
    "restore it from a backup; without one, move it away: contacts imported before are then found by search, "
    "and those without email, phone_number and identifier may be created twice"
)
"""What to do about a ledger that is damaged."""


def damaged(path: Path, error: Exception) -> LedgerError:
    """The error for a ledger with content that we did not write; it quotes none, since that may be personal data."""
    is_quotable = isinstance(error, sqlite3.Error) and "decode" not in str(error)
    unread = Message("it holds what cannot be read ({error})", error=type(error).__name__)
    return damaged_since(path, str(error) if is_quotable else unread)


def damaged_since(path: Path, reason: Message | str) -> LedgerError:
    """The error for a ledger that is damaged for a reason that we know."""
    return LedgerError("the ledger {path} is damaged: {reason}", RESTORE, path=path, reason=reason)
