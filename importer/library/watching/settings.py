"""What the settings of an import must be for one that goes on and on, known before the first file comes."""

from collections.abc import Callable
from typing import Final, NamedTuple

from importer.cluster.settings import check_cluster
from importer.config import saved_mapping
from importer.config.settings import Config
from importer.errors import ConfigError
from importer.files import workspace
from importer.message import Message
from importer.observer import Observer
from importer.pipeline.updating import check_policies
from importer.reporter.files import check_places


class _Refused(NamedTuple):
    """A setting that makes no sense for many files, and why."""

    option: str
    is_given: Callable[[Config], object]
    why: Message
    hint: Message = Message("leave it out")


_EACH_ANEW: Final = Message("every file would write it anew")
_REFUSED: Final = (
    _Refused("--plan", lambda config: config.plan, Message("a plan is of one file")),
    _Refused("--results", lambda config: config.results, _EACH_ANEW, Message("each run's folder has its results")),
    _Refused(
        "--save-mapping",
        lambda config: config.save_mapping,
        _EACH_ANEW,
        Message("save it by an import of one file, then use --mapping"),
    ),
    _Refused(
        "--fresh",
        lambda config: config.fresh,
        Message("a file that is tried again would be sent again"),
        Message("leave it out; a file whose rows have changed is sent all the same"),
    ),
)


def check(config: Config, observer: Observer, *, agrees: bool) -> None:
    """Raise ``ConfigError`` for settings by which no file could be imported; ``agrees`` tells whether somebody answers
    the question of --clear."""
    for option, is_given, why, hint in _REFUSED:
        if is_given(config):
            raise ConfigError(Message("--watch: {option}: {why}", option=option, why=why), hint)
    if config.canary is not None and not observer.has_somebody:
        why = Message("nobody is there to say whether the rest is sent")
        raise ConfigError(Message("--watch: {option}: {why}", option="--canary", why=why), Message("leave it out"))
    if config.clear and not agrees:
        why = Message("nobody is there to agree to it")
        raise ConfigError(Message("--watch: {option}: {why}", option="--clear", why=why), Message("add --yes"))
    check_policies(config)
    if config.mapping is not None:
        saved_mapping.load(config.mapping, config.output_dir)
    if config.on_cluster and not config.dry_run:
        check_cluster(config)
    if not config.rehearsal and config.scheduler is None:
        config.credentials()
    check_places(config, config.output_dir)
    workspace.make_folder(config.output_dir)
