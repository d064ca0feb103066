"""How the sandbox misbehaves: its settings, and what can become of a request."""

from dataclasses import dataclass, fields
from enum import Enum
from typing import Final

from importer.errors import ConfigError
from importer.message import Message
from importer.sandbox.kinds import (
    COUNT,
    MILLISECONDS,
    REFUSAL,
    SECONDS,
    SEED,
    SHARE,
    STALE,
    TEXT,
    FaultType,
    choice,
    setting,
)


@dataclass(frozen=True, slots=True)
class Faults:
    """The settings, harmless by default. These fields are the one table from which ``OPTIONS`` is read.

    The shares are of the requests that ``faults_on`` names and exclude each other (``patch_missing`` is of contacts,
    each of which is so for good); latency and rate limits are for every request to the API. "After" means that the
    request was carried out and only its answer is spoilt.
    Raises ``ConfigError`` if a value is out of its range, or the shares add up to more than 1.
    """

    latency_ms: float = setting(MILLISECONDS, Message("wait this many milliseconds before every answer"))
    jitter_ms: float = setting(MILLISECONDS, Message("wait up to this many milliseconds more, at random"))
    rate_per_second: int = setting(COUNT, Message("answer 429 to more requests in one second; 0: no limit"))
    rate_per_minute: int = setting(COUNT, Message("answer 429 to more requests in one minute; 0: no limit"))
    searches_per_minute: int = setting(COUNT, Message("answer 429 to more searches in one minute; 0: no limit"))
    retry_after: str = setting(
        choice("seconds", "date", "absent"), Message("what Retry-After holds: seconds, date or absent")
    )
    error_before: float = setting(SHARE, Message("share (0 to 1) answered 500, 502, 503 or 504, nothing stored"))
    error_after: float = setting(SHARE, Message("share (0 to 1) stored and answered 500, 502, 503 or 504"))
    drop_before: float = setting(SHARE, Message("share (0 to 1) whose connection is cut, nothing stored"))
    drop_after: float = setting(SHARE, Message("share (0 to 1) stored, and the connection cut without an answer"))
    hang_after: float = setting(SHARE, Message("share (0 to 1) stored and never answered"))
    html_after: float = setting(SHARE, Message("share (0 to 1) stored and answered 200 with a web page"))
    late_store: float = setting(
        SHARE, Message("share (0 to 1) of creates answered 504 or cut at once, and stored --late-ms later")
    )
    late_ms: float = setting(MILLISECONDS, Message("milliseconds until a late store is stored"), default=4000.0)
    answer_other: float = setting(
        SHARE, Message("share (0 to 1) of creates stored and answered with the contact that was stored before")
    )
    repeat_id: float = setting(
        SHARE, Message("share (0 to 1) of creates stored and answered with the id of an earlier contact")
    )
    stale_answer: float = setting(
        SHARE, Message("share (0 to 1) answered properly, and a second answer written behind the first")
    )
    stale_ms: float = setting(
        MILLISECONDS, Message("milliseconds from an answer to the stale one behind it; 0: at once"), default=1.0
    )
    stale_status: int = setting(STALE, Message("status of a stale answer; 0: a copy of the answer before it"))
    refuse_after: float = setting(SHARE, Message("share (0 to 1) stored and answered 425, 429 or 503, as if refused"))
    refuse_before: float = setting(SHARE, Message("share (0 to 1) answered 425, 429 or 503, nothing stored"))
    refuse_wait_s: int = setting(COUNT, Message("seconds in the Retry-After of --refuse-before; 0: none"))
    refuse_status: int = setting(REFUSAL, Message("which of the three a refusal answers; 0: one at random"))
    redirect_after: float = setting(SHARE, Message("share (0 to 1) stored and answered 307 to another path"))
    pay_after: int = setting(COUNT, Message("answer 402 to creates once so many have been stored; 0: never"))
    forbid: str = setting(TEXT, Message("answer 403, as a firewall, to creates with this text in any case"))
    forbid_wait_s: int = setting(COUNT, Message("seconds in the Retry-After of --forbid; 0: none"))
    patch_missing: float = setting(SHARE, Message("share (0 to 1) of contacts whose updates are always answered 404"))
    search_lag_ms: float = setting(
        MILLISECONDS, Message("searches find a contact only this many milliseconds after it was stored")
    )
    search_wildcards: str = setting(
        choice("off", "on"),
        Message("whether percent sign, underscore and backslash of a search are those of SQL's LIKE"),
    )
    phones: str = setting(
        choice("unique", "shared"),
        Message("whether a phone number is one contact's alone (unique) or may be several contacts' (shared)"),
    )
    longest_text: int = setting(
        COUNT, Message("answer 422 to a name, email, phone number or identifier of more characters; 0: no limit")
    )
    create_attributes: str = setting(
        choice("refused", "rejected", "ignored", "echoed", "stored", "silent", "custom"),
        Message(
            "attributes in a create: 400 (refused), 422 (rejected), not stored (ignored), shown but not stored "
            "(echoed), stored, stored but not shown (silent), or only the custom ones stored (custom)"
        ),
    )
    additional: str = setting(
        choice("merged", "replaced"),
        Message("whether an update's additional_attributes are merged key by key, or replace the old ones"),
    )
    filter: str = setting(
        choice("absent", "on", "prefixed", "lagging", "everybody", "nobody"),
        Message(
            "the exact look-up of many: 404 (absent), on, on with a plus sign put before every phone number "
            "(prefixed) or as late as searches (lagging), or everybody or nobody whatever was asked"
        ),
    )
    show: str = setting(choice("absent", "on"), Message("reading one contact by its id: 404 (absent), or on"))
    list: str = setting(
        choice("on", "capped", "shifting"),
        Message(
            "the list, which is a search for nothing: on, with empty pages from the 11th (capped), or with its last "
            "contact moved to the front after every page (shifting)"
        ),
    )
    clears: str = setting(
        choice("on", "ignored", "refused"),
        Message("null in an update: empties the field (on), changes nothing (ignored), or is answered 422 (refused)"),
    )
    delete: str = setting(
        choice("absent", "on", "pretended", "forbidden"),
        Message(
            "the removal of a contact: 404 (absent), on, 200 and the contact stays (pretended), or 401 as for whoever "
            "is no administrator (forbidden)"
        ),
    )
    usage: str = setting(
        choice("absent", "on", "partial", "empty"),
        Message(
            "a contact's conversations, notes, labels and last activity: 404 and not shown (absent), on, conversations "
            "alone (partial), or empty lists for every id (empty)"
        ),
    )
    answers: str = setting(
        choice("full", "terse", "terse_searches"),
        Message("whether a create's answer (terse), and a search's too (terse_searches), has null for what was sent"),
    )
    clock_ahead_s: float = setting(SECONDS, Message("seconds that the server's clock is ahead of this machine's"))
    date_header: str = setting(choice("shown", "absent"), Message("whether answers have a Date"))
    created_at: str = setting(choice("shown", "absent"), Message("whether answers tell when a contact was created"))
    meta_count: str = setting(
        choice("all", "page"), Message("what meta.count of a search counts: all that match, or the page's contacts")
    )
    faults_on: str = setting(choice("creates", "all"), Message("requests that the shares are of: creates or all"))
    seed: int | None = setting(SEED, Message("makes the faults repeatable; default: another one every time"))

    def __post_init__(self) -> None:
        for option in OPTIONS:
            option.check(getattr(self, option.name))
        total = sum(getattr(self, fault.value) for fault in Fault)
        if total > 1 + 1e-9:  # 0.1 ten times is a little more than 1
            names, told = ", ".join(fault.value for fault in Fault), f"{total:g}"
            raise ConfigError(
                "the shares {names} add up to {total}, expected at most 1", "lower one of them", names=names, total=told
            )


