"""Input at an https address: what is fetched, within which bounds, what servers may not do, what nobody may read."""

import gzip
import os
import re
import shlex
import signal
import threading
import time
import zlib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from importer import Cancellation, import_contacts
from importer.errors import Cancelled, ConfigError, InputError
from importer.library.preview import preview
from importer.network.addresses import is_cut, public, to_fetch
from importer.sources.address_names import name_of, place_in
from importer.sources.download import Unpacking, check_page
from importer.sources.failures import FetchFailed
from importer.sources.links import file_behind
from importer.sources.meant import inputs_of
from importer.sources.source import Bounds, Fetching, LocalCopy, fetched
from importer.sources.web_file import WebFile
from tests.support.certificates import Authority, Certificate
from tests.support.download_server import Answer, DownloadServer, Send, answer, redirect
from tests.support.service import Service, folders, invoke, results, start, written

CSV = "Name,Email\nAnn,ann@example.com\nZoë,zoe@example.com\n".encode()
TOKEN = "s1gned-t0ken"
QUERY = f"?X-Amz-Signature={TOKEN}"
LOGIN = b"<!DOCTYPE html><html><body><form><input name=user><input type='password'></form></body></html>"


@pytest.fixture
def authority(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Authority:
    """Trusted by this process and those that it starts."""
    folder = tmp_path / "authority"
    folder.mkdir()
    made = Authority(folder)
    monkeypatch.setenv("SSL_CERT_FILE", str(made.file))
    return made


@pytest.fixture
def certificate(authority: Authority) -> Certificate:
    return authority.good()


def download(url: str, bounds: Bounds | None = None, silence_s: float = 5.0) -> tuple[str, bytes]:
    """Name and content of what is fetched."""
    source = WebFile(url, bounds or Bounds(sleep=lambda _seconds: None))
    with fetched([source], silence_s, Cancellation()) as (found,):
        assert isinstance(found, LocalCopy)
        assert found.path.stat().st_mode & 0o077 == 0
        return found.path.name, found.path.read_bytes()


def refusal(server: DownloadServer, path: str, bounds: Bounds | None = None, silence_s: float = 5.0) -> InputError:
    """Why a download fails; the error never shows the query."""
    with pytest.raises(InputError) as raised:
        download(f"{server.url}{path}{QUERY}", bounds, silence_s)
    assert TOKEN not in f"{raised.value} {raised.value.hint} {raised.value!r}"
    assert f"{server.url}{path}?… cannot be read: " in str(raised.value)
    return raised.value


# -- what is fetched -------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_a_file_at_an_address_is_an_input(certificate: Certificate, service: Service) -> None:
    """It is fetched and imported; the run has the file's name, and the address without its query."""
    with DownloadServer(certificate, {"/exports/people.csv": answer(CSV)}) as server:
        done = service.invoke(f"{server.url}/exports/people.csv{QUERY}", "--inbox", 407)
    assert done.exit_code == 0, done.output
    assert [row["status"] for row in results()] == ["created", "created"]
    assert folders()[-1].name.startswith("people-")
    (got,) = server.got
    assert got.target == f"/exports/people.csv{QUERY}"
    assert {"authorization", "cookie"}.isdisjoint(got.headers)


@pytest.mark.slow
def test_the_library_takes_addresses_too(certificate: Certificate) -> None:
    """Beside files, as one run."""
    here = written("Name,Email\nAnn,ann@example.com\n", "here.csv")
    with DownloadServer(certificate, {"/there.csv": answer(CSV)}) as server:
        summary = import_contacts(here, f"{server.url}/there.csv", inbox=407, sandbox=True)
    assert summary.counts == {"created": 2, "duplicate": 1}


ENCODED: dict[str, tuple[str, bytes]] = {
    "none": ("identity", CSV),
    "gzip": ("gzip", gzip.compress(CSV)),
    "two members": ("gzip", gzip.compress(CSV[:9]) + gzip.compress(CSV[9:])),
    "deflate": ("deflate", zlib.compress(CSV)),
    "raw deflate": ("deflate", zlib.compress(CSV)[2:-4]),
}


@pytest.mark.parametrize(("encoding", "body"), ENCODED.values(), ids=ENCODED.keys())
def test_what_the_server_packs_is_unpacked(certificate: Certificate, encoding: str, body: bytes) -> None:
    """Content-Encoding is of the way, and not of the file."""
    with DownloadServer(certificate, {"/a.csv": answer(body, Content_Encoding=encoding)}) as server:
        assert download(f"{server.url}/a.csv") == ("a.csv", CSV)


@pytest.mark.slow
@given(st.binary(max_size=2_000), st.integers(1, 400))
def test_unpacking_gives_what_was_packed_however_it_arrives(content: bytes, size: int) -> None:
    """In pieces of any size."""
    packed = gzip.compress(content * 300)
    unpacking = Unpacking("gzip")
    pieces = [packed[at : at + size] for at in range(0, len(packed), size)]
    assert b"".join(part for piece in pieces for part in unpacking.parts(piece)) == content * 300
    assert unpacking.is_whole


def test_an_answer_in_chunks_is_read(certificate: Certificate) -> None:
    """Its length is known at its end."""
    chunks = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in (CSV[:7], CSV[7:])) + b"0\r\n\r\n"
    whole = answer(length=None, Transfer_Encoding="chunked") + chunks
    with DownloadServer(certificate, {"/a.csv": whole}) as server:
        assert download(f"{server.url}/a.csv")[1] == CSV


