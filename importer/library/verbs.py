"""What a run does, on the terms of whoever calls: in the caller's thread, with its observer and its cancellation.

The command line calls these, and the functions of ``calls`` do in a job. What reads and sends is loaded by the first
call that needs it.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from importer.errors import CredentialsRefused, ImporterError, NotLiveDesk, RunStopped, ServiceUnreachable
from importer.message import Message
from importer.network.chat_services import unreachable
from importer.pipeline.terms import Terms
from importer.sources.source import Input, fetched

if TYPE_CHECKING:
    from importer.models import Mode
    from importer.reporter.summary import Summary


@contextmanager
def telling_failure(terms: Terms, inputs: Sequence[object]) -> Iterator[None]:
    """Tell those whom --notify names that an import could not begin; ``inputs`` are what it was to import.

    Those of them who cannot be told, since the extra ``notify`` is missing, are named at once.
    """
    for warning in unreachable(one.get_secret_value() for one in terms.config.notify):
        terms.observer.warn(*warning)
    try:
        yield
    except ImporterError as error:
        if terms.config.notify:
            from importer.reporter.notifications import tell_failure

            tell_failure(terms.config, error, inputs, terms.observer, terms.cancellation)
        raise


def do_import(terms: Terms, inputs: Sequence[Input], mode: "Mode | None" = None) -> "Summary":
    """Import files and sources as one run. Raises ``ImporterError`` if it cannot begin or cannot be recorded."""
    from importer.pipeline.run import run_import

    with fetched(inputs, terms.config.timeout, terms.cancellation) as files:
        return run_import(terms, files, mode)


def do_plan(terms: Terms, inputs: Sequence[Input]) -> "Summary":
    """Say what an import would change. Raises as ``do_import``."""
    return do_import(terms, inputs, "plan")


def try_credentials(terms: Terms) -> None:
    """Ask LiveDesk whether it takes the credentials, with one request. Raises ``RunStopped`` unless the answer shows
    that it does, ``ConfigError`` without credentials."""
    from importer.pipeline.send import asked

    terms.config.credentials(rehearsable=False)
    sent, unsettled = asked(terms.config, terms.observer, terms.cancellation)
    if isinstance(sent.reason, CredentialsRefused):
        hint = Message("compare both with LiveDesk's console: Project settings, API management")
        raise CredentialsRefused(sent.reason.message, hint)
    if sent.reason is not None:
        raise sent.reason
    if unsettled is not None:
        hint = Message("try it again later; if it stays so, check the server's address (--base-url)")
        raise NotLiveDesk("whether LiveDesk takes them is not known: {cause}", hint, cause=unsettled)


def ask_service(terms: Terms) -> RunStopped | None:
    """Ask LiveDesk with one request whether it takes contacts, and return what would stop an import, if anything."""
    from importer.pipeline.send import asked

    sent, unsettled = asked(terms.config, terms.observer, terms.cancellation)
    if sent.reason is not None or unsettled is None:
        return sent.reason
    return ServiceUnreachable("the service does not answer as it should: {cause}", cause=unsettled)


def do_verify(terms: Terms, run: str | None) -> "Summary":
    """Read back what a run sent, the newest import if none is named. Raises as ``do_import``."""
    from importer.pipeline.verify import verify

    return verify(terms, run)


def do_undo(terms: Terms, run: str, *, remove_untold: bool) -> "Summary | Message":
    """Undo a run; a message says that nothing was to do. Raises as ``do_import``, also where nobody agrees."""
    from importer.pipeline.undo import undo

    return undo(terms, run, remove_untold=remove_untold)
