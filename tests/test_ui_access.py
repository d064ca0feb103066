"""Nobody comes in to the screen but the browser that opened a door: no other user, no other page, no other name."""

import asyncio
import os
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from importer.errors import ConfigError, InputError, OutputError
from importer.message import ENGLISH_READER
from importer.web.access import HEADERS, TOKEN_HEADER, Facts, Sessions, digest, is_ours, may_open
from importer.web.doors import VALID_S, Doors
from importer.web.drafts import Drafts
from importer.web.instance import folder_of
from importer.web.uploads import Bounds, take
from tests.support.screens import Served, raw, request, secret_of, served

PORT = 8410
HERE = f"http://127.0.0.1:{PORT}"


@pytest.fixture(scope="module")
def screen(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served(tmp_path_factory.mktemp("access"), bounds=Bounds(1000, 0.2)) as found:
        yield found


# -- what a request shows --------------------------------------------------------------------------------------------


def facts(method: str = "GET", host: str = f"127.0.0.1:{PORT}", **more: Any) -> Facts:
    return Facts(method, [host], **more)


@pytest.mark.parametrize(
    "shown",
    [
        facts(),
        facts(host=f"localhost:{PORT}"),
        facts(fetch_site="none"),
        facts(fetch_site="same-origin", origins=[HERE]),
        facts("POST", origins=[HERE]),
        facts("POST", origins=[HERE], fetch_site="same-origin"),
        facts("POST", host=f"localhost:{PORT}", origins=[f"http://localhost:{PORT}"]),
    ],
)
def test_a_page_of_ours_is_ours(shown: Facts) -> None:
    """Typed, followed, or asked by a script; by either name of this machine."""
    assert is_ours(shown, PORT)


@pytest.mark.parametrize(
    "shown",
    [
        facts(host="127.0.0.1"),
        facts(host=f"127.0.0.1:{PORT + 1}"),
        facts(host=f"attacker.example:{PORT}"),
        facts(host=f"127.0.0.1.attacker.example:{PORT}"),
        facts(host=f"LOCALHOST:{PORT}"),
        Facts("GET", []),
        Facts("GET", [f"127.0.0.1:{PORT}", f"127.0.0.1:{PORT}"]),
        facts(origins=["http://attacker.example"]),
        facts(origins=["null"]),
        facts(origins=[HERE, "http://attacker.example"]),
        facts("POST"),
        facts("POST", origins=["null"]),
        facts("POST", origins=[f"https://127.0.0.1:{PORT}"]),
        facts("POST", origins=[f"http://127.0.0.1:{PORT + 1}"]),
        facts("POST", origins=[f"http://localhost:{PORT}"]),
        facts("POST", origins=[HERE], fetch_site="none"),
        facts("PUT", origins=[HERE], fetch_site="same-site"),
        facts(fetch_site="same-site"),
        facts(fetch_site="cross-site"),
        facts(fetch_site="odd"),
        facts(fetch_site="same-origin", fetch_dest="serviceworker"),
        facts(fetch_site="same-origin", for_worker=True),
    ],
)
def test_what_comes_from_elsewhere_is_not(shown: Facts) -> None:
    """Another name (rebinding), another port of this machine, another site, or a change that says nothing."""
    assert not is_ours(shown, PORT)


@pytest.mark.parametrize(
    ("shown", "may"),
    [
        (facts("POST", origins=["null"], fetch_site="cross-site", fetch_dest="document"), True),
        (facts(fetch_site="none", fetch_dest="document"), True),
        (facts("POST", origins=["http://attacker.example"]), False),
        (facts("POST", origins=["null"], fetch_dest="empty"), False),
        (facts("POST", origins=["null"], fetch_dest="iframe"), False),
        (facts("POST", host=f"attacker.example:{PORT}", origins=["null"]), False),
    ],
)
def test_a_secret_is_shown_by_a_file_or_typed(shown: Facts, may: bool) -> None:
    """As a page, and not by a script or in a frame."""
    assert may_open(shown, PORT) is may


def test_a_session_needs_cookie_and_token() -> None:
    """The token for a change alone."""
    sessions = Sessions()
    session, cookie = sessions.begin(ENGLISH_READER)
    change = facts("POST", origins=[HERE])
    assert sessions.admitted(facts(), cookie, PORT) is session
    assert sessions.admitted(facts(), None, PORT) is None
    assert sessions.admitted(facts(), cookie + "x", PORT) is None
    assert sessions.admitted(change, cookie, PORT) is None
    assert sessions.admitted(change._replace(token="é"), cookie, PORT) is None
    assert sessions.admitted(change._replace(token=session.token), cookie, PORT) is session
    other, _ = sessions.begin(ENGLISH_READER)
    assert sessions.admitted(change._replace(token=other.token), cookie, PORT) is None


# -- over HTTP -------------------------------------------------------------------------------------------------------


def stranger(screen: Served, method: str = "GET", path: str = "/", **headers: str) -> tuple[int, bytes, list[str]]:
    """What whoever has nothing gets."""
    found = request(screen.port, method, path, {"Host": screen.host} | headers, b"" if method != "GET" else None)
    return found.status, found.body, sorted(set(found.headers) - {"Date"})


def test_whoever_has_nothing_gets_the_same_whatever_he_asks_for(screen: Served) -> None:
    """Neither the root's path nor a page below it shows by status, words or headers."""
    nothing = stranger(screen)
    assert nothing[0] == 404
    assert b"import" not in nothing[1]
    for method in ("GET", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"):
        for path in ("/", "/open", "/open/x", "/favicon.ico", "/../etc/passwd", f"{screen.root}/", f"{screen.root}/x"):
            assert stranger(screen, method, path) == nothing, (method, path)
    for path in ("/alive", "/static/screen.css", "/history", "/drafts", "/stop"):
        assert stranger(screen, "GET", screen.root + path) == nothing
    assert stranger(screen, "POST", f"{screen.root}/stop", **{TOKEN_HEADER: screen.token}) == nothing


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "attacker.example"},
        {"Origin": "http://attacker.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Cookie": "s=x"},
        {"Cookie": ""},
        {TOKEN_HEADER: "x"},
        {TOKEN_HEADER: ""},
    ],
    ids=str,
)
def test_a_change_that_lacks_one_thing_changes_nothing(screen: Served, headers: dict[str, str]) -> None:
    """A rebound name, another origin, a guessed cookie, a wrong token; the right ones do."""
    before = len(screen.screen.drafts.recent())
    assert screen.change("POST", "/drafts", **headers).status == 404
    assert len(screen.screen.drafts.recent()) == before
    assert screen.change("POST", "/drafts").status == 201