@pytest.mark.slow
def test_a_cookie_of_the_redirect_goes_back_within_the_download(certificate: Certificate) -> None:
    """SharePoint wants it so; the next download begins without."""
    answers: dict[str, Answer | list[Answer]] = {
        "/link": redirect("/a.csv", Set_Cookie="pass=1; Path=/; Secure"),
        "/a.csv": answer(CSV),
    }
    with DownloadServer(certificate, answers) as server:
        for _ in range(2):
            assert download(f"{server.url}/link")[1] == CSV
    assert [got.headers.get("cookie") for got in server.got] == [None, "pass=1"] * 2


NAMES: dict[str, tuple[str, str, str]] = {
    "the path": ("/a/b/people.xlsx", "", "people.xlsx"),
    "the path before what is offered": ("/people.xlsx", "attachment; filename=other.csv", "people.xlsx"),
    "escaped": ("/%E5%90%8D%E5%8D%95.csv", "", "名单.csv"),
    "offered": ("/export", 'attachment; filename="May list.csv"', "May list.csv"),
    "offered in UTF-8": ("/export", "attachment; filename=x.csv; filename*=UTF-8''%E5%90%8D.csv", "名.csv"),
    "offered by a program": ("/export.php", "attachment; filename=list.csv", "list.csv"),
    "offered with a path": ("/export", 'attachment; filename="../../etc/list.csv"', "list.csv"),
    "offered with a path of Windows": ("/export", 'attachment; filename="C:\\\\x\\\\list.csv"', "list.csv"),
    "none": ("/export", "", "127.0.0.1.csv"),
    "nothing but dots": ("/export", 'attachment; filename=".."', "127.0.0.1.csv"),
    "a sign that turns the writing round": ("/a%E2%80%AEvsc.csv", "", "a_vsc.csv"),
    "accents as letters of their own": ("/Ga%CC%88ste.csv", "", "Gäste.csv"),
    "a device of Windows": ("/con.csv", "", "_con.csv"),
    "a path that leads away": ("/a/..%2F..%2Fb.csv", "", "b.csv"),
}


@pytest.mark.slow
@pytest.mark.parametrize(("path", "disposition", "name"), NAMES.values(), ids=NAMES.keys())
def test_the_name_is_the_same_at_each_time(certificate: Certificate, path: str, disposition: str, name: str) -> None:
    """That of the path, else what the server offers, else that of the host; never one that leads elsewhere."""
    headers: dict[str, Any] = {"Content_Disposition": disposition} if disposition else {}
    with DownloadServer(certificate, {path: answer(CSV, **headers)}) as server:
        assert [download(server.url + path) for _ in range(2)] == [(name, CSV)] * 2


@pytest.mark.slow
def test_files_of_one_name_are_told_apart_by_their_addresses(certificate: Certificate) -> None:
    """As those of this machine by their folders, in whichever order they are named."""
    answers: dict[str, Answer] = {f"/{folder}/list.csv": answer(CSV) for folder in ("nord", "sued")}
    with DownloadServer(certificate, answers) as server:
        urls = [f"{server.url}/{folder}/list.csv" for folder in ("nord", "sued")]
        for inputs in (urls, urls[::-1]):
            summary = import_contacts(*inputs, inbox=407, sandbox=True)
            assert {row.file for row in summary.results()} == {"nord/list.csv", "sued/list.csv"}


@pytest.mark.slow
@given(st.text(max_size=300), st.text(max_size=300))
def test_every_name_is_safe(path: str, offered: str) -> None:
    """Whatever a server says."""
    try:
        url = to_fetch(f"https://example.com/{path}")
    except ValueError:
        return
    name = name_of(url, offered)
    assert name == Path(name).name
    assert name not in ("", ".", "..")
    assert not {*'/\\<>:"|?*\0\n'} & {*name}
    assert len(name.encode()) <= 200
    with TemporaryDirectory() as folder:
        place = place_in(Path(folder), url, offered)
        assert place.resolve().is_relative_to(Path(folder).resolve())
        assert place.parent.is_dir()


# -- what a server may do, and what not ------------------------------------------------------------------------------


