"""Every option has an environment variable: below what is typed, above the configuration file."""

from collections.abc import Mapping
from pathlib import Path

import click
import pytest
from click.core import ParameterSource
from hypothesis import given
from hypothesis import strategies as st

from importer.cli.main import cli
from importer.cli.variables import unread
from importer.config.loading import load
from importer.config.settings import VARIABLES, Config
from importer.config.variables import SETTINGS_ALONE, TYPED_ALONE, lines_of, names_of, pair_of, plain_name
from importer.errors import ConfigError
from importer.models import option_of
from tests.support.service import Service, contacts, folders, invoke, results, written

OPTIONS = [
    pytest.param(command, option, id=f"{name} {option.opts[0]}")
    for name, command in {"": cli, **cli.commands}.items()
    for option in command.params
    if isinstance(option, click.Option)
]
NAMED = {
    "--base-url": "LIVEDESK_BASE_URL",
    "--inbox": "LIVEDESK_INBOX_ID",
    "--notify": "LIVEDESK_NOTIFY_URL",
    "--api-key": "SANDBOX_API_KEY",
    "--api-secret": "SANDBOX_API_SECRET",
}
VALUES = {
    # A value for those whose kind does not tell one.
    "--config": "c.yaml",
    "--env-file": ".env",
    "--map": "Tel=phone_number",
    "--set": "name=Ann",
    "--type": "custom_attributes.age=number",
    "--lang": "zh",
    "--inboxes": "407",
    "--diff": "previous\nlatest",
    "--answers": "full",
}


def value_for(option: click.Option) -> str:
    if option.is_flag:
        return "yes"
    if isinstance(option.type, click.Choice):
        return str(option.type.choices[0])
    return VALUES.get(option.opts[0], "1")


@pytest.mark.parametrize(("command", "option"), OPTIONS)
def test_every_option_has_its_variable_or_is_one_of_few_that_have_none(
    command: click.Command, option: click.Option, monkeypatch: pytest.MonkeyPatch
) -> None:
    """``IMPORT_CONTACTS_`` and its name, but for those that have an older one; help shows it, and it is read."""
    name, context = option.opts[0], click.Context(command)
    variables: tuple[str, ...] = getattr(option, "variables", ())
    shown = (option.get_help_record(context) or ("", ""))[1]
    if name in TYPED_ALONE:
        assert variables == ()
        assert "[env: " not in shown
        monkeypatch.setenv(plain_name(name), "1")
    else:
        of_sandbox = f"SANDBOX_{name[2:].replace('-', '_').upper()}"
        assert variables[0] in (NAMED.get(name, plain_name(name)), of_sandbox if command.name == "sandbox" else "")
        assert f"[env: {variables[0]}" in shown
        for path in (".env", "c.yaml"):
            Path(path).touch()
        monkeypatch.setenv(variables[0], value_for(option))
    with cli.make_context("import-contacts", ["config"]), context:
        option.handle_parse_result(context, {}, [])
        found = context.get_parameter_source(str(option.name))
    read_before = name == "--lang"  # importer/cli/reader.py
    assert (found is ParameterSource.ENVIRONMENT) == (name not in TYPED_ALONE and not read_before)


def test_what_is_agreed_to_for_one_run_has_no_variable() -> None:
    """The issue's three, and what makes a command do something else."""
    assert {"--yes", "--clear", "--fresh"} <= TYPED_ALONE
    known = {option.opts[0] for command in (cli, *cli.commands.values()) for option in command.params}
    assert TYPED_ALONE - {"--help"} <= known, "a table of exceptions has no dead ones"


def test_the_settings_have_the_variables_of_their_options() -> None:
    """One table, made of the settings."""
    assert {*Config.model_fields} - {"clear", "fresh"} == {*VARIABLES}
    assert all(VARIABLES[key] == names_of(option_of(key))[0] for key in VARIABLES)
    spelled = {option.opts[0] for option in cli.commands["run"].params}
    assert {option_of(key) for key in VARIABLES} - spelled == {*SETTINGS_ALONE}


# -- what they say ---------------------------------------------------------------------------------------------------


def test_a_typed_option_goes_before_its_variable_before_the_file() -> None:
    """The contract's order, of an option that had no variable before."""
    written("concurrency: 3\n", "config.yaml")
    order = [
        invoke("config").stdout,
        invoke("config", IMPORT_CONTACTS_CONCURRENCY="4").stdout,
        invoke("config", IMPORT_CONTACTS_CONCURRENCY="").stdout,
    ]
    assert ["concurrency: 3  # config.yaml: concurrency" in shown for shown in order] == [True, False, True]
    assert "concurrency: 4  # IMPORT_CONTACTS_CONCURRENCY" in order[1]
    done = invoke(contacts(3), "--inbox", 407, "--dry-run", "--limit", 2, IMPORT_CONTACTS_LIMIT="1")
    assert done.exit_code == 0
    assert len(results()) == 2


@pytest.mark.slow
def test_an_import_by_variables_alone(service: Service) -> None:
    """Several values stand in a line each, switches have words."""
    path = written("Nombre X;Correo X\nAnn;ann@example.com\n", "a.csv")
    done = invoke(
        path,
        **service.environment,
        IMPORT_CONTACTS_MAP="Nombre X=name\nCorreo X=email",
        IMPORT_CONTACTS_SET="custom_attributes.source=a=b\n\ncustom_attributes.kind=c d\n",
        IMPORT_CONTACTS_OUTPUT_DIR="out put",
        IMPORT_CONTACTS_JSON="1",
        IMPORT_CONTACTS_QUIET="true",
        LIVEDESK_INBOX_ID="407",
    )
    assert (done.exit_code, done.stderr) == (0, ""), done.stderr
    assert done.stdout.startswith("{")
    (stored,) = service.sandbox.contacts
    assert stored["custom_attributes"] == {"source": "a=b", "kind": "c d"}
    assert len(folders("out put")) == 1
    assert "a.csv" in invoke("runs", IMPORT_CONTACTS_OUTPUT_DIR="out put").stdout