class Fault(Enum):
    """What can become of a request's answer; a value is the name of its share in ``Faults``."""

    ERROR_BEFORE = "error_before"
    ERROR_AFTER = "error_after"
    DROP_BEFORE = "drop_before"
    DROP_AFTER = "drop_after"
    HANG_AFTER = "hang_after"
    HTML_AFTER = "html_after"
    LATE_STORE = "late_store"
    ANSWER_OTHER = "answer_other"
    REPEAT_ID = "repeat_id"
    STALE_ANSWER = "stale_answer"
    REFUSE_BEFORE = "refuse_before"
    REFUSE_AFTER = "refuse_after"
    REDIRECT_AFTER = "redirect_after"


BEFORE: Final = frozenset({Fault.ERROR_BEFORE, Fault.DROP_BEFORE, Fault.REFUSE_BEFORE})
"""The faults that keep a request from being carried out."""

OF_CREATES: Final = frozenset({Fault.LATE_STORE, Fault.ANSWER_OTHER, Fault.REPEAT_ID})
"""The faults that leave every other request alone."""


@dataclass(frozen=True, slots=True)
class Option:
    """One setting of ``Faults`` for a command line (``--latency-ms``) and an environment (``env``)."""

    name: str
    env: str
    help: Message
    default: object
    kind: FaultType

    def check(self, value: object) -> None:
        """Raises ``ConfigError`` for a wrong value of the setting."""
        if value != self.default and not self.kind.holds(value):
            name, expected, found = self.name, self.kind.expected, repr(str(value))
            raise ConfigError(
                "{name}: expected {expected}, found {found}", self.help, name=name, expected=expected, found=found
            )


OPTIONS: Final = tuple(
    Option(f.name, f"SANDBOX_{f.name.upper()}", f.metadata["help"], f.default, f.metadata["kind"])
    for f in fields(Faults)
)
