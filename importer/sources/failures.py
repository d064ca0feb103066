"""Why a file cannot be fetched, and what to do about it."""

from typing import Final

from importer.errors import InputError
from importer.message import Message
from importer.sources.source import Fetching

SHARE_IT: Final = Message("share it with everybody who has the link, or download it in a browser and import that file")
LATER: Final = Message("try it again later")
CHECK_IT: Final = Message("check the address; a link may have ended")
DOWNLOAD_IT: Final = Message("download it in a browser and import that file")


class FetchFailed(Exception):
    """Why a try failed, without the address; ``wait_s`` is the least time before another try, ``None`` if none would
    help."""

    def __init__(self, cause: Message, hint: Message | None = None, wait_s: float | None = None) -> None:
        super().__init__(cause)
        self.cause = cause
        self.hint = hint
        self.wait_s = wait_s


def too_large(most_bytes: int) -> FetchFailed:
    """The error of a file that is larger than this program fetches."""
    return FetchFailed(Message("it is larger than {size:,} MiB", size=most_bytes >> 20), DOWNLOAD_IT)


def check_wanted(terms: Fetching) -> None:
    """Raise ``FetchFailed``, which nobody hears, if nobody waits for the file any more."""
    if terms.is_given_up():
        raise FetchFailed(Message("interrupted"))


def as_input_error(failed: FetchFailed, shown: str) -> InputError:
    """Return the error with the words by which the user knows the source."""
    return InputError("{source} cannot be read: {reason}", failed.hint, source=shown, reason=failed.cause)
