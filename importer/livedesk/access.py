"""How to reach the service, with credentials; and how to keep them out of whatever is shown."""

import base64
import json
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote

from multidict import CIMultiDict

from importer import __version__
from importer.models import Json

SHORTEST_SECRET: Final = 8
_SHORTEST_OF_PROXY: Final = 4


@dataclass(frozen=True, slots=True)
class Access:
    """How to reach the service. ``timeout_s`` is for one request; ``proxies`` honours the proxy variables."""

    base_url: str
    api_key: str
    api_secret: str
    timeout_s: float = 30.0
    connections: int = 10
    proxies: bool = True

    def headers(self) -> CIMultiDict[str]:
        """Those of every request."""
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


class Secrets:
    """Owns what no text may repeat: credentials, and those of a proxy, which aiohttp's errors and a proxy may echo.

    A secret of a few letters would be found in any text, and is left in.
    """

    def __init__(self, access: Access, proxy: str | None) -> None:
        own = [secret for secret in (access.api_key, access.api_secret) if len(secret) >= SHORTEST_SECRET]
        secrets = [access.basic(), *own, *_of_proxy(proxy or "")]
        self._spelled = [spelled for secret in secrets for spelled in _spellings(secret)]

    def struck_out(self, text: str) -> str:
        """A text without them."""
        for secret in self._spelled:
            text = text.replace(secret, "***")
        return text

    def struck_out_of(self, body: Json) -> Json:
        """A body with its texts changed one by one: JSON may spell a secret in many ways."""
        if isinstance(body, str):
            return self.struck_out(body)
        if isinstance(body, list):
            return [self.struck_out_of(member) for member in body]
        if isinstance(body, dict):
            return {self.struck_out(name): self.struck_out_of(member) for name, member in body.items()}
        return body


def _spellings(secret: str) -> tuple[str, ...]:
    return secret, json.dumps(secret)[1:-1], secret.replace("/", r"\/")


def _of_proxy(proxy: str) -> list[str]:
    """A proxy's user and password, from its address."""
    if "@" not in proxy:
        return []
    pair = proxy.rpartition("@")[0].rpartition("//")[2]
    password = pair.partition(":")[2]
    secrets = (pair, _base64(unquote(pair)), password, unquote(password))
    return [secret for secret in secrets if len(secret) >= _SHORTEST_OF_PROXY]


def _base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()
