"""The system's keychain, by the extra ``keyring``: credentials of a server, under one name of ours.

macOS has its Keychain, Windows its Credential Locker, Linux a Secret Service; without one nothing is kept.
"""

import json
from typing import Final, NamedTuple

from importer.errors import ConfigError
from importer.extras import install_extra
from importer.message import Message

SERVICE: Final = "import-contacts"
OTHERS: Final = Message("set LIVEDESK_API_KEY_FILE and LIVEDESK_API_SECRET_FILE")


class Credentials(NamedTuple):
    """An API key and its secret."""

    api_key: str
    api_secret: str

    def __repr__(self) -> str:
        return "Credentials(***)"


def is_there() -> bool:
    """Whether this machine has a keychain, and the extra is installed."""
    return lacking() is None


def lacking() -> ConfigError | None:
    """Why there is no keychain, with what to do; ``None`` where there is one."""
    try:
        import keyring
        from keyring.backends import fail
    except ImportError:
        missing = Message("the keychain needs keyring, which is not installed")
        return ConfigError(missing, install_extra("keyring", OTHERS))
    try:
        if not isinstance(keyring.get_keyring(), fail.Keyring):
            return None
        why = Message("this system has no keychain that can be reached")
    except (ImportError, AttributeError, RuntimeError) as error:  # of a backend that somebody chose
        why = Message("the system's keychain cannot be used: {reason}", reason=error)
    hint = Message("on Linux it is the Secret Service of a desktop session; without one, {others}", others=OTHERS)
    return ConfigError(why, hint)


def read(base_url: str) -> Credentials | None:
    """The credentials that are kept for a server; ``None`` also where the keychain is locked or absent."""
    if not is_there():
        return None
    import keyring
    from keyring.errors import KeyringError

    try:
        kept = json.loads(keyring.get_password(SERVICE, base_url) or "null")
        return Credentials(str(kept["api_key"]), str(kept["api_secret"])) if kept else None
    except (KeyringError, ValueError, KeyError, TypeError):
        return None


def keep(base_url: str, credentials: Credentials) -> None:
    """Keep the credentials of a server. Raises ``ConfigError`` if the keychain does not take them."""
    import keyring
    from keyring.errors import KeyringError

    try:
        keyring.set_password(SERVICE, base_url, json.dumps(credentials._asdict()))
    except KeyringError:
        raise _refused() from None  # no traceback repeats what it was given
    if read(base_url) != credentials:  # there are backends that take everything and keep nothing
        raise _refused()


def forget(base_url: str) -> bool:
    """Take the credentials of a server out of the keychain; whether they were there. Raises ``ConfigError``."""
    if not is_there():
        return False
    import keyring
    from keyring.errors import KeyringError, PasswordDeleteError

    try:
        keyring.delete_password(SERVICE, base_url)
    except PasswordDeleteError:
        return False
    except KeyringError as error:
        raise _refused() from error
    return True


def _refused() -> ConfigError:
    hint = Message("unlock it, or do without: the credentials then last as long as the program runs")
    return ConfigError(Message("the system's keychain refused"), hint)
