"""Secrets from files: those that variables name, systemd's credentials, and a file of variables."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from importer.config import environment
from importer.config.loading import load
from importer.errors import ConfigError
from tests.support.service import KEY, SECRET, Service, contacts, folders, invoke, results, written

POSIX = pytest.mark.skipif(os.name != "posix", reason="modes are POSIX's")


def secret(text: str, name: str = "key", mode: int = 0o600) -> Path:
    path = written(text, name)
    path.chmod(mode)
    return path.absolute()


# -- LIVEDESK_API_KEY_FILE -------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_variables_may_name_files_with_the_secrets(service: Service) -> None:
    """The first line counts; what ends it does not."""
    done = invoke(
        contacts(1),
        "--inbox",
        407,
        LIVEDESK_BASE_URL=service.url,
        LIVEDESK_API_KEY_FILE=str(secret(f"{KEY}\r\nsecond line\n", "key")),
        LIVEDESK_API_SECRET_FILE=str(secret(SECRET, "secret")),
    )
    assert done.exit_code == 0, done.stderr
    assert [row["status"] for row in results()] == ["created"]
    assert "Warning" not in done.stderr


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_a_file_may_have_the_encoding_of_a_shell(monkeypatch: pytest.MonkeyPatch, encoding: str) -> None:
    """PowerShell's ``>``."""
    Path("key").write_bytes(f"{KEY}\n".encode(encoding))
    monkeypatch.setenv("LIVEDESK_API_KEY_FILE", "key")
    assert load({"api_secret": "s"}).credentials() == (KEY, "s")


def unreadable() -> None:
    if os.geteuid() == 0:
        pytest.skip("root reads everything")
    secret("hush7319", "key", 0)


WRONG = {
    "absent": (lambda: None, "no such file"),
    "a directory": (lambda: Path("key").mkdir(), "cannot be read"),
    "empty": (lambda: secret(""), "its first line is empty"),
    "blank": (lambda: secret(" \nhush7319"), "its first line is empty"),
    "too large": (lambda: secret("hush7319" * 10_000), "more than 65,536 bytes"),
    "no text": (lambda: Path("key").write_bytes(b"hush7319\xff\n"), "no text"),
    "unreadable": (unreadable, "cannot be read"),
}


@POSIX
@pytest.mark.parametrize(("make", "words"), WRONG.values(), ids=WRONG)
@pytest.mark.parametrize("how", ["variable", "systemd"])
def test_a_file_that_holds_no_secret_is_exit_2_with_place_and_remedy(make: object, words: str, how: str) -> None:
    """And nothing of what it holds."""
    assert callable(make)
    make()
    if how == "systemd" and Path("key").exists():
        Path("credentials").mkdir()
        Path("key").rename("credentials/livedesk_api_key")
    elif how == "systemd":
        Path("credentials").mkdir()
        Path("credentials/livedesk_api_key").symlink_to("nowhere")
    variables = {"variable": ("LIVEDESK_API_KEY_FILE", "key"), "systemd": ("CREDENTIALS_DIRECTORY", "credentials")}
    done = invoke(contacts(1), "--inbox", 407, **dict([variables[how]]))
    assert (done.exit_code, done.stdout) == (2, "")
    place = "LIVEDESK_API_KEY_FILE key" if how == "variable" else "credentials/livedesk_api_key"
    assert f"{place}: " in done.stderr
    assert words in done.stderr
    assert "whose first line is the secret" in done.stderr
    assert "hush" not in done.output