@pytest.mark.slow
def test_redirects_are_followed_a_few_times(certificate: Certificate) -> None:
    """Relative ones too, of every kind."""
    answers: dict[str, Answer | list[Answer]] = {
        "/1": redirect("/2", "301 Moved"),
        "/2": redirect("3?x=1", "307 Temporary Redirect"),
        "/3": redirect("4", "308 Permanent Redirect"),
        "/4": redirect("5", "303 See Other"),
        "/5": redirect("a.csv"),
        "/a.csv": answer(CSV),
        "/loop": redirect("/loop"),
    }
    with DownloadServer(certificate, answers) as server:
        assert download(f"{server.url}/1")[1] == CSV
        assert "it leads from one address to the next, more than 5 times" in str(refusal(server, "/loop"))
    assert len([got for got in server.got if got.path == "/loop"]) == 6


TARGETS: dict[str, tuple[str, str]] = {
    "plain http": (f"http://127.0.0.1/{TOKEN}", "http:// is not encrypted"),
    "a file": ("file:///etc/passwd", "expected an address"),
    "a user": (f"https://user:{TOKEN}@127.0.0.1/a.csv", "a user name or a password"),
    "no address": ("https://[", "it is no address"),
    "a page to sign in": (
        f"https://accounts.google.com/ServiceLogin?continue={TOKEN}",
        "it leads to a page to sign in (accounts.google.com)",
    ),
    "another": (
        f"https://login.microsoftonline.com/common/oauth2?x={TOKEN}",
        "it leads to a page to sign in (login.microsoftonline.com)",
    ),
    "on a SharePoint": ("https://x.sharepoint.com/sites/a/_layouts/15/Authenticate.aspx", "a page to sign in"),
}


@pytest.mark.slow
@pytest.mark.parametrize(("target", "cause"), TARGETS.values(), ids=TARGETS.keys())
def test_a_redirect_leads_to_https_and_to_no_sign_in(certificate: Certificate, target: str, cause: str) -> None:
    """Nothing is asked there."""
    with DownloadServer(certificate, {"/a.csv": redirect(target)}) as server:
        assert cause in str(refusal(server, "/a.csv"))
    assert len(server.got) == 1


def endless(server: DownloadServer, send: Send) -> None:
    """A body without an end."""
    send(answer(length=None))
    while not server.ended.is_set():
        send(bytes(1 << 16))


def dripping(begin: bytes) -> Callable[[DownloadServer, Send], None]:
    """A byte every now and then, and never the last."""

    def drip(server: DownloadServer, send: Send) -> None:
        send(begin)
        while not server.ended.wait(0.02):
            send(b"x")

    return drip


def silent(server: DownloadServer, send: Send) -> None:
    """Half of it, and then nothing."""
    send(answer(b"half", length=8))
    server.ended.wait(20)


def cut(server: DownloadServer, send: Send) -> None:
    """An end of the connection that TLS does not confirm, in the place of a length."""
    send(answer(CSV[:-9], length=None))


def chunked(length: int) -> bytes:
    """A whole body in a chunk, and a length beside that."""
    return answer(length=None, Transfer_Encoding="chunked", Content_Length=length) + b"%x\r\n%s\r\n0\r\n\r\n" % (
        len(CSV),
        CSV,
    )


CONTRADICTS = "the answer contradicts itself about its length"
BOMB = gzip.compress(bytes(3 << 20))
SILENCE_S = 0.2
LIES: dict[str, tuple[Answer, str, int]] = {
    "a short body": (answer(CSV[:-5], length=len(CSV)), "its end is missing", 3),
    "a short chunk": (answer(b"ff\r\nabc", length=None, Transfer_Encoding="chunked"), "its end is missing", 3),
    "a cut gzip": (answer(gzip.compress(CSV)[:-9], Content_Encoding="gzip"), "its end is missing", 3),
    "a cut connection": (cut, "its end is missing", 3),
    "cut headers": (b"HTTP/1.1 200 OK\r\nContent-Ty", "its end is missing", 3),
    "two lengths": (answer(CSV, Content_Length=9), CONTRADICTS, 3),
    "two lengths in one": (answer(CSV, length=None, Content_Length=f"{len(CSV)}, 9"), CONTRADICTS, 3),
    "a length that is no number": (answer(CSV, length=None, Content_Length=f"{len(CSV)} bytes"), CONTRADICTS, 3),
    "more than its length": (answer(CSV, length=len(CSV) - 9), CONTRADICTS, 3),
    "more in chunks": (chunked(len(CSV) - 9), CONTRADICTS, 3),
    "less in chunks": (chunked(len(CSV) + 9), "its end is missing", 3),
    "no gzip": (answer(b"\x1f\x8bno", Content_Encoding="gzip"), "it cannot be unpacked", 1),
    "an unknown packing": (answer(CSV, Content_Encoding="br"), "packed in a way that was not asked for (br)", 1),
    "a large one, declared": (answer(b"", length=2 << 20), "it is larger than 1 MiB", 1),
    "an endless one": (endless, "it is larger than 1 MiB", 1),
    "a bomb": (answer(BOMB, Content_Encoding="gzip"), "it is larger than 1 MiB", 1),
    "a part": (answer(CSV, "206 Partial Content"), "HTTP 206 Partial Content", 1),
    "nothing": (answer(status="204 No Content"), "HTTP 204 No Content", 1),
    "no HTTP": (b"SSH-2.0-x\r\n", "the connection to it, or to the proxy, failed", 3),
    "silence": (silent, f"no answer within {SILENCE_S} s", 3),
    "a page to sign in": (answer(LOGIN, Content_Type="text/html"), "a page to sign in came", 1),
}


