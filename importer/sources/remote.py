"""Files in object stores and on servers of SSH, by fsspec (extra ``remote``), with the credentials of this machine."""

import os
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final, NamedTuple
from urllib.parse import unquote, urlsplit

from importer.errors import ConfigError, ImporterError, reason_of
from importer.extras import install, install_extra
from importer.message import Message
from importer.network.addresses import public, scheme_of
from importer.sources.address_names import place_in
from importer.sources.failures import CHECK_IT, LATER, FetchFailed, as_input_error, check_wanted, too_large
from importer.sources.source import Fetching, FileAtAddress, spooled

_BLOCK_BYTES: Final = 1 << 18
"""At once, so that a slow line is heard of within the longest silence."""

_PASSWORD: Final = re.compile(r"[^:]+://[^/@]*:[^/]*@")


class _Kind(NamedTuple):
    """How files of a scheme are reached: the package, its class of fsspec with the options that it gets, and where the
    credentials are. Of the options, those in ``patience`` are set to the longest silence, in seconds. With ``is_url``
    the path has escapes, and no query; elsewhere the name of a file stands as it is. ``extra`` brings the package, if
    any does."""

    package: str
    module: str
    filesystem: str
    credentials: str
    options: Mapping[str, object] = {}
    patience: tuple[str, ...] = ()
    is_url: bool = False
    extra: str = "remote"


_S3: Final = _Kind(
    *("s3fs", "s3fs", "S3FileSystem", "AWS_PROFILE, ~/.aws"),
    patience=("config_kwargs.connect_timeout", "config_kwargs.read_timeout"),
)
_GS: Final = _Kind(
    *("gcsfs", "gcsfs.core", "GCSFileSystem", "GOOGLE_APPLICATION_CREDENTIALS, gcloud auth application-default login"),
    patience=("requests_timeout",),
)
_SFTP: Final = _Kind(
    *("sshfs", "sshfs", "SSHFileSystem", "ssh-agent, ~/.ssh"),
    # Without this, sshfs accepts whatever key a server shows; so does fsspec's own file system by Paramiko. With it,
    # asyncssh wants the key in ~/.ssh/known_hosts, or where ~/.ssh/config says.
    options={"known_hosts": (), "keepalive_count_max": 1},
    patience=("timeout", "connect_timeout", "login_timeout", "keepalive_interval"),
    is_url=True,
)
_AZURE: Final = _Kind("adlfs", "adlfs", "AzureBlobFileSystem", "AZURE_STORAGE_…", extra="")

_KINDS: Final[Mapping[str, _Kind]] = {
    "s3": _S3,
    **dict.fromkeys(("gs", "gcs"), _GS),
    **dict.fromkeys(("sftp", "ssh"), _SFTP),
    "az": _AZURE,
}
SCHEMES: Final = (*_KINDS,)

_ANOTHER_KEY: Final = (
    Message("the server shows another host key than known_hosts has for it: it may be another server"),
    Message(
        "do not accept that key; ask whoever runs the server whether it has a new one, and compare the fingerprint"
    ),
)
_HOST_KEY: Final = Message("connect once with ssh, compare the fingerprint of the key that it shows, and accept that")
_CAUSES: Final[Mapping[str, tuple[Message, Message | None]]] = {
    "FileNotFoundError": (Message("there is no such file"), CHECK_IT),
    "PermissionError": (Message("access was denied"), None),
    "NoCredentialsError": (Message("there are no credentials for it"), None),
    "PartialCredentialsError": (Message("there are no credentials for it"), None),
    "DefaultCredentialsError": (Message("there are no credentials for it"), None),
    **dict.fromkeys(
        ("EndpointConnectionError", "HTTPClientError", "ClientConnectionError", "ConnectionLost"),
        (Message("the connection to it, or to the proxy, failed"), LATER),
    ),
    "SFTPError": (Message("the server failed to read it"), LATER),
    "HostKeyNotVerifiable": (Message("the host key of the server is not in known_hosts"), _HOST_KEY),
}
"""By the names of exceptions, the nearest first: what happened, and what to do; ``None`` is to check credentials."""


@dataclass(frozen=True, slots=True)
class RemoteFile(FileAtAddress):
    """A file that fsspec fetches."""

    def fetch(self, terms: Fetching) -> Path:
        """Copy the file. Raises ``InputError``, ``OutputError``."""
        kind = _KINDS[scheme_of(self.url)]
        path = place_in(terms.folder, self.url)
        try:
            with spooled(path) as copy:
                copy.writelines(_translated(_blocks(kind, self.url, self.bounds.most_bytes, terms), self.url, terms))
        except BaseException as error:
            path.unlink(missing_ok=True)
            if isinstance(error, FetchFailed):
                raise as_input_error(error, self.shown) from None
            raise
        return path


