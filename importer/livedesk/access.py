"""How to reach the service and authenticate, and how to keep credentials out of every output."""

import base64
from dataclasses import dataclass
from urllib.parse import unquote

from multidict import CIMultiDict, istr

from importer import __version__
from importer.livedesk.masking import Mask
from importer.models import Json


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
        named = {
            "Authorization": f"Basic {self.basic()}",
            "Content-Type": "application/json",
            "Accept": "application/json",
            "User-Agent": f"import-contacts/{__version__}",
        }
        # aiohttp copies them for each request, which other names would double.
        return CIMultiDict({istr(name): value for name, value in named.items()})

    def basic(self) -> str:
        """The credentials of Basic authentication (RFC 7617, UTF-8)."""
        return _base64(self.pair())

    def pair(self) -> str:
        """The credentials as one text."""
        return f"{self.api_key}:{self.api_secret}"

    def __repr__(self) -> str:
        return f"Access(base_url={self.base_url!r}, api_key=***, api_secret=***)"


class Secrets:
    """Owns what no text may repeat: the credentials of the service and of the proxy, which errors and bodies may echo.

    The base64 of key and secret is struck out wherever it stands; for short secrets see ``masking``.
    """

    def __init__(self, access: Access, proxy: str | None) -> None:
        *pairs, password = _of_proxy(proxy or "")
        secrets = [access.api_key, access.api_secret, password, unquote(password)]
        self.struck_out = Mask(secrets, [access.pair(), *pairs]).struck_out

    def struck_out_of(self, body: Json) -> Json:
        """A body with every text and number ``struck_out``, since JSON may spell a secret in many ways."""
        if isinstance(body, list):
            return [self.struck_out_of(member) for member in body]
        if isinstance(body, dict):
            return {self.struck_out(name): self.struck_out_of(member) for name, member in body.items()}
        if body is None or isinstance(body, bool):
            return body
        text = str(body)
        clean = self.struck_out(text)
        return body if clean == text else clean


def _of_proxy(proxy: str) -> list[str]:
    """User and password of a proxy's address, as they stand there and as they are sent; then the password alone."""
    if "@" not in proxy:
        return [""]
    pair = proxy.rpartition("@")[0].rpartition("//")[2]
    return [pair, unquote(pair), pair.partition(":")[2]]


def _base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()