@pytest.mark.slow
@pytest.mark.parametrize(("lie", "cause", "tries"), LIES.values(), ids=LIES.keys())
def test_a_server_that_lies_is_found_out(certificate: Certificate, lie: Answer, cause: str, tries: int) -> None:
    """A part is never taken for the whole; what may pass is tried again, with growing waits."""
    slept: list[float] = []
    with DownloadServer(certificate, {"/a.csv": lie}) as server:
        bounds = Bounds(most_bytes=1 << 20, sleep=slept.append)
        silence_s = SILENCE_S if lie is silent else 20.0
        assert cause in str(refusal(server, "/a.csv", bounds, silence_s=silence_s))
    assert len(server.got) == tries
    assert slept == [1.0, 3.0][: tries - 1]


@pytest.mark.slow
def test_a_length_that_is_met_is_enough(certificate: Certificate) -> None:
    """Many servers end the connection without a word; and one that says its length twice says the same."""

    def abrupt(server: DownloadServer, send: Send) -> None:
        send(answer(CSV, Content_Length=len(CSV)))

    with DownloadServer(certificate, {"/a.csv": abrupt, "/b.csv": chunked(len(CSV))}) as server:
        assert download(f"{server.url}/a.csv") == ("a.csv", CSV)
        assert download(f"{server.url}/b.csv") == ("b.csv", CSV)
        assert len(server.got) == 2


@pytest.mark.parametrize(
    ("path", "offered", "name"),
    [
        (f"/get?sig={TOKEN}", f"q.csv?sig={TOKEN}", "q.csv"),
        (f"/get?sig={TOKEN}", f"people-{TOKEN}.csv", "people-_.csv"),
        (f"/get?sig={TOKEN}", TOKEN, "example.com.csv"),
        ("/get?sig=s3cret%2Bword", "s3cret+word.csv", "_.csv"),
        ("/get?file=people.csv&gid=12", "people.csv", "people.csv"),
        ("/get?gid=12", "people-12.csv", "people-12.csv"),
        (f"/people.csv;sig={TOKEN}", "", "people.csv"),
        (f"/people;sig={TOKEN}.csv", "offered.csv", "offered.csv"),
    ],
)
def test_no_name_has_a_secret_of_the_address(path: str, offered: str, name: str) -> None:
    """A server may repeat the query in the name that it offers, and the name is told and kept."""
    assert name_of(f"https://example.com{path}", offered) == name


def test_no_folder_has_a_secret_of_the_address(tmp_path: Path) -> None:
    """What stands behind a semicolon tells nothing apart."""
    assert place_in(tmp_path, f"https://example.com/a;sig={TOKEN}/people.csv") == tmp_path / "example.com/a/people.csv"


@pytest.mark.slow
@pytest.mark.parametrize("begin", [answer(length=None), b"HTTP/1.1 200 OK\r\nX-Long: "], ids=["body", "headers"])
def test_a_download_ends_in_time_whatever_drips(certificate: Certificate, begin: bytes) -> None:
    """The silence never ends the wait, since something always comes."""
    with DownloadServer(certificate, {"/a.csv": dripping(begin)}) as server:
        began = time.monotonic()
        assert "no end within 0.3 s" in str(refusal(server, "/a.csv", Bounds(longest_s=0.3)))
        assert time.monotonic() - began < 5


STATUSES: dict[str, tuple[int, str, int]] = {
    "401": (401, "share it with everybody", 1),
    "403": (403, "share it with everybody", 1),
    "404": (404, "check the address", 1),
    "410": (410, "check the address", 1),
    "418": (418, "None", 1),
    "429": (429, "try it again later", 3),
    "503": (503, "try it again later", 3),
}


