"""Whoever watches a run: a terminal, a callback of the library, a page of the screen."""

from collections.abc import Callable
from typing import Literal, Protocol, TypeAlias

from importer.message import Language, Message

Stage: TypeAlias = Literal["check", "send", "plan", "look back"]
"""What a run does with its rows while it makes progress."""


class Progress(Protocol):
    """Follows the rows of one stage."""

    def advance(self, rows: int) -> None:
        """Count ``rows`` more that are done; those that are sent are on disk."""

    def close(self) -> None:
        """End: no more rows come."""


class Observer(Protocol):
    """Hears what a run says, sees how far it is, and answers its questions.

    Messages are told in ``language``; a text is shown as it is. A run calls it from its own thread, and the questions
    of a run that sends from a further one.
    """

    @property
    def language(self) -> Language:
        """The reader's."""

    @property
    def verbose(self) -> bool:
        """Whether the details are wanted too."""

    @property
    def has_somebody(self) -> bool:
        """Whether somebody can be asked."""

    def say(self, told: Message | str) -> None:
        """A remark on the way."""

    def detail(self, told: Message | str) -> None:
        """A remark for those who asked for more."""

    def warn(self, told: Message | str, hint: Message | None = None) -> None:
        """Something that the user should know; ``hint`` says what to do."""

    def fail(self, told: Message | str, hint: Message | None = None) -> None:
        """Why the run stops; ``hint`` says what to do."""

    def ask(self, question: str, given_up: Callable[[], bool]) -> bool:
        """Whether somebody says yes; ``False`` if nobody can. ``given_up`` tells when the answer no longer matters."""

    def confirm(self, question: Message | str, given_up: Callable[[], bool] = ...) -> bool:
        """Whether somebody says yes, now or beforehand (``--yes``)."""

    def enter(self, question: Message | str, given_up: Callable[[], bool] = ...) -> str | None:
        """The secret that somebody enters, ``None`` if nobody can."""

    def progress(self, total: int | None, stage: Stage = "send") -> Progress:
        """Follow a stage over ``total`` rows; ``None`` while nobody knows how many there are."""
