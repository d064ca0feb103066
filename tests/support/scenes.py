"""What must have happened before an example of the docs: each scene sets it up, runs the example, returns the output.

Both streams come as a terminal mixes them. The sandbox stands for LiveDesk: where an example shows an address, it is
LiveDesk's.
"""

import csv
import re
import shlex
import shutil
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import openpyxl

from importer.config.settings import DEFAULT_BASE_URL
from importer.ledger.ledger import Ledger
from importer.models import Json
from tests.support.pages import ROOT, Block, blocks, is_chinese
from tests.support.service import Service, contacts, folders, invoke, written

VARYING: Final = (
    (r"-\d{8}-\d{6}(-\d+)?", "-DATE-TIME"),
    (r"\d{4}-\d\d-\d\d \d\d:\d\d", "DATE HH:MM"),
    (r"\b[\d.,]+ s\b", "N s"),
    (r"\b[\d.,]+ rows/s", "N rows/s"),
    (r"\d[\d,]*(?= requests?\b)", "N"),
    (r"(?<=用时 )[\d.,]+|(?<=每秒 )[\d.,]+|[\d.,]+(?= ?秒)|[\d.,]+(?= ?行/秒)|[\d,]+(?= ?(?:个|次)请求)", "N"),
)
"""What differs from run to run, and what stands for it in a comparison."""


def steady(text: str) -> list[str]:
    """The lines without what differs from run to run."""
    for pattern, word in VARYING:
        text = re.sub(pattern, word, text)
    return [line.rstrip() for line in text.strip().splitlines()]


def locale(block: Block) -> dict[str, str]:
    """The variables of the page's reader."""
    return {"LC_ALL": "zh_CN.UTF-8" if is_chinese(block.page) else "en_US.UTF-8"}


def arguments(block: Block) -> list[str]:
    """Those of the one command that a transcript shows."""
    (command,) = block.commands
    return shlex.split(command)[1:]


def told(block: Block, service: Service | None = None, *more: str) -> str:
    """What the example's command prints to the page's reader; the sandbox's address is LiveDesk's."""
    environment = service.environment if service else {}
    output = invoke(*arguments(block), *more, **environment, **locale(block)).output
    return output.replace(service.url, DEFAULT_BASE_URL) if service else output


def samples(block: Block) -> str:
    """The samples, and nothing else."""
    shutil.copytree(ROOT / "sample_data", "sample_data")
    return told(block)


def data(block: Block, name: str) -> str:
    """A file that the page shows, by its name in the line above it: ``<!-- scene: customers csv -->``."""
    (found,) = [one.text for one in blocks(block.page) if one.scene == name]
    return found


def workbook(block: Block) -> str:
    """The page's own contacts.xlsx; every cell a text, as one types it."""
    book = openpyxl.Workbook()
    (sheet,) = book.worksheets
    for line in data(block, "contacts xlsx").splitlines():
        sheet.append(line.split(","))
    book.save("contacts.xlsx")
    with Service() as service:
        return told(block, service)


def touched(block: Block) -> str:
    """Five people were imported; then somebody changed one of them, and removed one."""
    with Service() as service:
        service.invoke(contacts(5), "--inbox", 407, "--settle", "0.1", "--concurrency", 1)
        changed, removed = (contact["id"] for contact in service.sandbox.contacts[1:3])
        service.sandbox.account.change(changed, {"name": "Somebody", "email": "x@y.de"})
        service.sandbox.account.remove(removed)
        output = told(block, service, "--quiet")
    return output.replace(str(changed), "100002").replace(str(removed), "100003")


_CORRECTIONS: Final = {
    # What somebody could correct in the errors file of the sample.
    "yang.qingqing#": "yang.qingqing@",
    "1.38E+10": "13800001105",
    "1330000111,": "13300001113,",
    "#REF!": "KH0016",
    "4.40106E+17": "KH0022",
}


def corrected(block: Block) -> str:
    """The second sample was imported two days ago, and what was corrected of its errors file three minutes ago."""
    shutil.copytree(ROOT / "sample_data", "sample_data")
    options = ("--inbox", 407, "--country", "CN", "--concurrency", 1)  # one after another, so that ids are the same
    with Service() as service:
        service.invoke("sample_data/messy.csv", *options)
        errors = folders()[-1] / "errors.csv"
        text = errors.read_text(encoding="utf-8-sig")
        for wrong, right in _CORRECTIONS.items():
            text = text.replace(wrong, right)
        errors.write_text(text, encoding="utf-8")
        service.invoke(errors, *options)
        _age(timedelta(minutes=3, seconds=9), timedelta(days=2))
        return told(block, service)


def _age(*ages: timedelta) -> None:
    """Let the runs of the ledger, the newest first, have begun so long ago."""
    with Ledger(Path("import-results/ledger.sqlite3")) as ledger, ledger.transaction():
        for (seq, run), age in zip(ledger.runs(), ages, strict=True):
            ledger.rewrite(seq, replace(run, started_at=(datetime.now(UTC) - age).isoformat(timespec="milliseconds")))


def account(block: Block) -> str:
    """The page's customers.csv meets an account where the first customer has another phone number, the second is as in
    the file, and the email of the last is another's."""
    text = data(block, "customers csv")
    _, ann, bob, *_, eve = csv.reader(text.splitlines())
    ann[3] = f"{ann[3][:-1]}0"
    there = [*map(_customer, (ann, bob, ["C-0007", "Eva Müller", eve[2]]))]
    written(text, "customers.csv")
    with Service() as service:
        service.sandbox.account.fill(there, 86_400.0)
        return told(block, service)


def _customer(cells: Sequence[str]) -> dict[str, Json]:
    """A contact of the account, from the cells of a row as far as it has them."""
    values = (cell.replace(" ", "") if cell.startswith("+") else cell for cell in cells)
    return {"inbox_id": 407} | dict(zip(("identifier", "name", "email", "phone_number"), values, strict=False))


def second_week(block: Block) -> str:
    """The page's first export was imported last week; its second one has come in its place."""
    command = arguments(block)
    with Service() as service:
        written(data(block, "first week"), "export.csv")
        service.invoke(*command)
        _age(timedelta(days=7))
        written(data(block, "second week"), "export.csv")
        return told(block, service)


SCENES: Final[dict[str, Callable[[Block], str]]] = {
    "": samples,
    "workbook": workbook,
    "touched": touched,
    "corrected": corrected,
    "account": account,
    "second week runs": second_week,
}
"""By the name that stands above a transcript."""

FILES: Final = {"contacts xlsx", "customers csv", "first week", "second week"}
"""The names above the blocks that are files of a scene."""
