"""First looks: a file is opened once as long as it stays the same, and what it has is let go of."""

import asyncio
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest

from importer.loader.table import ReadOptions
from importer.normalizer.column_profile import SAMPLE_ROWS
from importer.web.looks import Look, Looks

ANY = ReadOptions()
MANY = SAMPLE_ROWS + 500


def run(work: Callable[[], Coroutine[Any, Any, None]]) -> None:
    asyncio.run(asyncio.wait_for(work(), 20))


async def opened(looks: Looks, path: Path, options: ReadOptions = ANY) -> Look:
    look = looks.of(path, options)
    await look.until(look.opened)
    return look


def test_a_file_is_opened_once_until_it_changes(tmp_path: Path) -> None:
    """Or until it is to be read otherwise."""
    path = tmp_path / "a.csv"
    path.write_text("Name\nAnn\n")

    async def look() -> None:
        looks = Looks()
        first = await opened(looks, path)
        assert await opened(looks, path) is first
        assert await opened(looks, path, ReadOptions(encoding="cp1252")) is not first
        path.write_text("Name\nBob Ray\n")
        second = await opened(looks, path)
        assert [row.cells for row in next(second.tables[0].batches())] == [("Bob Ray",)]

    run(look)


@pytest.mark.slow
def test_the_first_rows_are_kept_and_all_are_counted(tmp_path: Path) -> None:
    """By which the columns are decided; as often as they are asked for, and after the file is gone."""
    path = tmp_path / "a.csv"
    path.write_text("Name\n" + "Ann\n\n" * MANY)

    async def look() -> None:
        looks = Looks()
        found = await opened(looks, path)
        assert await looks.count(found) == (MANY,)
        path.unlink()
        for _ in range(2):
            assert sum(map(len, found.tables[0].batches())) == SAMPLE_ROWS
        assert await looks.count(found) == (MANY,)

    run(look)


def test_a_file_that_vanishes_while_it_is_counted_holds_up_nothing(tmp_path: Path) -> None:
    """The next one is opened, and the rows of the first are not known."""
    path, other = tmp_path / "a.csv", tmp_path / "b.csv"
    for each in (path, other):
        each.write_text("Name\nAnn\n")

    async def look() -> None:
        looks = Looks()
        found = await opened(looks, path)
        path.unlink()
        assert await looks.count(found) == ()
        assert (await opened(looks, other)).error is None

    run(look)


def test_only_the_newest_looks_are_kept(tmp_path: Path) -> None:
    """A file that is asked for again counts as new."""
    paths = [tmp_path / f"{number}.csv" for number in range(3)]
    for path in paths:
        path.write_text("Name\nAnn\n")

    async def look() -> None:
        looks = Looks(most=2)
        first, second = [await opened(looks, path) for path in paths[:2]]
        assert looks.of(paths[0], ANY) is first
        await opened(looks, paths[2])
        assert looks.of(paths[0], ANY) is first
        assert looks.of(paths[1], ANY) is not second

    run(look)


@pytest.mark.slow
@pytest.mark.parametrize("content", ["", "BEGIN:VCARD\n"])
def test_what_is_no_table_is_an_error_and_has_no_rows(tmp_path: Path, content: str) -> None:
    """With what to do."""
    path = tmp_path / "a.csv"
    path.write_text(content)

    async def look() -> None:
        looks = Looks()
        found = await opened(looks, path)
        assert found.error
        assert found.error.hint
        assert await looks.count(found) == ()

    run(look)
