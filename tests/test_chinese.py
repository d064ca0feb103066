"""Both samples in Chinese, from the first command to the last: the terminal has no English word.

What stays as it is, is named by its kind, never by its word.
"""

import csv
import json
import re
import shutil
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Any, get_args

import click
import pytest

from importer.cli.main import cli
from importer.config.settings import Config
from importer.error_codes import ERROR_CODES
from importer.livedesk.contact import CREATE_FIELDS
from importer.loader.opening import open_table
from importer.loader.table import ReadOptions
from importer.models import MatchBy, OnDuplicate, Status
from importer.remarks import REMARKS
from importer.texts import ERROR_TITLES, ID_TITLE, STATUS_TITLE
from tests.support.service import Service, invoke

ROOT = Path(__file__).parent.parent
SAMPLES = {"contacts.xlsx": (), "messy.csv": ("--country", "CN")}

_CHOICES = chain.from_iterable(
    option.type.choices
    for command in cli.commands.values()
    for option in command.params
    if isinstance(option.type, click.Choice)
)
CODES = {
    *("true", "false"),
    *(*ERROR_CODES, *Status, *REMARKS, *CREATE_FIELDS, *ERROR_TITLES, ID_TITLE, STATUS_TITLE),
    *(*_CHOICES, *Config.model_fields, *get_args(OnDuplicate), *get_args(MatchBy)),
}
KINDS = {
    "a command, word by word": r"import-contacts(?: [!-~]+)*",
    "a value or a text in quotes": r'"[^"\n]*"|“[^”\n]*”|「[^」\n]*」',
    "what the server says, behind our words": r"HTTP \d{3}(?:：[!-~ ]+)?|(?:服务|伺服)器拒[绝絕]：[!-~ ]+",
    "what the system says, behind our words": r"（[!-~ ]+）",
    "a variable of the environment": r"\b[A-Z]+(?:_[A-Z]+)+\b",
    "an address": r"https?://[!-~]+",
    "a path or the name of a file": r"[\w./-]+\.(?:csv|xlsx|html|json|sqlite3)\b",
    "the folder of the runs": r"\bimport-results\b",
    "an option": r"--[a-z][a-z-]*",
    "the name of a run": r"[\w-]+-\d{8}-\d{6}(?:-\d+)?",
    "the time and the level of a line of the log": r"(?m)^\d{4}-\d\d-\d\d [\d:,]+ [A-Z]+(?= )",
    "the name of an encoding or a country, which is a code": r"(?<=[编編][码碼] )[\w-]+|(?<=[按依家] )[A-Z]{2}\b",
    "an email address": r"[\w.+-]+@[\w.-]+",
    "an attribute": r"(?:additional|custom)_attributes(?:\.\w+)?",
    "a code, a status, a field, a column of ours or a setting": rf"\b(?:{'|'.join(sorted(CODES, reverse=True))})\b",
    "a proper name": r"\b(?:LiveDesk|API|ID|URL|https?)\b",
}


def cells_of(sample: str) -> set[str]:
    """The titles and the cells of a sample, and the letters of its columns."""
    table = open_table(Path("sample_data") / sample, ReadOptions())
    return {*table.titles, *(cell for batch in table.batches() for row in batch for cell in row.cells)}


def english(text: str, data: set[str]) -> set[str]:
    """The English words that are neither of a kind nor of the data."""
    for value in sorted((value for value in data if re.search("[A-Za-z]{2}", value)), key=len, reverse=True):
        text = text.replace(value, "_")
    for pattern in KINDS.values():
        text = re.sub(pattern, "_", text)
    return {*re.findall(r"[A-Za-z]{2,}", text)}


def rehearsed(lang: str) -> Iterator[tuple[str, str]]:
    """Each command of a rehearsal with what the terminal shows."""
    for sample, options in SAMPLES.items():
        for rehearsal in (["--sandbox"], ["--dry-run"], ["--dry-run", "--verbose"]):
            arguments = f"sample_data/{sample}", "--inbox", 407, *options, *rehearsal, "--lang", lang
            yield " ".join(map(str, arguments)), invoke(*arguments).output


def tried(lang: str) -> Iterator[tuple[str, str]]:
    """The same of what a newcomer tries first."""
    for command in (["demo"], ["template", "neu.xlsx"], ["runs"], ["report"]):
        yield " ".join(command), invoke(*command, "--lang", lang).output


