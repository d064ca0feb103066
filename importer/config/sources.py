"""Settings of the environment: by variables, by the files that some of them name, and by systemd's credentials."""

import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple, TypeAlias

from importer.config import environment
from importer.config.variables import lines_of, names_of, pair_of
from importer.errors import ConfigError
from importer.files import small_files
from importer.message import Message
from importer.models import option_of

CREDENTIALS: Final = ("api_key", "api_secret")
"""What LiveDesk wants to be shown."""


class Secret(NamedTuple):
    """A secret: the variable that names a file with it, its name among systemd's credentials, and whether each line of
    the file is one, with its blanks; else the first line is, without those at its ends."""

    by_file: str
    credential: str
    has_lines: bool = False


SECRETS: Final[Mapping[str, Secret]] = {
    "api_key": Secret("LIVEDESK_API_KEY_FILE", "livedesk_api_key"),
    "api_secret": Secret("LIVEDESK_API_SECRET_FILE", "livedesk_api_secret"),
    "password": Secret("IMPORT_CONTACTS_PASSWORD_FILE", "import_contacts_password", has_lines=True),
    "notify": Secret("LIVEDESK_NOTIFY_URL_FILE", "livedesk_notify_url", has_lines=True),
}

HIDDEN: Final = frozenset(SECRETS)
"""Settings that nobody is shown, and that are kept nowhere: whoever knows the address of a webhook may post to it."""

HIDDEN_OPTIONS: Final = frozenset(map(option_of, HIDDEN))
"""These settings as options of the command line."""

_CREDENTIALS_DIRECTORY: Final = "CREDENTIALS_DIRECTORY"


class Source(NamedTuple):
    """Settings of one origin, as texts, and the place of each for errors.

    ``files`` are those that hold secrets, each with the settings that it has; ``useless`` are variables that name a
    file beside a variable with the secret itself, each with that one.
    """

    values: Mapping[str, Any]
    places: Mapping[str, str]
    files: Mapping[Path, Sequence[str]] = {}
    useless: Sequence[tuple[str, str]] = ()


def secret_of(path: Path, place: str, secret: Secret) -> str:
    """Return the secret of a file. Raises ``ConfigError`` that names ``place``, and nothing of what the file holds."""
    hint = Message("name a file whose first line is the secret alone, and that this user may read")
    text = small_files.read(path, place, hint)
    line = text.partition("\n")[0]
    if not line.strip("\r" if secret.has_lines else None):
        raise ConfigError(Message("{place}: its first line is empty", place=place), hint)
    return text if secret.has_lines else line.strip()


def _held(text: str, default: Any) -> Any:
    """What the text of a file says: a tuple of its lines for a setting with several values."""
    return tuple(map(str.strip, lines_of(text))) if isinstance(default, tuple) else text


Reader: TypeAlias = Callable[[Path, str, Secret], str]


def environments(defaults: Mapping[str, Any], secret: Reader = secret_of) -> list[Source]:
    """Return what systemd's credentials, the file of --env-file and the process's variables set; the last goes first.

    ``defaults`` are those of the settings to look for: a tuple is one with a value in each line, a dict one with
    ``A=b`` in each. ``secret`` reads a file with a secret: one that is a pipe can be read only once. Raises
    ``ConfigError`` for such a file that cannot be read, and for a line that is no pair.
    """
    file = environment.in_use()
    held = [key for key in SECRETS if file and any(map(file.values.get, names_of(option_of(key))))]
    of_file = {file.path: held} if file and held else {}
    found = [_of_credentials(defaults, secret)]
    for variables, before in environment.layers():
        source = _of_variables(variables, before, defaults, secret)
        found.append(source if variables is os.environ else source._replace(files={**source.files, **of_file}))
    return found


def _of_variables(variables: Mapping[str, str], before: str, defaults: Mapping[str, Any], secret: Reader) -> Source:
    values: dict[str, Any] = {}
    places: dict[str, str] = {}
    files: dict[Path, list[str]] = {}
    useless = []
    for key, default in defaults.items():
        option = option_of(key)
        name = next(filter(variables.get, names_of(option)), None)
        by_file = SECRETS[key].by_file if key in SECRETS else ""
        if name is not None:
            values[key], places[key] = _valued(option, variables[name], default, before + name), before + name
            if variables.get(by_file):
                useless.append((before + by_file, before + name))
        elif path := variables.get(by_file):
            place = f"{before}{by_file} {path}"
            values[key], places[key] = _held(secret(Path(path), place, SECRETS[key]), default), place
            files.setdefault(Path(path), []).append(key)
    return Source(values, places, files, useless)


def _valued(option: str, text: str, default: Any, place: str) -> Any:
    if isinstance(default, tuple):
        return tuple(lines_of(text))
    if not isinstance(default, dict):
        return text
    pairs = {line: pair_of(option, line) for line in lines_of(text)}
    for line, pair in pairs.items():
        if pair is None:
            why = Message('"{value}" has no "=" between two parts', value=line)
            raise ConfigError(Message("{setting}: {reason}", setting=place, reason=why))
    return dict(filter(None, pairs.values()))


def _of_credentials(defaults: Mapping[str, Any], secret: Reader) -> Source:
    """systemd's LoadCredential= and the like (https://systemd.io/CREDENTIALS/); a unit need not have ours."""
    folder = os.environ.get(_CREDENTIALS_DIRECTORY)
    own = {key: one for key, one in SECRETS.items() if key in defaults}
    paths = {key: Path(folder, one.credential) for key, one in own.items()} if folder else {}
    paths = {key: path for key, path in paths.items() if os.path.lexists(path)}
    values = {key: _held(secret(path, str(path), SECRETS[key]), defaults[key]) for key, path in paths.items()}
    return Source(values, {key: str(path) for key, path in paths.items()}, {path: [key] for key, path in paths.items()})
