"""The passwords of a run's files: those that are given, and those that somebody enters once a file needs one."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Final, TypeAlias, TypeVar
from unicodedata import normalize

from importer.errors import InputError, PasswordNeeded
from importer.extras import install_extra
from importer.loader.signatures import SAVE_AGAIN
from importer.message import Message

T = TypeVar("T")
Ask: TypeAlias = Callable[[object, int], str | None]

_TRIES: Final = 3
_BY: Final = ("IMPORT_CONTACTS_PASSWORD", "IMPORT_CONTACTS_PASSWORD_FILE")

OPENED: Final = Message("opened with its password; what is written of it has none")
"""A note beside a file: results hold the same people, and anybody who gets them reads them."""


@dataclass(frozen=True, slots=True)
class Passwords:
    """Owns the passwords that a run knows; they are equal if the ``given`` ones are, and no ``repr`` shows any.

    Each is tried on each protected file. ``ask`` gets the words for a file that none opens, and how often it was asked
    about that file before; it returns what somebody enters, ``None`` if nobody does.
    """

    given: tuple[str, ...] = field(default=(), repr=False)
    ask: Ask | None = field(default=None, repr=False, compare=False)
    _entered: list[str] = field(default_factory=list, init=False, repr=False, compare=False)

    def opened(self, shown: object, attempt: Callable[[str], T | None]) -> T:
        """Return what ``attempt`` makes of the first password that opens a file; it returns ``None`` for any other.

        Raises ``PasswordNeeded``, and what ``attempt`` and ``ask`` raise.
        """
        tried = False
        for password in (*self._entered, *self.given):
            tried = True
            if (found := _first(attempt, password)) is not None:
                return found
        for password in self._typed(shown):
            tried = True
            if (found := _first(attempt, password)) is not None:
                self._entered.insert(0, password)
                return found
        raise _no_password(shown, tried=tried)

    def _typed(self, shown: object) -> Iterator[str]:
        """What somebody enters, at most so many times; nothing ends it."""
        for times in range(_TRIES if self.ask else 0):
            entered = self.ask and self.ask(shown, times)
            if not entered:
                return
            yield entered


NO_PASSWORDS: Final = Passwords()
"""For files that need none."""


def _first(attempt: Callable[[str], T | None], password: str) -> T | None:
    """Try a password as it stands, and as other systems spell its letters: macOS may take ``é`` apart."""
    for spelled in dict.fromkeys((password, normalize("NFC", password), normalize("NFD", password))):
        if (found := attempt(spelled)) is not None:
            return found
    return None


def _no_password(shown: object, *, tried: bool) -> PasswordNeeded:
    if tried:
        return PasswordNeeded("{content} cannot be opened with the given password", _CHECK, content=shown)
    return PasswordNeeded("{content} is protected by a password", _GIVE, content=shown)


def lacking_library(shown: object, library: str) -> InputError:
    """The error of a protected file where what opens it is not installed."""
    return InputError(
        "{content} is protected by a password, and {library}, which opens it, is not installed",
        install_extra("passwords", Message("save it without a password")),
        content=shown,
        library=library,
    )


def unsupported_password(shown: object) -> InputError:
    """The error of a file that is protected in a way that nothing here opens."""
    return InputError("{content} is protected by a password in a way that is not supported", SAVE_AGAIN, content=shown)


_GIVE: Final = Message("set {variable} or {file}, or save it without a password", variable=_BY[0], file=_BY[1])
_CHECK: Final = Message("check {variable} or {file}", variable=_BY[0], file=_BY[1])
