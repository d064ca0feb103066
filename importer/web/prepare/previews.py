"""What the steps before the check work on: a draft's settings, and its files as they would be read with them."""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from importer.config.settings import Config
from importer.errors import ImporterError
from importer.library.preview import Preview, preview_of
from importer.pipeline.opening import read_options
from importer.web.drafts import Draft, UploadedFile
from importer.web.looks import Look
from importer.web.screen import Screen

PATIENCE_S: Final = 1.5
"""How long a page waits for its files to be opened, before it comes without them."""


@dataclass(frozen=True, slots=True)
class SeenFile:
    """A file of a draft: its ``previews``, a table each, or the ``error`` that says why there are none.

    ``counted`` are the rows of each table, in the same order; ``None`` while they are not known. A file that
    ``is_open`` has been read so far.
    """

    file: UploadedFile
    is_open: bool
    previews: tuple[Preview, ...] = ()
    error: ImporterError | None = None
    counted: tuple[int | None, ...] = ()


def looks(screen: Screen, draft: Draft, config: Config) -> list[Look]:
    """The look at each file of a draft, in their order; they begin now if they have not."""
    options = read_options(config)
    return [screen.looks.of(path, options) for path in screen.drafts.paths(draft)]


async def opened(begun: Sequence[Look], patience_s: float | None = PATIENCE_S) -> bool:
    """Wait for all looks, at most so long; whether all are there."""
    try:
        async with asyncio.timeout(patience_s):
            for look in begun:
                await look.until(look.opened)
    except TimeoutError:
        return False
    return True


async def seen(screen: Screen, draft: Draft, config: Config) -> list[SeenFile]:
    """Each file as it would be read, as far as that is known by now."""
    begun = looks(screen, draft, config)
    await opened(begun)
    return await asyncio.to_thread(_seen, draft.files, begun, config)


def _seen(files: Sequence[UploadedFile], begun: Sequence[Look], config: Config) -> list[SeenFile]:
    among = sum(len(look.tables) for look in begun)
    return [_file(file, look, config, among) for file, look in zip(files, begun, strict=True)]


def _file(file: UploadedFile, look: Look, config: Config, among: int) -> SeenFile:
    if not look.opened.is_set():
        return SeenFile(file, is_open=False)
    if look.error is not None:
        return SeenFile(file, is_open=True, error=look.error)
    previews = tuple(preview_of(config, table, file.name, among=among) for table in look.tables)
    counts: Iterable[int | None] = look.rows or [each.total for each in previews]
    return SeenFile(file, is_open=True, previews=previews, counted=tuple(counts))


def tables(files: Iterable[SeenFile]) -> list[Preview]:
    """The tables of all files, in their order."""
    return [preview for file in files for preview in file.previews]
