"""Whose certificates are trusted: the system's authorities, or those that SSL_CERT_FILE names, on every system."""

import asyncio
import ssl
from pathlib import Path

import pytest
import truststore

from importer.network import tls
from tests.support.certificates import HOST, Authority, Certificate


async def answered(trusting: ssl.SSLContext, certificate: Certificate) -> bytes:
    """What a server with this certificate says to who trusts so."""

    async def greet(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"hello")
        writer.close()

    serving = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    serving.load_cert_chain(certificate.chain, certificate.key)
    server = await asyncio.start_server(greet, HOST, 0, ssl=serving)
    async with server:
        reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname()[:2], ssl=trusting)
        try:
            return await reader.read()
        finally:
            writer.close()


@pytest.fixture(autouse=True)
def _no_authorities_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("SSL_CERT_FILE", "SSL_CERT_DIR"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.slow
@pytest.mark.parametrize(("platform", "asks"), [("darwin", True), ("win32", True), ("linux", False)])
def test_on_some_systems_the_system_itself_is_asked(platform: str, asks: bool) -> None:
    """By truststore: there the system knows what a company added. Certificates are checked by either."""
    context = tls.context(platform)
    assert isinstance(context, truststore.SSLContext) == asks
    assert (context.verify_mode, context.check_hostname) == (ssl.CERT_REQUIRED, True)


@pytest.mark.slow
@pytest.mark.parametrize("platform", ["darwin", "linux"])
def test_who_is_unknown_to_the_system_is_not_trusted(tmp_path: Path, platform: str) -> None:
    """By either context."""
    with pytest.raises(ssl.SSLCertVerificationError):
        asyncio.run(answered(tls.context(platform), Authority(tmp_path).good()))


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["good", "expired", "of_another_host"])
def test_an_authority_that_the_system_knows_vouches_for_good_certificates(tmp_path: Path, kind: str) -> None:
    """The same context once the authority is among those it knows."""
    authority, context = Authority(tmp_path), tls.context("win32")
    context.load_verify_locations(authority.file)
    certificate = getattr(authority, kind)()
    if kind == "good":
        assert asyncio.run(answered(context, certificate)) == b"hello"
    else:
        with pytest.raises(ssl.SSLCertVerificationError):
            asyncio.run(answered(context, certificate))


@pytest.mark.parametrize("variable", ["SSL_CERT_FILE", "SSL_CERT_DIR"])
def test_authorities_that_are_named_go_before_the_systems(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    """truststore does not look at them on Windows and macOS, where they have always counted."""
    authority = Authority(tmp_path)
    monkeypatch.setenv(variable, str(authority.file if variable == "SSL_CERT_FILE" else tmp_path))
    context = tls.context("darwin")
    assert not isinstance(context, truststore.SSLContext)
    if variable == "SSL_CERT_FILE":
        assert asyncio.run(answered(context, authority.good())) == b"hello"