@pytest.mark.slow
@POSIX
def test_a_pipe_is_a_file_that_is_read_once(service: Service) -> None:
    """``LIVEDESK_API_KEY_FILE=<(pass livedesk)``: neither the look at its mode nor anything else reads it again."""
    done = subprocess.run(
        [
            "bash",
            "-c",
            f'LIVEDESK_API_KEY_FILE=<(echo {KEY}) exec "$0" -m importer "$@"',
            *(sys.executable, str(contacts(1)), "--inbox", "407"),
        ],
        env={k: v for k, v in {**os.environ, **service.environment}.items() if k != "LIVEDESK_API_KEY"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def test_the_variable_goes_before_the_file_that_another_names(service: Service) -> None:
    """With a warning that names both; the file is not even opened."""
    done = invoke(contacts(1), "--inbox", 407, **service.environment, LIVEDESK_API_KEY_FILE="absent")
    assert done.exit_code == 0
    assert "LIVEDESK_API_KEY_FILE counts for nothing beside LIVEDESK_API_KEY" in done.stderr


# -- systemd ---------------------------------------------------------------------------------------------------------


def test_systemds_credentials_go_before_the_file_and_behind_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """One layer added at a time."""
    written("api_key: of-the-file\napi_secret: of-the-file\n", "config.yaml")
    Path("credentials").mkdir()
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", "credentials")
    assert load({}).credentials() == ("of-the-file", "of-the-file"), "a unit may have other credentials"
    for name in ("livedesk_api_key", "livedesk_api_secret"):
        secret("of-systemd\n", f"credentials/{name}")
    assert load({}).credentials() == ("of-systemd", "of-systemd")
    monkeypatch.setenv("LIVEDESK_API_KEY_FILE", str(secret("of-a-file")))
    assert load({}).credentials() == ("of-a-file", "of-systemd")
    monkeypatch.setenv("LIVEDESK_API_KEY", "of-a-variable")
    assert load({}).credentials() == ("of-a-variable", "of-systemd")


# -- --env-file ------------------------------------------------------------------------------------------------------


def env_file(text: str, mode: int = 0o600) -> Path:
    return secret(text, "desk.env", mode)


def test_a_file_of_variables_sets_what_the_environment_does_not(service: Service) -> None:
    """export, quotes and comments as a shell reads them; nothing is expanded, and unknown names are others'."""
    env_file(
        f"# credentials\nexport LIVEDESK_API_KEY='{KEY}'\nLIVEDESK_API_SECRET=\"{SECRET}\"  # the secret\n\n"
        f"LIVEDESK_BASE_URL={service.url}\nLIVEDESK_INBOX_ID=9\nIMPORT_CONTACTS_JSON=1\nIMPORT_CONTACTS_QUIET=yes\n"
        "IMPORT_CONTACTS_SET='custom_attributes.a=$HOME `id` $(id)'\nDATABASE_URL=postgres://x\nFLAG\n"
    )
    done = invoke(contacts(1), "--env-file", "desk.env", LIVEDESK_INBOX_ID="407")
    assert (done.exit_code, done.stderr) == (0, "")
    assert done.stdout.startswith("{")
    (stored,) = service.sandbox.contacts
    assert stored["custom_attributes"] == {"a": "$HOME `id` $(id)"}
    assert environment.in_use() is None, "it ends with the command"
    assert "LIVEDESK_API_KEY" not in os.environ


@POSIX
def test_the_files_variables_stay_in_this_process() -> None:
    """A program that it starts, such as a browser, inherits no secret."""
    env_file("LIVEDESK_API_SECRET=hush7319\n")
    with environment.using(environment.read(Path("desk.env"))):
        assert load({}).api_secret is not None
        inherited = subprocess.run(["env"], capture_output=True, text=True, check=True).stdout
    assert "hush" not in inherited


def test_a_file_of_variables_may_be_named_by_one_and_choose_the_language() -> None:
    """Before anything is said."""
    env_file("IMPORT_CONTACTS_LANG=zh\n")
    done = invoke("config", IMPORT_CONTACTS_ENV_FILE="desk.env")
    assert "lang: " in done.stdout
    assert "desk.env: IMPORT_CONTACTS_LANG" in done.stdout
    assert "默认值" in done.stderr


@pytest.mark.parametrize("layer", ["file", "variable of the file", "process"])
def test_the_real_environment_goes_first_however_it_gives_the_secret(
    monkeypatch: pytest.MonkeyPatch, layer: str
) -> None:
    """A file named by the process's variable goes before a secret in the file of variables."""
    monkeypatch.setenv("IMPORT_CONTACTS_CONFIG", str(secret("api_key: of-the-config\n", "c.yaml")))
    named = secret("named", "named")
    if layer != "file":
        env_file(f"LIVEDESK_API_KEY_FILE={named}\n")
    else:
        env_file("")
    if layer == "process":
        env_file("LIVEDESK_API_KEY=of-the-env-file\n")
        monkeypatch.setenv("LIVEDESK_API_KEY_FILE", str(named))
    with environment.using(environment.read(Path("desk.env"))):
        found = load({"api_secret": "s"}).credentials()[0]
    assert found == ("of-the-config" if layer == "file" else "named")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (None, "desk.env: no such file"),
        ("\nA=1\n'hush7319\n", "desk.env, line 3: no variable"),
        ("A=1\n" * 20_000, "desk.env: it has more than 65,536 bytes"),
        ("LIVEDESK_API_KEY=hush7319\nIMPORT_CONTACTS_RATE=fast\n", "desk.env: IMPORT_CONTACTS_RATE': 'fast'"),
        ("LIVEDESK_BASE_URL=ftp://x\n", "desk.env: LIVEDESK_BASE_URL"),
        ("LIVEDESK_API_KEY_FILE=absent\n", "desk.env: LIVEDESK_API_KEY_FILE absent: no such file"),
    ],
    ids=["absent", "no variable", "too large", "no number", "no address", "no such secret"],
)
def test_a_file_of_variables_that_is_wrong_is_exit_2(text: str | None, words: str) -> None:
    """With its place, the line or the variable, and nothing of what it holds."""
    if text is not None:
        env_file(text)
    done = invoke(contacts(1), "--inbox", 407, "--env-file", Path("desk.env").absolute())
    assert done.exit_code == 2
    assert words in done.stderr
    assert "hush" not in done.output


