"""What a session finds out about the server, and what it knows from before."""

import logging
import time
from collections.abc import Callable, Iterable

from importer.livedesk.capabilities import NOTHING_KNOWN, Capabilities, Finding, Name

log = logging.getLogger(__name__)


class Findings:
    """Owns what is known of the server, and logs each new finding once; ``found_out`` gets it, to be kept.

    A yes of an earlier run only says what to ask: the server may have changed. ``wall_clock`` gives epoch seconds.
    """

    def __init__(
        self,
        capabilities: Capabilities = NOTHING_KNOWN,
        found_out: Callable[[Finding], None] = lambda _: None,
        wall_clock: Callable[[], float] = time.time,
    ) -> None:
        self.capabilities = capabilities
        self._found_out = found_out
        self._wall_clock = wall_clock
        self._shown: set[Name] = set()

    def has(self, name: Name) -> bool | None:
        """Whether the server has a capability; ``None`` if that is not known."""
        return self.capabilities.has(name)

    def proved(self, name: Name) -> bool | None:
        """Whether the server has a capability, where a yes counts only if it was shown in this session."""
        has = self.has(name)
        return None if has and name not in self._shown else has

    def learn(self, name: Name, *, has: bool) -> None:
        """Note what the server has shown; what is known already is not news."""
        self._shown.add(name)
        self.take([Finding(name, has, self._wall_clock())])

    def take(self, findings: Iterable[Finding]) -> None:
        """Note findings of this session, or of a worker's; of two that contradict each other the later counts."""
        for finding in findings:
            known = self.capabilities.findings.get(finding.name)
            if known is None or (known.has is not finding.has and known.found_at <= finding.found_at):
                self.capabilities = self.capabilities.having(finding)
                log.info(finding.told)
                self._found_out(finding)
