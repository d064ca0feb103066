"""The observer of a job: what a run says becomes events, and its questions are put to whoever looks."""

import secrets
import threading
from collections.abc import Callable, Mapping
from typing import Final

from importer.cancellation import Cancellation
from importer.following import Following
from importer.message import Language, Message
from importer.models import Json
from importer.observer import Progress, Stage
from importer.waiting import LOOK_UP_S
from importer.web.events import Clock, Events, Kind

_BETWEEN_PROGRESS_S: Final = 0.2


class JobObserver:
    """Hears a run (``importer.observer.Observer``): its messages are kept as data, and told in each reader's language.

    ``language`` is that of the page which began the job: what the run writes to files is in it.
    """

    verbose = False
    has_somebody = True
    """A page may be opened again at any time, so a question waits for its answer."""

    def __init__(self, events: Events, cancellation: Cancellation, language: Language, clock: Clock) -> None:
        self.language = language
        self._events = events
        self._cancellation = cancellation
        self._clock = clock
        self._answers: dict[str, bool] = {}
        self._answered = threading.Condition()

    def say(self, told: Message | str) -> None:
        self._events.add(Kind.SAY, told)

    def detail(self, told: Message | str) -> None:
        self._events.add(Kind.DETAIL, told)

    def warn(self, told: Message | str, hint: Message | None = None) -> None:
        self._events.add(Kind.WARN, told, hint)

    def fail(self, told: Message | str, hint: Message | None = None) -> None:
        self._events.add(Kind.FAIL, told, hint)

    def row(self, values: Mapping[str, Json]) -> None:
        """Tell of a row, for a list that fills."""
        self._events.add(Kind.ROW, values=values)

    def progress(self, total: int | None, stage: Stage = "send") -> Progress:
        """Follow a stage over ``total`` rows; an event tells at once that it has begun."""

        def tell(done: int, seconds: float) -> None:
            values: dict[str, Json] = {"stage": stage, "done": done, "total": total, "seconds": round(seconds, 1)}
            self._events.add(Kind.PROGRESS, values=values)

        following = Following(tell, _BETWEEN_PROGRESS_S, self._clock)
        following.tell()
        return following

    def ask(self, question: str, given_up: Callable[[], bool]) -> bool:
        """Put a question to whoever looks, and wait; ``False`` once the job is cancelled or the answer is given up."""
        return self.confirm(question, given_up)

    def confirm(self, question: Message | str, given_up: Callable[[], bool] = lambda: False) -> bool:
        """Put a question of any kind to whoever looks, as ``ask`` does."""
        name = secrets.token_hex(8)
        self._events.add(Kind.QUESTION, question, values={"id": name})
        with self._answered:
            while name not in self._answers and not given_up() and self._cancellation.exit_code is None:
                self._answered.wait(LOOK_UP_S)
            agreed = self._answers.pop(name, False)
        self._events.add(Kind.ANSWERED, values={"id": name, "agreed": agreed})
        return agreed

    def enter(self, question: Message | str, given_up: Callable[[], bool] = lambda: False) -> str | None:  # noqa: ARG002 - the protocol's
        """``None``: a page asks for a secret before work begins."""
        return None

    def answer(self, name: str, agreed: bool) -> None:
        """What somebody said to a question."""
        with self._answered:
            self._answers[name] = agreed
            self._answered.notify_all()
