"""Why a request got no answer, in words that need no library to understand."""

import errno
import socket
import ssl
from types import SimpleNamespace
from typing import Any

import aiohttp
import pytest

from importer.livedesk.causes import cause_of
from importer.livedesk.responses import Reply
from importer.livedesk.retry import decide
from importer.livedesk.transport import NotConnectedError, failure_of
from tests.support.service import KEY, SECRET, invoke, written

KEYS = {"LIVEDESK_API_KEY": KEY, "LIVEDESK_API_SECRET": SECRET}
HERE: Any = SimpleNamespace(host="desk.example", port=443, is_ssl=True, ssl=True)


def untrusted(code: int) -> aiohttp.ClientError:
    error = ssl.SSLCertVerificationError(1, "certificate verify failed")
    error.verify_code = code
    return aiohttp.ClientConnectorCertificateError(HERE, error)


def no_tls() -> aiohttp.ClientError:
    error = ssl.SSLError(1, "[SSL: WRONG_VERSION_NUMBER] wrong version number")
    error.reason = "WRONG_VERSION_NUMBER"
    return aiohttp.ClientConnectorSSLError(HERE, error)


def behind_a_proxy() -> BaseException:
    error = NotConnectedError("Server disconnected")
    error.__cause__ = aiohttp.ServerDisconnectedError()
    return error


def connecting(number: int, kind: type[aiohttp.ClientConnectorError] = aiohttp.ClientConnectorError) -> BaseException:
    return kind(HERE, OSError(number, "Connect call failed"))


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (connecting(errno.ECONNREFUSED), "the server desk.example:443 cannot be reached (connection refused)"),
        (connecting(errno.ENETUNREACH), "the server desk.example:443 cannot be reached (the network has no way to it)"),
        (
            aiohttp.ClientConnectorDNSError(HERE, socket.gaierror(-2, "Name or service not known")),
            "the server desk.example:443 cannot be reached (no host of this name is known)",
        ),
        (
            connecting(errno.ECONNREFUSED, aiohttp.ClientProxyConnectionError),
            "the proxy desk.example:443 cannot be reached (connection refused)",
        ),
        (aiohttp.ConnectionTimeoutError("x"), "the server there:9 cannot be reached (no answer in time)"),
        (behind_a_proxy(), "the server there:9 cannot be reached (the other side closed the connection)"),
        (aiohttp.ClientOSError(errno.ECONNRESET, "reset by peer"), "the connection broke before the answer"),
        (aiohttp.ServerDisconnectedError(), "the connection broke before the answer"),
        (untrusted(10), "the server's certificate cannot be trusted: the certificate has expired"),
        (untrusted(62), "the server's certificate cannot be trusted: its name does not match the server's"),
        (no_tls(), "the server's certificate cannot be trusted: it shows none, for it does not speak TLS"),
    ],
    ids=["refused", "no way", "no name", "proxy", "late", "handshake", "reset", "closed", "expired", "name", "no TLS"],
)
def test_a_usual_cause_has_words_of_its_own(error: BaseException, words: str) -> None:
    failure = failure_of(error)
    cause = cause_of(error, failure, "there:9")
    assert str(cause) == words
    assert decide(Reply(failure=failure, text=str(error), cause=cause)).cause == cause


def test_an_unusual_cause_has_the_librarys() -> None:
    """They are all that there is to know."""
    error = aiohttp.ClientPayloadError("Response payload is not completed")
    failure = failure_of(error)
    assert cause_of(error, failure, "there:9") is None
    assert "payload" in str(decide(Reply(failure=failure, text=str(error))).cause)


@pytest.mark.slow
def test_a_server_that_is_not_there_is_told_once_and_in_the_readers_language() -> None:
    with socket.socket() as taken:  # bound, and nobody listens
        taken.bind(("127.0.0.1", 0))
        place = f"127.0.0.1:{taken.getsockname()[1]}"
        words = (
            written("name,email\nAnn,ann@x.example\n"),
            "--inbox",
            "407",
            "--base-url",
            f"http://{place}",
            "--max-attempts",
            "1",
        )
        done = invoke(*words, "--lang", "zh", **KEYS)
        told = invoke(*words, "--verbose", "--fresh", **KEYS)
    assert f"无法连接服务器 {place}（连接被拒绝）" in done.output
    assert "Cannot connect" not in done.output
    assert "（无法" not in done.output
    assert f"the server {place} cannot be reached (connection refused) (Cannot connect to host {place}" in told.output