def test_a_page_is_refused_to_another_site_and_another_name(screen: Served) -> None:
    """Although the browser might send the cookie along."""
    assert screen.get("/").status == 200
    assert screen.get("/", Host=f"attacker.example:{screen.port}").status == 404
    assert screen.get("/", **{"Sec-Fetch-Site": "cross-site"}).status == 404
    assert screen.get("/", Origin="http://attacker.example").status == 404
    assert screen.get("/static/api.js", **{"Service-Worker": "script"}).status == 404


def test_a_change_cannot_be_made_by_another_method(screen: Served) -> None:
    """No GET changes anything, and no header makes a POST of it."""
    before = [draft.id for draft in screen.screen.drafts.recent()]
    assert screen.get("/drafts", **{"X-HTTP-Method-Override": "POST"}).status == 405
    assert screen.get("/stop").status == 405
    assert screen.get("/drafts?_method=POST").status == 405
    assert [draft.id for draft in screen.screen.drafts.recent()] == before
    assert screen.get("/alive").status == 200


def test_the_cookie_goes_to_no_other_path_and_no_script(screen: Served) -> None:
    """Cookies go to every port of this machine: name and path are of this process alone."""
    door = screen.screen.doors.make(screen.port, ENGLISH_READER)
    cookie = screen.show(secret_of(door.path)).headers["Set-Cookie"]
    name, *attributes = cookie.split("; ")
    assert re.fullmatch(r"s[0-9a-f]{16}=[\w-]{43}", name)
    assert sorted(attributes) == ["HttpOnly", f"Path={screen.root}/", "SameSite=Strict"]
    assert len(screen.root) > 20


def test_a_secret_opens_once(screen: Served) -> None:
    """In the form and in the address; its file is gone."""
    door = screen.screen.doors.make(screen.port, ENGLISH_READER)
    secret = secret_of(door.path)
    assert screen.show("x").status == 404
    assert screen.show("../../x").status == 404
    assert door.path.exists()
    assert screen.show(secret).status == 200
    assert not door.path.exists()
    assert screen.show(secret).status == 404
    assert stranger(screen, "GET", f"/open/{secret}")[0] == 404


