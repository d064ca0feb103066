"""The rules of the house that a reader relies on: imports point one way, help and README tell the truth."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import click
import pytest

from importer.cli import cli
from importer.error_codes import ERROR_CODES
from importer.models import Status
from importer.tables.result_files import RESULT_COLUMNS

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "importer"
README = (ROOT / "README.md").read_text(encoding="utf-8")

ORDER = (
    # A module imports from those before it in this list, and from none behind: what a reader should read first.
    *("__init__", "fast", "turns", "models", "record", "answers", "changes", "contact_columns"),
    *("errors", "error_codes", "formulas", "proxies"),
    "table",
    *("columns.__init__", "columns.aliases", "columns.titles"),
    *("countries", "workspace", "config", "journald", "console", "interrupt"),
    *("reading.__init__", "reading.header", "reading.unwrap", "reading.alphabets", "reading.charsets"),
    *("reading.encoding", "reading.csv_text", "reading.records", "reading.html_table"),
    *("reading.sheets", "reading.extent", "reading.xls", "reading.archive", "reading.parts", "reading.number_formats"),
    *("reading.column_widths", "reading.workbook", "reading.spreadsheetml", "loader"),
    *("columns.overrides", "columns.products", "columns.choice", "columns.inference", "mapping"),
    *("text", "numbering_plans", "phones", "emails", "cells", "attributes", "repairs", "rules"),
    *("normalizer", "straight", "tally", "hash_table", "rows_by_value", "duplicates"),
    *("register", "ledger_file", "ledger_records", "settlement", "ledger"),
    *("checking", "staging"),
    *("meter", "rate_headers", "retry", "deadlines", "client", "stop", "tempo", "pacing", "workers"),
    *("journal", "dispatch", "delivery", "line"),
    *("cluster.__init__", "cluster.lease", "cluster.parcels", "cluster.settings", "cluster.worker", "cluster.members"),
    *("cluster.crew", "cluster.driver"),
    *("tables.__init__", "tables.flaws", "tables.result_files", "summary", "tables.worksheets", "tables.workbooks"),
    "next_command",
    *("page.__init__", "page.charts", "page.chinese", "page.languages", "page.rows", "page.rules", "page.words"),
    *("page.page", "reporter", "terminal", "template", "browser"),
    *("runs.__init__", "runs.history", "runs.errors_files", "runs.listing", "runs.pairing", "runs.comparison"),
    *("runs.comparison_words", "runs.unfinished"),
    *("publishing.__init__", "publishing.metrics", "publishing.notify", "publishing.publish"),
    *("sandbox_faults", "sandbox_account", "sandbox"),
    *("sending", "pipeline", "forgetting"),
    *("commands.__init__", "commands.options", "commands.streams", "commands.run", "commands.runs"),
    *("commands.template", "commands.sandbox", "cli", "__main__"),
)

ONLY_IN = {
    # A library stays where it belongs, so that replacing it touches one place.
    "pandas": {"reading.records"},
    "numpy": {"hash_table"},
    "python_calamine": {"reading.workbook"},
    "openpyxl": {"tables.worksheets", "template"},
    "aiohttp": {"client", "sandbox"},
    "tenacity": {"retry"},
    "phonenumbers": {"phones", "numbering_plans", "countries"},
    "babel": {"countries"},
    "orjson": {"fast"},
    "uvloop": {"fast"},
    "email_validator": {"emails"},
    "jinja2": {"page.page"},
    "sqlite3": {"ledger_file", "register", "duplicates", "runs.pairing"},
    "pydantic": {"config"},
    "yaml": {"config"},
    "filelock": {"workspace"},
    "tqdm": {"console"},
    "distributed": {"cluster.members"},
    "dask": {"cluster.members"},
    "click": {"cli", *(f"commands.{name}" for name in ("options", "run", "runs", "sandbox", "template"))},
}


def imports(path: Path) -> set[str]:
    """Every module that a file imports, inside functions too."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom):
            found |= {
                f"{node.module}.{name.name}" if node.module == "importer" else str(node.module) for name in node.names
            }
    return found


FILES = {".".join(path.relative_to(PACKAGE).with_suffix("").parts): path for path in PACKAGE.rglob("*.py")}
MODULES = sorted(FILES)


def test_every_module_has_its_place() -> None:
    """A new module is placed before it is used."""
    assert sorted(ORDER) == MODULES


