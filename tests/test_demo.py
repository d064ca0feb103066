"""Without a file and an account: the demo, the settings, and what they say to do next."""

import json
import os
from pathlib import Path

import pytest
import yaml

from importer.config.settings import Config
from importer.files.samples import example_for, packaged
from importer.message import Language
from tests.support.service import folders, invoke, written


@pytest.mark.slow
def test_a_demo_needs_nothing_and_says_what_to_do_next() -> None:
    """It shows what the program is for, rows to correct among them. Its files are those of an import; the
    configuration and credentials of the user play no part."""
    written("inbx: 4\n", "config.yaml")
    done = invoke("demo", LIVEDESK_BASE_URL="http://nowhere.example")
    assert done.exit_code == 0
    assert "9 of 18 rows need attention (messy-en.csv to the sandbox, not to LiveDesk)" in done.stdout
    assert (folders()[0] / "errors.csv").exists()
    assert "import-contacts template contacts.xlsx" in done.stdout
    assert "import-contacts contacts.xlsx --inbox 407 --dry-run" in done.stdout
    assert (folders()[0] / "report.html").exists()


@pytest.mark.slow
def test_a_demo_ends_with_its_record_where_programs_read() -> None:
    """As every run does."""
    done = invoke("demo", "--log-format", "json")
    last = json.loads(done.stderr.splitlines()[-1])
    assert (last["mode"], last["status"], last["rows"]) == ("sandbox", "done", 18)


@pytest.mark.slow
def test_a_demo_in_chinese_has_the_sample_of_chinese_mistakes() -> None:
    """Rows are wrong in it, which is no failure of the demo."""
    done = invoke("demo", "--lang", "zh", "--output-dir", "out")
    assert done.exit_code == 0
    assert "检查您自己的文件，不发送任何内容：" in done.stdout
    assert [path.name[:5] for path in Path("out").iterdir() if path.is_dir()] == ["messy"]


@pytest.mark.slow
def test_a_demo_opens_its_page_when_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """And not otherwise."""
    opened: list[str] = []

    def open_page(address: str) -> bool:
        opened.append(address)
        return True

    monkeypatch.setattr("webbrowser.open", open_page)
    invoke("demo")
    assert opened == []
    invoke("demo", "--open")
    assert opened[0].endswith("/report.html")


@pytest.mark.slow
@pytest.mark.parametrize("arguments", [["runs"], ["report", "--open"], ["find", "ann"]])
def test_after_a_rehearsal_the_commands_that_look_back_name_its_page(arguments: list[str]) -> None:
    """A rehearsal keeps no ledger; what it has is a page."""
    invoke("demo")
    done = invoke(*arguments)
    assert done.exit_code == 2
    assert f"its page is {folders()[0] / 'report.html'}" in done.stderr


def test_the_example_is_a_configuration_file_with_every_setting() -> None:
    """Commented out, to keep and edit; test_config takes it at its word."""
    done = invoke("config", "--example")
    assert done.exit_code == 0
    assert done.stdout == packaged("config.example.yaml").read_text(encoding="utf-8")
    assert yaml.safe_load(done.stdout) is None, "what nobody has set by removing a # does not count"
    assert [name for name in Config.model_fields if f"{name}:" not in done.stdout] == []


SECRETS = "api_key: hush\napi_secret: hush\n"
TWINS = sorted(Path(__file__).parent.parent.glob("config.example.*.yaml"))


@pytest.mark.parametrize("twin", TWINS, ids=lambda twin: twin.name)
def test_an_example_in_another_language_has_the_same_keys_and_values(twin: Path) -> None:
    """Only its comments, the lines with ##, differ; and all of them do."""
    english, other = (path.read_text(encoding="utf-8").splitlines() for path in (packaged("config.example.yaml"), twin))
    settings = [[line for line in lines if not line.startswith("##")] for lines in (english, other)]
    assert settings[0] == settings[1]
    assert [line for line in other if line.startswith("##") and line in english] == []


def test_an_example_has_comments_in_the_readers_language() -> None:
    """Where there is one; else in that of a shorter tag, else in English."""
    assert invoke("config", "--example", "--lang", "zh").stdout.startswith("## import-contacts 的设置")
    assert invoke("config", "--example", "--lang", "zh_TW").stdout.startswith("## import-contacts 的设置")
    assert example_for(Language("pt-BR")) == packaged("config.example.yaml")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_configuration_file_may_have_the_encoding_of_a_shell(encoding: str) -> None:
    """Windows PowerShell writes UTF-16 for >."""
    Path("config.yaml").write_text("set: {name: 张伟}\nlang: zh\n", encoding=encoding)
    assert 'set: {"name": "张伟"}' in invoke("config").stdout


def test_the_settings_in_force_are_shown_with_their_origins_and_without_secrets() -> None:
    """As YAML; the environment goes before the file."""
    written("inbox_id: 0407\nrate: 20\napi_key: hush\nmap: {Tel: phone_number}\n", "config.yaml")
    done = invoke("config", LIVEDESK_INBOX_ID="408", LIVEDESK_API_SECRET="hush")
    assert yaml.safe_load(done.stdout) == {
        "api_key": "***",
        "api_secret": "***",
        "inbox_id": "408",
        "map": {"Tel": "phone_number"},
        "rate": 20.0,
        "settle": 0.2,
    }
    assert 'inbox_id: "408"  # LIVEDESK_INBOX_ID' in done.stdout
    assert "rate: 20.0  # config.yaml: rate" in done.stdout
    assert "hush" not in done.output
    assert "--example" in done.stderr


def test_settings_that_are_wrong_are_told_as_an_import_tells_them() -> None:
    """Exit code 2, with the place and the remedy."""
    written("inbx_id: 4\n", "config.yaml")
    done = invoke("config")
    assert (done.exit_code, done.stdout) == (2, "")
    assert 'unknown key "inbx_id"' in done.stderr


@pytest.mark.skipif(os.name != "posix", reason="modes are POSIX's")
@pytest.mark.parametrize(
    ("mode", "text", "warned"),
    [(0o644, SECRETS, True), (0o640, SECRETS, False), (0o600, SECRETS, False), (0o644, "rate: 20\n", False)],
)
@pytest.mark.parametrize(
    "arguments", [["config"], ["contacts.csv", "--inbox", "407", "--dry-run"]], ids=lambda one: one[0]
)
def test_secrets_that_everybody_may_read_are_warned_of(
    mode: int, text: str, warned: bool, arguments: list[str]
) -> None:
    """With the command that closes the file; a group may be meant to read it, and other settings are no secrets."""
    written("Name,Email\nAnn,ann@example.com\n")
    written(text, "config.yaml").chmod(mode)
    done = invoke(*arguments)
    assert done.exit_code == 0
    assert ("config.yaml holds api_key and api_secret, and every user" in done.stderr) == warned
    assert ("chmod 600 config.yaml" in done.stderr) == warned


def test_without_settings_there_is_nothing_to_show(monkeypatch: pytest.MonkeyPatch) -> None:
    """Which is said."""
    monkeypatch.delenv("IMPORT_CONTACTS_SETTLE")
    done = invoke("config")
    assert (done.exit_code, done.stdout) == (0, "")
    assert "Nothing is set" in done.stderr
