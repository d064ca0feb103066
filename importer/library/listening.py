"""What a run says, as calls of functions."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, Literal, NamedTuple, TypeAlias, TypeVar

from importer.cancellation import Cancellation
from importer.following import Following
from importer.library.wording import text_of
from importer.message import ENGLISH_READER, Language, Message
from importer.observer import Progress, Stage

T = TypeVar("T")
Level: TypeAlias = Literal["detail", "info", "warning", "error"]

_EVERY_S: Final = 0.1
"""At most ten calls a second tell of progress, and one at the end of each stage."""


class Notice(NamedTuple):
    """A sentence of a run in the reader's language; ``hint`` says what to do, or is empty.

    ``level`` is ``info``, ``warning``, ``error``, and with ``verbose`` also ``detail``.
    """

    level: Level
    text: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class RunProgress:
    """How far a stage of a run is, after ``seconds``: ``done`` rows of ``total``; ``None`` while that is not known.

    Of the rows that are sent those are done whose outcome is on disk.
    """

    stage: Stage
    done: int
    total: int | None
    seconds: float

    @property
    def rows_per_second(self) -> float:
        """Rows a second so far."""
        return self.done / self.seconds if self.seconds > 0 else 0.0

    @property
    def seconds_left(self) -> float | None:
        """Seconds until the end at this pace, if that can be told."""
        if self.total is None or not self.done:
            return None
        return (self.total - self.done) / self.rows_per_second


class Listeners:
    """An observer that calls functions, from the thread in which the run works.

    ``progress`` gets a ``RunProgress`` at most ten times a second and at the end of a stage, ``notice`` each sentence.
    ``confirm`` gets each question and answers it: ``True`` is yes; without it every answer is no.

    What a callback raises stops the run as ``cancellation`` does: the requests in flight are settled, and the run's
    files are written; then ``then`` raises it. No callback is called meanwhile.
    """

    def __init__(
        self,
        progress: Callable[[RunProgress], object] | None = None,
        notice: Callable[[Notice], object] | None = None,
        confirm: Callable[[str], bool] | None = None,
        language: Language = ENGLISH_READER,
        cancellation: Cancellation | None = None,
        *,
        verbose: bool = False,
    ) -> None:
        self.language = language
        self.verbose = verbose
        self._progress = progress
        self._notice = notice
        self._confirm = confirm
        self._cancellation = cancellation or Cancellation()
        self._raised: BaseException | None = None

    def then(self, work: Callable[[], T]) -> T:
        """Return what the work returns, or raise what a callback has raised meanwhile."""
        try:
            result = work()
        except BaseException:
            if self._raised is not None:
                raise self._raised from None
            raise
        if self._raised is not None:
            raise self._raised
        return result

    def _call(self, callback: Callable[[Any], object] | None, told: object) -> object:
        if callback is None or self._raised is not None:
            return None
        try:
            return callback(told)
        except BaseException as error:  # noqa: BLE001 - it is raised when all is settled
            self._raised = error
            self._cancellation.cancel()
            return None

    @property
    def has_somebody(self) -> bool:
        """Whether the caller answers questions."""
        return self._confirm is not None

    def say(self, told: Message | str) -> None:
        """Give a notice of the level ``info``."""
        self._give("info", told)

    def detail(self, told: Message | str) -> None:
        """Give a notice of the level ``detail``, if it is wanted."""
        if self.verbose:
            self._give("detail", told)

    def warn(self, told: Message | str, hint: Message | None = None) -> None:
        """Give a notice of the level ``warning``."""
        self._give("warning", told, hint)

    def fail(self, told: Message | str, hint: Message | None = None) -> None:
        """Give a notice of the level ``error``."""
        self._give("error", told, hint)

    def ask(self, question: str, given_up: Callable[[], bool]) -> bool:
        """Return whether the caller says yes, by ``True`` and nothing else."""
        return self._confirm is not None and not given_up() and self._call(self._confirm, question) is True

    def confirm(self, question: Message | str, given_up: Callable[[], bool] = lambda: False) -> bool:
        """Return whether the caller says yes."""
        return self.ask(self.language.text(question), given_up)

    def enter(self, question: Message | str, given_up: Callable[[], bool] = lambda: False) -> str | None:  # noqa: ARG002 - the protocol's
        """Return ``None``: code gives secrets as keywords."""
        return None

    def progress(self, total: int | None, stage: Stage = "send") -> Progress:
        """Follow a stage."""

        def tell(done: int, seconds: float) -> None:
            self._call(self._progress, RunProgress(stage, done, total, seconds))

        return Following(tell, _EVERY_S)

    def _give(self, level: Level, told: Message | str, hint: Message | None = None) -> None:
        if self._notice is not None:
            words = text_of(self.language, told), text_of(self.language, hint) if hint else ""
            self._call(self._notice, Notice(level, *words))


class Heard(Listeners):
    """Listeners that keep what is ``said`` and ``warned``, as far as it is messages, and answer no question."""

    def __init__(self) -> None:
        super().__init__()
        self.said: list[Message] = []
        self.warned: list[Message] = []

    def _give(self, level: Level, told: Message | str, hint: Message | None = None) -> None:
        kept = self.warned if level in ("warning", "error") else self.said
        kept += [message for message in (told, hint) if isinstance(message, Message)]
