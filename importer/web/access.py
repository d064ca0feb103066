"""Who may come in: the browser that opened a door, and nobody else who can reach the port.

Every user of this machine can connect to a port on loopback, every page in a browser can send requests to it, and a
name that somebody rebinds to 127.0.0.1 makes such a page look like ours. So each request shows:

- ``Host``: an address of this server (DNS rebinding has another name there);
- ``Origin``, where there is one: this server's. A change has one: browsers send it with every method but GET and HEAD
  (https://fetch.spec.whatwg.org/#origin-header);
- ``Sec-Fetch-Site``, where there is one: ``same-origin``, or ``none`` for an address that somebody typed
  (https://www.w3.org/TR/fetch-metadata/). ``same-site`` will not do: a site has all ports of a host;
- no ``Service-Worker``: no page of ours has one, and one that stayed from another server on this port would see all;
- the session's cookie. Cookies go to every port of a host (RFC 6265, 8.5), so its name and its path are random;
- with a change, the token of the page, in a header that no form can send.

Whoever shows less gets the same answer whatever he asked for.
"""

import hashlib
import hmac
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from importer.message import Language

TOKEN_HEADER: Final = "X-Page-Token"  # noqa: S105 - its name
SAFE_METHODS: Final = frozenset({"GET", "HEAD"})
_FROM_A_FILE: Final = "null"
"""The origin of a page on the disk, such as a door."""

HEADERS: Final[Mapping[str, str]] = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "form-action 'self'; frame-ancestors 'none'; base-uri 'none'; "
        "require-trusted-types-for 'script'; trusted-types 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
"""What every answer has. A page of ours runs our scripts alone, asks nothing of elsewhere, and stands in no frame."""

REPORT_POLICY: Final = "sandbox allow-scripts allow-downloads allow-modals allow-popups; frame-ancestors 'none'"
"""The policy of a run's report.html: it has one of its own, and runs apart from the session's origin."""


class Facts(NamedTuple):
    """What a request shows. ``hosts`` and ``origins`` are the values of all such headers: there must be one at most.
    ``for_worker`` says that it has the header ``Service-Worker``."""

    method: str
    hosts: Sequence[str]
    origins: Sequence[str] = ()
    fetch_site: str | None = None
    fetch_dest: str | None = None
    token: str | None = None
    for_worker: bool = False

    @property
    def serves_worker(self) -> bool:
        """Whether it asks for the script of a service worker, which would see all requests of our pages."""
        return self.for_worker or self.fetch_dest == "serviceworker"

    @property
    def changes(self) -> bool:
        return self.method not in SAFE_METHODS


def same(given: str, expected: str) -> bool:
    """Whether two secrets are the same, in a time that says nothing about where they differ."""
    return hmac.compare_digest(given.encode("utf-8", "surrogateescape"), expected.encode())


def digest(secret: str) -> str:
    """The name of a secret, from which nobody learns it."""
    return hashlib.sha256(secret.encode("utf-8", "surrogateescape")).hexdigest()


def hosts_of(port: int) -> frozenset[str]:
    """What a browser that was given our address says of it."""
    names = ("127.0.0.1", "localhost")
    return frozenset({f"{name}:{port}" for name in names} | ({*names} if port == 80 else set()))


def is_ours(facts: Facts, port: int) -> bool:
    """Whether a request comes from a page of this server, or from an address that was typed."""
    if not _has_our_host(facts, port) or facts.serves_worker:
        return False
    if facts.changes and not facts.origins:
        return False
    if facts.origins and [*facts.origins] != [f"http://{facts.hosts[0]}"]:
        return False
    return facts.fetch_site in ((None, "same-origin") if facts.changes else (None, "same-origin", "none"))


def may_open(facts: Facts, port: int) -> bool:
    """Whether a request may show a door's secret: from the file that holds it, or typed; as a page, not by a script."""
    if not _has_our_host(facts, port) or facts.serves_worker or facts.fetch_dest not in (None, "document"):
        return False
    return [*facts.origins] in ([], [_FROM_A_FILE], [f"http://{facts.hosts[0]}"])


def _has_our_host(facts: Facts, port: int) -> bool:
    return len(facts.hosts) == 1 and facts.hosts[0] in hosts_of(port)


@dataclass
class Session:
    """A browser that came in: the token of its pages, and the language that it reads."""

    language: Language
    token: str = field(default_factory=lambda: secrets.token_urlsafe(32))


class Sessions:
    """Owns the sessions of this process, the name of their cookie, and the path below which all pages live."""

    def __init__(self) -> None:
        self.cookie = f"s{secrets.token_hex(8)}"
        self.root = f"/{secrets.token_urlsafe(16)}"
        self._by_digest: dict[str, Session] = {}

    def begin(self, language: Language) -> tuple[Session, str]:
        """A new session, and the value of its cookie."""
        value = secrets.token_urlsafe(32)
        self._by_digest[digest(value)] = Session(language)
        return self._by_digest[digest(value)], value

    def of(self, cookie: str | None) -> Session | None:
        """The session of a cookie's value, if it has one."""
        return self._by_digest.get(digest(cookie)) if cookie else None

    def admitted(self, facts: Facts, cookie: str | None, port: int) -> Session | None:
        """The session of a request that shows all that it must."""
        session = self.of(cookie)
        if session is None or not is_ours(facts, port):
            return None
        if facts.changes and not same(facts.token or "", session.token):
            return None
        return session