@pytest.mark.slow
@pytest.mark.parametrize(("status", "hint", "tries"), STATUSES.values(), ids=STATUSES.keys())
def test_a_refusal_says_what_to_do(certificate: Certificate, status: int, hint: str, tries: int) -> None:
    """And what may pass is tried again."""
    words = answer(b"no", f"{status} words of {TOKEN}")
    with DownloadServer(certificate, {"/a.csv": words}) as server:
        error = refusal(server, "/a.csv")
    assert f"HTTP {status}" in str(error)
    assert hint in str(error.hint)
    assert len(server.got) == tries


@pytest.mark.slow
@pytest.mark.parametrize(
    ("after", "slept", "code"), [("7", [7.0], 0), ("0", [1.0], 0), ("999", [], 3)], ids=["7 s", "now", "too long"]
)
def test_retry_after_is_obeyed(certificate: Certificate, after: str, slept: Sequence[float], code: int) -> None:
    """Up to a minute; who asks for more patience is given up."""
    waits: list[float] = []
    answers: list[Answer] = [answer(status="503 Busy", Retry_After=after), answer(CSV)]
    with DownloadServer(certificate, {"/a.csv": answers}) as server:
        if code:
            refusal(server, "/a.csv", Bounds(sleep=waits.append))
        else:
            assert download(f"{server.url}/a.csv", Bounds(sleep=waits.append))[1] == CSV
    assert waits == slept


def test_a_file_that_nobody_waits_for_any_more_is_not_asked_for_again(certificate: Certificate, tmp_path: Path) -> None:
    """Whoever gave it up during the wait before a further try."""
    slept: list[float] = []
    with DownloadServer(certificate, {"/a.csv": [answer(status="503 Busy"), answer(CSV)]}) as server:
        terms = Fetching(tmp_path, 5.0, is_given_up=lambda: bool(slept))
        with pytest.raises(InputError, match="interrupted"):
            WebFile(f"{server.url}/a.csv", Bounds(sleep=slept.append)).fetch(terms)
    assert (slept, len(server.got)) == ([1.0], 1)


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["expired", "of_another_host"])
def test_certificates_are_checked(authority: Authority, kind: str) -> None:
    """No request is made to a host that cannot show who it is, and none again."""
    with DownloadServer(getattr(authority, kind)(), {}) as server:
        assert "its certificate cannot be trusted" in str(refusal(server, "/a.csv"))
    assert server.got == []


