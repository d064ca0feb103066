"""What went wrong, told in place: to a script as JSON, to a reader as a page with a way back."""

import logging
from typing import Any, Final

from aiohttp import web

from importer.errors import ImporterError, InputError, LedgerBusy, OutputError, RunStopped, unwritable
from importer.files.moves import NAME_ANOTHER
from importer.message import Message
from importer.web.drafts import NotThere
from importer.web.jobs import mistake
from importer.web.pages import answer, page
from importer.web.screen import Handler

_LOG: Final = logging.getLogger(__name__)
_STATUSES: Final = ((LedgerBusy, 409), (InputError, 422), (OutputError, 507), (RunStopped, 502), (ImporterError, 400))
"""The HTTP status of an error, by the first kind that it is of."""

AS_JSON: Final = "application/json"


@web.middleware
async def failures(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Answer what a handler raises. A connection that breaks has nobody to tell."""
    try:
        return await handler(request)
    except ImporterError as error:
        status = next(status for kind, status in _STATUSES if isinstance(error, kind))
        return _told(request, status, code=error.code, message=error.message, hint=error.hint)
    except NotThere as error:
        return _told(request, 404, code="not_there", message=error.message)
    except web.HTTPNotFound:
        return _told(request, 404, code="not_there", message=Message("There is no such page."))
    except web.HTTPException as error:
        if error.status < 400:
            raise
        return _told(request, error.status, code="refused", message=Message("This cannot be done here."))
    except TimeoutError:
        hint = Message("send it once more")
        return _told(request, 408, code="timeout", message=Message("Nothing came for a minute."), hint=hint)
    except ConnectionError:
        raise
    except OSError as error:
        told = unwritable(error.filename or Message("the folder of the results"), error, NAME_ANOTHER)
        return _told(request, 507, code=told.code, message=told.message, hint=told.hint)
    except Exception as error:  # noqa: BLE001 - the page tells of it
        _LOG.exception("%s %s", request.method, request.match_info.handler.__name__)
        why, hint = mistake(error)
        return _told(request, 500, code="mistake", message=why, hint=hint)


def _told(request: web.Request, status: int, **error: Any) -> web.Response:
    if request.method not in ("GET", "HEAD") or AS_JSON in request.headers.get("Accept", ""):
        return answer(request, status, error={"hint": None} | error)
    return page(request, "failure.html.jinja", status=status, title=error["message"], error=error)
