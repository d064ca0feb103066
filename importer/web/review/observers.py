"""Observers that stand before that of a job, and do one thing otherwise."""

from collections.abc import Callable
from typing import Final

from importer.message import Language, Message
from importer.observer import Observer, Progress, Stage


class Passing:
    """Passes on all that it hears."""

    def __init__(self, observer: Observer) -> None:
        self._observer = observer

    @property
    def language(self) -> Language:
        return self._observer.language

    @property
    def verbose(self) -> bool:
        return self._observer.verbose

    @property
    def has_somebody(self) -> bool:
        return self._observer.has_somebody

    def say(self, told: Message | str) -> None:
        self._observer.say(told)

    def detail(self, told: Message | str) -> None:
        self._observer.detail(told)

    def warn(self, told: Message | str, hint: Message | None = None) -> None:
        self._observer.warn(told, hint)

    def fail(self, told: Message | str, hint: Message | None = None) -> None:
        self._observer.fail(told, hint)

    def ask(self, question: str, given_up: Callable[[], bool]) -> bool:
        return self._observer.ask(question, given_up)

    def confirm(self, question: Message | str, given_up: Callable[[], bool] = lambda: False) -> bool:
        return self._observer.confirm(question, given_up)

    def enter(self, question: Message | str, given_up: Callable[[], bool] = lambda: False) -> str | None:
        return self._observer.enter(question, given_up)

    def progress(self, total: int | None, stage: Stage = "send") -> Progress:
        return self._observer.progress(total, stage)


class Noting(Passing):
    """Keeps the warnings, for a page that comes later."""

    def __init__(self, observer: Observer) -> None:
        super().__init__(observer)
        self.warned: list[Message] = []

    def warn(self, told: Message | str, hint: Message | None = None) -> None:
        self.warned += [message for message in (told, hint) if isinstance(message, Message)]
        super().warn(told, hint)


class AsksOnce(Passing):
    """Asks one question in the place of several, when the first comes; the answer is that to all of them."""

    def __init__(self, observer: Observer, question: Message) -> None:
        super().__init__(observer)
        self._question = question
        self._agreed: bool | None = None

    def confirm(self, question: Message | str, given_up: Callable[[], bool] = lambda: False) -> bool:  # noqa: ARG002 - the protocol's
        if self._agreed is None:
            self._agreed = super().confirm(self._question, given_up)
        return self._agreed


class StopsAfterTheFirst(Passing):
    """Answers no to the question that ``canary`` asks: the page itself asks it, whenever somebody has looked."""

    def ask(self, question: str, given_up: Callable[[], bool]) -> bool:  # noqa: ARG002 - the protocol's
        return False

    def say(self, told: Message | str) -> None:
        if not (isinstance(told, Message) and _ON_THE_COMMAND_LINE in told.text):
            super().say(told)


_ON_THE_COMMAND_LINE: Final = "--canary"
"""What is said there has a place of its own on the page."""
