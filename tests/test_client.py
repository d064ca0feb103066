"""One request to one reply: bodies, failures, certificates, proxies."""

import asyncio
import base64
import inspect
import json
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import aiohttp
import pytest
import trustme
from aiohttp import web
from aioresponses import aioresponses

from importer.livedesk.access import Access
from importer.livedesk.api import CONTACTS_PATH
from importer.livedesk.client import Client, connect
from importer.livedesk.contact import ATTRIBUTE_GROUPS, Contact
from importer.livedesk.responses import Failure, Found, Reply, found_contacts
from importer.livedesk.retry import Action, decide
from importer.livedesk.transport import FAILURES
from importer.models import UPDATABLE, Json

URL = "https://livedesk.example"
BODY = '{"inbox_id":407,"name":"王"}'.encode()
CONTACT = Contact(name="王", inbox_id="407")


def ask(access: Access, request: Callable[[Client], Awaitable[Reply]]) -> Reply:
    async def run() -> Reply:
        async with connect(access) as client:
            return await request(client)

    return asyncio.run(run())


@pytest.mark.slow
def test_a_create_is_what_the_api_page_says(answers: aioresponses) -> None:
    """Path, Basic authentication, JSON in UTF-8; redirects are not followed."""
    answers.post(URL + CONTACTS_PATH, payload={"payload": {"contact": {"id": 7}}})
    reply = ask(Access(URL + "/", "key", "sécret"), lambda client: client.create(CONTACT))
    assert (reply.status, reply.contact_id) == (200, "7")
    ((call,),) = answers.requests.values()
    assert call.kwargs["data"] == BODY
    assert call.kwargs["allow_redirects"] is False


@pytest.mark.slow
@pytest.mark.parametrize(
    ("header", "seconds"), [({}, None), ({"Retry-After": "3"}, 3.0), ({"Retry-After": "x"}, None)], ids=str
)
def test_a_refusal_carries_its_wait(answers: aioresponses, header: dict[str, str], seconds: float | None) -> None:
    """Status, text and Retry-After; a body that is not JSON is ``None``."""
    answers.post(URL + CONTACTS_PATH, status=429, body="Retry later\n", headers=header)
    reply = ask(Access(URL, "k", "s"), lambda client: client.create(CONTACT))
    assert reply == Reply(429, None, "Retry later\n", seconds)


@pytest.mark.slow
def test_a_wait_until_a_date_counts_from_the_date_of_its_answer(answers: aioresponses) -> None:
    """Whatever year it is here."""
    header = {"Date": "Sat, 17 Jan 2026 08:15:30 GMT", "Retry-After": "Sat, 17 Jan 2026 08:15:50 GMT"}
    answers.post(URL + CONTACTS_PATH, status=429, headers=header)
    assert ask(Access(URL, "k", "s"), lambda client: client.create(CONTACT)).retry_after_s == 20.0


