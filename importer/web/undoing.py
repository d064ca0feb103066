"""An undo from a page, and what its result leaves to choose."""

from typing import TYPE_CHECKING, Any, Final

from aiohttp import web

from importer.errors import Declined
from importer.library.verbs import do_undo
from importer.message import Message
from importer.web.session_pages import body_of

if TYPE_CHECKING:
    from importer.pipeline.terms import Terms
    from importer.reporter.summary import Summary

NOTHING_UNDONE: Final = Message("Nothing was undone.")
"""What somebody is told who said no: that is no mistake."""


def undo(terms: "Terms", run: str, *, remove_untold: bool = False) -> "Summary | Message":
    """Undo a run, or say that nothing was undone, also where somebody declined. Raises otherwise as ``do_undo``."""
    try:
        return do_undo(terms, run, remove_untold=remove_untold)
    except Declined:
        return NOTHING_UNDONE


async def removes_untold(request: web.Request) -> bool:
    """Whether a page wants contacts removed too of which LiveDesk does not tell whether somebody has used them:
    ``{"remove_untold": true}``. A request without a body wants the careful way. Raises ``ConfigError``."""
    return request.can_read_body and (await body_of(request)).get("remove_untold") is True


def left_untold(result: Any) -> int:
    """How many contacts an undo kept only since LiveDesk does not tell whether somebody has used them."""
    return sum(cause.count for cause in getattr(result, "causes", ()) if cause.code == "untold")
