"""Every error_code: what it means and what to do, in one table for messages, README and report."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, NamedTuple

from importer.errors import RunStopped
from importer.models import Outcome, RowError, Status


class Advice(NamedTuple):
    """What an error code means, and what to do about it."""

    meaning: str
    hint: str


CONTINUE: Final = "run the same command again: it continues, and nothing is sent twice"

ERROR_CODES: Final[Mapping[str, Advice]] = MappingProxyType(
    {
        # Seen in the row itself.
        "bad_email": Advice("not an e-mail address", "write it as name@example.com, or leave the cell empty"),
        "bad_phone": Advice("not a phone number", "write it as +8613800138000, or leave the cell empty"),
        "no_country": Advice(
            "a phone number without a country code", "write it with its country code (+86 …), or add --country"
        ),
        "doubtful_country": Advice(
            "a phone number that makes sense with a country code before it and with one in it",
            "write it with + and its country code",
        ),
        "precision_lost": Advice(
            "a spreadsheet rounded the number", "format the column as text, enter the value anew and export again"
        ),
        "bad_url": Advice("not a link to a picture", "write it as https://…, or leave the cell empty"),
        "bad_value": Advice(
            "not the number or the yes and no that --type asks for",
            "write 1234.5, or true and false, or leave the cell empty",
        ),
        "bad_inbox": Advice("not an inbox id", "write the channel's number, such as 407"),
        "no_inbox": Advice("the row names no inbox", "fill the cell, or add --inbox"),
        "broken_text": Advice(
            "bytes that are no text in the file's encoding",
            "type the character anew, or name the encoding with --encoding",
        ),
        "formula_error": Advice("a formula without a result", "repair the formula, or empty the cell"),
        "empty_row": Advice(
            "nothing that tells of a person", "fill in a name, email, phone number or id, or delete the row"
        ),
        "repeated_titles": Advice("the titles once more, in the middle of the rows", "delete the row"),
        "extra_cells": Advice(
            "more cells than titles", "a delimiter inside a value? put the value in quotes, or give the column a title"
        ),
        # Held against the rest of the file.
        "duplicate": Advice("an earlier row of the file is the same person", "nothing; that row is imported"),
        "shared_value": Advice(
            "another person in the file has this value, and the desk allows each value once",
            "correct it, or import with --shared-values drop",
        ),
        "strict": Advice(
            "another row is invalid, and --strict sends all or nothing",
            "correct the invalid rows, or import without --strict",
        ),
        # Refused by the server.
        "rejected": Advice("the server refused the contact", "correct the row as the server says, and import it again"),
        "taken": Advice(
            "another contact on the server has this value",
            "correct the row, or merge the contacts in LiveDesk, and import it again",
        ),
        "exists": Advice(
            "the contact exists, and --on-duplicate is fail", "remove the row, or choose --on-duplicate skip or update"
        ),
        "attributes_failed": Advice(
            "the contact was created, its attributes were not stored",
            "run the same command again: only the attributes are sent",
        ),
        # No answer that settles it.
        "rate_limited": Advice("the server wants fewer requests", "run the same command again later: it continues"),
        "timeout": Advice("no answer in time", CONTINUE),
        "connection_lost": Advice("the connection broke before the answer", CONTINUE),
        "server_error": Advice("the server failed", CONTINUE),
        "bad_answer": Advice("the answer was not the API's", CONTINUE),
        "canary": Advice("--canary sends the first rows alone", "run the same command without --canary: it continues"),
        "interrupted": Advice("the run ended before the row was settled", CONTINUE),
        # The run stopped.
        "credentials_refused": Advice(
            "the server refused the credentials",
            "check LIVEDESK_API_KEY and LIVEDESK_API_SECRET (console: Project settings, API management)",
        ),
        "inbox_unknown": Advice(
            "the server does not know the inbox",
            "check --inbox (console: channel settings, Channel ID) and --base-url",
        ),
        "unreachable": Advice(
            "nobody got an answer from the service",
            "check the network and --base-url, then run the same command again: it continues",
        ),
        "redirected": Advice(
            "the server redirects, and redirects are not followed",
            "check --base-url: your credentials are sent to that address alone",
        ),
        "not_livedesk": Advice("the address does not answer as LiveDesk does", "check --base-url"),
        "workers_lost": Advice(
            "no worker of the cluster is left",
            "look into why they ended (memory?), then run the same command again: it continues",
        ),
        "untrusted": Advice(
            "the server's certificate cannot be trusted",
            "check --base-url; for a company's own certificate authority set SSL_CERT_FILE",
        ),
    }
)
"""The code of every ``RowError`` and ``Outcome``, in the order in which a row meets them."""


def row_error(code: str, message: str) -> RowError:
    """An error with the hint that the table has for its code."""
    return RowError(code, message, ERROR_CODES[code].hint)


def not_sent(reason: RunStopped | None) -> Outcome:
    """Return the outcome of a row that the run did not reach; ``reason`` is ``None`` after a signal."""
    if reason is None:
        return Outcome(Status.NOT_SENT, error_code="interrupted", error="the run was interrupted", hint=CONTINUE)
    return Outcome(Status.NOT_SENT, error_code=reason.code, error=str(reason), hint=reason.hint)