def imported(lang: str) -> Iterator[tuple[str, str]]:
    """The same of imports and of what looks back at them."""
    messy = "sample_data/messy.csv", "--inbox", 407, "--country", "CN"
    with Service(delete="on", usage="on") as service:

        def told(*arguments: Any) -> tuple[str, str]:
            done = service.invoke(*arguments, "--lang", lang)
            assert done.exit_code in (0, 1), done.output
            return " ".join(map(str, arguments)), done.output

        yield told("sample_data/contacts.xlsx", "--inbox", 407, "--verify")
        yield told("plan", *messy)
        yield told(*messy, "--verbose")
        name = newest()
        errors = Path("import-results", name, "errors.csv")
        corrected = errors.read_text(encoding="utf-8-sig").replace("yang.qingqing#", "yang.qingqing@")
        errors.write_text(corrected, encoding="utf-8-sig")
        yield told(errors, "--inbox", 407, "--country", "CN")
        somebody = service.sandbox.contacts[-3]["id"]
        service.sandbox.account.change(somebody, {"name": "李四", "email": "li.si@example.com"})
        service.sandbox.account.remove(str(service.sandbox.contacts[-5]["id"]))
        yield told(*messy, "--on-duplicate", "update", "--fresh")
        for look in (
            ["runs"],
            ["report", name],
            ["report", "--diff", name, "latest"],
            ["find", "example"],
            ["find", "x"],
        ):
            yield told(*look)
        for back in (["verify", name], ["undo", name, "--dry-run"], ["undo", name, "--yes"], ["undo", name, "--yes"]):
            yield told(*back)
        yield told("runs")
        for gone in (["--person", "wang.xiaoyan@example.com"], [name], ["--all"]):
            yield told("forget", *gone, "--dry-run")
        yield told("forget", name, "--yes")
        for look in (["runs"], ["report", name], ["report", "--diff", name, "latest"], ["find", "example"]):
            yield told(*look)


def troubled(lang: str) -> Iterator[tuple[str, str]]:
    """The same of runs that a server troubles, that stop, and of commands that cannot do what they are asked."""
    messy = "sample_data/messy.csv", "--country", "CN", "--lang", lang
    faults = {"error_before": 0.2, "drop_after": 0.2, "refuse_before": 0.2, "forbid": "wang", "seed": 1}
    with Service(**faults) as service:  # type: ignore[arg-type]
        for arguments in (
            (*messy, "--inbox", 407, "--verbose", "--canary", 3),
            (*messy, "--inbox", 407, "--verbose", "--strict"),
            (*messy, "--inbox", 407, "--verbose", "--max-wait", 1),
            (*messy, "--inbox", 9, "--fresh"),
            (*messy, "--inbox", 407, "--base-url", "http://127.0.0.1:1", "--max-attempts", 1),
            ("report", "nothing", "--lang", lang),
            ("undo", "latest", "--lang", lang),
            ("forget", "--all", "--lang", lang),
        ):
            yield " ".join(map(str, arguments)), service.invoke(*arguments).output


def newest() -> str:
    """The name of the newest import."""
    return next(str(run["run"]) for run in json.loads(invoke("runs", "--json").stdout) if run["mode"] == "import")


def data() -> set[str]:
    """Whatever the samples and the results have of people, as it was and as it was sent."""
    found = set().union(*map(cells_of, SAMPLES))
    for path in Path("import-results").glob("*/results.csv"):
        with path.open(encoding="utf-8-sig", newline="") as file:
            found |= {row[field] or "" for row in csv.DictReader(file) for field in CREATE_FIELDS}
    return found


@pytest.fixture(autouse=True)
def _samples() -> None:
    shutil.copytree(ROOT / "sample_data", "sample_data")


@pytest.mark.slow
@pytest.mark.parametrize("language", ["zh", "zh-Hant"])
@pytest.mark.parametrize("story", [rehearsed, tried, imported, troubled])
def test_the_terminal_has_no_english_word_in_chinese(story: Any, language: str) -> None:
    """From the table of the columns to the next command, in every verb."""
    told = [*story(language)]
    people = data()
    assert {command: words for command, text in told if (words := english(text, people))} == {}


@pytest.mark.slow
def test_english_would_be_found() -> None:
    """The kinds leave room for no sentence."""
    told = [*rehearsed("en")]
    people = data()
    assert all(len(english(text, people)) > 20 for _, text in told)