@pytest.mark.slow
@pytest.mark.parametrize(
    ("error", "failure"),
    [
        (TimeoutError(), Failure.TIMEOUT),
        (aiohttp.SocketTimeoutError(), Failure.TIMEOUT),
        (aiohttp.ConnectionTimeoutError(), Failure.NOT_REACHED),
        (aiohttp.ClientConnectorError(Mock(), OSError(111, "refused")), Failure.NOT_REACHED),
        (aiohttp.ServerDisconnectedError(), Failure.LOST),
        (aiohttp.ClientOSError(104, "reset"), Failure.LOST),
        (aiohttp.ClientPayloadError("cut"), Failure.LOST),
        (ConnectionResetError(104, "reset"), Failure.LOST),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else str(value),
)
def test_exceptions_end_here(answers: aioresponses, error: Exception, failure: Failure) -> None:
    """A failure says whether the server can have seen the request."""
    answers.post(URL + CONTACTS_PATH, exception=error)
    assert ask(Access(URL, "k", "s"), lambda client: client.create(CONTACT)).failure is failure


def test_every_exception_of_aiohttps_client_is_in_the_map() -> None:
    """A new one in a new aiohttp is at least a lost answer, and never a traceback."""
    kinds = [
        kind
        for _, kind in inspect.getmembers(aiohttp, inspect.isclass)
        if issubclass(kind, aiohttp.ClientError | TimeoutError)
    ]
    assert len(kinds) > 15
    assert all(any(issubclass(kind, known) for known, _ in FAILURES) for kind in kinds)


def test_the_special_stand_before_the_general_in_the_map() -> None:
    """The first match counts: no entry may be shadowed by one before it."""
    kinds = [kind for kind, _ in FAILURES]
    assert not [(one, other) for n, one in enumerate(kinds) for other in kinds[:n] if issubclass(one, other)]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"payload": {"contact": {"id": 2219259}}}, "2219259"),
        ({"payload": {"contact": {"id": "2219259"}}}, "2219259"),
        ({"payload": {"contact": {"id": None}}}, None),
        ({"payload": {"contact": {"id": True}}}, None),
        ({"payload": {"contact": {"id": ""}}}, None),
        ({"payload": {"contact": []}}, None),
        ({"payload": []}, None),
        ([], None),
        ("ok", None),
        (None, None),
    ],
)
def test_the_id_of_a_create_is_a_number_or_a_string(answers: aioresponses, body: Json, expected: str | None) -> None:
    """The API page shows a number in its example and a string in its table; nothing else is an id."""
    answers.post(URL + CONTACTS_PATH, payload=body)
    reply = ask(Access(URL, "k", "s"), lambda client: client.create(CONTACT))
    assert reply.contact_id == expected


@pytest.mark.slow
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"payload":{"contact":{"id":71,"name":"Ann"}}}', "71"),
        ('{"payload":{"contact":{"id":12345678901234567890123,"name":"Ann"}}}', "12345678901234567890123"),
        ('{"payload":{"contact":{"id":71}}}', "71"),
        ('{"payload":{"contact":{"id":71,"name":"Ann"}}}\n', "71"),
        ('{"payload":{"contact":{"name":"Ann","id":71}}}', "71"),
        ('{ "payload": {"contact": {"id": 71, "name": "Ann"}}}', "71"),
        ('{"payload":{"contact":{"id":"C-7","name":"Ann"}}}', "C-7"),
        ('{"payload":{"contact":{"id":7.5,"name":"Ann"}}}', None),
        ('{"payload":{"contact":{"id":-7,"name":"Ann"}}}', None),
        ('{"payload":{"contact":{"id":007,"name":"Ann"}}}', None),
        ('{"payload":{"contact":{"id":71,"name":"Ann"', None),
        ('{"payload":{"contact":{"id":7', None),
        ('{"payload":{"contact":{"id":', None),
    ],
)
def test_the_id_of_a_create_is_found_wherever_it_stands(answers: aioresponses, text: str, expected: str | None) -> None:
    """At the beginning it is found without looking at the rest; an answer that is cut off says nothing."""
    answers.post(URL + CONTACTS_PATH, body=text)
    reply = ask(Access(URL, "k", "s"), lambda client: client.create(CONTACT))
    assert reply.contact_id == expected
    assert (decide(reply).action is Action.DONE) == (expected is not None or is_json(text))


def is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"payload": []}, []),
        (
            {"payload": [{"id": 1, "name": "", "email": None, "phone_number": "+861"}]},
            [Found("1", Contact(phone_number="+861"))],
        ),
        (
            {"payload": [{"id": "2", "custom_attributes": {"a": 1, "b": None}}]},
            [Found("2", Contact(attributes={"custom_attributes.a": 1}), custom={"a": 1, "b": None})],
        ),
        (
            {"payload": [{"id": 1, "additional_attributes": {"social_profiles": {"github": "ann"}}}]},
            [
                Found(
                    "1",
                    Contact(attributes={"additional_attributes.social_profiles.github": "ann"}),
                    additional={"social_profiles": {"github": "ann"}},
                )
            ],
        ),
        ({"payload": [{"id": 1, "identifier": 77, "created_at": 5}]}, [Found("1", Contact(identifier="77"), 5)]),
        ({"payload": [{"id": None}, "x", {"id": 3}]}, [Found("", Contact()), Found("3", Contact())]),
        ({"payload": {}}, None),
        ({}, None),
        (None, None),
    ],
)
def test_a_search_page_of_another_shape_is_no_answer(body: Json, expected: list[Found] | None) -> None:
    """An empty list means that nobody is there; anything unreadable must not."""
    found = found_contacts(Reply(200, body))
    assert (None if found is None else [replace(one, hidden=frozenset()) for one in found]) == expected


