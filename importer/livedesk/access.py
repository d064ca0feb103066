"""How to reach the service and authenticate, and how to keep credentials out of every output."""

import base64
import json
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote, urlsplit
from urllib.request import getproxies, proxy_bypass

from multidict import CIMultiDict

from importer import __version__
from importer.models import Json

SHORTEST_SECRET: Final = 8
_SHORTEST_OF_PROXY: Final = 4


@dataclass(frozen=True, slots=True)
class Access:
    """How to reach the service. ``timeout_s`` is per request; ``proxies`` honours the environment's proxy variables."""

    base_url: str
    api_key: str
    api_secret: str
    timeout_s: float = 30.0
    connections: int = 10
    proxies: bool = True

    def headers(self) -> CIMultiDict[str]:
        """The headers of every request."""
        return CIMultiDict(
            {
                "Authorization": f"Basic {self.basic()}",
                "Content-Type": "application/json",
                "Accept": "application/json",
                "User-Agent": f"import-contacts/{__version__}",
            }
        )

    def basic(self) -> str:
        """The credentials of Basic authentication (RFC 7617, UTF-8)."""
        return _base64(f"{self.api_key}:{self.api_secret}")

    def __repr__(self) -> str:
        return f"Access(base_url={self.base_url!r}, api_key=***, api_secret=***)"


def proxy_for(url: str) -> str | None:
    """The proxy that the environment names for an address.

    Not aiohttp's ``trust_env``: that would also take credentials from ~/.netrc, and look there for every request.
    """
    parts = urlsplit(url)
    if proxy_bypass(parts.netloc):
        return None
    proxies = getproxies()
    return proxies.get(parts.scheme) or proxies.get("all")


class Secrets:
    """Owns what no text may repeat: the credentials of the service and of the proxy, which errors and bodies may echo.

    It leaves secrets of a few letters alone, since any text may contain them by chance.
    """

    def __init__(self, access: Access, proxy: str | None) -> None:
        own = [secret for secret in (access.api_key, access.api_secret) if len(secret) >= SHORTEST_SECRET]
        secrets = [access.basic(), *own, *_of_proxy(proxy or "")]
        self._spelled = [text for one in secrets for text in (one, json.dumps(one)[1:-1], one.replace("/", r"\/"))]

    def struck_out(self, text: str) -> str:
        """A text with every secret replaced by ``***``."""
        for secret in self._spelled:
            text = text.replace(secret, "***")
        return text

    def struck_out_of(self, body: Json) -> Json:
        """The same for every text of a body, since JSON may spell a secret in many ways."""
        if isinstance(body, str):
            return self.struck_out(body)
        if isinstance(body, list):
            return [self.struck_out_of(member) for member in body]
        if isinstance(body, dict):
            return {self.struck_out(name): self.struck_out_of(member) for name, member in body.items()}
        return body


def _of_proxy(proxy: str) -> list[str]:
    if "@" not in proxy:
        return []
    pair = proxy.rpartition("@")[0].rpartition("//")[2]
    password = pair.partition(":")[2]
    secrets = (pair, _base64(unquote(pair)), password, unquote(password))
    return [secret for secret in secrets if len(secret) >= _SHORTEST_OF_PROXY]


def _base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()