@pytest.mark.parametrize("size", [2000, 1 << 20])
def test_a_form_with_more_than_a_secret_is_not_read(screen: Served, size: int) -> None:
    """The answer to strangers is the same at once."""
    door = screen.screen.doors.make(screen.port, ENGLISH_READER)
    secret = secret_of(door.path)
    found = screen.show(f"{secret}&{'x' * size}")
    assert (found.status, found.body) == stranger(screen)[:2]
    assert screen.show(secret).status == 200


def test_a_stranger_who_sends_without_end_is_hung_up_on(screen: Served) -> None:
    """Before or behind the answer, as the network has it; the door stays what it was."""
    door = screen.screen.doors.make(screen.port, ENGLISH_READER)
    secret = secret_of(door.path)
    with suppress(ConnectionError):
        found = screen.show(f"{secret}&{'x' * (3 << 20)}")
        assert (found.status, found.body) == stranger(screen)[:2]
    assert screen.show(secret).status == 200


def test_an_address_opens_once_and_not_for_a_browser_that_looks_ahead(screen: Served) -> None:
    """What is typed is fetched before it is wanted, by some browsers."""
    door = screen.screen.doors.make(screen.port, ENGLISH_READER)
    path = door.address.removeprefix(f"http://{screen.host}")
    host = {"Host": screen.host}
    assert request(screen.port, "GET", path, host | {"Sec-Purpose": "prefetch;prerender"}).status == 404
    assert request(screen.port, "HEAD", path, host).status == 404
    assert request(screen.port, "GET", path, host).status == 200
    assert request(screen.port, "GET", path, host).status == 404


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://attacker.example"},
        {"Host": "attacker.example"},
        {"Sec-Fetch-Dest": "empty"},
        {"Service-Worker": "script"},
    ],
    ids=str,
)
def test_a_secret_that_comes_from_elsewhere_opens_no_more(screen: Served, headers: dict[str, str]) -> None:
    """Whoever shows it has learnt it: a page that was prepared at this port, or one that reads what was typed."""
    door = screen.screen.doors.make(screen.port, ENGLISH_READER)
    secret = secret_of(door.path)
    assert screen.show(secret, **headers).status == 404
    assert not door.path.exists()
    assert screen.show(secret).status == 404
    again = screen.screen.doors.make(screen.port, ENGLISH_READER)
    assert screen.show(secret_of(again.path)).status == 200


def test_every_answer_has_the_headers_of_safety(screen: Served) -> None:
    """Pages, scripts, JSON, and what strangers get."""
    answers = [screen.get(path) for path in ("/", "/static/api.js", "/alive", "/nope")]
    answers.append(request(screen.port, "GET", "/", {"Host": screen.host}))
    for answer in answers:
        assert {name: answer.headers[name] for name in HEADERS} == HEADERS
        assert "Server" not in answer.headers
        assert "Access-Control-Allow-Origin" not in answer.headers
    assert "unsafe" not in HEADERS["Content-Security-Policy"]


