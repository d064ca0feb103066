"""The process of the screen is killed in the middle of an import; the next one goes on."""

import json
import re
from pathlib import Path

import pytest

from tests.support.screens import port_in, request, running, session
from tests.support.service import Service, wait_until_stored


def page(port: int, headers: dict[str, str], path: str) -> str:
    asked = {name: headers[name] for name in ("Host", "Cookie")}
    return request(port, "GET", headers["root"] + path, asked).text


def change(port: int, headers: dict[str, str], path: str, body: bytes = b"{}", **more: str) -> object:
    sent = {name: value for name, value in headers.items() if name != "root"} | more
    return request(port, "POST", headers["root"] + path, sent, body).json


@pytest.mark.slow
def test_a_killed_import_is_gone_on_with(service: Service, tmp_path: Path) -> None:
    """The draft stands where it was, says how many rows are left, and sends nobody twice."""
    people = "Name,Email\n" + "".join(f"Person {n},p{n}@example.com\n" for n in range(300))
    with running(tmp_path, **service.environment) as (process, door):
        port = port_in(tmp_path)
        headers = session(port, door)
        draft = change(port, headers, "/drafts")["id"]  # type: ignore[index]
        upload = {"X-File-Name": "people.csv", "Content-Type": "application/octet-stream"}
        change(port, headers, f"/drafts/{draft}/files", people.encode(), **upload)
        kept = tmp_path / "ui" / "drafts" / draft / "draft.json"
        kept.write_text(
            json.dumps(json.loads(kept.read_text()) | {"options": {"inbox_id": "407", "rate": 60.0, "settle": 0.2}})
        )
        events = {name: headers[name] for name in ("Host", "Cookie")}
        check = change(port, headers, f"/drafts/{draft}/check")["job"]  # type: ignore[index]
        request(port, "GET", f"{headers['root']}/jobs/{check}/events", events)
        assert "job" in change(port, headers, f"/drafts/{draft}/import")  # type: ignore[operator]
        wait_until_stored(service, 20, process)
        process.kill()
        process.wait()
    with running(tmp_path, **service.environment) as (process, door):
        port = port_in(tmp_path)
        headers = session(port, door)
        assert f"/drafts/{draft}/import" in page(port, headers, "/")
        told = page(port, headers, f"/drafts/{draft}/import")
        assert "ended before its end" in told
        assert "sends nobody twice" in told
        (offer,) = json.loads(page(port, headers, "/recent"))["cut_off"]
        assert "was cut off after" in offer["told"]
        assert offer["address"] == f"{headers['root']}/drafts/{draft}/import"
        left = re.search(r"Import (\d+) rows", told)
        assert left
        assert f"; {left[1]} rows are left" in told
        assert int(left[1]) < 300
        kept.write_text(json.dumps(json.loads(kept.read_text()) | {"options": {"inbox_id": "407", "settle": 0.2}}))
        job = change(port, headers, f"/drafts/{draft}/import")["job"]  # type: ignore[index]
        events = {name: headers[name] for name in ("Host", "Cookie")}
        assert "event: end" in request(port, "GET", f"{headers['root']}/jobs/{job}/events", events).text
        assert "All 300 rows are fine" in page(port, headers, f"/drafts/{draft}/result")
    emails = [contact["email"] for contact in service.sandbox.contacts]
    assert len(emails) == len({*emails}) == 300
