"""Credentials in the system's keychain: kept by ``login`` after a test, used where nothing else gives any."""

import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import keyring
import pytest
from keyring.backends import fail
from keyring.errors import KeyringLocked

from importer.config import keychain, loading, settings
from importer.errors import ConfigError
from tests.support.keychain import FILE, FileKeyring, variables
from tests.support.service import KEY, SECRET, Service, contacts, invoke, results, written
from tests.support.terminal import at_a_terminal, talked

PLACE = "keychain.json"
NO_KEYCHAIN = fail.Keyring()  # type: ignore[no-untyped-call]


@pytest.fixture
def chain(monkeypatch: pytest.MonkeyPatch) -> Iterator[FileKeyring]:
    """That of this process, empty at first."""
    monkeypatch.setenv(FILE, str(Path(PLACE).absolute()))
    made = FileKeyring()  # type: ignore[no-untyped-call]
    keyring.set_keyring(made)
    yield made
    keyring.set_keyring(NO_KEYCHAIN)


def kept(service: Service) -> dict[str, str]:
    """What the keychain has for a server."""
    text = json.loads(Path(PLACE).read_text()).get(f"import-contacts {service.url}") if Path(PLACE).exists() else None
    return json.loads(text) if text else {}


def typed(service: Service, *answers: str, **environment: str) -> tuple[str, int]:
    """What ``login`` shows at a terminal where somebody types these answers, and its exit code."""
    command = [sys.executable, "-m", "importer", "login", "--base-url", service.url]
    given = {**os.environ, **variables(Path(PLACE).absolute()), **environment}
    typing = zip((b"API key: ", b"API secret: "), (f"{answer}\n".encode() for answer in answers), strict=False)
    with at_a_terminal(command, given, shows_results=True) as (terminal, process):
        return talked(terminal, typing).decode(), process.wait(120)


@pytest.mark.slow
def test_login_asks_without_an_echo_tests_and_keeps(service: Service) -> None:
    """One request; what was typed stands nowhere but in the keychain."""
    shown, code = typed(service, KEY, SECRET)
    assert code == 0, shown
    assert f"The keychain has the credentials for {service.url}." in shown
    assert KEY not in shown
    assert SECRET not in shown
    assert kept(service) == {"api_key": KEY, "api_secret": SECRET}
    assert service.sandbox.requests.total() == 1


@pytest.mark.slow
def test_credentials_that_are_refused_are_not_kept(service: Service) -> None:
    """Exit code 4, with what to compare; although the settings are those of a rehearsal, the server was asked."""
    shown, code = typed(service, KEY, "wr0ng-of-the-test", IMPORT_CONTACTS_SANDBOX="1", IMPORT_CONTACTS_DRY_RUN="1")
    assert code == 4, shown
    assert "compare both" in shown
    assert "wr0ng-of-the-test" not in shown
    assert kept(service) == {}


@pytest.mark.slow
def test_login_says_what_goes_before_the_keychain(service: Service) -> None:
    """What is kept counts for nothing meanwhile."""
    shown, code = typed(service, KEY, SECRET, LIVEDESK_API_KEY="another-key")
    assert code == 0, shown
    assert "LIVEDESK_API_KEY goes before the keychain" in " ".join(shown.split())


@pytest.mark.slow
def test_nothing_typed_is_nothing_kept(service: Service) -> None:
    """Exit code 2."""
    shown, code = typed(service, "", SECRET)
    assert (code, kept(service)) == (2, {})
    assert "the key or the secret is missing" in shown


@pytest.mark.slow
def test_an_import_takes_what_is_kept_for_its_server(service: Service, chain: FileKeyring) -> None:
    """And of no other; a rehearsal needs none."""
    keychain.keep(service.url, keychain.Credentials(KEY, SECRET))
    done = invoke(contacts(1), "--inbox", 407, "--base-url", service.url)
    assert done.exit_code == 0, done.stderr
    assert [row["status"] for row in results()] == ["created"]
    elsewhere = invoke(contacts(1), "--inbox", 407, "--base-url", "http://127.0.0.1:9")
    assert elsewhere.exit_code == 2
    assert "no credentials" in elsewhere.stderr


def test_half_of_the_credentials_is_not_filled_up_from_the_keychain(service: Service, chain: FileKeyring) -> None:
    """A key and a secret of two accounts would be sent together."""
    keychain.keep(service.url, keychain.Credentials(KEY, SECRET))
    done = invoke(contacts(1), "--inbox", 407, "--base-url", service.url, LIVEDESK_API_KEY="another")
    assert done.exit_code == 2
    assert "LIVEDESK_API_SECRET not set" in done.stderr