@pytest.mark.parametrize("module", MODULES)
def test_imports_point_one_way(module: str) -> None:
    """From the command down to the words of the program, never back."""
    own = {name.partition(".")[2] for name in imports(FILES[module]) if name.startswith("importer.")}
    assert own - {"__version__"} <= {*ORDER[: ORDER.index(module)]}


@pytest.mark.parametrize("library", ONLY_IN)
def test_libraries_stay_in_their_module(library: str) -> None:
    """pandas in the loader, aiohttp in the client and the sandbox, and so on."""
    users = {module for module, path in FILES.items() if library in {name.split(".")[0] for name in imports(path)}}
    assert users == ONLY_IN[library]


@pytest.mark.parametrize("option", ["--help", "--version"])
def test_help_and_version_load_nothing_heavy(option: str) -> None:
    """They answer at once: no pandas, no aiohttp."""
    program = (
        f"import sys\nfrom importer.cli import main\nsys.argv = ['import-contacts', '{option}']\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        "heavy = ('pandas', 'aiohttp', 'openpyxl', 'phonenumbers', 'pydantic', 'asyncio', 'tqdm')\n"
        "print([name for name in heavy if name in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout
    assert done.stderr.strip() == "[]"


@pytest.mark.parametrize(
    ("file", "unused"),
    [
        ("contacts.xlsx", ("aiohttp", "tenacity", "tqdm", "distributed", "pandas", "numpy")),
        ("messy.csv", ("aiohttp", "tenacity", "tqdm", "distributed", "openpyxl")),
    ],
)
def test_a_dry_run_loads_nothing_that_it_does_not_use(file: str, unused: tuple[str, ...], tmp_path: Path) -> None:
    """No client where nothing is sent, and no pandas for a workbook, which calamine reads."""
    program = (
        "import sys\nfrom importer.cli import main\n"
        f"sys.argv = ['import-contacts', {str(PACKAGE.parent / 'sample_data' / file)!r}, '--inbox', '407', '--dry-run',"
        f" '--output-dir', {str(tmp_path)!r}]\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        f"print([name for name in {unused!r} if name in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert "summary.json" in done.stdout
    assert done.stderr.splitlines()[-1] == "[]"


OPTIONS = [
    (name, parameter)
    for name, command in cli.commands.items()
    for parameter in command.params
    if isinstance(parameter, click.Option)
]


@pytest.mark.parametrize(("command", "option"), OPTIONS, ids=[f"{name} {option.opts[0]}" for name, option in OPTIONS])
def test_every_option_has_help_and_stands_in_the_readme(command: str, option: click.Option) -> None:
    """An option that nobody can find is not there."""
    assert option.help
    assert option.help.endswith((".", "]"))
    assert f"`{option.opts[-1] if option.opts[-1].startswith('--') else option.opts[0]}" in README, command


@pytest.mark.parametrize("name", sorted(cli.commands))
def test_every_command_has_an_example_and_stands_in_the_readme(name: str) -> None:
    """``--help`` shows a line to paste."""
    command = cli.commands[name]
    assert "import-contacts" in (command.help or "")
    assert f"`import-contacts {name}" in README or name == "run"


@pytest.mark.parametrize("word", [*ERROR_CODES, *RESULT_COLUMNS, *sorted(set(Status) - {Status.PENDING, Status.SENT})])
def test_the_readme_lists_every_error_code_column_and_status(word: str) -> None:
    """A word in a result file is explained where the user looks."""
    assert f"`{word}`" in README


@pytest.mark.parametrize("code", [code for code, _ in ERROR_CODES.items()])
def test_the_readme_says_of_an_error_code_what_the_program_says(code: str) -> None:
    """One table in the program, the same in the README."""
    assert f"| `{code}` | {ERROR_CODES[code].meaning} | {ERROR_CODES[code].hint} |" in README


def test_every_error_code_that_the_program_uses_is_in_the_table() -> None:
    """Codes are written as constants, so they can be found."""
    used = set()
    for path in FILES.values():
        text = path.read_text(encoding="utf-8")
        used |= set(re.findall(r'(?:error_code=|row_error\(|refused\(|code: ClassVar\[str\] = |code = )"(\w+)"', text))
    assert used
    assert used <= set(ERROR_CODES)
