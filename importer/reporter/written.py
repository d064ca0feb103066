"""What the program wrote into a run's folder, by the bytes: nobody else's file is ever taken for one of ours."""

import hashlib
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import IO

from importer.errors import LedgerError
from importer.ledger.ledger import Ledger
from importer.models import REHEARSALS


def remember(ledger: Ledger, seq: int, folder: Path, paths: Iterable[Path]) -> None:
    """Keep the digests of a run's files in its record, under their names in its ``folder``; files elsewhere are left
    out. What cannot be kept is later taken for somebody's own."""
    run = ledger.run(seq)
    if run.mode in REHEARSALS:
        return
    with suppress(OSError, LedgerError):
        written = {path.relative_to(folder).as_posix(): _digest_at(path) for path in _files(folder, paths)}
        with ledger.transaction():
            ledger.rewrite(seq, replace(run, written=written))


def digest(file: IO[bytes]) -> str:
    """The SHA-256 of an open file, in hexadecimal."""
    return hashlib.file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type]  # a file that is read


def _files(folder: Path, paths: Iterable[Path]) -> Iterator[Path]:
    for path in paths:
        if path.is_relative_to(folder):
            yield from path.iterdir() if path.is_dir() else [path]


def _digest_at(path: Path) -> str:
    with path.open("rb") as file:
        return digest(file)
