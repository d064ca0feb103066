"""Events of a job as they come: server-sent events, which a browser resumes by itself
(https://html.spec.whatwg.org/multipage/server-sent-events.html)."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Final

from aiohttp import web

from importer.message import Language, Message
from importer.web.drafts import NotThere
from importer.web.events import Event
from importer.web.jobs import Job
from importer.web.pages import answer, plain_text
from importer.web.screen import language_of, screen_of
from importer.web.session_pages import body_of, unexpected

_SIGN_OF_LIFE_S: Final = 15.0
_LAST_SEEN: Final = "Last-Event-ID"


def job_of(request: web.Request) -> Job:
    """The job that an address names as ``{job}``. Raises ``NotThere``."""
    job = screen_of(request).jobs.get(request.match_info["job"])
    if job is None:
        raise NotThere(Message("This work is not there any more: the program was started anew since."))
    return job


async def events(request: web.Request) -> web.StreamResponse:
    """What the job said since the number that the browser saw last, then each event as it comes, to the end."""
    job, language = job_of(request), language_of(request)
    seen = request.headers.get(_LAST_SEEN, request.query.get("after", ""))
    response = web.StreamResponse()
    response.content_type = "text/event-stream"
    await response.prepare(request)
    with suppress(ConnectionError):
        async for text in _with_signs_of_life(_texts(job, int(seen) if seen.isdecimal() else 0, language)):
            await response.write(text.encode("utf-8", "replace"))
    return response


async def _texts(job: Job, seen: int, language: Language) -> AsyncIterator[str]:
    yield "retry: 1000\n\n"
    async for event in job.events.follow(seen):
        yield as_text(event, language)
    yield "event: end\ndata: {}\n\n"


async def _with_signs_of_life(texts: AsyncIterator[str]) -> AsyncIterator[str]:
    """A comment where nothing else comes for a while: a connection that is dead shows by it."""
    following = asyncio.ensure_future(anext(texts, None))
    try:
        while True:
            done, _ = await asyncio.wait([following], timeout=_SIGN_OF_LIFE_S)
            if not done:
                yield ": \n\n"
                continue
            text = following.result()
            if text is None:
                return
            yield text
            following = asyncio.ensure_future(anext(texts, None))
    finally:
        following.cancel()


def as_text(event: Event, language: Language) -> str:
    """One event as the stream has it; its sentences are told in the reader's language and the screen's words."""
    words = {name: plain_text(language, told) for name, told in (("told", event.told), ("hint", event.hint)) if told}
    data = json.dumps({**event.values, **words, "kind": event.kind}, ensure_ascii=False)  # json escapes line breaks
    return f"id: {event.number}\nevent: said\ndata: {data}\n\n"


async def state(request: web.Request) -> web.Response:
    """Where a job stands."""
    job = job_of(request)
    return answer(request, id=job.id, purpose=job.purpose, state=job.state)


async def cancel(request: web.Request) -> web.Response:
    """Stop a job; it settles first."""
    job = job_of(request)
    job.cancel()
    return answer(request, state=job.state)


async def reply(request: web.Request) -> web.Response:
    """``{"id": …, "agreed": true}``: the answer to a question of the job."""
    match await body_of(request):
        case {"id": str(name), "agreed": bool(agreed)}:
            job_of(request).observer.answer(name, agreed)
            return answer(request)
    raise unexpected()
