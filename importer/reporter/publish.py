"""What others learn of a run once its files are written: the metrics file and the notification.

Neither can change how the run ended: what fails here is a warning.
"""

import json
from pathlib import Path

from importer import workspace
from importer.config import Config
from importer.console import Console
from importer.errors import OutputError
from importer.reporter.prometheus import write_metrics
from importer.reporter.summary import Summary
from importer.signals import Interrupt


def check_places(config: Config, source: Path) -> None:
    """Refuse, before anything is sent, files beside the run's own that could not be written. Raises ``ConfigError``."""
    if config.results:
        workspace.check_copy(config.results, source)
    if config.metrics_file:
        workspace.check_copy(config.metrics_file, source, "--metrics-file")


def publish(config: Config, summary: Summary, console: Console, interrupt: Interrupt) -> None:
    """Write and post what was asked for, of every run that has files, rehearsals too: they say which they are."""
    if config.metrics_file:
        try:
            write_metrics(summary, config.metrics_file)
        except OutputError as error:
            console.warn(f"--metrics-file: {error}")
    if config.notify:
        from importer.reporter.webhook import Address, notify  # here, for few runs need HTTP and TLS for it

        address = Address(config.notify.get_secret_value())
        cause = notify(address, json.dumps(summary.as_json()).encode(), interrupt)
        if cause:
            words = f"the notification to {address.host} failed: {cause}"
            console.warn(words, "the run is done, and its files are there")
