"""Addresses of the API: one spelling for one server, and a clear word where there is no server by that name."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from importer.config.loading import load
from importer.errors import ConfigError
from importer.network.addresses import api_address, same_address
from importer.pipeline.run import run_import
from importer.pipeline.terms import Terms
from importer.signals import Interrupt
from importer.terminal.console import Console
from tests.support.service import Service, contacts, invoke, results

EXAMPLE = "https://desk.example"


@pytest.mark.parametrize(
    "url",
    [
        "https://h.example",
        "https://h.example/",
        "https://h.example//",
        "https://h.example/./",
        "https://h.example/a/../",
        "https://h.example/../..",
        "https://h.example/%2e/",
        "https://h.example/a/%2E%2e",
        "HTTPS://H.Example",
        "https://h.example:443",
        "https://h.example:443/",
        "https://h.example:",
        "https://h.example.",
        "https://h.example?",
        "https://h.example#",
        " https://h.example ",
        "https://ｈ.example",
        "https://h。example",
    ],
)
def test_spellings_of_one_server_are_one(url: str) -> None:
    """RFC 3986, section 6.2; and what people type around an address."""
    assert api_address(url, EXAMPLE) == "https://h.example"
    assert load({"base_url": url}).base_url == "https://h.example"


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("https://h.example/%7Edesk/%c3%a4/", "https://h.example/~desk/%C3%A4"),
        ("https://h.example/日本", "https://h.example/%E6%97%A5%E6%9C%AC"),
        ("https://h.example/a/./b/../c", "https://h.example/a/c"),
        ("https://h.example/A", "https://h.example/A"),
        ("https://h.example/a%2Fb", "https://h.example/a%2Fb"),
        ("https://h.example:80", "https://h.example:80"),
        ("http://[0:0:0:0:0:0:0:1]:80/", "http://[::1]"),
        ("https://[2001:DB8::0:1]:8443", "https://[2001:db8::1]:8443"),
        ("https://bücher.example", "https://xn--bcher-kva.example"),
        ("https://straße.example", "https://xn--strae-oqa.example"),
        ("https://my_desk.example", "https://my_desk.example"),
    ],
)
def test_what_makes_two_servers_stays(url: str, address: str) -> None:
    """The case of a path, an escaped slash, a port of its own; names outside ASCII as browsers look them up."""
    assert api_address(url, EXAMPLE) == address


@pytest.mark.slow
@given(st.lists(st.sampled_from(["a", "B", ".", "..", "%7e", "%2F", "日", "", "%2e"]), max_size=6))
def test_a_spelling_once_made_stays(segments: list[str]) -> None:
    """Else the ledger would know its own server no more."""
    address = api_address("https://h.example/" + "/".join(segments), EXAMPLE)
    assert api_address(address, EXAMPLE) == address


@pytest.mark.parametrize(
    "url",
    [
        "https://livedesk..com",
        "https://.com",
        "https://.",
        "https://..",
        f"https://{'a' * 64}.com",
        f"https://{'a.' * 130}com",
        "https://li ve.com",
        "https://h.com/a b",
        "https://h\n.com",
        "https://h\\x.com",
        "https://-h.com",
        "https://ho%st.com",
        "https://xn--ü.com",
        "https://h.com:99999",
        "https://h.com:x",
        "https://h.com:0",
        "https://h.com:-1",
        "https://[::1",
        "https://[zz]",
        "https://",
        "https:h.com",
        "https://@h.com",
        "https://user@h.com",
        "https://h.com/?a=1",
        "https://h.com/#a",
    ],
)
def test_what_is_no_server_is_told_before_anything_is_asked(url: str) -> None:
    """Exit 2 in one line: the option, what was found unless it may hold a credential, and how an address looks."""
    done = invoke(contacts(1), "--inbox", 407, "--base-url", url, LIVEDESK_API_KEY="key", LIVEDESK_API_SECRET="secret")
    assert done.exit_code == 2
    assert "Traceback" not in done.output
    assert "--base-url" in done.stderr
    assert "expected an address such as https://livedesk-api.engagelab.com" in done.stderr


def test_an_address_that_may_hold_a_password_is_not_repeated() -> None:
    """Nor is its password, by way of what the standard library says of it."""
    with pytest.raises(ConfigError) as caught:
        load({"base_url": "https://user:hunter℀2@h.com"})
    assert "hunter" not in f"{caught.value}{caught.value.__cause__}"


@pytest.mark.slow
@pytest.mark.parametrize("proxy", ["http://a..b:1", "http://.:3", f"http://{'a' * 64}:3"])
def test_a_proxy_whose_name_is_none_is_not_reached(proxy: str) -> None:
    """As one that does not answer: exit 4, and the row was not sent."""
    credentials = {"LIVEDESK_API_KEY": "key", "LIVEDESK_API_SECRET": "secret", "HTTPS_PROXY": proxy}
    done = invoke(contacts(1), "--inbox", 407, "--max-attempts", 1, "--base-url", "https://desk.invalid", **credentials)
    assert done.exit_code == 4, done.output
    assert "Traceback" not in done.output
    assert [row["status"] for row in results()] == ["not_sent"]


@pytest.mark.slow
@pytest.mark.parametrize("otherwise", ["{url}/./", "{url}/a/..", "{upper}/"])
def test_the_same_server_spelled_otherwise_sends_nothing_twice(otherwise: str) -> None:
    """What a run sent is unchanged in the next, which asks the server nothing."""
    with Service() as service:
        path = contacts(3)
        assert service.invoke(path, "--inbox", 407).exit_code == 0
        asked = service.sandbox.requests.total()
        url = otherwise.format(url=service.url, upper=service.url.upper())
        done = service.invoke(path, "--inbox", 407, "--base-url", url)
        assert done.exit_code == 0, done.output
        assert [row["status"] for row in results()] == ["unchanged"] * 3
        assert service.sandbox.requests.total() == asked


@pytest.mark.slow
def test_a_ledger_that_kept_a_spelling_knows_its_contacts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fingerprints and ids of an older version go by the address as the user typed it."""
    with Service() as service:
        path, quiet = contacts(3), Console(None, None)
        for name, value in service.environment.items():
            monkeypatch.setenv(name, value)
        older = load({"inbox_id": "407"}).model_copy(update={"base_url": f"{service.url}/a/../."})
        with Interrupt(lambda: None) as interrupt:
            assert run_import(Terms(older, quiet, interrupt), [path]).run.base_url.endswith("/a/../.")
        asked = service.sandbox.requests.total()
        assert service.invoke(path, "--inbox", 407).exit_code == 0
        assert [row["status"] for row in results()] == ["unchanged"] * 3
        assert service.sandbox.requests.total() == asked


@pytest.mark.parametrize("word", ["sandbox", "", "https://other.example", "https://h.example:8443"])
def test_another_server_or_a_rehearsal_is_not_the_same(word: str) -> None:
    """Contact ids belong to one server."""
    assert not same_address(word, "https://h.example")
