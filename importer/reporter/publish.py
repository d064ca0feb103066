"""Publish a run once its files are written: as metrics and as a notification. A failure here is only a warning."""

import json
from pathlib import Path

from importer import workspace
from importer.config import Config
from importer.console import Console
from importer.errors import OutputError
from importer.message import Message
from importer.reporter.prometheus import write_metrics
from importer.reporter.summary import Summary
from importer.signals import Interrupt


def check_places(config: Config, source: Path) -> None:
    """Raise ``ConfigError``, before the run sends anything, if --results or --metrics-file cannot be written."""
    if config.results:
        workspace.check_copy(config.results, source)
    if config.metrics_file:
        workspace.check_copy(config.metrics_file, source, "--metrics-file")


def publish(config: Config, summary: Summary, console: Console, interrupt: Interrupt) -> None:
    """Write and post what the user asked for, after every run with files, rehearsals too."""
    if config.metrics_file:
        try:
            write_metrics(summary, config.metrics_file)
        except OutputError as error:
            console.warn(Message("--metrics-file: {error}", error=error.message))
    if config.notify:
        from importer.reporter.webhook import Address, notify  # here: few runs need its HTTP and TLS

        address = Address(config.notify.get_secret_value())
        if cause := notify(address, json.dumps(summary.as_json()).encode(), interrupt):
            words = Message("the notification to {host} failed: {cause}", host=address.host, cause=cause)
            console.warn(words, Message("the run is done, and its files are there"))