@pytest.mark.slow
def test_netrc_has_nothing_for_an_address(
    certificate: Certificate, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nor is anything else of this account sent."""
    (tmp_path / ".netrc").write_text(f"machine 127.0.0.1 login user password {TOKEN}\n")
    (tmp_path / ".netrc").chmod(0o600)
    monkeypatch.setenv("HOME", str(tmp_path))
    with DownloadServer(certificate, {"/a.csv": answer(CSV)}) as server:
        download(f"{server.url}/a.csv")
    assert "authorization" not in server.got[0].headers


@pytest.mark.slow
def test_a_page_that_is_a_table_is_an_input(certificate: Certificate) -> None:
    """As a web page that was saved is."""
    page = b"<html><table><tr><th>Name<th>Email<tr><td>Ann<td>ann@example.com</table></html>"
    with DownloadServer(certificate, {"/t.html": answer(page, Content_Type="text/html")}) as server:
        assert import_contacts(f"{server.url}/t.html", inbox=407, sandbox=True).counts == {"created": 1}


# -- what is no address to fetch -------------------------------------------------------------------------------------

REFUSED: dict[str, tuple[str, str]] = {
    "plain http": (f"http://example.com/a.csv?{TOKEN}", "use https://"),
    "a password": (f"https://user:{TOKEN}@example.com/a.csv", "leave it out"),
    "a token": (f"https://{TOKEN}@example.com/a.csv", "leave it out"),
    "a password with signs": (f"https://user:{TOKEN}/x@example.com/a.csv", "expected an address"),
    "no host": ("https:///a.csv", "expected an address"),
    "a bad port": ("https://example.com:x/a.csv", "expected an address"),
    "a line break": ("https://example.com/a\n.csv", "expected an address"),
    "a scheme that nothing reads": ("gopher://example.com/a.csv", "gopher:// is not supported"),
}


@pytest.mark.parametrize(("url", "told"), REFUSED.values(), ids=REFUSED.keys())
def test_what_is_not_fetched_is_refused_at_once(url: str, told: str) -> None:
    """As wrong usage, before anything else, and without its secrets."""
    with pytest.raises(ConfigError, match=told) as raised:
        inputs_of([url])
    assert TOKEN not in f"{raised.value} {raised.value.hint}"
    assert invoke(url, "--inbox", 407, "--dry-run").exit_code == 2


def test_a_path_is_no_address() -> None:
    """A drive of Windows has one letter; a Path is always one."""
    names: list[str | Path] = ["C://x.csv", "a:b.csv", Path("https://example.com")]
    assert inputs_of(names) == tuple(map(Path, names))


def test_a_preview_fetches_nothing() -> None:
    """It says so, without the query."""
    with pytest.raises(ConfigError, match="an address is fetched by an import") as raised:
        preview(f"https://example.com/a.csv{QUERY}")
    assert TOKEN not in str(raised.value)


@pytest.mark.parametrize(
    ("url", "sent"),
    [
        ("https://bücher.example/ä b.csv?q=ü", "https://xn--bcher-kva.example/%C3%A4%20b.csv?q=%C3%BC"),
        (" HTTPS://Example.COM:8443/%41?a=b%20c#x ", "https://example.com:8443/%41?a=b%20c"),
        ("https://[::1]/a.csv", "https://[::1]/a.csv"),
        ("https://example.com", "https://example.com/"),
        ("https://example.com/a@b:c,d.csv?x=a/b?c", "https://example.com/a@b:c,d.csv?x=a/b?c"),
    ],
)
def test_an_address_is_sent_as_a_browser_does(url: str, sent: str) -> None:
    """What needs an escape gets one, and what has one keeps it."""
    assert to_fetch(url) == sent


@pytest.mark.parametrize(
    ("head", "kind", "shared", "told"),
    [
        (LOGIN, "text/html; charset=utf-8", False, "a page to sign in"),
        (LOGIN, "application/octet-stream", False, "a page to sign in"),
        (b"<html>Sorry, unable to open the file", "text/html", True, "a web page came"),
        (b"<html><table>", "text/html", False, ""),
        (b"<html><table>", "application/octet-stream", True, ""),
        (b"Name,<input type=password>", "text/csv", True, ""),
    ],
)
def test_a_page_in_the_place_of_a_file_is_told_where_it_can_be(head: bytes, kind: str, shared: bool, told: str) -> None:
    """A page to sign in by its field for a password; any page of a site whose link was made that of a file."""
    if told:
        with pytest.raises(FetchFailed, match=told):
            check_page(head, kind, shared=shared)
    else:
        check_page(head, kind, shared=shared)


# -- links of a browser ----------------------------------------------------------------------------------------------

SHEET = "https://docs.google.com/spreadsheets/d/1aB-c_9"
EXPORT = f"{SHEET}/export?format=csv"
PUBLISHED = "https://docs.google.com/spreadsheets/d/e/2PACX-1v_x"
DRIVE = "https://drive.google.com/uc?export=download&id=1aB-c_9"
LINKS: dict[str, str] = {
    f"{SHEET}/edit": EXPORT,
    f"{SHEET}/edit?usp=sharing": EXPORT,
    f"{SHEET}/edit#gid=7": f"{SHEET}/export?gid=7&format=csv",
    f"{SHEET}/edit?gid=7#gid=7": f"{SHEET}/export?gid=7&format=csv",
    f"{SHEET}/edit?gid=7&usp=sharing&ouid=1&rtpof=true&sd=true": f"{SHEET}/export?gid=7&format=csv",
    f"{SHEET}/edit?resourcekey=0-k#gid=0": f"{SHEET}/export?resourcekey=0-k&gid=0&format=csv",
    f"{SHEET}": EXPORT,
    f"{SHEET}/": EXPORT,
    f"{SHEET}/htmlview": EXPORT,
    f"{SHEET}/htmlview?gid=3": f"{SHEET}/export?gid=3&format=csv",
    f"{SHEET}/preview": EXPORT,
    "https://docs.google.com/spreadsheets/u/1/d/1aB-c_9/edit#gid=7": f"{SHEET}/export?gid=7&format=csv",
    "https://docs.google.com/a/example.com/spreadsheets/d/1aB-c_9/edit": EXPORT,
    f"{SHEET}/export?format=xlsx": f"{SHEET}/export?format=xlsx",
    f"{SHEET}/gviz/tq?tqx=out:csv&sheet=A": f"{SHEET}/gviz/tq?tqx=out:csv&sheet=A",
    f"{SHEET}/pubhtml": f"{SHEET}/pub?output=csv",
    f"{PUBLISHED}/pubhtml": f"{PUBLISHED}/pub?output=csv",
    f"{PUBLISHED}/pubhtml?gid=7&single=true": f"{PUBLISHED}/pub?gid=7&single=true&output=csv",
    f"{PUBLISHED}/pub?gid=7&single=true&output=csv": f"{PUBLISHED}/pub?gid=7&single=true&output=csv",
    f"{PUBLISHED}/pub?output=xlsx": f"{PUBLISHED}/pub?output=xlsx",
    "https://drive.google.com/file/d/1aB-c_9/view?usp=drive_link": DRIVE,
    "https://drive.google.com/file/u/0/d/1aB-c_9/view?resourcekey=0-k": (
        "https://drive.google.com/uc?resourcekey=0-k&export=download&id=1aB-c_9"
    ),
    "https://drive.google.com/open?id=1aB-c_9&usp=x": "https://drive.google.com/uc?id=1aB-c_9&export=download",
    "https://www.dropbox.com/s/abc/people.csv?dl=0": "https://www.dropbox.com/s/abc/people.csv?dl=1",
    "https://www.dropbox.com/scl/fi/abc/p.csv?rlkey=k&st=s&dl=0": (
        "https://www.dropbox.com/scl/fi/abc/p.csv?rlkey=k&st=s&dl=1"
    ),
    "https://x-my.sharepoint.com/:x:/g/personal/a_b/Ea?e=k": (
        "https://x-my.sharepoint.com/:x:/g/personal/a_b/Ea?e=k&download=1"
    ),
    "https://github.com/o/r/blob/main/data/p.csv": "https://raw.githubusercontent.com/o/r/main/data/p.csv",
    "https://gitlab.com/g/o/r/-/blob/main/p.csv?ref_type=heads": "https://gitlab.com/g/o/r/-/raw/main/p.csv",
    "https://example.com/spreadsheets/d/1/edit#gid=7": "https://example.com/spreadsheets/d/1/edit#gid=7",
    "https://docs.google.com.evil.example/spreadsheets/d/1/edit": (
        "https://docs.google.com.evil.example/spreadsheets/d/1/edit"
    ),
}


@pytest.mark.parametrize(("pasted", "file"), LINKS.items(), ids=LINKS.keys())
def test_a_link_of_a_browser_leads_to_the_file_itself(pasted: str, file: str) -> None:
    """The sheet that the person looked at stays; what is the address of a file already is left alone."""
    found = file_behind(pasted)
    assert found.address.url == file
    assert file_behind(file).address.url == file
    assert found.shared or file == pasted


# -- secrets ---------------------------------------------------------------------------------------------------------

PUBLIC: dict[str, str] = {
    "https://example.com/a.csv": "https://example.com/a.csv",
    f"https://example.com/a.csv?sig={TOKEN}#x": "https://example.com/a.csv?…",
    f"https://example.com/a.csv#{TOKEN}": "https://example.com/a.csv",
    f"https://u:{TOKEN}@example.com/a.csv": "https://…@example.com/a.csv",
    f"https://{TOKEN}@example.com/a.csv": "https://…@example.com/a.csv",
    f"{SHEET}/edit#gid=7": f"{SHEET}/edit#gid=7",
    f"{SHEET}/edit?gid=7#gid=7": f"{SHEET}/edit?gid=7#gid=7",
    f"{SHEET}/edit?usp=sharing": f"{SHEET}/edit?usp=sharing",
    f"{SHEET}/edit?gid=7&resourcekey={TOKEN}": f"{SHEET}/edit?gid=7&…",
    f"{SHEET}/edit?gid={TOKEN}#gid={TOKEN}": f"{SHEET}/edit?…",
    f"https://example.com/a.csv?gid=7&x={TOKEN}": "https://example.com/a.csv?…",
    f"s3://bucket/a.csv?versionId={TOKEN}": "s3://bucket/a.csv?…",
    f"https://example.com/a;sig={TOKEN}/b.csv;jsessionid={TOKEN}": "https://example.com/a;…/b.csv;…",
    "sftp://ann@example.com/a.csv": "sftp://ann@example.com/a.csv",
    f"sftp://ann:{TOKEN}@example.com/a.csv": "sftp://…@example.com/a.csv",
    "people?.csv": "people?.csv",
    "--set": "--set",
    "avatar_url=https://example.com/a?b=c": "avatar_url=https://example.com/a?b=c",
}


@pytest.mark.parametrize(("text", "told"), PUBLIC.items())
def test_what_everybody_may_read_of_an_address(text: str, told: str) -> None:
    """No user of a web server, password, query, parameter and fragment; the number of a sheet is harmless."""
    assert public(text) == told
    assert public(told) == told
    assert is_cut(told) == (";…" in told or "…" in told.partition("?")[2])


@pytest.mark.slow
def test_a_query_is_told_and_kept_nowhere(certificate: Certificate, service: Service, tmp_path: Path) -> None:
    """Neither on the terminal, nor in the ledger, the files or the log; the next command says what it lacks."""
    rows = b"Name,Email\nAnn,ann@example.com\nBob,bob@\n"
    with DownloadServer(certificate, {"/people.csv": answer(rows)}) as server:
        url = f"{server.url}/people.csv{QUERY}"
        log = ("--verbose", "--log-file", tmp_path / "log")
        dry = service.invoke(url, "--inbox", 407, "--dry-run", *log)
        done = service.invoke(url, "--inbox", 407, *log)
        again = service.invoke("report")
        stopped = invoke(url, "--inbox", 407, "--fresh", *log, **service.environment | {"LIVEDESK_API_KEY": "wrong"})
    assert (dry.exit_code, done.exit_code, again.exit_code, stopped.exit_code) == (1, 1, 0, 4)
    assert f"'{server.url}/people.csv?…'" in dry.stdout
    assert f"'{server.url}/people.csv?…'" in stopped.stdout
    assert "write the whole address again" in dry.stdout
    assert "write the whole address again" in stopped.stdout
    for told in (done, again):
        assert re.search(r"^  import-contacts \S+errors\.csv --inbox 407", told.stdout, re.MULTILINE)
        assert "write the whole address" not in told.stdout
    assert "write the whole address again" in (folders()[-1] / "report.html").read_text(encoding="utf-8")
    kept = b"".join(path.read_bytes() for path in Path().rglob("*") if path.is_file()) + (tmp_path / "log").read_bytes()
    shown = "".join(one.output for one in (dry, done, again, stopped))
    assert b"people.csv?" in kept
    assert TOKEN.encode() not in kept
    assert TOKEN not in shown


def test_a_misplaced_address_is_not_quoted_whole() -> None:
    """A command that takes none says so without its query, as JSON too."""
    for more in ((), ("--json",)):
        done = invoke("runs", f"https://example.com/a.csv{QUERY}", *more)
        assert done.exit_code == 2
        assert "https://example.com/a.csv?…" in done.stderr
        assert TOKEN not in done.output


@pytest.mark.parametrize("typed", [("--rate", "{}"), ("--rate={}",)])
def test_a_misplaced_address_in_an_option_is_not_quoted_whole(typed: tuple[str, ...]) -> None:
    """However the option is written."""
    done = invoke("a.csv", *(word.format(f"https://ann:{TOKEN}@example.com/a.csv{QUERY}") for word in typed))
    assert done.exit_code == 2
    assert "https://…@example.com/a.csv?…" in done.stderr
    assert TOKEN not in done.output


@pytest.mark.slow
@pytest.mark.parametrize("divider", [" ", "="])
def test_the_next_command_has_the_addresses_of_options_whole(divider: str) -> None:
    """They are settings and no files: with their query cut off, as that of a file is, the command would be refused."""
    link = "https://crm.example.com/c?id={contact_id}"
    typed = f"--contact-link{divider}{link}".split(" ")
    done = invoke(written("Name,Email\nAnn,ann@example.com\n"), "--inbox", 407, "--sandbox", *typed)
    assert done.exit_code == 0
    assert shlex.split(done.stdout.rstrip().splitlines()[-1])[-len(typed) :] == typed
    assert "write the whole address" not in done.stdout


@pytest.mark.slow
def test_the_next_command_has_a_file_behind_two_dashes_too() -> None:
    """Options may stand behind it there."""
    name = written("Name,Phone\nAnn,0151 12345678\n", "-a.csv")
    done = invoke("--inbox", 407, "--dry-run", "--", name)
    assert done.stdout.rstrip().endswith("  import-contacts --inbox 407 ./-a.csv --country CC")


def test_the_next_command_of_a_sheet_is_whole(service: Service) -> None:
    """The number of the sheet is no secret, so that the command may be pasted as it is."""
    assert not is_cut(public(f"import-contacts {SHEET}/edit?gid=7#gid=7"))


# -- interruptions ---------------------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="signals")
@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_ends_a_download(certificate: Certificate, tmp_path: Path, number: signal.Signals, code: int) -> None:
    """In mid-stream, with no temporary file left."""
    begun = threading.Event()
    folder = tmp_path / "tmp"
    folder.mkdir()

    def slow(server: DownloadServer, send: Send) -> None:
        send(answer(CSV, length=1 << 20))
        begun.set()
        server.ended.wait(30)

    with DownloadServer(certificate, {"/people.csv": slow}) as server:
        running = start(f"{server.url}/people.csv{QUERY}", "--inbox", 407, "--dry-run", TMPDIR=str(folder))
        try:
            assert begun.wait(30)
            running.send_signal(number)
            _, told = running.communicate(timeout=20)
        finally:
            running.kill()
    assert running.returncode == code, told
    assert f"stopped while {server.url}/people.csv?… was read: nothing was sent" in told
    assert [*folder.iterdir()] == []


@pytest.fixture
def cancelling() -> Iterator[Cancellation]:
    cancel = Cancellation()
    timer = threading.Timer(0.2, cancel.cancel)
    timer.start()
    yield cancel
    timer.join()


@pytest.mark.slow
def test_a_cancelled_call_ends_while_it_downloads(certificate: Certificate, cancelling: Cancellation) -> None:
    """From another thread, as a page does."""
    with DownloadServer(certificate, {"/a.csv": dripping(answer(length=None))}) as server, pytest.raises(Cancelled):
        import_contacts(f"{server.url}/a.csv", inbox=407, sandbox=True, cancel=cancelling)