def test_pairs_of_a_variable_and_of_an_option_are_joined() -> None:
    """As those of the file are; the option wins."""
    done = invoke("plan", "--map", "B=name", "--map", "A", "x.csv", IMPORT_CONTACTS_MAP="A=email\nB=email")
    assert done.exit_code == 2
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("IMPORT_CONTACTS_MAP", "A=email\nB=email")
        assert load({"map": {"B": "name"}}).map == {"A": "email", "B": "name"}


def test_a_sheet_may_have_blanks_in_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    """A line each, and click's own division at blanks plays no part."""
    monkeypatch.setenv("IMPORT_CONTACTS_SHEET", "Old customers\nLeads")
    assert load({}).sheet == ("Old customers", "Leads")
    shown = invoke("config").stdout
    assert 'sheet: ["Old customers", "Leads"]  # IMPORT_CONTACTS_SHEET' in shown


@pytest.mark.parametrize(
    ("variables", "words"),
    [
        ({"IMPORT_CONTACTS_RATE": "fast"}, "'IMPORT_CONTACTS_RATE': 'fast' is not a valid float"),
        ({"IMPORT_CONTACTS_QUIET": "maybe"}, "'IMPORT_CONTACTS_QUIET': \"maybe\" is neither true nor false"),
        ({"IMPORT_CONTACTS_MATCH_BY": "shoe"}, "'IMPORT_CONTACTS_MATCH_BY': 'shoe' is not one of"),
        ({"IMPORT_CONTACTS_MAP": "A=b\nrubbish"}, '\'IMPORT_CONTACTS_MAP\': "rubbish" has no "="'),
        ({"IMPORT_CONTACTS_COUNTRY": "Germny"}, 'IMPORT_CONTACTS_COUNTRY "Germny": expected a country'),
        ({"IMPORT_CONTACTS_UPDATE": "name"}, 'IMPORT_CONTACTS_UPDATE: "name" has no "="'),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, Mapping) else "",
)
def test_a_wrong_value_names_its_variable(variables: dict[str, str], words: str) -> None:
    """Nobody typed the option."""
    done = invoke(contacts(1), "--inbox", 407, "--dry-run", **variables)
    assert done.exit_code == 2
    assert words in done.stderr


def test_a_typed_value_that_is_wrong_names_its_option() -> None:
    """Whatever the variable says."""
    done = invoke(contacts(1), "--rate", "fast", IMPORT_CONTACTS_RATE="2")
    assert "'--rate': 'fast'" in done.stderr
    assert "IMPORT_CONTACTS_RATE" not in done.stderr.partition("Error")[2]


def test_a_library_call_reads_the_same_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    """And names them in its errors."""
    monkeypatch.setenv("IMPORT_CONTACTS_MAX_ATTEMPTS", "0")
    with pytest.raises(ConfigError, match='IMPORT_CONTACTS_MAX_ATTEMPTS "0": expected at least 1'):
        load({})


def test_with_json_by_variable_wrong_usage_is_json_too() -> None:
    """A program reads it."""
    assert invoke("run", "--nonsense", IMPORT_CONTACTS_JSON="true").stdout.startswith("{")


# -- typing errors ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "words", "remedy"),
    [
        ("IMPORT_CONTACTS_RAT", "there is no such variable", "did you mean IMPORT_CONTACTS_RATE?"),
        ("IMPORT_CONTACTS_INBOX", "there is no such variable", "did you mean LIVEDESK_INBOX_ID?"),
        ("IMPORT_CONTACTS_API_KEY", "there is no such variable", "did you mean LIVEDESK_API_KEY?"),
        ("IMPORT_CONTACTS_YES", "--yes has no variable", ""),
        ("IMPORT_CONTACTS_QQQQQQ", "there is no such variable", ""),
    ],
)
def test_a_variable_that_nobody_reads_is_warned_of(name: str, words: str, remedy: str) -> None:
    """Of every command; the command goes on."""
    done = invoke("config", **{name: "1"})
    assert done.exit_code == 0
    shown = " ".join(done.stderr.split())
    assert f"{name} counts for nothing: {words}" in shown
    assert remedy in shown
    assert ("did you mean" in shown) == bool(remedy)


def test_every_variable_that_is_read_is_known() -> None:
    """Those of one command are no typing errors for another."""
    options = [option for command in (cli, *cli.commands.values()) for option in command.params]
    names = [name for option in options for name in getattr(option, "variables", ())]
    assert len({*names}) > 60
    assert unread(cli, [*names, *VARIABLES.values(), "IMPORT_CONTACTSX", "PATH"]) == []


# -- one variable, several values ------------------------------------------------------------------------------------


@pytest.mark.slow
@given(st.lists(st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1)))
def test_lines_are_the_values(values: list[str]) -> None:
    """Whatever stands in them."""
    assert lines_of("\n".join(values)) == values


@pytest.mark.parametrize(
    ("option", "text", "pair"),
    [
        ("--map", "a=b=name", ("a=b", "name")),
        ("--set", "name=a=b", ("name", "a=b")),
        ("--map", "Tel=", ("Tel", "")),
        ("--map", "=name", None),
        ("--set", "name", None),
    ],
)
def test_a_pair_is_divided_as_its_option_is(option: str, text: str, pair: tuple[str, str] | None) -> None:
    """Titles may hold an equals sign, and values may."""
    assert pair_of(option, text) == pair
