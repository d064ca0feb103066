"""Every status in the words of pages: the terminal and the files have the words for programs."""

from collections.abc import Mapping
from typing import Final

from importer.message import Message
from importer.models import Status
from importer.reporter.summary import STATUS_NAMES

PAGE_STATUS_NAMES: Final[Mapping[Status, Message]] = {
    **STATUS_NAMES,
    Status.LEFT_OUT: Message("left out"),
    Status.NOT_FOUND: Message("not found"),
    Status.NOT_SENT: Message("not sent"),
    Status.CREATE: Message("would be created"),
    Status.UPDATE: Message("would be updated"),
    Status.SAME: Message("the same"),
    Status.KEPT: Message("kept as it is"),
}
