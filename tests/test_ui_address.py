"""A file by its address on the page of files: fetched as the command does, taken as an upload is."""

import threading
from collections.abc import Iterator
from contextlib import suppress
from http.client import HTTPException
from pathlib import Path

import pytest

from importer.web.uploads import Bounds
from tests.support.certificates import Authority, Certificate
from tests.support.download_server import DownloadServer, Send, answer
from tests.support.preparing import PEOPLE, begun
from tests.support.screens import Served, served

TOKEN = "s1gned-t0ken"


@pytest.fixture
def certificate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Certificate:
    folder = tmp_path / "authority"
    folder.mkdir()
    authority = Authority(folder)
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.file))
    return authority.good()


@pytest.fixture
def screen(tmp_path: Path, certificate: Certificate) -> Iterator[Served]:
    with served(tmp_path / "results", bounds=Bounds(most_bytes=1 << 20, silence_s=5.0)) as found:
        yield found


@pytest.mark.slow
def test_a_file_at_an_address_becomes_one_of_the_import(screen: Served, certificate: Certificate) -> None:
    """Its rows stand on the page, and nothing keeps the query of its address."""
    draft = begun(screen)
    with DownloadServer(certificate, {"/people.csv": answer(PEOPLE)}) as server:
        taken = screen.change("POST", f"/drafts/{draft.id}/address", {"url": f"{server.url}/people.csv?{TOKEN}"})
    assert (taken.status, taken.json["file"]) == (201, {"name": "people.csv", "size": len(PEOPLE)})
    draft.ask("looks")
    page = draft.get("file")
    assert "ann@example.com" in page
    kept = [path for path in screen.screen.output_dir.rglob("*") if path.is_file()]
    assert TOKEN not in page + "".join(path.read_text(errors="replace") for path in kept)


REFUSED: dict[str, tuple[str, str]] = {
    "none": ("", "expected an address"),
    "no address": ("people.csv", "expected an address"),
    "plain http": (f"http://127.0.0.1/a.csv?{TOKEN}", "http:// is not encrypted"),
    "a file of this machine": ("file:///etc/passwd", "expected an address"),
    "a bucket": ("s3://bucket/people.csv", "expected an address"),
    "a password": (f"https://ann:{TOKEN}@127.0.0.1/people.csv", "a password stands in the address"),
}


@pytest.mark.parametrize(("url", "told"), REFUSED.values(), ids=REFUSED.keys())
def test_only_https_is_fetched(screen: Served, url: str, told: str) -> None:
    """The page has what is wrong."""
    draft = begun(screen)
    refused = screen.change("POST", f"/drafts/{draft.id}/address", {"url": url})
    assert refused.status == 400
    assert told in refused.json["error"]["message"]
    assert TOKEN not in refused.text


def test_the_bounds_are_those_of_an_upload(screen: Served, certificate: Certificate) -> None:
    """And what cannot be fetched leaves nothing."""
    draft = begun(screen)
    answers = {"/large.csv": answer(bytes(1 + (1 << 20))), "/gone.csv": answer(status="404 Not Found")}
    with DownloadServer(certificate, answers) as server:
        for path, told in (("/large.csv", "it is larger than 1 MiB"), ("/gone.csv", "HTTP 404")):
            refused = screen.change("POST", f"/drafts/{draft.id}/address", {"url": f"{server.url}{path}?{TOKEN}"})
            assert refused.status == 422
            assert told in refused.json["error"]["message"]
            assert TOKEN not in refused.text
    assert not [*screen.screen.output_dir.glob("uploads/*/*")]


@pytest.mark.slow
def test_a_screen_that_ends_waits_for_no_address(tmp_path: Path, certificate: Certificate) -> None:
    """The request is cancelled, and so is the download."""
    is_asked = threading.Event()

    def slow(server: DownloadServer, send: Send) -> None:
        send(answer(b"Name", length=99))
        is_asked.set()
        server.ended.wait(120)

    with DownloadServer(certificate, {"/people.csv": slow}) as server, served(tmp_path / "results") as found:
        draft = begun(found)
        url = {"url": f"{server.url}/people.csv"}

        def ask() -> None:
            with suppress(OSError, HTTPException):  # of a screen that is gone
                found.change("POST", f"/drafts/{draft.id}/address", url)

        asking = threading.Thread(target=ask)
        asking.start()
        assert is_asked.wait(120)
    asking.join(120)
    assert not asking.is_alive()
    assert not [*(tmp_path / "results").glob("uploads/*/*")]
