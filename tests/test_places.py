"""The folder of the ledger: every command finds it in the same way."""

import json
from collections.abc import Sequence
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from importer.cli.completion import runs_of
from importer.cli.main import cli
from tests.support.service import Service, contacts

_READ_ONLY = {
    "runs": ["runs", "--json"],
    "report": ["report"],
    "find": ["find", "nobody@example.com"],
    "forget": ["forget", "--all", "--dry-run"],
    "ledger": ["ledger", "--json"],
    "ledger backup": ["ledger", "backup", "copy.sqlite3"],
}


def run(arguments: Sequence[str]) -> Result:
    """A command in the folder that is the current one."""
    return CliRunner().invoke(cli, [*arguments])


@pytest.fixture(autouse=True)
def a_ledger_elsewhere(service: Service) -> None:
    """A ledger in ``elsewhere``, which config.yaml names, and none in ``import-results``."""
    assert service.invoke(contacts(1), "--inbox", "407", "--output-dir", "elsewhere").exit_code == 0
    Path("config.yaml").write_text("output_dir: elsewhere\n")


def _seen(word: str) -> bool:
    return run(_READ_ONLY[word]).exit_code == 0


@pytest.mark.slow
@pytest.mark.parametrize("word", _READ_ONLY)
def test_the_configuration_file_names_the_ledger_of_every_command(word: str) -> None:
    assert _seen(word)
    Path("config.yaml").write_text("output_dir: nowhere\n")
    assert not _seen(word)


@pytest.mark.slow
def test_an_option_goes_before_a_variable_and_that_before_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    Path("config.yaml").write_text("output_dir: nowhere\n")
    assert run(["runs"]).exit_code == 2
    monkeypatch.setenv("IMPORT_CONTACTS_OUTPUT_DIR", "elsewhere")
    assert run(["runs"]).exit_code == 0
    assert run(["runs", "--output-dir", "nowhere"]).exit_code == 2
    monkeypatch.delenv("IMPORT_CONTACTS_OUTPUT_DIR")
    Path("other.yaml").write_text("output_dir: elsewhere\n")
    assert run(["runs", "--config", "other.yaml"]).exit_code == 0
    Path("crm.env").write_text("IMPORT_CONTACTS_OUTPUT_DIR=elsewhere\n")
    assert run(["runs", "--env-file", "crm.env"]).exit_code == 0


@pytest.mark.slow
def test_without_a_setting_it_is_the_default() -> None:
    Path("config.yaml").write_text("inbox_id: 407\noutput_dir:\n")
    Path("elsewhere").rename("import-results")
    assert run(["runs"]).exit_code == 0


@pytest.mark.slow
def test_what_is_wrong_with_other_settings_does_not_matter() -> None:
    Path("config.yaml").write_text("output_dir: elsewhere\nrate: many\nunheard_of: 1\n")
    assert run(["runs"]).exit_code == 0


@pytest.mark.slow
@pytest.mark.parametrize("text", ["output_dir: [", "output_dir: [a, b]\n", b"\xff\xfe\xff output_dir: x"])
def test_a_file_that_should_say_it_and_cannot_is_told_and_an_option_helps(text: str | bytes) -> None:
    Path("elsewhere").rename("import-results")  # an older ledger, which nobody means
    Path("config.yaml").write_bytes(text.encode() if isinstance(text, str) else text)
    failed = run(["runs"])
    assert failed.exit_code == 2
    assert "config.yaml" in failed.stderr
    assert run(["runs", "--output-dir", "import-results"]).exit_code == 0


@pytest.mark.slow
def test_a_missing_file_that_is_named_is_told() -> None:
    failed = run(["ledger", "--config", "missing.yaml", "--json"])
    assert failed.exit_code == 2
    assert json.loads(failed.stdout)["exit_code"] == 2
    assert "missing.yaml" in failed.stderr
    assert "--output-dir" in failed.stderr


@pytest.mark.slow
def test_runs_are_completed_from_there() -> None:
    context = click.Context(cli.commands["report"])
    assert runs_of()(context, cli.commands["report"].params[0], "")
    Path("config.yaml").write_text("output_dir: [")
    assert runs_of()(context, cli.commands["report"].params[0], "") == []


@pytest.mark.slow
def test_every_command_about_a_ledger_takes_a_configuration_file() -> None:
    for name, command in cli.commands.items():
        options = {parameter.name for parameter in command.params}
        assert name == "demo" or "output_dir" not in options or {"config_path"} <= options
