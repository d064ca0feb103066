"""One try to download a file by https: its redirects, its length, its packing."""

import re
import zlib
from collections.abc import Iterator
from email.utils import collapse_rfc2231_value
from http.client import HTTPException, HTTPResponse, HTTPSConnection, IncompleteRead
from http.cookiejar import CookieJar
from itertools import chain
from ssl import SSLEOFError
from typing import Any, Final, NamedTuple
from urllib import request
from urllib.error import HTTPError, URLError
from urllib.parse import urljoin, urlsplit

from importer import __version__
from importer.livedesk.rate_headers import retry_after_s
from importer.message import Message
from importer.network import tls
from importer.network.addresses import to_fetch
from importer.network.attempts import status_words
from importer.network.opener import Address, broken, opener_for
from importer.sources.failures import CHECK_IT, DOWNLOAD_IT, LATER, SHARE_IT, FetchFailed, check_wanted, too_large
from importer.sources.links import SIGN_IN
from importer.sources.source import Fetching

_BLOCK_BYTES: Final = 1 << 18
_REDIRECTS: Final = (301, 302, 303, 307, 308)
_MOST_REDIRECTS: Final = 5
_TO_TRY_AGAIN: Final = (408, 425, 429, 500, 502, 503, 504)
_HEADERS: Final = {
    "User-Agent": f"import-contacts/{__version__}",
    "Accept": "*/*",
    "Accept-Encoding": "gzip, deflate",
    "Connection": "close",
}

_HINTS: Final = {401: SHARE_IT, 403: SHARE_IT, 404: CHECK_IT, 410: CHECK_IT, **dict.fromkeys(_TO_TRY_AGAIN, LATER)}

_CUT: Final = Message("its end is missing")
_CONTRADICTS: Final = Message("the answer contradicts itself about its length")
_LENGTH: Final = re.compile("[0-9]{1,18}")

