"""Every error_code: what it means and what to do, in one table for messages, README and report."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, NamedTuple

from importer.errors import RunStopped
from importer.message import Message
from importer.models import Outcome, RowError, Status


class Advice(NamedTuple):
    """What an error code means, and what to do about it."""

    meaning: Message
    hint: Message


CONTINUE: Final = Message("run the same command again: it continues, and nothing is sent twice")

ERROR_CODES: Final[Mapping[str, Advice]] = MappingProxyType(
    {
        # Seen in the row itself.
        "bad_email": Advice(
            Message("not an e-mail address"), Message("write it as name@example.com, or leave the cell empty")
        ),
        "bad_phone": Advice(
            Message("not a phone number"), Message("write it as +8613800138000, or leave the cell empty")
        ),
        "no_country": Advice(
            Message("a phone number without a country code"),
            Message("write it with its country code (+86 …), or add --country"),
        ),
        "doubtful_country": Advice(
            Message("a phone number that makes sense with a country code before it and with one in it"),
            Message("write it with + and its country code"),
        ),
        "precision_lost": Advice(
            Message("a spreadsheet rounded the number"),
            Message("format the column as text, enter the value anew and export again"),
        ),
        "bad_url": Advice(
            Message("not a link to a picture"), Message("write it as https://…, or leave the cell empty")
        ),
        "bad_value": Advice(
            Message("not the number or the yes and no that --type asks for"),
            Message("write 1234.5, or true and false, or leave the cell empty"),
        ),
        "bad_inbox": Advice(Message("not an inbox id"), Message("write the channel's number, such as 407")),
        "no_inbox": Advice(Message("the row names no inbox"), Message("fill the cell, or add --inbox")),
        "broken_text": Advice(
            Message("bytes that are no text in the file's encoding"),
            Message("type the character anew, or name the encoding with --encoding"),
        ),
        "formula_error": Advice(
            Message("a formula without a result"), Message("repair the formula, or empty the cell")
        ),
        "empty_row": Advice(
            Message("nothing that tells of a person"),
            Message("fill in a name, email, phone number or id, or delete the row"),
        ),
        "repeated_titles": Advice(
            Message("the titles once more, in the middle of the rows"), Message("delete the row")
        ),
        "extra_cells": Advice(
            Message("more cells than titles"),
            Message("a delimiter inside a value? put the value in quotes, or give the column a title"),
        ),
        # Held against the rest of the file.
        "duplicate": Advice(
            Message("an earlier row of the file is the same person"), Message("nothing; that row is imported")
        ),
        "shared_value": Advice(
            Message("another person in the file has this value, and the desk allows each value once"),
            Message("correct it, or import with --shared-values drop"),
        ),
        "strict": Advice(
            Message("another row is invalid, and --strict sends all or nothing"),
            Message("correct the invalid rows, or import without --strict"),
        ),
        # Refused by the server.
        "rejected": Advice(
            Message("the server refused the contact"),
            Message("correct the row as the server says, and import it again"),
        ),
        "taken": Advice(
            Message("another contact on the server has this value"),
            Message("correct the row, or merge the contacts in LiveDesk, and import it again"),
        ),
        "exists": Advice(
            Message("the contact exists, and --on-duplicate is fail"),
            Message("remove the row, or choose --on-duplicate skip or update"),
        ),
        "attributes_failed": Advice(
            Message("the contact was created, its attributes were not stored"),
            Message("run the same command again: only the attributes are sent"),
        ),
        # No answer that settles it.
        "rate_limited": Advice(
            Message("the server wants fewer requests"), Message("run the same command again later: it continues")
        ),
        "timeout": Advice(Message("no answer in time"), CONTINUE),
        "connection_lost": Advice(Message("the connection broke before the answer"), CONTINUE),
        "server_error": Advice(Message("the server failed"), CONTINUE),
        "bad_answer": Advice(Message("the answer was not the API's"), CONTINUE),
        "canary": Advice(
            Message("--canary sends the first rows alone"),
            Message("run the same command without --canary: it continues"),
        ),
        "interrupted": Advice(Message("the run ended before the row was settled"), CONTINUE),
        # The run stopped.
        "credentials_refused": Advice(
            Message("the server refused the credentials"),
            Message("check LIVEDESK_API_KEY and LIVEDESK_API_SECRET (console: Project settings, API management)"),
        ),
        "inbox_unknown": Advice(
            Message("the server does not know the inbox"),
            Message("check --inbox (console: channel settings, Channel ID) and --base-url"),
        ),
        "unreachable": Advice(
            Message("nobody got an answer from the service"),
            Message("check the network and --base-url, then run the same command again: it continues"),
        ),
        "redirected": Advice(
            Message("the server redirects, and redirects are not followed"),
            Message("check --base-url: your credentials are sent to that address alone"),
        ),
        "not_livedesk": Advice(Message("the address does not answer as LiveDesk does"), Message("check --base-url")),
        "workers_lost": Advice(
            Message("no worker of the cluster is left"),
            Message("look into why they ended (memory?), then run the same command again: it continues"),
        ),
        "untrusted": Advice(
            Message("the server's certificate cannot be trusted"),
            Message("check --base-url; for a company's own certificate authority set SSL_CERT_FILE"),
        ),
    }
)
"""The code of every ``RowError`` and ``Outcome``, in the order in which a row meets them."""


def row_error(code: str, message: Message) -> RowError:
    """An error with the hint that the table has for its code."""
    return RowError(code, message, ERROR_CODES[code].hint)


def not_sent(reason: RunStopped | None) -> Outcome:
    """Return the outcome of a row that the run did not reach; ``reason`` is ``None`` after a signal."""
    if reason is None:
        return _INTERRUPTED
    hint = (reason.hint,) if reason.hint else ()
    return Outcome(Status.NOT_SENT, error_code=reason.code, error=(reason.message,), hint=hint)


_INTERRUPTED: Final = Outcome(
    Status.NOT_SENT, error_code="interrupted", error=(Message("the run was interrupted"),), hint=(CONTINUE,)
)