@pytest.mark.parametrize(
    ("member", "hidden"),
    [
        ({"name": None, "email": None, "phone_number": None, "identifier": None}, ATTRIBUTE_GROUPS),
        ({**dict.fromkeys(UPDATABLE), **{group: {} for group in ATTRIBUTE_GROUPS}}, ()),
        ({"name": "Ann", "custom_attributes": None}, (*UPDATABLE[1:], *ATTRIBUTE_GROUPS)),
    ],
    ids=["no attributes", "all", "the name alone"],
)
def test_what_an_answer_leaves_out_is_hidden_and_not_empty(member: dict[str, Json], hidden: tuple[str, ...]) -> None:
    """A field that is null has no value; a group of attributes that is null is not shown."""
    (found,) = found_contacts(Reply(200, {"payload": [{"id": 1, **member}]})) or []
    assert found.hidden == {*hidden}
    assert [name for name in UPDATABLE if not found.shows(name)] == [name for name in UPDATABLE if name in hidden]
    assert found.shows("custom_attributes.age") is ("custom_attributes" not in hidden)


@asynccontextmanager
async def served(
    handler: Callable[[web.Request], Awaitable[web.StreamResponse]], tls: ssl.SSLContext | None = None
) -> AsyncIterator[int]:
    """A server for any path; its port."""
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", handler)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.05)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=tls).start()
        yield runner.addresses[0][1]
    finally:
        await runner.cleanup()


async def stored(_request: web.Request) -> web.StreamResponse:
    return web.json_response({"payload": {"contact": {"id": 7}}})


@pytest.mark.slow
@pytest.mark.parametrize("trusted", [True, False], ids=["SSL_CERT_FILE names the authority", "unknown authority"])
def test_certificates_are_checked(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, trusted: bool) -> None:
    """A company's own authority counts if the environment names it; without, nothing is sent."""
    authority = trustme.CA()
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("localhost").configure_cert(tls)
    if trusted:
        authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))

    async def run() -> Reply:
        async with served(stored, tls) as port, connect(Access(f"https://localhost:{port}", "k", "s")) as client:
            return await client.create(CONTACT)

    reply = asyncio.run(run())
    assert reply.status == (200 if trusted else 0)
    assert reply.failure is (None if trusted else Failure.UNTRUSTED)


@pytest.mark.slow
def test_the_proxy_of_the_environment_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    """HTTP_PROXY gets the whole address; NO_PROXY and a rehearsal go around it."""
    seen: list[str] = []

    async def proxy(request: web.Request) -> web.StreamResponse:
        seen.append(request.raw_path)
        return await stored(request)

    async def run(**access: Any) -> Reply:
        async with served(proxy) as port:
            monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{port}")
            async with connect(Access("http://desk.example:81", "k", "s", **access)) as client:
                return await client.create(CONTACT)

    assert asyncio.run(run()).status == 200
    assert seen == [f"http://desk.example:81{CONTACTS_PATH}"]
    monkeypatch.setenv("no_proxy", "desk.example")
    assert asyncio.run(run(timeout_s=1)).failure is Failure.NOT_REACHED
    monkeypatch.delenv("no_proxy")
    assert asyncio.run(run(timeout_s=1, proxies=False)).failure is Failure.NOT_REACHED
    assert len(seen) == 1


@pytest.mark.slow
def test_a_proxy_on_the_way_to_https_sees_no_credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    """CONNECT is plain text: it names the host and nothing else of ours."""
    received: list[bytes] = []

    async def proxy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        received.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(b"HTTP/1.1 502 Bad Gateway\r\n\r\n")
        writer.close()

    async def run() -> Reply:
        async with await asyncio.start_server(proxy, "127.0.0.1", 0) as server:
            port = server.sockets[0].getsockname()[1]
            monkeypatch.setenv("https_proxy", f"http://127.0.0.1:{port}")
            async with connect(Access("https://desk.example", "k3y-k3y", "s3cret-s3cret")) as client:
                return await client.create(CONTACT)

    assert asyncio.run(run()).failure is Failure.NOT_REACHED
    (request,) = received
    assert request.startswith(b"CONNECT desk.example:443 ")
    assert b"authorization" not in request.lower()


