"""Environment variables: the name that an option has there, and how one variable holds several values."""

from collections.abc import Mapping
from typing import Final

PREFIX: Final = "IMPORT_CONTACTS_"

_NAMED: Final[Mapping[str, tuple[str, ...]]] = {
    "--api-key": ("LIVEDESK_API_KEY",),
    "--api-secret": ("LIVEDESK_API_SECRET",),
    "--base-url": ("LIVEDESK_BASE_URL",),
    "--inbox": ("LIVEDESK_INBOX_ID",),
    "--notify": ("LIVEDESK_NOTIFY_URL", "IMPORT_CONTACTS_NOTIFY"),
}
"""The options whose variable has a name of its own; of several, the first that is not empty counts."""

TYPED_ALONE: Final = frozenset(
    {
        *("--yes", "--clear", "--fresh"),  # what cannot be taken back is agreed to for this very run
        *("--help", "--version", "--schema", "--example", "--forget"),  # they do something else than the command
    }
)
"""The options that have no variable: they count only where somebody types them."""

SETTINGS_ALONE: Final = ("--api-key", "--api-secret", "--password", "--update")
"""As options would be spelled: what a variable and a configuration file may say, and no command line."""


def names_of(option: str) -> tuple[str, ...]:
    """Return the variables of an option (``--rate``); ``IMPORT_CONTACTS_RATE`` if no rule says otherwise."""
    return () if option in TYPED_ALONE else _NAMED.get(option, (plain_name(option),))


def plain_name(option: str) -> str:
    """Return what an option's variable is called without a rule of its own."""
    return PREFIX + option.lstrip("-").replace("-", "_").upper()


def lines_of(text: str) -> list[str]:
    """Return the values of an option that may be given several times: a variable has one in each line."""
    return [line for line in text.splitlines() if line.strip()]


def pair_of(option: str, text: str) -> tuple[str, str] | None:
    """Return the parts of ``A=b``, ``None`` if there are not two; --map divides at its last ``=``, others at the first.

    The left part may not be blank: a column without a title is ``#1``.
    """
    is_map = option == "--map"
    left, divider, right = text.rpartition("=") if is_map else text.partition("=")
    if not divider or not left.strip():
        return None
    return (left, right.strip()) if is_map else (left.strip(), right)
