"""The proxy that the environment names for an address.

Not aiohttp's ``trust_env``: that would also take credentials from ~/.netrc, and look there for every request.
"""

from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass


def proxy_for(url: str) -> str | None:
    parts = urlsplit(url)
    if proxy_bypass(parts.netloc):
        return None
    proxies = getproxies()
    return proxies.get(parts.scheme) or proxies.get("all")
