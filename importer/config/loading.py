"""Make the settings of a run of what options, environment, configuration file and defaults say, in this order."""

import shlex
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, TypeAlias

from pydantic import ValidationError

from importer.config import yaml_file
from importer.config.reasons import reason_of
from importer.config.settings import Config, hidden
from importer.config.sources import HIDDEN, Secret, environments, secret_of
from importer.errors import ConfigError
from importer.files import small_files
from importer.message import Message, all_of, with_and
from importer.models import Json, option_of

_DEFAULTS: Final = {key: field.default for key, field in Config.model_fields.items()}


def load(
    options: Mapping[str, Any],
    path: Path | None = None,
    settings: Config | None = None,
    spelled: Callable[[str], str] = option_of,
) -> Config:
    """Return the configuration of a run. ``options`` holds those that the user gave; ``path`` is that of ``--config``.

    Without ``path``, ``./config.yaml`` counts where it exists; with ``settings`` these count, and neither a file nor
    the environment. ``map`` and ``set`` of the file and of the options are joined, and the option wins for the same
    title or field. ``spelled`` is how the user wrote an option, for errors.

    Raises ``ConfigError`` that names the place (option, variable, or key of the file), the value and the remedy.
    """
    if settings is None:
        return _valid(*_layered(options, path, spelled)).with_keychain()
    if path is not None:
        raise ConfigError("settings and a configuration file are given", "leave out one of them")
    given = settings.model_dump(exclude_unset=True)
    return _valid(*_joined([(spelled, given), (spelled, options)]))


def in_force(path: Path | None) -> dict[str, tuple[Json, str]]:
    """Return the settings that the environment and the file make, as JSON, each with its origin; secrets are hidden.

    Raises ``ConfigError`` as ``load`` does.
    """
    merged, origins = _layered({}, path)
    values: dict[str, Json] = _valid(merged, origins).model_dump(mode="json", include={*merged})
    return {key: ("***" if key in HIDDEN else value, origins[key].rstrip(": ")) for key, value in values.items()}


def whom_to_tell(options: Mapping[str, Any], path: Path | None) -> Config:
    """Return settings of which ``notify`` alone, and what kind of run it is, are as ``load`` would have them, whatever
    is wrong with the others; ``notify`` is empty if it is wrong itself, or cannot be read."""
    keys = ("notify", "dry_run", "sandbox")
    try:
        chosen = yaml_file.chosen(path)
        of_file = {key: value for key in keys if chosen and (value := _of_file(chosen, key)) is not None}
        of_environment = (
            _wrapped(source.values) for source in environments({key: _DEFAULTS[key] for key in keys}, _once)
        )
        typed = {key: options[key] for key in keys if key in options}
        merged = {key: value for layer in (of_file, *of_environment, typed) for key, value in layer.items()}
        return Config.model_validate(merged)
    except (ConfigError, ValidationError):
        return Config()


def _once(path: Path, place: str, secret: Secret) -> str:
    """The secret of a file, but of no pipe, which ``load`` has read."""
    return "" if path.is_fifo() else secret_of(path, place, secret)


def _of_file(path: Path, key: str) -> Any:
    try:
        return yaml_file.value_of(path, key)
    except ConfigError:
        return None


def secret_warnings(path: Path | None) -> list[tuple[Message, Message]]:
    """Return a warning and its remedy for each file that ``load`` took secrets from and every user of this machine may
    read, and for each variable that names a file beside one with the secret itself.

    It reads no file with a secret. Raises ``ConfigError`` as ``load`` does.
    """
    sources = environments(_DEFAULTS, secret=lambda *_: "")
    files = {held: [*keys] for source in sources for held, keys in source.files.items()}
    if of_config := yaml_file.chosen(path):
        files[of_config] = [key for key in yaml_file.read(of_config, Config.model_fields) if key in HIDDEN]
    return [
        *(_is_open(held, keys) for held, keys in files.items() if keys and small_files.is_open(held)),
        *(_is_useless(*names) for source in sources for names in source.useless),
    ]


def _is_open(path: Path, keys: Sequence[str]) -> tuple[Message, Message]:
    why = Message("{path} holds {keys}, and every user of this machine may read it", path=path, keys=with_and(keys))
    return why, Message("chmod 600 {path}", path=shlex.quote(str(path)))


def _is_useless(of_file: str, of_secret: str) -> tuple[Message, Message]:
    why = Message("{variable} counts for nothing beside {other}", variable=of_file, other=of_secret)
    return why, Message("leave out one of them")


_Layer: TypeAlias = tuple[Callable[[str], str], Mapping[str, Any]]
"""Settings of one origin, and how errors name one of them."""


def _layered(
    options: Mapping[str, Any], path: Path | None, spelled: Callable[[str], str] = option_of
) -> tuple[dict[str, Any], dict[str, str]]:
    """What file, environment and options say, and the origin of each as errors name it."""
    path = yaml_file.chosen(path)
    of_file = yaml_file.read(path, Config.model_fields) if path else {}
    return _joined([(f"{path}: ".__add__, of_file), *_of_environment(), (spelled, options)])


def _of_environment() -> list[_Layer]:
    return [(source.places.__getitem__, _wrapped(source.values)) for source in environments(_DEFAULTS)]


def _wrapped(values: Mapping[str, Any]) -> dict[str, Any]:
    return {key: _hidden(value) if key in HIDDEN else value for key, value in values.items()}


def _hidden(value: Any) -> Any:
    return tuple(map(hidden, value)) if isinstance(value, tuple) else hidden(value)


def _joined(layers: Iterable[_Layer]) -> tuple[dict[str, Any], dict[str, str]]:
    """The settings of all layers, the last of which wins, and the origin of each."""
    merged: dict[str, Any] = {}
    origins: dict[str, str] = {}
    for spelled, layer in layers:
        for key, value in layer.items():
            joined = isinstance(value, dict) and isinstance(merged.get(key), dict)
            merged[key] = {**merged[key], **value} if joined else value
            origins[key] = spelled(key)
    return merged, origins


def _valid(merged: Mapping[str, Any], origins: Mapping[str, str]) -> Config:
    try:
        return Config.model_validate(merged)
    except ValidationError as error:
        # "from None": pydantic's own error would carry the values, and one of them may be a secret.
        raise ConfigError(all_of([_complaint(problem, origins) for problem in error.errors()])) from None


def from_environment() -> dict[str, Any]:
    """Return the settings that the environment of this process holds. Raises ``ConfigError`` as ``load`` does."""
    return _joined(_of_environment())[0]


def _complaint(problem: Any, origins: Mapping[str, str]) -> Message:
    """One of pydantic's errors in one line; the value is shown unless it is a secret."""
    key = str(problem["loc"][0])
    secret = key in HIDDEN or "@" in str(problem["input"])  # an address may hold credentials
    found = problem["input"]
    shown = ", ".join(map(str, found)) if isinstance(found, tuple) else found
    value = "" if secret or isinstance(found, dict) else f' "{shown}"'
    return Message("{setting}: {reason}", setting=f"{origins.get(key, key)}{value}", reason=reason_of(problem))
