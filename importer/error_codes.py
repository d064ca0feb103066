"""Every error_code: what it means and what to do, for messages, README and report."""

from typing import Final, NamedTuple

from importer.errors import RunStopped
from importer.message import Message
from importer.models import Outcome, RowError, Status


class Advice(NamedTuple):
    """What an error code means, and what to do about it."""

    meaning: Message
    hint: Message


CONTINUE: Final = Message("run the same command again: it continues, and nothing is sent twice")

_MEANINGS: Final = {
    # Seen in the row itself.
    "bad_email": Message("not an e-mail address"),
    "bad_phone": Message("not a phone number"),
    "no_country": Message("a phone number without a country code"),
    "doubtful_country": Message("a phone number that makes sense with a country code before it and with one in it"),
    "precision_lost": Message("a spreadsheet rounded the number"),
    "bad_url": Message("not a link to a picture"),
    "bad_value": Message("not the number or the yes and no that --type asks for"),
    "bad_inbox": Message("not an inbox id"),
    "no_inbox": Message("the row names no inbox"),
    "broken_text": Message("bytes that are no text in the file's encoding"),
    "formula_error": Message("a formula without a result"),
    "empty_row": Message("nothing that tells of a person"),
    "repeated_titles": Message("the titles once more, in the middle of the rows"),
    "extra_cells": Message("more cells than titles"),
    # Held against the rest of the file.
    "duplicate": Message("an earlier row of the file is the same person"),
    "shared_value": Message("another person in the file has this value, and the desk allows each value once"),
    "strict": Message("another row is invalid, and --strict sends all or nothing"),
    # Refused by the server.
    "rejected": Message("the server refused the contact"),
    "taken": Message("another contact on the server has this value"),
    "exists": Message("the contact exists, and --on-duplicate is fail"),
    "attributes_failed": Message("the contact was created, its attributes were not stored"),
    # No answer that settles it.
    "rate_limited": Message("the server wants fewer requests"),
    "timeout": Message("no answer in time"),
    "connection_lost": Message("the connection broke before the answer"),
    "server_error": Message("the server failed"),
    "bad_answer": Message("the answer was not the API's"),
    "canary": Message("--canary sends the first rows alone"),
    "interrupted": Message("the run ended before the row was settled"),
    # The run stopped.
    "credentials_refused": Message("the server refused the credentials"),
    "inbox_unknown": Message("the server does not know the inbox"),
    "unreachable": Message("nobody got an answer from the service"),
    "redirected": Message("the server redirects, and redirects are not followed"),
    "not_livedesk": Message("the address does not answer as LiveDesk does"),
    "workers_lost": Message("no worker of the cluster is left"),
    "untrusted": Message("the server's certificate cannot be trusted"),
}

_HINTS: Final = {
    "bad_email": Message("write it as name@example.com, or leave the cell empty"),
    "bad_phone": Message("write it as +8613800138000, or leave the cell empty"),
    "no_country": Message("write it with its country code (+86 …), or add --country"),
    "doubtful_country": Message("write it with + and its country code"),
    "precision_lost": Message("format the column as text, enter the value anew and export again"),
    "bad_url": Message("write it as https://…, or leave the cell empty"),
    "bad_value": Message("write 1234.5, or true and false, or leave the cell empty"),
    "bad_inbox": Message("write the channel's number, such as 407"),
    "no_inbox": Message("fill the cell, or add --inbox"),
    "broken_text": Message("type the character anew, or name the encoding with --encoding"),
    "formula_error": Message("repair the formula, or empty the cell"),
    "empty_row": Message("fill in a name, email, phone number or id, or delete the row"),
    "repeated_titles": Message("delete the row"),
    "extra_cells": Message("a delimiter inside a value? put the value in quotes, or give the column a title"),
    "duplicate": Message("nothing; that row is imported"),
    "shared_value": Message("correct it, or import with --shared-values drop"),
    "strict": Message("correct the invalid rows, or import without --strict"),
    "rejected": Message("correct the row as the server says, and import it again"),
    "taken": Message("correct the row, or merge the contacts in LiveDesk, and import it again"),
    "exists": Message("remove the row, or choose --on-duplicate skip or update"),
    "attributes_failed": Message("run the same command again: only the attributes are sent"),
    "rate_limited": Message("run the same command again later: it continues"),
    "canary": Message("run the same command without --canary: it continues"),
    "credentials_refused": Message(
        "check LIVEDESK_API_KEY and LIVEDESK_API_SECRET (console: Project settings, API management)"
    ),
    "inbox_unknown": Message("check --inbox (console: channel settings, Channel ID) and --base-url"),
    "unreachable": Message("check the network and --base-url, then run the same command again: it continues"),
    "redirected": Message("check --base-url: your credentials are sent to that address alone"),
    "not_livedesk": Message("check --base-url"),
    "workers_lost": Message("look into why they ended (memory?), then run the same command again: it continues"),
    "untrusted": Message("check --base-url; for a company's own certificate authority set SSL_CERT_FILE"),
}
"""What to do, where it is not ``CONTINUE``."""

ERROR_CODES: Final = {code: Advice(meaning, _HINTS.get(code, CONTINUE)) for code, meaning in _MEANINGS.items()}
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
