"""What a run needs beside its subject."""

from collections.abc import Sequence
from typing import NamedTuple

from importer.cancellation import Cancellation
from importer.config.settings import Config
from importer.corrections import NO_CORRECTIONS, Corrections
from importer.observer import Observer


class Terms(NamedTuple):
    """The settings of a run, whom to tell, who may stop it, the command line as typed, and what the user has corrected
    in the file, row by row."""

    config: Config
    observer: Observer
    cancellation: Cancellation
    arguments: Sequence[str] = ()
    corrections: Corrections = NO_CORRECTIONS