def remote_file(url: str) -> RemoteFile:
    """Return the source that an address names. Raises ``ConfigError`` if its package is not installed, or if a password
    stands in the address."""
    scheme = scheme_of(url)
    kind = _KINDS[scheme]
    if _PASSWORD.match(url) or not _has_sound_host(url):
        password = Message("a password stands in the address; leave it out")
        raise ConfigError(
            "{source} cannot be read: {reason}",
            Message("the credentials are those of this machine ({where})", where=kind.credentials),
            source=f"{scheme}://…",  # a password may stand anywhere in what is no sound address
            reason=password if _PASSWORD.match(url) else Message("it is no address"),
        )
    if kind.is_url and {*url} & {"?", "#"}:
        raise ConfigError(
            "{source} cannot be read: {reason}",
            Message("leave it out; in the name of a file write ? as %3F, and # as %23"),
            source=public(url),
            reason=Message("an address of {scheme}:// has no query", scheme=scheme),
        )
    if find_spec(kind.package) is None:
        raise ConfigError(
            "{source} cannot be read: {scheme}:// needs {package}, which is not installed",
            install_extra(kind.extra) if kind.extra else install(kind.package),
            source=public(url),
            scheme=scheme,
            package=kind.package,
        )
    return RemoteFile(url.strip())


def _has_sound_host(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return bool(parts.hostname) and parts.port != 0
    except ValueError:  # a bad port
        return False


def _blocks(kind: _Kind, url: str, most_bytes: int, terms: Fetching) -> Iterator[bytes]:
    """The file in blocks. Raises ``FetchFailed`` for one that is cut or too large, and whatever the libraries raise."""
    found = getattr(import_module(kind.module), kind.filesystem)
    files = found(**found._get_kwargs_from_urls(url), **_options(kind, terms.silence_s), skip_instance_cache=True)
    path = unquote(found._strip_protocol(url)) if kind.is_url else found._strip_protocol(url)
    terms.heard()
    known = files.info(path)
    terms.heard()
    if known.get("type") == "directory":
        raise FetchFailed(Message("it is a folder"), CHECK_IT)
    size, came = known.get("size"), 0
    if size is not None and size > most_bytes:
        raise too_large(most_bytes)
    with files.open(path, "rb", block_size=_BLOCK_BYTES) as file:
        while block := file.read(_BLOCK_BYTES):
            terms.heard()
            came += len(block)
            check_wanted(terms)
            if came > most_bytes:
                raise too_large(most_bytes)
            yield block
    if size is not None and came != size:
        raise FetchFailed(Message("its end is missing"))


def _options(kind: _Kind, silence_s: float) -> dict[str, Any]:
    """The options of a file system; a name with a dot is one within another."""
    options: dict[str, Any] = dict(kind.options)
    for name in kind.patience:
        outer, _, inner = name.partition(".")
        options[outer] = {**options.get(outer, {}), inner: silence_s} if inner else silence_s
    return options


def _translated(blocks: Iterator[bytes], url: str, terms: Fetching) -> Iterator[bytes]:
    """The blocks as they come; what the libraries raise becomes ``FetchFailed``, in words of this program, for theirs
    may quote what is nobody's business."""
    try:
        yield from blocks
    except (FetchFailed, ImporterError):
        raise
    except Exception as error:  # noqa: BLE001 - each of the libraries has a tree of its own
        raise _failed(error, url, terms.silence_s) from None


def _failed(error: Exception, url: str, silence_s: float) -> FetchFailed:
    kind = _KINDS[scheme_of(url)]
    check = Message("check the credentials of this machine ({where})", where=kind.credentials)
    for one in type(error).__mro__:
        if one.__name__ in _CAUSES:
            cause, hint = _CAUSES[one.__name__]
            if hint is _HOST_KEY and _has_key(url):
                cause, hint = _ANOTHER_KEY
            return FetchFailed(cause, hint or check)
    if isinstance(error, OSError) and error.errno:
        reason = reason_of(OSError(error.errno, os.strerror(error.errno).lower()))
        return FetchFailed(Message("{reason}", reason=reason))
    if isinstance(error, TimeoutError):
        from importer.network.opener import broken  # and urllib, which no other of these files needs

        return FetchFailed(broken(error, silence_s).cause)
    return FetchFailed(Message("{kind} of {package}", kind=type(error).__name__, package=kind.package), check)


def _has_key(url: str) -> bool:
    """Whether known_hosts has a key of this server, in the place where ssh itself keeps it."""
    parts = urlsplit(url)
    known = Path("~/.ssh/known_hosts").expanduser()
    with suppress(OSError, ValueError):
        keys, *_ = import_module("asyncssh").match_known_hosts(str(known), parts.hostname or "", "", parts.port)
        return bool(keys)
    return False
