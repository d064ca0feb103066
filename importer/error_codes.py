"""Every error_code: what it means and what to do, in one table for messages, README and report."""

from collections.abc import Mapping
from typing import Final, NamedTuple

from importer.errors import RunStopped
from importer.message import Message
from importer.models import Outcome, RowError, Status


class Advice(NamedTuple):
    """What an error code means, and what to do about it."""

    meaning: Message
    hint: Message


def advise(meaning: str, hint: Message | str) -> Advice:
    """Advice of templates of messages."""
    return Advice(Message(meaning), Message(hint) if isinstance(hint, str) else hint)


CONTINUE: Final = Message("run the same command again: it continues, and nothing is sent twice")

ERROR_CODES: Final[Mapping[str, Advice]] = {
    # Seen in the row itself.
    "bad_email": advise("not an e-mail address", "write it as name@example.com, or leave the cell empty"),
    "bad_phone": advise("not a phone number", "write it as +8613800138000, or leave the cell empty"),
    "no_country": advise(
        "a phone number without a country code", "write it with its country code (+86 …), or add --country"
    ),
    "doubtful_country": advise(
        "a phone number that makes sense with a country code before it and with one in it",
        "write it with + and its country code",
    ),
    "precision_lost": advise(
        "a spreadsheet rounded the number", "format the column as text, enter the value anew and export again"
    ),
    "bad_url": advise("not a link to a picture", "write it as https://…, or leave the cell empty"),
    "bad_value": advise(
        "not the number or the yes and no that --type asks for",
        "write 1234.5, or true and false, or leave the cell empty",
    ),
    "bad_inbox": advise("not an inbox id", "write the channel's number, such as 407"),
    "no_inbox": advise("the row names no inbox", "fill the cell, or add --inbox"),
    "broken_text": advise(
        "bytes that are no text in the file's encoding", "type the character anew, or name the encoding with --encoding"
    ),
    "formula_error": advise("a formula without a result", "repair the formula, or empty the cell"),
    "empty_row": advise(
        "nothing that tells of a person", "fill in a name, email, phone number or id, or delete the row"
    ),
    "repeated_titles": advise("the titles once more, in the middle of the rows", "delete the row"),
    "extra_cells": advise(
        "more cells than titles", "a delimiter inside a value? put the value in quotes, or give the column a title"
    ),
    # Held against the rest of the file.
    "duplicate": advise("an earlier row of the file is the same person", "nothing; that row is imported"),
    "shared_value": advise(
        "another person in the file has this value, and the desk allows each value once",
        "correct it, or import with --shared-values drop",
    ),
    "strict": advise(
        "another row is invalid, and --strict sends all or nothing",
        "correct the invalid rows, or import without --strict",
    ),
    # Refused by the server.
    "rejected": advise("the server refused the contact", "correct the row as the server says, and import it again"),
    "taken": advise(
        "another contact on the server has this value",
        "correct the row, or merge the contacts in LiveDesk, and import it again",
    ),
    "exists": advise(
        "the contact exists, and --on-duplicate is fail", "remove the row, or choose --on-duplicate skip or update"
    ),
    "attributes_failed": advise(
        "the contact was created, its attributes were not stored",
        "run the same command again: only the attributes are sent",
    ),
    # No answer that settles it.
    "rate_limited": advise("the server wants fewer requests", "run the same command again later: it continues"),
    "timeout": advise("no answer in time", CONTINUE),
    "connection_lost": advise("the connection broke before the answer", CONTINUE),
    "server_error": advise("the server failed", CONTINUE),
    "bad_answer": advise("the answer was not the API's", CONTINUE),
    "canary": advise("--canary sends the first rows alone", "run the same command without --canary: it continues"),
    "interrupted": advise("the run ended before the row was settled", CONTINUE),
    # The run stopped.
    "credentials_refused": advise(
        "the server refused the credentials",
        "check LIVEDESK_API_KEY and LIVEDESK_API_SECRET (console: Project settings, API management)",
    ),
    "inbox_unknown": advise(
        "the server does not know the inbox", "check --inbox (console: channel settings, Channel ID) and --base-url"
    ),
    "unreachable": advise(
        "nobody got an answer from the service",
        "check the network and --base-url, then run the same command again: it continues",
    ),
    "redirected": advise(
        "the server redirects, and redirects are not followed",
        "check --base-url: your credentials are sent to that address alone",
    ),
    "not_livedesk": advise("the address does not answer as LiveDesk does", "check --base-url"),
    "workers_lost": advise(
        "no worker of the cluster is left",
        "look into why they ended (memory?), then run the same command again: it continues",
    ),
    "untrusted": advise(
        "the server's certificate cannot be trusted",
        "check --base-url; for a company's own certificate authority set SSL_CERT_FILE",
    ),
}
"""The code of every ``RowError`` and ``Outcome``, in the order in which a row meets them."""


def row_error(code: str, message: Message) -> RowError:
    """An error with the hint that the table has for its code."""
    return RowError(code, message, ERROR_CODES[code].hint)


def not_sent(reason: RunStopped | None) -> Outcome:
    """Return the outcome of a row that the run did not reach; ``reason`` is ``None`` after a signal."""
    if reason is None:
        ended = Message("the run was interrupted")
        return Outcome(Status.NOT_SENT, error_code="interrupted", error=(ended,), hint=(CONTINUE,))
    hint = (reason.hint,) if reason.hint else ()
    return Outcome(Status.NOT_SENT, error_code=reason.code, error=(reason.message,), hint=hint)
