"""Answers for the raw server, byte for byte, and handlers that give them."""

import json
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from email.utils import formatdate
from http import HTTPStatus
from threading import Lock
from typing import Any

from importer.livedesk.api import CONTACTS_PATH
from importer.models import Json
from importer.sandbox.account import NOT_FOUND, Account
from importer.sandbox.faults import Faults
from importer.sandbox.gates import FILTER
from tests.support.raw_server import Handler, Later, Pause, Request, Step

Shown = dict[str, Any]
"""A contact in an answer."""


def status(code: int, text: str = "", content_type: str = "text/plain", **headers: str) -> bytes:
    """Any answer; of a header's name, ``retry_after`` is ``Retry-After``."""
    body = text.encode()
    lines = {
        "Date": formatdate(usegmt=True),
        "Content-Type": content_type,
        "Content-Length": str(len(body)),
        **{name.replace("_", "-").title(): value for name, value in headers.items()},
    }
    head = [f"HTTP/1.1 {code} {HTTPStatus(code).phrase}", *(f"{name}: {value}" for name, value in lines.items())]
    return "\r\n".join([*head, "", ""]).encode() + body


def json_answer(body: Json, code: int = 200) -> bytes:
    return status(code, json.dumps(body), "application/json")


def contact(contact_id: object, **fields: Any) -> dict[str, Any]:
    """A contact as the API shows it, created now; what is not among ``fields`` is null or empty."""
    shown: dict[str, Any] = {
        "id": contact_id,
        **dict.fromkeys(("name", "email", "phone_number", "identifier")),
        "blocked": False,
        "availability_status": "offline",
        "additional_attributes": {},
        "custom_attributes": {},
        "thumbnail": "",
        "created_at": int(time.time()),
        "contact_inboxes": [],
    }
    return {**shown, **fields}


def created(contact_id: object, **fields: Any) -> bytes:
    """The answer to a create."""
    inbox: Json = {"inbox": None, "source_id": None}
    return json_answer({"payload": {"contact": contact(contact_id, **fields), "contact_inbox": inbox}})


def found(*contacts: Mapping[str, Any], page: int = 1, count: int | None = None) -> bytes:
    """The answer to a search: the contacts of one page."""
    meta: Json = {"count": len(contacts) if count is None else count, "current_page": page}
    return json_answer({"meta": meta, "payload": [dict(each) for each in contacts]})


def updated(contact_id: object, **fields: Any) -> bytes:
    """The answer to an update."""
    return json_answer({"payload": contact(contact_id, **fields)})


def taken(*names: str) -> bytes:
    """422: other contacts have the values of these fields."""
    words = ", ".join(f"{name.replace('_', ' ').capitalize()} has already been taken" for name in names)
    return json_answer({"message": words, "attributes": [*names]}, 422)


def chunked(answer: bytes, size: int = 16) -> bytes:
    """The same answer in chunks of at most ``size`` bytes."""
    head, _, body = answer.partition(b"\r\n\r\n")
    lines = [line for line in head.split(b"\r\n") if not line.lower().startswith(b"content-length:")]
    chunks = [body[start : start + size] for start in range(0, len(body), size)]
    sent = b"".join(b"%x\r\n%s\r\n" % (len(chunk), chunk) for chunk in chunks)
    return b"\r\n".join([*lines, b"Transfer-Encoding: chunked", b"", b""]) + sent + b"0\r\n\r\n"


def in_pieces(answer: bytes, count: int = 3, pause_s: float = 0.01) -> list[Step]:
    """The answer in so many writes, with a pause between two."""
    size = -(-len(answer) // count)
    pieces: list[bytes] = [answer[start : start + size] for start in range(0, len(answer), size)]
    steps: list[Step] = []
    for piece in pieces:
        steps += (Pause(pause_s), piece)
    return steps[1:]


def with_extra(answer: bytes, extra: bytes | None = None, after_s: float = 0.0) -> list[Step]:
    """The answer, and behind it bytes that nobody asked for: at once in the same write, or later. ``None``: a copy."""
    more = answer if extra is None else extra
    return [answer, Later(after_s, more)] if after_s else [answer + more]


def scripted(answers: Sequence[Iterable[Step]], otherwise: Handler, method: str = "POST") -> Handler:
    """The n-th request with this method has the n-th answer; all others ask ``otherwise``."""
    left, lock = iter(answers), Lock()

    def handle(request: Request) -> Iterable[Step]:
        with lock:
            steps = next(left, None) if request.method == method else None
        return otherwise(request) if steps is None else steps

    return handle


def new_account(**faults: Any) -> Account:
    """An account with the inbox 407, for ``honest``."""
    return Account({"407": "api"}, Faults(**faults), time.monotonic, time.time)


def honest(account: Account) -> Handler:
    """Carries every request out and answers properly, to be wrapped by a handler that spoils some answers."""
    lock = Lock()

    def handle(request: Request) -> list[Step]:
        with lock:
            if request.method == "POST":
                response = account.create(request.body)
            elif request.method == FILTER:
                response = NOT_FOUND
            elif request.method == "PATCH":
                response = account.update(request.path.rpartition("/")[2], request.body)
            elif request.method == "DELETE":
                response = account.delete(request.path.rpartition("/")[2])
            elif request.path != CONTACTS_PATH:
                response = NOT_FOUND
            else:
                response = account.search(request.query.get("q", ""), request.query.get("page"))
        return [json_answer(response.body, response.status)]

    return handle


def rewritten(
    handler: Handler, change: Callable[[Shown, Request], object], methods: Iterable[str] = ("POST",)
) -> Handler:
    """Carries requests out, and changes the contacts in the answers to those with these methods."""

    def handle(request: Request) -> Iterable[Step]:
        (answer,) = handler(request)
        assert isinstance(answer, bytes)
        head, _, text = answer.partition(b"\r\n\r\n")
        if request.method not in methods or b" 200 " not in head.split(b"\r\n")[0]:
            return [answer]
        body = json.loads(text)
        payload = body["payload"]
        for shown in payload if isinstance(payload, list) else [payload.get("contact", payload)]:
            change(shown, request)
        return [json_answer(body)]

    return handle