class _Inline(HTMLParser):
    """Finds what the policy would not run, and addresses of elsewhere."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        if tag == "script" and "src" not in named and named.get("type") != "application/json":
            self.found.append(tag)
        self.found += [name for name in named if name == "style" or name.startswith("on")]
        self.found += [str(value) for name, value in attrs if name in ("src", "href") and "//" in str(value)]
        if tag == "style":
            self.found.append(tag)


@pytest.mark.parametrize("path", ["/", "/history", "/credentials", "/nope"])
def test_no_page_has_a_script_or_a_style_in_it(screen: Served, path: str) -> None:
    """Nor an address of elsewhere."""
    parser = _Inline()
    parser.feed(screen.get(path).text)
    assert parser.found == []


@pytest.mark.parametrize(
    "path",
    [
        "/static/../api.js",
        "/static/%2e%2e/app.py",
        "/static/..%2fapp.py",
        "/static//etc/passwd",
        "/static/..\\app.py",
        "/static/api.js%00",
        "/drafts/../../etc/file",
        "/drafts/%2e%2e/file",
        "/drafts/..%2f..%2fledger/file",
        "/drafts/0123456789abcdeg/file",
        "/drafts/0123456789abcdef/file",
        "/jobs/..%2fx",
    ],
)
def test_no_path_leads_out_of_its_folder(screen: Served, path: str) -> None:
    """Names of assets are a table, and ids have a form."""
    found = screen.get(path)
    assert found.status == 404
    assert "root:" not in found.text
    assert "Back to the start" in found.text


@pytest.mark.parametrize("name", ["api.js", "elements.js", "house.css", "screen.css", "icon.svg"])
def test_assets_have_their_types(screen: Served, name: str) -> None:
    """With nosniff, a browser runs no script of another type."""
    types = {"js": "text/javascript", "css": "text/css", "svg": "image/svg+xml"}
    found = screen.get(f"/static/{name}")
    assert found.status == 200
    assert found.headers["Content-Type"].partition(";")[0] == types[name.partition(".")[2]]


@pytest.mark.parametrize(
    "sent",
    [
        b"GET / HTTP/1.0\r\n\r\n",
        b"GET http://attacker.example/ HTTP/1.1\r\nHost: attacker.example\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"POST /open HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nTransfer-Encoding: chunked\r\n\r\nffffff\r\n",
    ],
    ids=["no host", "absolute", "two hosts", "TLS", "chunked"],
)
def test_odd_requests_are_refused_and_the_program_goes_on(screen: Served, sent: bytes) -> None:
    """And nothing of ours is in the answer."""
    answered = raw(screen.port, sent.replace(b"%d", str(screen.port).encode()))
    assert re.match(rb"HTTP/1\.[01] 4\d\d ", answered) or not answered
    assert b"import-contacts" not in answered
    assert screen.root.encode() not in answered
    assert screen.get("/alive").status == 200


# -- doors -----------------------------------------------------------------------------------------------------------


def test_a_door_is_for_its_owner_alone(tmp_path: Path) -> None:
    """A file of 0600 in a folder of 0700, even where the folder was open; its name tells nothing of the secret."""
    folder = tmp_path / "doors"
    folder.mkdir(mode=0o755)
    door = Doors(folder).make(PORT, ENGLISH_READER)
    assert (folder.stat().st_mode & 0o777, door.path.stat().st_mode & 0o777) == (0o700, 0o600)
    assert secret_of(door.path) not in door.path.name
    assert door.address == f"{HERE}/open/{secret_of(door.path)}"


def test_a_door_opens_for_ten_minutes(tmp_path: Path) -> None:
    """Then the next one that is made removes it."""
    now = [0.0]
    doors = Doors(tmp_path / "doors", lambda: now[0])
    door = doors.make(PORT, ENGLISH_READER)
    now[0] = door.path.stat().st_mtime + VALID_S + 1
    assert not doors.take(secret_of(door.path))
    late = doors.make(PORT, ENGLISH_READER)
    os.utime(late.path, (0, 0))
    now[0] = 10 * VALID_S
    doors.sweep()
    assert not late.path.exists()


def test_what_somebody_else_puts_there_is_no_door(tmp_path: Path) -> None:
    """A file that others may read or write, a link, a folder."""
    doors = Doors(tmp_path / "doors")
    door = doors.make(PORT, ENGLISH_READER)
    door.path.chmod(0o644)
    assert not doors.take(secret_of(door.path))
    door = doors.make(PORT, ENGLISH_READER)
    moved = door.path.rename(tmp_path / "elsewhere.html")
    door.path.symlink_to(moved)
    assert not doors.take(secret_of(moved))
    assert moved.exists()


def test_another_file_of_ours_is_no_door(tmp_path: Path) -> None:
    """Whoever may rename files cannot make a door of one that shows no secret; nor of a door by two names."""
    doors = Doors(tmp_path / "doors")
    door = doors.make(PORT, ENGLISH_READER)
    other = door.path.with_name(f"{digest('mine')}.html")
    other.write_text('{"process": 1, "port": 2}')
    other.chmod(0o600)
    assert not doors.take("mine")
    assert other.exists()
    secret = secret_of(door.path)
    (tmp_path / "second").hardlink_to(door.path)
    assert not doors.take(secret)
    (tmp_path / "second").unlink()
    assert doors.take(secret)


@pytest.mark.parametrize("open_place", [".", "doors"])
def test_a_door_in_a_folder_that_others_may_write_to_opens_nothing(tmp_path: Path, open_place: str) -> None:
    """Neither the folder nor the one above it; the next door closes its folder."""
    ui = tmp_path / "ui"
    ui.mkdir(mode=0o700)
    doors = Doors(ui / "doors")
    door = doors.make(PORT, ENGLISH_READER)
    (ui / open_place).chmod(0o777)
    assert not doors.take(secret_of(door.path))
    (ui / open_place).chmod(0o700)
    assert doors.take(secret_of(door.path))


def test_only_doors_are_removed_and_only_in_a_folder_of_ours(tmp_path: Path) -> None:
    """Not what somebody else keeps there, and nothing behind a link."""
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    theirs = elsewhere / f"{digest('x')}.html"
    theirs.touch()
    (tmp_path / "doors").symlink_to(elsewhere)
    linked = Doors(tmp_path / "doors", lambda: 1e12)
    linked.sweep()
    linked.close()
    assert theirs.exists()
    with pytest.raises(ConfigError, match="is a link"):
        linked.make(PORT, ENGLISH_READER)
    kept = elsewhere / "notes.html"
    kept.touch()
    Doors(elsewhere).close()
    assert [*elsewhere.iterdir()] == [kept]


# -- folders ---------------------------------------------------------------------------------------------------------

OURS = ("ui", "ui/doors", "ui/drafts", "uploads")


@pytest.mark.parametrize("name", OURS)
def test_a_folder_that_is_a_link_is_refused(tmp_path: Path, name: str) -> None:
    """Before anything is read, changed or removed where it leads; with its place and what to do."""
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir(mode=0o755)
    place = tmp_path / "results" / name
    place.parent.mkdir(parents=True)
    place.symlink_to(elsewhere)
    with pytest.raises(ConfigError, match=f"{place} is a link") as raised:
        folder_of(tmp_path / "results")
    assert raised.value.hint is not None
    assert raised.value.exit_code == 2
    assert (elsewhere.stat().st_mode & 0o777, [*elsewhere.iterdir()]) == (0o755, [])


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may give a folder away")
@pytest.mark.parametrize("name", OURS)
def test_a_folder_of_another_user_is_refused(tmp_path: Path, name: str) -> None:
    """Although root might use it: its owner may put there what he likes."""
    place = tmp_path / name
    place.mkdir(parents=True)
    os.chown(place, 65534, 65534)
    with pytest.raises(ConfigError, match=f"{place} belongs to another user"):
        folder_of(tmp_path)


@pytest.fixture(params=[0o000, 0o022, 0o077], ids=oct)
def _umask(request: pytest.FixtureRequest) -> Iterator[None]:
    before = os.umask(request.param)
    yield
    os.umask(before)


@pytest.mark.usefixtures("_umask")
def test_folders_are_closed_whatever_the_umask(tmp_path: Path) -> None:
    """Those that are made, those of an upload and a draft, and those that were wider."""
    for name in OURS:
        (tmp_path / name).mkdir(mode=0o777)
        (tmp_path / name).chmod(0o777)
    folder_of(tmp_path)
    drafts = Drafts(tmp_path)
    draft = drafts.begin()
    asyncio.run(take(pieces(b"abc"), drafts.uploads(draft), "a.csv", 3, Bounds()))
    made = [tmp_path / name for name in (*OURS, f"uploads/{draft.id}", f"ui/drafts/{draft.id}")]
    assert {path.stat().st_mode & 0o777 for path in made} == {0o700}
    assert (drafts.uploads(draft) / "a.csv").stat().st_mode & 0o777 == 0o600


def test_nothing_is_kept_where_a_link_stands_meanwhile(tmp_path: Path) -> None:
    """A folder that everybody may write to lets others put ours away while the program works."""
    folder_of(tmp_path)
    (tmp_path / "uploads").mkdir()
    (tmp_path / "elsewhere").mkdir()
    for name in ("uploads", "ui"):
        (tmp_path / name).rename(tmp_path / f"{name}-gone")
        (tmp_path / name).symlink_to(tmp_path / "elsewhere")
    with pytest.raises(ConfigError, match="is a link"):
        asyncio.run(take(pieces(b"abc"), tmp_path / "uploads" / "x", "a.csv", 3, Bounds()))
    with pytest.raises(ConfigError, match="is a link"):
        Drafts(tmp_path).begin()
    assert [*(tmp_path / "elsewhere").iterdir()] == []


# -- uploads ---------------------------------------------------------------------------------------------------------


def draft_in(screen: Served) -> str:
    created: str = screen.change("POST", "/drafts").json["id"]
    return created


def uploads_in(screen: Served, draft: str) -> list[str]:
    folder = screen.screen.output_dir / "uploads" / draft
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


def test_an_upload_is_there_for_its_owner_alone(screen: Served) -> None:
    """Whole, under its name, and named by the draft; a second one of that name has a name of its own."""
    draft = draft_in(screen)
    for _ in range(2):
        found = screen.change("POST", f"/drafts/{draft}/files", b"name\nAnn\n", **{"X-File-Name": "%E5%AE%A2.csv"})
        assert found.status == 201
    assert [file["name"] for file in found.json["files"]] == ["客.csv", "客-2.csv"]
    path = screen.screen.output_dir / "uploads" / draft / "客.csv"
    assert (path.read_bytes(), path.stat().st_mode & 0o777) == (b"name\nAnn\n", 0o600)
    assert screen.screen.drafts.get(draft).files[0].size == 9
    assert screen.change("DELETE", f"/drafts/{draft}/files/%E5%AE%A2.csv").status == 200
    assert uploads_in(screen, draft) == ["客-2.csv"]
    assert screen.change("DELETE", f"/drafts/{draft}/files/..%2Fdraft.json").status == 404


def test_an_upload_that_is_too_large_leaves_nothing(screen: Served) -> None:
    """Whether it says so at once, or is found out on the way; the words say what to do."""
    draft = draft_in(screen)
    found = screen.change("POST", f"/drafts/{draft}/files", b"x" * 1001, **{"X-File-Name": "a.csv"})
    assert found.status == 422
    assert found.json["error"]["hint"].startswith("leave out what is no contact")
    head = "".join(f"{name}: {value}\r\n" for name, value in screen.headers.items())
    chunked = f"POST {screen.root}/drafts/{draft}/files HTTP/1.1\r\n{head}Transfer-Encoding: chunked\r\n"
    body = b"Connection: close\r\n\r\n3e9\r\n" + b"x" * 1001 + b"\r\n0\r\n\r\n"
    answered = raw(screen.port, chunked.encode() + body, breaks_off=False)
    assert b" 422 " in answered.partition(b"\r\n")[0]
    assert uploads_in(screen, draft) == []


def test_an_upload_that_falls_silent_or_breaks_off_leaves_nothing(screen: Served) -> None:
    """A page that was closed, and one that sends nothing more."""
    draft = draft_in(screen)
    head = "".join(f"{name}: {value}\r\n" for name, value in screen.headers.items())
    begun = f"POST {screen.root}/drafts/{draft}/files HTTP/1.1\r\n{head}Content-Length: 500\r\n\r\nabc".encode()
    raw(screen.port, begun)
    assert screen.get("/alive").status == 200
    assert uploads_in(screen, draft) == []
    assert screen.screen.drafts.get(draft).files == ()


async def pieces(*texts: bytes, then: float = 0.0) -> AsyncIterator[bytes]:
    for text in texts:
        yield text
    if then:
        await asyncio.Event().wait()


def test_silence_ends_an_upload(tmp_path: Path) -> None:
    """After a minute; here at once."""
    with pytest.raises(TimeoutError):
        asyncio.run(take(pieces(b"abc", then=1), tmp_path / "u", "a.csv", 500, Bounds(silence_s=0.01)))
    assert [*(tmp_path / "u").iterdir()] == []


def test_an_incomplete_upload_is_said_to_be_one(tmp_path: Path) -> None:
    """And is not kept."""
    with pytest.raises(InputError, match="incomplete"):
        asyncio.run(take(pieces(b"abc"), tmp_path / "u", "a.csv", 500, Bounds()))
    assert [*(tmp_path / "u").iterdir()] == []


def test_an_upload_that_has_no_space_is_refused_before_it_comes(tmp_path: Path) -> None:
    """The ledger and the results need some, too."""
    with pytest.raises(OutputError, match="no space"):
        asyncio.run(take(pieces(b"abc"), tmp_path / "u", "a.csv", 1 << 60, Bounds(1 << 61)))