@pytest.mark.parametrize("origin", ["environment", "file"])
def test_whatever_else_gives_credentials_goes_before(service: Service, chain: FileKeyring, origin: str) -> None:
    """The keychain is the last."""
    keychain.keep(service.url, keychain.Credentials("of-the-keychain", "of-the-keychain"))
    if origin == "file":
        written(f"api_key: {KEY}\napi_secret: {SECRET}\n", "config.yaml").chmod(0o600)
    more = service.environment if origin == "environment" else {"LIVEDESK_BASE_URL": service.url}
    assert invoke(contacts(1), "--inbox", 407, **more).exit_code == 0


def test_settings_of_code_take_nothing_from_a_keychain(chain: FileKeyring) -> None:
    """They stand for themselves, and a worker of a cluster does not know the server yet."""
    keychain.keep(settings.DEFAULT_BASE_URL, keychain.Credentials(KEY, SECRET))
    assert loading.load({}).credentials() == (KEY, SECRET)
    for alone in (settings.Config(), loading.load({}, settings=settings.Config())):
        with pytest.raises(ConfigError, match="no credentials"):
            alone.credentials()


def test_forget_takes_them_out(service: Service, chain: FileKeyring) -> None:
    """Without a terminal too, and of this server alone."""
    for url in (service.url, "https://other.example"):
        keychain.keep(url, keychain.Credentials(KEY, SECRET))
    done = invoke("login", "--forget", "--base-url", service.url)
    assert (done.exit_code, done.stdout) == (0, f"The keychain no longer has credentials for {service.url}.\n")
    assert [*chain.kept] == ["import-contacts https://other.example"]
    again = invoke("login", "--forget", "--base-url", service.url)
    assert (again.exit_code, again.stdout) == (0, f"The keychain has no credentials for {service.url}.\n")


def test_config_says_that_they_are_in_the_keychain(service: Service, chain: FileKeyring) -> None:
    """And shows nothing of them."""
    keychain.keep(service.url, keychain.Credentials(KEY, SECRET))
    done = invoke("config", LIVEDESK_BASE_URL=service.url)
    assert 'api_secret: "***"  # the system\'s keychain' in done.stdout
    assert SECRET not in done.output
    assert "keychain" not in invoke("config").stdout


def test_without_a_terminal_nobody_is_asked(service: Service, chain: FileKeyring) -> None:
    """Exit code 2, with what to do instead."""
    done = invoke("login", "--base-url", service.url)
    assert done.exit_code == 2
    assert "there is no terminal to ask at" in done.stderr
    assert "LIVEDESK_API_KEY_FILE" in done.stderr


def test_without_a_keychain_login_says_what_to_do() -> None:
    """On a server there is mostly none."""
    keyring.set_keyring(NO_KEYCHAIN)
    done = invoke("login")
    assert done.exit_code == 2
    assert "no keychain that can be reached" in done.stderr
    assert "Secret Service" in done.stderr
    assert "LIVEDESK_API_KEY_FILE" in done.stderr


def test_without_the_extra_login_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """As every extra does."""
    monkeypatch.setitem(sys.modules, "keyring", None)
    done = invoke("login")
    assert done.exit_code == 2
    assert "pip install 'import-contacts[keyring]'" in done.stderr
    assert "no credentials" in invoke(contacts(1), "--inbox", 407).stderr


def test_a_keychain_that_refuses_keeps_nothing(chain: FileKeyring, monkeypatch: pytest.MonkeyPatch) -> None:
    """The error, and its traceback, say nothing of what was to be kept."""

    def refuse(*_: str) -> None:
        raise KeyringLocked("locked")

    monkeypatch.setattr(chain, "set_password", refuse)
    with pytest.raises(ConfigError, match="keychain refused") as refused:
        keychain.keep("https://desk.example", keychain.Credentials(KEY, SECRET))
    assert (refused.value.__cause__, refused.value.__suppress_context__) == (None, True)


def test_a_keychain_that_takes_and_does_not_keep_is_found_out(
    chain: FileKeyring, monkeypatch: pytest.MonkeyPatch
) -> None:
    """keyring's backend ``null`` is such a one."""
    monkeypatch.setattr(chain, "set_password", lambda *_: None)
    with pytest.raises(ConfigError, match="keychain refused"):
        keychain.keep("https://desk.example", keychain.Credentials(KEY, SECRET))
