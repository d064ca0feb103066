"""Whether somebody has used a contact, as far as the server tells (kin). Pure."""

from typing import Final

from importer.livedesk.responses import Found, Reply

CLOCK_SLACK_S: Final = 1.0
"""``created_at`` and ``last_activity_at`` are in whole seconds."""


def has_members(reply: Reply) -> bool | None:
    """Whether one of a contact's lists, bare or as a ``payload``, has any; ``None`` if the answer is no list."""
    body = reply.body
    members = body.get("payload") if isinstance(body, dict) else body
    return bool(members) if 200 <= reply.status < 300 and isinstance(members, list) else None


def says_nobody(reply: Reply) -> bool:
    """Whether a contact's list is refused since there is no such contact; of a server that has none, so is each."""
    return reply.status == 404


def was_active(found: Found) -> bool:
    """Whether it was active after its creation, or somebody blocked it; without a time it was not."""
    if found.is_blocked:
        return True
    return found.active_at is not None and found.active_at > (found.created_at or 0.0) + CLOCK_SLACK_S