_PASSWORD_FIELD: Final = re.compile(rb"<input\b[^>]{0,500}\btype\s*=\s*[\"']?password\b", re.IGNORECASE)
_A_PAGE: Final = re.compile(rb"\s*(?:\xef\xbb\xbf)?\s*<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE)


class Answer(NamedTuple):
    """An answer that has the file; close it."""

    response: HTTPResponse
    silence_s: float

    @property
    def offered_name(self) -> str:
        """The name in Content-Disposition (RFC 6266), of two the one in its own encoding; not yet a safe one."""
        given: list[tuple[str, Any]] = self.response.headers.get_params([], header="content-disposition")
        names = [value for key, value in given if key == "filename"]
        name = collapse_rfc2231_value(next(chain((one for one in names if isinstance(one, tuple)), names), ""))
        try:
            return name.encode("latin-1").decode()  # many servers send UTF-8 as it is
        except UnicodeError:
            return name


def opened(address: Address, silence_s: float) -> Answer:
    """Return the answer that has the file behind an address, over a few redirects, each to https.

    Raises ``FetchFailed``.
    """
    # Some sites hand out a cookie with the redirect, and want it back in this very download.
    cookies = request.HTTPCookieProcessor(CookieJar())
    for _ in range(_MOST_REDIRECTS + 1):
        found = _asked(address, silence_s, cookies)
        if isinstance(found, HTTPResponse):
            return Answer(found, silence_s)
        address = _followed(address, found)
    raise FetchFailed(Message("it leads from one address to the next, more than {most} times", most=_MOST_REDIRECTS))


def _asked(address: Address, silence_s: float, cookies: request.BaseHandler) -> HTTPResponse | str:
    """The answer, or where it redirects to."""
    wanted = request.Request(address.url, headers=_HEADERS)  # noqa: S310 - it was made by to_fetch, and is https
    try:
        response: HTTPResponse = opener_for(address, cookies, _WholeHandler(context=tls.context())).open(
            wanted, timeout=silence_s
        )
    except HTTPError as error:
        with error:
            return _not_the_file(error)
    except (OSError, HTTPException, ValueError) as error:
        raise _lost(error, silence_s) from None
    if response.status != 200:  # a part of a file, or none
        response.close()
        raise FetchFailed(Message("{answer}", answer=status_words(response.status)), DOWNLOAD_IT)
    return response


class _Whole(HTTPSConnection):
    """A connection whose end is an error where TLS has not said that it is the end: anybody on the way may cut it."""

    def connect(self) -> None:
        super().connect()
        self.sock.suppress_ragged_eofs = False  # type: ignore[union-attr]  # an SSLSocket's, which typeshed lacks


class _WholeHandler(request.HTTPSHandler):
    """Asks before the handler that every opener has."""

    handler_order = 400

    def https_open(self, req: request.Request) -> HTTPResponse:
        return self.do_open(_Whole, req, context=self._context)  # type: ignore[attr-defined]  # as its base does


def _not_the_file(error: HTTPError) -> str:
    if error.code in _REDIRECTS and (target := error.headers.get("Location")):
        return target
    wait_s = retry_after_s(error.headers.get("Retry-After"), error.headers.get("Date")) or 0.0
    cause = Message("{answer}", answer=status_words(error.code))
    raise FetchFailed(cause, _HINTS.get(error.code), wait_s if error.code in _TO_TRY_AGAIN else None)


def _followed(address: Address, target: str) -> Address:
    """The next address. Raises ``FetchFailed`` for one that is not https, and for a page to sign in."""
    try:
        # http.client reads headers as Latin-1, and some servers send UTF-8.
        found = to_fetch(urljoin(address.url, target.encode("latin-1", "replace").decode(errors="replace")))
    except ValueError as error:
        reason = error.args[0] if isinstance(error.args[0], Message) else Message("it is no address")
        raise FetchFailed(Message("it leads to an address that is not followed: {reason}", reason=reason)) from None
    parts = urlsplit(found)
    if SIGN_IN.fullmatch(f"{parts.hostname}{parts.path}"):
        raise FetchFailed(Message("it leads to a page to sign in ({host})", host=parts.hostname), SHARE_IT)
    return Address(found)


def _lost(error: BaseException, silence_s: float) -> FetchFailed:
    """A connection that failed, or broke."""
    failed = broken(error.reason if isinstance(error, URLError) else error, silence_s)
    return FetchFailed(failed.cause, None, 0.0 if failed.passing else None)


def blocks(answer: Answer, most_bytes: int, terms: Fetching) -> Iterator[bytes]:
    """Yield the file, unpacked, in blocks.

    Raises ``FetchFailed`` for one that is cut, or larger than ``most_bytes``.
    """
    unpack = Unpacking(answer.response.headers.get("Content-Encoding", ""))
    written = 0
    for block in _received(answer, most_bytes, terms):
        for part in unpack.parts(block):
            written += len(part)
            if written > most_bytes:
                raise too_large(most_bytes)
            yield part
    if not unpack.is_whole:
        raise FetchFailed(_CUT, LATER, 0.0)


def _received(answer: Answer, most_bytes: int, terms: Fetching) -> Iterator[bytes]:
    """The body as it comes, held against the length that was declared.

    Raises ``FetchFailed`` for one that is shorter or longer, and for an empty one without a length, such as that of an
    answer whose headers were cut.
    """
    response, came = answer.response, 0
    declared = _declared(response)
    if declared is not None and declared > most_bytes:
        raise too_large(most_bytes)
    response.length = None  # so that what comes behind it is seen
    goes_on = response.chunked or response.will_close  # to its end, which comes at once
    while declared is None or came < declared or (goes_on and came == declared):
        block = _block(answer, is_whole=came == declared)
        check_wanted(terms)
        if not block:
            break
        came += len(block)
        yield block
    if declared is not None and came > declared:
        raise FetchFailed(_CONTRADICTS, LATER, 0.0)
    if came < (1 if declared is None and not response.chunked else declared or 0):
        raise FetchFailed(_CUT, LATER, 0.0)


def _block(answer: Answer, *, is_whole: bool) -> bytes:
    """What came next; where all ``is_whole`` already, the other side may be silent, or gone."""
    try:
        return answer.response.read1(_BLOCK_BYTES)
    except (IncompleteRead, SSLEOFError):
        if is_whole and not answer.response.chunked:
            return b""
        raise FetchFailed(_CUT, LATER, 0.0) from None
    except (OSError, HTTPException, ValueError) as error:
        if is_whole and not answer.response.chunked:
            return b""
        raise _lost(error, answer.silence_s) from None


def _declared(response: HTTPResponse) -> int | None:
    """The length of the body in bytes; ``None`` if none is declared.

    Raises ``FetchFailed`` where two contradict each other, or one is no number (RFC 9110, section 8.6).
    """
    given = {one.strip() for line in response.headers.get_all("Content-Length", []) for one in line.split(",")}
    if not given:
        return None
    length, *others = given
    if others or not _LENGTH.fullmatch(length):
        raise FetchFailed(_CONTRADICTS, LATER, 0.0)
    return int(length)


class Unpacking:
    """Unpacks gzip and deflate (RFC 9110, section 8.4) with little memory; ``is_whole`` once their end has come."""

    def __init__(self, encoding: str) -> None:
        names = [name.strip().lower() for name in encoding.split(",") if name.strip().lower() not in ("", "identity")]
        self.is_whole = True
        self._packed = bool(names)
        self._engine: zlib._Decompress | None = None
        if len(names) > 1 or not {*names} <= {"gzip", "x-gzip", "deflate"}:
            told = Message("it is packed in a way that was not asked for ({encoding})", encoding=encoding)
            raise FetchFailed(told, DOWNLOAD_IT)

    def parts(self, block: bytes) -> Iterator[bytes]:
        """Yield what a block unpacks to, in blocks."""
        if not self._packed:
            yield block
            return
        pending = True
        while block or pending:
            if self._engine is None:
                # gzip, or zlib by its first byte, or neither: some servers mean raw deflate.
                plain = block[0] & 0x0F != 8 and block[0] != 0x1F
                self._engine = zlib.decompressobj(-zlib.MAX_WBITS if plain else zlib.MAX_WBITS | 32)
            try:
                part = self._engine.decompress(block, _BLOCK_BYTES)
            except zlib.error:
                raise FetchFailed(Message("it cannot be unpacked"), DOWNLOAD_IT) from None
            if part:
                yield part
            self.is_whole = self._engine.eof
            pending = len(part) == _BLOCK_BYTES and not self.is_whole
            block = self._engine.unused_data if self.is_whole else self._engine.unconsumed_tail
            if self.is_whole:
                self._engine = None  # a further member of gzip may follow


def check_page(head: bytes, content_type: str, *, shared: bool) -> None:
    """Raise ``FetchFailed`` for a web page that came in the place of a file.

    ``shared`` is whether the address is of a site that answers so for a file that is not shared. Any other page is an
    input like another, for it may be a table that was saved as one.
    """
    is_shown = content_type.lower().startswith("text/html")
    if (is_shown or _A_PAGE.match(head)) and _PASSWORD_FIELD.search(head):
        raise FetchFailed(Message("a page to sign in came in the place of the file"), SHARE_IT)
    if shared and is_shown:
        raise FetchFailed(Message("a web page came in the place of the file"), SHARE_IT)
