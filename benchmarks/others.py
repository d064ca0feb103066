"""What the importer is held against, each a program that prints its figures: ``python -m benchmarks.others NAME ...``.

Seconds are of the work alone: without the start of Python and without importing the library.
"""

import asyncio
import base64
import json
import sys
from collections.abc import Callable
from pathlib import Path
from time import perf_counter, process_time
from typing import Final

from benchmarks.account import CONTACTS_PATH, CREDENTIALS, INBOX_ID
from benchmarks.people import CREATE_COLUMNS, people


def read_excel(engine: str, path: str) -> None:
    """``pandas.read_excel`` of a workbook, and nothing done with it."""
    import pandas as pd

    _load_engine(engine)
    began = perf_counter()
    frame = pd.read_excel(Path(path), engine="openpyxl" if engine == "openpyxl" else "calamine")
    _say(seconds=perf_counter() - began, rows=len(frame))


def _load_engine(engine: str) -> None:
    """pandas imports it within the call."""
    __import__({"openpyxl": "openpyxl", "calamine": "python_calamine"}[engine])


def bare_loop(base_url: str, rows: str, concurrency: str) -> None:
    """Creates over aiohttp by so many workers, with bodies made before: no checks, no ledger, no report."""
    import aiohttp  # noqa: F401  (its import is no part of the time)

    bodies = [_body(row) for row in people(int(rows), CREATE_COLUMNS)]
    began, cpu_began = perf_counter(), process_time()
    asyncio.run(_send(base_url + CONTACTS_PATH, bodies, int(concurrency)))
    _say(seconds=perf_counter() - began, cpu_s=process_time() - cpu_began, rows=len(bodies))


def _body(row: tuple[str, ...]) -> bytes:
    name, email, phone_number, identifier = row
    contact = {"name": name, "email": email, "phone_number": phone_number, "identifier": identifier}
    return json.dumps({"inbox_id": INBOX_ID} | contact, ensure_ascii=False).encode()


async def _send(url: str, bodies: list[bytes], concurrency: int) -> None:
    import aiohttp

    pair = base64.b64encode(":".join(CREDENTIALS.values()).encode()).decode()
    headers = {"Authorization": f"Basic {pair}", "Content-Type": "application/json", "Accept": "application/json"}
    left = iter(bodies)
    connector = aiohttp.TCPConnector(limit=concurrency)

    async with aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar()) as session:

        async def work() -> None:
            for body in left:
                async with session.post(url, data=body, headers=headers, allow_redirects=False) as response:
                    await response.read()

        async with asyncio.TaskGroup() as group:
            for _ in range(concurrency):
                group.create_task(work())


def phone_numbers(rows: str) -> None:
    """phonenumbers: parse and validate."""
    import phonenumbers

    numbers = [row[2] for row in people(int(rows))]
    phonenumbers.is_valid_number(phonenumbers.parse(numbers[0]))  # it loads a country's data with its first number
    began = perf_counter()
    valid = sum(phonenumbers.is_valid_number(phonenumbers.parse(number)) for number in numbers)
    _say(seconds=perf_counter() - began, rows=valid)


def emails(rows: str) -> None:
    """email-validator, without asking the name service."""
    from email_validator import validate_email

    addresses = [row[1] for row in people(int(rows))]
    began = perf_counter()
    valid = [validate_email(address, check_deliverability=False) for address in addresses]
    _say(seconds=perf_counter() - began, rows=len(valid))


def calamine(path: str) -> None:
    """Open a workbook and its first sheet: what nobody who looks at it can do without."""
    from python_calamine import CalamineWorkbook

    began = perf_counter()
    sheet = CalamineWorkbook.from_path(path).get_sheet_by_index(0)
    _say(seconds=perf_counter() - began, rows=sheet.height)


def preview(path: str) -> None:
    """The importer's first look at a file."""
    from importer.library.preview import preview as look

    began = perf_counter()
    (found,) = look(path)
    _say(seconds=perf_counter() - began, rows=len(found.rows))


def pages(path: str, folder: str) -> None:
    """A kept check of a file, then its pages: the first, the last, those of a text, and a row as it is typed."""
    from importer.library.checking import Wanted, check
    from importer.library.preview import preview as look
    from importer.library.rows import Rechecker

    began = perf_counter()
    checked = check(path, folder=folder, inbox=INBOX_ID)
    figures = {"check": perf_counter() - began}
    total = checked.total()
    typed = Rechecker(look(path)[0], inbox=INBOX_ID)
    row = checked.page(0, 1).rows[0]
    typed.check_row(row.cells, row.place.row, checked)  # the library of phone numbers loads with the first
    asked: dict[str, Callable[[], object]] = {
        "first": lambda: checked.page(0, 100),
        "last": lambda: checked.page(total - 100, 100),
        "text": lambda: checked.page(0, 100, Wanted(text="no such text")),
        "sorted": lambda: checked.page(0, 100, sort="name"),
        "typed": lambda: typed.check_row(row.cells, row.place.row, checked),
    }
    for name, ask in asked.items():
        began = perf_counter()
        ask()
        figures[name] = perf_counter() - began
    _say(rows=total, **figures)


def _say(**figures: float) -> None:
    sys.stdout.write(json.dumps(figures))


PROGRAMS: Final[dict[str, Callable[..., None]]] = {
    "read_excel": read_excel,
    "bare_loop": bare_loop,
    "phone_numbers": phone_numbers,
    "emails": emails,
    "calamine": calamine,
    "preview": preview,
    "pages": pages,
}

if __name__ == "__main__":
    PROGRAMS[sys.argv[1]](*sys.argv[2:])
