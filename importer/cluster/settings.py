"""What a run's settings mean for a cluster; a run without one loads this module alone."""

from importlib.util import find_spec
from typing import Final
from urllib.parse import urlsplit

from importer.config.settings import VARIABLES, Config
from importer.errors import ConfigError
from importer.extras import install_extra
from importer.message import Message, with_and
from importer.network.addresses import is_loopback

OPEN_SCHEDULER: Final = Message(
    "rows travel to this scheduler as they are, and whoever reaches it can run anything on its workers; better tls://"
)


def check_cluster(config: Config) -> None:
    """Refuse contradictory settings before anything else happens. Raises ``ConfigError``."""
    if config.workers is not None and config.scheduler is not None:
        raise ConfigError(
            "--workers starts processes here, and --scheduler names a cluster that exists", "give one of the two"
        )
    if config.scheduler is not None and config.sandbox:
        raise ConfigError(
            "--sandbox is inside this process, where the workers of --scheduler cannot reach it",
            "rehearse with --workers, or without --scheduler",
        )
    if missing := [name for name in ("distributed", "cryptography") if find_spec(name) is None]:
        needed = Message("--workers and --scheduler need {missing}, which is not installed", missing=with_and(missing))
        raise ConfigError(needed, install_extra("cluster"))


def is_open(config: Config) -> bool:
    """Whether rows travel to another machine without encryption."""
    parts = urlsplit(config.scheduler or "")
    return parts.scheme == "tcp" and not is_loopback(parts.hostname or "")


def environment_of(api_key: str, api_secret: str) -> dict[str, str]:
    """The credentials as the environment variables in which a worker looks for them."""
    return {VARIABLES["api_key"]: api_key, VARIABLES["api_secret"]: api_secret}