def test_a_typing_error_in_a_file_of_variables_is_warned_of() -> None:
    """As in the environment; what is others' is nobody's business."""
    env_file("IMPORT_CONTACTS_RAT=1\nDATABASE=x\n")
    done = invoke("config", "--env-file", "desk.env")
    assert done.exit_code == 0
    assert "did you mean IMPORT_CONTACTS_RATE?" in done.stderr
    assert "DATABASE" not in done.stderr


# -- who may read them -----------------------------------------------------------------------------------------------


@POSIX
@pytest.mark.parametrize("mode", [0o644, 0o640, 0o600])
@pytest.mark.parametrize("how", ["env-file", "secret file", "systemd"])
def test_secrets_that_everybody_may_read_are_warned_of(mode: int, how: str) -> None:
    """Wherever they are."""
    Path("credentials").mkdir()
    path = {"env-file": "desk.env", "secret file": "key", "systemd": "credentials/livedesk_api_key"}[how]
    secret("LIVEDESK_API_KEY=hush7319" if how == "env-file" else "hush7319", path, mode)
    variables = {
        "env-file": {"IMPORT_CONTACTS_ENV_FILE": path},
        "secret file": {"LIVEDESK_API_KEY_FILE": path},
        "systemd": {"CREDENTIALS_DIRECTORY": "credentials"},
    }[how]
    done = invoke("config", **variables)
    assert done.exit_code == 0
    assert (f"{path} holds api_key, and every user" in done.stderr) == (mode == 0o644)
    assert (f"chmod 600 {path}" in done.stderr) == (mode == 0o644)
    assert "hush" not in done.output


@POSIX
def test_a_file_of_variables_without_secrets_may_be_open() -> None:
    """Nobody needs to be warned."""
    env_file("IMPORT_CONTACTS_RATE=1\n", 0o644)
    assert "every user" not in invoke("config", "--env-file", "desk.env").stderr


# -- nothing leaks ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("how", ["secret files", "env-file"])
def test_no_artefact_of_a_run_holds_a_secret(service: Service, how: str) -> None:
    """Summary, results, ledger, log, and what is shown; with --verbose too."""
    if how == "env-file":
        env_file(f"LIVEDESK_API_KEY={KEY}\nLIVEDESK_API_SECRET={SECRET}\n")
        variables = {"IMPORT_CONTACTS_ENV_FILE": "desk.env"}
    else:
        variables = {
            "LIVEDESK_API_KEY_FILE": str(secret(KEY, "key")),
            "LIVEDESK_API_SECRET_FILE": str(secret(SECRET, "secret")),
        }
    done = invoke(
        contacts(2), "--inbox", 407, "--verbose", "--log-file", "log", LIVEDESK_BASE_URL=service.url, **variables
    )
    assert done.exit_code == 0, done.stderr
    assert "***" in invoke("config", **variables).stdout
    texts = [path.read_bytes() for path in (*Path("import-results").rglob("*"), Path("log")) if path.is_file()]
    assert folders()
    for hush in (KEY, SECRET):
        assert hush not in done.output
        assert hush not in invoke("config", **variables).output
        assert not any(hush.encode() in text for text in texts)


def test_an_error_about_a_secret_does_not_show_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """NUL is no text that could be sent."""
    secret("hush7319\0", "key")
    monkeypatch.setenv("LIVEDESK_API_KEY_FILE", "key")
    with pytest.raises(ConfigError) as caught:
        load({})
    assert "LIVEDESK_API_KEY_FILE key: it holds bytes that are no text" in str(caught.value)
    assert "hush" not in str(caught.value)