@pytest.mark.slow
def test_a_server_that_repeats_the_credentials_is_not_quoted(answers: aioresponses) -> None:
    """Key, secret and their base64 are struck out of what a refusal says."""
    encoded = base64.b64encode(b"the-api-key:the-api-secret").decode()
    echo = {"message": f"Basic {encoded} (the-api-key, the-api-secret)"}
    answers.post(URL + CONTACTS_PATH, status=422, payload=echo)
    reply = ask(Access(URL, "the-api-key", "the-api-secret"), lambda client: client.create(CONTACT))
    assert reply.body == {"message": "Basic *** (***, ***)"}
    assert encoded not in reply.text


@pytest.mark.slow
def test_an_escaped_secret_is_struck_out_too(answers: aioresponses) -> None:
    """PHP writes a slash as \\/ in JSON."""
    answers.post(URL + CONTACTS_PATH, status=422, body=r'{"message": "ab\/cdefghij"}')
    reply = ask(Access(URL, "the-api-key", "ab/cdefghij"), lambda client: client.create(CONTACT))
    assert reply.body == {"message": "***"}


@pytest.mark.slow
def test_the_password_of_a_proxy_is_not_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    """The proxy refuses it, and aiohttp's error names the proxy with its password."""

    async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n")
        writer.close()

    async def run() -> Reply:
        async with await asyncio.start_server(refuse, "127.0.0.1", 0) as server:
            port = server.sockets[0].getsockname()[1]
            monkeypatch.setenv("https_proxy", f"http://user:pwsecret@127.0.0.1:{port}")
            async with connect(Access("https://desk.example", "k", "s")) as client:
                return await client.create(CONTACT)

    reply = asyncio.run(run())
    assert reply.failure is Failure.NOT_REACHED
    assert "pwsecret" not in reply.text


@pytest.mark.slow
@pytest.mark.parametrize("body", ['{"message": "\\ud800"}', '{"payload": {"contact": {"id": "\\uDFFF"}}}'])
def test_text_that_no_file_could_hold_is_no_answer(answers: aioresponses, body: str) -> None:
    """A lone surrogate is valid JSON, and neither UTF-8 nor SQLite can store it."""
    answers.post(URL + CONTACTS_PATH, body=body)
    reply = ask(Access(URL, "k", "s"), lambda client: client.create(CONTACT))
    assert reply.body is None
    reply.text.encode()


@pytest.mark.slow
def test_an_emoji_in_escapes_is_text(answers: aioresponses) -> None:
    """Two surrogates that belong together are a character."""
    answers.post(URL + CONTACTS_PATH, body='{"message": "\\ud83d\\ude00"}')
    reply = ask(Access(URL, "k", "s"), lambda client: client.create(CONTACT))
    assert reply.body == {"message": "\U0001f600"}


def test_netrc_is_left_alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Somebody's ~/.netrc must not stand in for the credentials of the environment."""
    (tmp_path / "netrc").write_text("default login other password other\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    seen: list[str] = []

    async def note(request: web.Request) -> web.StreamResponse:
        seen.append(request.headers["Authorization"])
        return await stored(request)

    async def run() -> None:
        async with served(note) as port, connect(Access(f"http://127.0.0.1:{port}", "key", "sécret")) as client:
            await client.create(CONTACT)

    asyncio.run(run())
    assert seen == ["Basic " + base64.b64encode("key:sécret".encode()).decode()]


def test_the_credentials_are_in_no_repr() -> None:
    """A debugger, a log line, a traceback with locals: nothing shows them."""
    assert "s3cret" not in repr(Access(URL, "k3y", "s3cret"))
    assert "k3y" not in repr(Access(URL, "k3y", "s3cret"))
