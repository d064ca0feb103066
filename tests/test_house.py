"""The rules of the house that a reader relies on: imports point one way, help and docs tell the truth."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import click
import pytest

from importer.cli.main import cli
from importer.error_codes import ERROR_CODES
from importer.errors import Cancelled, ConfigError, InputError, LedgerBusy, LedgerError, OutputError
from importer.models import Status
from importer.remarks import REMARKS
from importer.reporter.result_files import RESULT_COLUMNS
from tests.support.pages import manual

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "importer"
TESTS = ROOT / "tests"
MANUAL = manual()

FLOORS = (
    # The house from the ground up: a room imports from the floors below its own, and rooms of one floor not each other.
    {"ground"},
    {"files", "network", "terminal"},
    {"config"},
    {"livedesk"},
    {"normalizer", "sandbox", "sources"},
    {"mapping"},
    {"loader"},
    {"ledger"},
    {"staging", "reporter"},
    {"sender"},
    {"cluster"},
    {"history"},
    {"pipeline"},
    {"library"},
    {"web"},
    {"cli"},
)

ONLY_IN = {
    # A library stays in its room, so that replacing it touches one place.
    "pandas": {"loader", "reporter", "sources"},
    "pyarrow": {"loader", "sources"},
    "numpy": {"staging"},
    "python_calamine": {"loader"},
    "msoffcrypto": {"loader"},
    "pyzipper": {"loader"},
    "xlsxwriter": {"reporter"},
    "aiohttp": {"livedesk", "sandbox", "web"},
    "tenacity": {"livedesk"},
    "phonenumbers": {"normalizer", "ground"},
    "babel": {"ground"},
    "orjson": {"ground"},
    "uvloop": {"ground"},
    "email_validator": {"normalizer"},
    "jinja2": {"reporter", "web"},
    "sqlite3": {"ledger"},
    "pydantic": {"config"},
    "yaml": {"config"},
    "filelock": {"files", "web"},
    "keyring": {"config"},
    "dotenv": {"config"},
    "truststore": {"network"},
    "idna": {"network"},
    "tqdm": {"terminal"},
    "watchfiles": {"library"},
    "distributed": {"cluster"},
    "dask": {"cluster"},
    "click": {"cli"},
}


@cache
def nodes(path: Path) -> list[ast.AST]:
    """A module, read once for all rules."""
    return [*ast.walk(ast.parse(path.read_text(encoding="utf-8")))]


@pytest.fixture(scope="module", autouse=True)
def _read() -> Iterator[None]:
    """Two million nodes are not kept: each full collection of garbage in later tests would look through them."""
    yield
    nodes.cache_clear()


@cache
def imports(path: Path) -> set[str]:
    """Every module that a file imports, inside functions too."""
    found: set[str] = set()
    for node in nodes(path):
        if isinstance(node, ast.Import):
            found |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom):
            found |= {
                f"{node.module}.{name.name}" if node.module == "importer" else str(node.module) for name in node.names
            }
    return found


ROOMS = sorted(path.name for path in PACKAGE.iterdir() if (path / "__init__.py").exists())
FILES = {
    "ground": [path for path in PACKAGE.glob("*.py") if path.name not in ("__init__.py", "__main__.py")],
    **{room: [*(PACKAGE / room).rglob("*.py")] for room in ROOMS},
}


def room_of(module: str) -> str:
    """The room of a module of the program by its dotted name."""
    _, _, rest = module.partition(".")
    name = rest.partition(".")[0]
    return name if name in ROOMS else "ground"


def test_every_room_has_its_floor() -> None:
    """A new package is placed before it is used."""
    assert sorted(FILES) == sorted(room for floor in FLOORS for room in floor)


@pytest.mark.slow
@pytest.mark.parametrize("floor", range(len(FLOORS)), ids=["+".join(sorted(floor)) for floor in FLOORS])
def test_imports_point_one_way(floor: int) -> None:
    """From the command down to the words of the program, never back, and not across."""
    below = {room for lower in FLOORS[:floor] for room in lower}
    for room in FLOORS[floor]:
        own = {name for path in FILES[room] for name in imports(path) if name.split(".")[0] == "importer"}
        assert {name for name in own if room_of(name) not in below | {room}} == set()


@pytest.mark.slow
def test_no_test_imports_another() -> None:
    """What tests share is a fixture or stands in tests/support."""
    found = {(path.name, name) for path in TESTS.rglob("*.py") for name in imports(path)}
    assert sorted((file, name) for file, name in found if re.search(r"(^|\.)test_", name)) == []


def private_names(path: Path) -> set[str]:
    """What a module keeps to itself, and its classes: every name in it that begins with one underscore."""
    found = set()
    for node in nodes(path):
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                found.add(name)
            case ast.Name(id=name, ctx=ast.Store()) | ast.Attribute(attr=name, ctx=ast.Store()):
                found.add(name)
    return {name for name in found if re.match("_[^_]", name)}


def private_uses(path: Path, private: set[str]) -> list[str]:
    """Where a test takes, imports or names (to patch it) what is private to the program."""
    found = []
    for node in nodes(path):
        match node:
            case ast.Attribute(value=ast.Name(id="self" | "cls") | ast.Call(func=ast.Name(id="super"))):
                continue
            case ast.Attribute(attr=name) | ast.alias(name=name):
                pass
            case ast.Constant(value=str(text)):
                name = text.rpartition(".")[2]
            case _:
                continue
        if name in private or any(part in private for part in name.split(".")):
            found.append(f"{path.name}:{node.lineno} {name}")
    return found


@pytest.mark.slow
def test_no_test_takes_or_patches_what_is_private() -> None:
    """A test holds the program by what others hold it by; what a test needs is a parameter or a public name."""
    private = {name for path in PACKAGE.rglob("*.py") for name in private_names(path)}
    assert "_reader" in private
    assert [use for path in TESTS.rglob("*.py") if path != Path(__file__) for use in private_uses(path, private)] == []


@pytest.mark.parametrize("library", ONLY_IN)
def test_libraries_stay_in_their_room(library: str) -> None:
    """pandas in the loader, aiohttp in the client and the sandbox, and so on."""
    users = {
        room for room, paths in FILES.items() for path in paths if library in {n.split(".")[0] for n in imports(path)}
    }
    assert users == ONLY_IN[library]


@pytest.mark.parametrize("room", ROOMS)
def test_every_room_says_what_it_is_for(room: str) -> None:
    """What flows in and out, and what its words mean, stands at its door."""
    told = ast.get_docstring(ast.parse((PACKAGE / room / "__init__.py").read_text(encoding="utf-8"))) or ""
    assert len(told.splitlines()) >= 3


@pytest.mark.slow
@pytest.mark.parametrize("option", ["--help", "--version"])
def test_help_and_version_load_nothing_heavy(option: str) -> None:
    """They answer at once: no pandas, no aiohttp."""
    program = (
        f"import sys\nfrom importer.cli.main import main\nsys.argv = ['import-contacts', '{option}']\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        "heavy = ('pandas', 'aiohttp', 'xlsxwriter', 'phonenumbers', 'pydantic', 'asyncio', 'tqdm')\n"
        "print([name for name in heavy if name in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout
    assert done.stderr.strip() == "[]"


@pytest.mark.slow
def test_the_version_is_told_by_few_libraries() -> None:
    """A script that asks for it waits for the command line, and for nothing else that is installed."""
    program = (
        "import sys\nbefore = {*sys.modules}\nfrom importer.__main__ import main\n"
        "sys.argv = ['import-contacts', '--version']\ntry:\n    main()\nexcept SystemExit:\n    pass\n"
        "loaded = {name.partition('.')[0] for name in {*sys.modules} - before}\n"
        "print(*sorted(loaded - {*sys.stdlib_module_names, 'importer'}), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert {*done.stderr.split()} <= {"click", "click_default_group", "colorama", "orjson"}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("file", "unused"),
    [
        (
            "contacts.xlsx",
            ("aiohttp", "tenacity", "tqdm", "distributed", "pandas", "numpy", "asyncio", "http.client", "ssl"),
        ),
        ("messy.csv", ("aiohttp", "tenacity", "tqdm", "distributed", "xlsxwriter", "asyncio", "http.client", "ssl")),
    ],
)
def test_a_dry_run_loads_nothing_that_it_does_not_use(file: str, unused: tuple[str, ...], tmp_path: Path) -> None:
    """No client, HTTP and TLS where nothing is sent, and no pandas for a workbook, which calamine reads."""
    program = (
        "import sys\nfrom importer.cli.main import main\n"
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
def test_every_option_has_help_and_stands_in_the_docs(command: str, option: click.Option) -> None:
    """An option that nobody can find is not there."""
    assert option.help
    assert option.help.endswith((".", "]"))
    assert f"`{option.opts[-1] if option.opts[-1].startswith('--') else option.opts[0]}" in MANUAL, command


@pytest.mark.parametrize("name", sorted(cli.commands))
def test_every_command_has_an_example_and_stands_in_the_docs(name: str) -> None:
    """``--help`` shows a line to paste."""
    command = cli.commands[name]
    assert "import-contacts" in (command.help or "")
    assert f"`import-contacts {name}" in MANUAL or name == "run"


@pytest.mark.parametrize("word", [*ERROR_CODES, *RESULT_COLUMNS, *sorted(set(Status) - {Status.PENDING, Status.SENT})])
def test_the_docs_lists_every_error_code_column_and_status(word: str) -> None:
    """A word in a result file is explained where the user looks."""
    assert f"`{word}`" in MANUAL


@pytest.mark.slow
@pytest.mark.parametrize("code", [code for code, _ in ERROR_CODES.items()])
def test_the_docs_says_of_an_error_code_what_the_program_says(code: str) -> None:
    """One table in the program, the same in the docs."""
    assert f"| `{code}` | {ERROR_CODES[code].meaning} | {ERROR_CODES[code].hint} |" in MANUAL


OF_FAILURES = {kind.code for kind in (ConfigError, OutputError, LedgerError, InputError, LedgerBusy, Cancelled)}
"""Of no row: what --json says of a command that failed."""


@pytest.mark.parametrize("code", sorted(OF_FAILURES))
def test_the_docs_lists_the_codes_of_failures(code: str) -> None:
    """Beside the exit codes."""
    assert f"`{code}`" in MANUAL


@pytest.mark.slow
def test_every_error_code_that_the_program_uses_is_in_the_table() -> None:
    """Codes are written as constants, so they can be found."""
    used = set()
    for path in PACKAGE.rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        used |= set(re.findall(r'(?:error_code=|row_error\(|refused\(|code: ClassVar\[str\] = |code = )"(\w+)"', text))
    assert used
    assert used - OF_FAILURES <= set(ERROR_CODES)


@pytest.mark.parametrize("kind", REMARKS)
def test_the_docs_says_of_a_remark_what_the_program_says(kind: str) -> None:
    """One table for the terminal, the report and the docs."""
    assert f"| `{kind}` | {REMARKS[kind]} |" in MANUAL


def names_in(path: Path) -> set[str]:
    """What a module defines or imports, anywhere in it."""
    found = set()
    for node in nodes(path):
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                found.add(name)
            case ast.Name(id=name, ctx=ast.Store()):
                found.add(name)
            case ast.alias(name=name, asname=asname):
                found.add(asname or name.rpartition(".")[2])
    return found


@pytest.mark.slow
def test_what_a_text_names_in_a_module_is_there() -> None:
    """``module.name`` of the program leads a reader somewhere; a table of words (``titles.txt``) has no names."""
    known: dict[str, set[str]] = {path.stem: set() for path in PACKAGE.rglob("*.txt")}
    for path in PACKAGE.rglob("*.py"):
        name = path.parent.name if path.stem == "__init__" else path.stem
        within = {module.stem for module in path.parent.glob("*.py")} if path.stem == "__init__" else set()
        known[name] = known.get(name, set()) | names_in(path) | within
    texts = {path: path.read_text(encoding="utf-8") for path in PACKAGE.rglob("*.py")}
    named = [(path.name, *found) for path, text in texts.items() for found in re.findall(r"``(\w+)\.(\w+)``", text)]
    assert ("header.py", "title_fields", "alias") in named
    files = {"py", "txt", "csv", "xlsx", "json", "html", "js"}
    assert [one for one in named if one[1] in known and one[2] not in known[one[1]] | files] == []
