"""The settings of a run, from options, environment, configuration file and defaults, in this order."""

import re
import shlex
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import chain
from numbers import Integral
from pathlib import Path, PurePath
from typing import Annotated, Any, Final, Literal, TypeAlias
from urllib.parse import urlsplit

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    PrivateAttr,
    SecretStr,
    ValidationError,
    ValidationInfo,
    field_validator,
)

from importer import chat_services, config_file, keychain, small_files, workspace
from importer.addresses import api_address, secure
from importer.config_errors import reason_of
from importer.config_sources import CREDENTIALS, HIDDEN, Secret, environments, secret_of
from importer.countries import INTERNATIONAL, country_code, near_country
from importer.errors import ConfigError
from importer.message import LANGUAGES, Message, all_of, named, with_and
from importer.models import (
    ATTRIBUTE_PREFIXES,
    UPDATABLE,
    Duplicates,
    FieldRule,
    InvalidValues,
    Json,
    MatchBy,
    Mode,
    OnDuplicate,
    SharedValues,
    UpdateRule,
    ValueType,
    option_of,
)
from importer.system_text import is_text
from importer.variables import names_of

DEFAULT_BASE_URL: Final = "https://livedesk-api.engagelab.com"
_HOOK: Final = "https://hooks.example.com/import"
_MOST: Final = 1_000_000_000
"""Of what is counted: no file has more rows, and a larger number may be none that Python can count to."""

hidden: Final = SecretStr
"""Wraps a text so that no ``repr`` and no traceback shows it."""

_GROUPS: Final = tuple(f"{prefix}*" for prefix in ATTRIBUTE_PREFIXES)

_EXPECTED: Final[Mapping[str, tuple[Callable[[Any], object], Message]]] = {
    "inbox_id": (
        re.compile("[0-9]{1,18}").fullmatch,
        Message("expected digits, the Channel ID of the console's channel settings"),
    ),
    "scheduler": (
        re.compile(r"(tls|tcp)://[^\s@/]+:[0-9]{1,5}").fullmatch,
        Message("expected an address such as {address}", address="tls://host:8786"),
    ),
    "results": (
        lambda path: path.suffix.lower() in (".csv", ".xlsx"),
        Message("expected a name that ends in .csv or .xlsx"),
    ),
    "lang": (named, Message("expected one of {choices}", choices=LANGUAGES)),
    "contact_link": (
        # The id is data of the server: it never stands in the host.
        re.compile(r"""https://[^\s/@\\?#{}"'<>]+[/?#][^\s\\"'<>]*\{contact_id\}[^\s\\"'<>]*""").fullmatch,
        Message(
            "expected an https address with {place}, such as {address}",
            place="{contact_id}",
            address="https://livedesk.example.com/contacts/{contact_id}",
        ),
    ),
    "metrics_file": (
        lambda path: path.suffix == ".prom",
        Message("expected a name that ends in .prom: the textfile collector reads no other"),
    ),
}
"""What a setting must be where it is given, and what its user reads otherwise."""

_COUNTED: Final = (
    *("limit", "canary", "workers", "concurrency", "max_attempts", "keep_runs"),
    *("rate", "timeout", "max_wait", "settle"),
)
"""The settings that are numbers."""


class Config(BaseModel):
    """The settings of an import; every one is a key of the configuration file too.

    Units: ``timeout``, ``max_wait``, ``settle`` in seconds, ``rate`` in requests a second. ``map`` is
    ``{title: field}``, ``set`` is ``{field: value}``, ``type`` is ``{attribute: kind}``, ``contact_link`` an address
    with ``{contact_id}``. ``password`` has a password of files in each line. It, the credentials, and the addresses to
    notify are ``SecretStr``: no ``repr``, log or traceback shows them.
    """

    # A value may be a secret that stands in the wrong place: pydantic's own text of an error would show it.
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    api_key: SecretStr | None = None
    api_secret: SecretStr | None = None
    base_url: str = DEFAULT_BASE_URL
    inbox_id: str | None = None

    sheet: tuple[str, ...] = ()
    map: dict[str, str] = {}
    mapping: Annotated[str | None, Field(min_length=1)] = None
    save_mapping: Annotated[str | None, Field(min_length=1)] = None
    set: dict[str, str] = {}
    type: dict[str, ValueType] = {}
    extra_columns: Literal["ignore", "custom"] = "ignore"
    country: str | None = None
    encoding: str | None = None
    delimiter: str | None = None
    no_header: bool = False
    password: SecretStr | None = None
    limit: Annotated[int | None, Field(ge=1, le=_MOST)] = None

    match_by: MatchBy = "auto"
    on_duplicate: OnDuplicate = "skip"
    update: dict[str, FieldRule] = {}
    keep: tuple[str, ...] = ()
    clear: tuple[str, ...] = ()
    only_existing: bool = False
    plan: Annotated[str | None, Field(min_length=1)] = None
    verify: bool = False
    stamp: bool = False
    duplicates: Duplicates = "first"
    invalid_values: InvalidValues = "refuse"
    shared_values: SharedValues = "refuse"
    strict: bool = False
    canary: Annotated[int | None, Field(ge=1, le=_MOST)] = None
    make_identifier: bool = False
    dry_run: bool = False
    sandbox: bool = False
    fresh: bool = False

    workers: Annotated[int | None, Field(ge=1, le=256)] = None
    scheduler: str | None = None
    concurrency: Annotated[int, Field(ge=1, le=1000)] = 10
    rate: Annotated[float | None, Field(gt=0, allow_inf_nan=False)] = None
    timeout: Annotated[float, Field(gt=0, le=86_400)] = 30.0
    max_attempts: Annotated[int, Field(ge=1, le=_MOST)] = 5
    max_wait: Annotated[float, Field(ge=0, le=86_400)] = 3600.0
    settle: Annotated[float, Field(ge=0, le=86_400)] = 30.0

    output_dir: Path = workspace.DEFAULT
    results: Path | None = None
    errors_first: bool = False
    keep_runs: Annotated[int | None, Field(ge=1, le=_MOST)] = None
    lang: str | None = None
    contact_link: str | None = None
    metrics_file: Path | None = None
    notify: tuple[SecretStr, ...] = ()

    _asks_keychain: bool = PrivateAttr(default=False)
    """Whether ``load`` made these settings of all that is around the program; those of code stand for themselves."""

    @property
    def mode(self) -> Mode:
        """What kind of run this is: ``import``, or a rehearsal that reaches no LiveDesk."""
        return "dry run" if self.dry_run else "sandbox" if self.sandbox else "import"

    @property
    def rehearsal(self) -> bool:
        """Whether nothing reaches LiveDesk, so that no credentials are needed and no ledger is kept."""
        return self.mode != "import"

    @property
    def on_cluster(self) -> bool:
        """Whether other processes send, and this one gives out the rows."""
        return self.workers is not None or self.scheduler is not None

    @property
    def passwords(self) -> tuple[str, ...]:
        """The passwords of files, in the order in which they are tried; blanks at the ends are part of one."""
        given = self.password.get_secret_value() if self.password else ""
        return tuple(line for line in re.split(r"\r?\n", given) if line)

    @property
    def update_rule(self) -> UpdateRule:
        """Which values of an existing contact may be replaced: with ``fill`` none, unless ``update`` says so."""
        default: FieldRule = "keep" if self.on_duplicate == "fill" else "overwrite"
        return UpdateRule(default, self.update | dict.fromkeys(self.keep, "keep"))

    def told(self) -> dict[str, Json]:
        """The settings that differ from the defaults, as JSON, for the record of the run; never a secret."""
        given: dict[str, Json] = self.model_dump(mode="json", exclude_defaults=True, exclude={*HIDDEN})
        return given

    def credentials(self, *, rehearsable: bool = True) -> tuple[str, str]:
        """The API key and the API secret; where ``load`` found neither, those that the keychain has for the server.

        Raises ``ConfigError`` that names what is missing, with what works without them where the command can be
        rehearsed.
        """
        given = {name: secret.get_secret_value().strip() for name in CREDENTIALS if (secret := getattr(self, name))}
        missing = [VARIABLES[name] for name in CREDENTIALS if not given.get(name)]
        if not missing:
            return given["api_key"], given["api_secret"]
        if self._asks_keychain and len(missing) == len(CREDENTIALS) and (kept := keychain.read(self.base_url)):
            return kept.api_key, kept.api_secret
        hint = Message("set them (console: Project settings, API management)")
        if rehearsable:
            hint = Message("{set}, or rehearse with --sandbox or --dry-run", set=hint)
        raise ConfigError("no credentials: {variables} not set", hint, variables=with_and(missing))

    @property
    def has_credentials(self) -> bool:
        """Whether ``credentials`` gives any; the keychain, if it is asked, takes a moment."""
        try:
            self.credentials()
        except ConfigError:
            return False
        return True

    @field_validator("*", mode="before")
    @classmethod
    def _decoded(cls, value: Any) -> Any:
        """Names of files may be any bytes; what is sent, stored or looked up is text."""
        shown = _shown(value)
        if isinstance(shown, PurePath):
            if "\0" in str(shown):
                raise ValueError(Message("it holds bytes that are no text; give it in UTF-8"))
            return value
        texts = chain.from_iterable(shown.items()) if isinstance(shown, dict) else shown
        texts = map(_shown, texts) if isinstance(shown, dict | list | tuple) else [shown]
        if not all(is_text(text) and "\0" not in text for text in texts if isinstance(text, str)):
            raise ValueError(Message("it holds bytes that are no text; give it in UTF-8"))
        return value

    @field_validator(*_COUNTED, mode="before")
    @classmethod
    def _no_switch(cls, value: Any) -> Any:
        """``True`` is no number."""
        if isinstance(value, bool):
            raise ValueError(Message("expected a number"))
        return value

    @field_validator("inbox_id", mode="before")
    @classmethod
    def _in_digits(cls, value: Any) -> Any:
        """A number, as a text of digits."""
        return value if isinstance(value, bool) or not isinstance(value, Integral) else str(value)

    @field_validator(*_EXPECTED)
    @classmethod
    def _as_expected(cls, value: Any, info: ValidationInfo) -> Any:
        if value is not None:
            sound, otherwise = _EXPECTED[str(info.field_name)]
            if not sound(value):
                raise ValueError(otherwise)
        return value

    @field_validator("sheet", "keep", "clear", mode="before")
    @classmethod
    def _one_or_several(cls, names: Any) -> Any:
        """One name stands for itself, and a number for its digits."""
        several = names if isinstance(names, list | tuple) else (names,)
        if names is None or not all(isinstance(name, str | Integral) for name in several):
            return names
        return tuple(name if isinstance(name, bool) else str(name) for name in several)

    @field_validator("keep", "clear", "update")
    @classmethod
    def _updatable(cls, fields: Any) -> Any:
        """A field that an update can change and an answer shows."""
        for name in fields:
            if name not in (*UPDATABLE, *_GROUPS) and not name.startswith(ATTRIBUTE_PREFIXES):
                what = Message(
                    '"{field}" cannot be updated; expected one of {choices}, or one such as {attribute}',
                    field=name,
                    choices=UPDATABLE,
                    attribute="custom_attributes.age",
                )
                raise ValueError(what)
        return fields

    @field_validator("base_url")
    @classmethod
    def _safe(cls, url: str) -> str:
        """Credentials go over https; plain http is for this machine alone. One server has one spelling."""
        return api_address(url, DEFAULT_BASE_URL)

    @field_validator("notify", mode="before")
    @classmethod
    def _one_or_several_addresses(cls, given: Any) -> Any:
        return (given,) if isinstance(given, str | SecretStr) else given

    @field_validator("notify")
    @classmethod
    def _safe_to_tell(cls, addresses: tuple[SecretStr, ...]) -> tuple[SecretStr, ...]:
        """Each is one of the web, as the API's with a path and a query, or one of a chat service or mail; none of it is
        repeated where it is wrong."""
        stripped = [hidden(address.get_secret_value().strip()) for address in addresses]
        for address in stripped:
            _check_address(address)
        return tuple(stripped)

    @field_validator("inbox_id")
    @classmethod
    def _plain(cls, inbox_id: str | None) -> str | None:
        """``0407`` and ``407`` are one inbox."""
        return inbox_id and str(int(inbox_id))

    @field_validator("lang")
    @classmethod
    def _by_its_name(cls, lang: str | None) -> str | None:
        """``zh_CN`` is ``zh``."""
        language = named(lang or "")
        return language.name if language else None

    @field_validator("type")
    @classmethod
    def _of_attributes(cls, types: dict[str, ValueType]) -> dict[str, ValueType]:
        """The six fields of a create are texts, whatever they hold."""
        if odd := [field for field in types if not field.startswith(ATTRIBUTE_PREFIXES)]:
            why = Message('"{field}" is no attribute; expected one such as custom_attributes.age', field=odd[0])
            raise ValueError(why)
        return types

    @field_validator("country")
    @classmethod
    def _known_country(cls, country: str | None) -> str | None:
        """A code or a name, kept as a code of two letters (ISO 3166); or ``INTERNATIONAL``."""
        if country and country.strip().casefold() in (INTERNATIONAL, "国际", "國際"):
            return INTERNATIONAL
        if country is None or (code := country_code(country)):
            return country and code
        near = near_country(country)
        expected = Message("expected a country by code or name, such as CN, Germany or 德国, or international")
        raise ValueError(all_of([expected, Message('did you mean "{near}"?', near=near)]) if near else expected)


def _shown(value: Any) -> Any:
    return value.get_secret_value() if isinstance(value, SecretStr) else value


def _check_address(hidden_address: SecretStr) -> None:
    """Raise ``ValueError`` for what cannot be notified."""
    address = hidden_address.get_secret_value()
    if chat_services.service_scheme(address):
        chat_services.check(address)
        return
    try:
        sound = address.isascii() and address.isprintable() and " " not in address and urlsplit(address).port != 0
    except ValueError:  # its own words would quote the address
        sound = False
    if not sound:
        raise ValueError(Message("expected an address such as {address}, everything in it in ASCII", address=_HOOK))
    secure(address, _HOOK)


VARIABLES: Final = {key: names[0] for key in Config.model_fields if (names := names_of(option_of(key)))}
"""The settings that the environment may have, and their variables. An empty one counts as absent."""

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
        found = _valid(*_layered(options, path, spelled))
        found._asks_keychain = True
        return found
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
        chosen = config_file.chosen(path)
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
        return config_file.value_of(path, key)
    except ConfigError:
        return None


def secret_warnings(path: Path | None) -> list[tuple[Message, Message]]:
    """Return a warning and its remedy for each file that ``load`` took secrets from and every user of this machine may
    read, and for each variable that names a file beside one with the secret itself.

    It reads no file with a secret. Raises ``ConfigError`` as ``load`` does.
    """
    sources = environments(_DEFAULTS, secret=lambda *_: "")
    files = {held: [*keys] for source in sources for held, keys in source.files.items()}
    if of_config := config_file.chosen(path):
        files[of_config] = [key for key in config_file.read(of_config, Config.model_fields) if key in HIDDEN]
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
    path = config_file.chosen(path)
    of_file = config_file.read(path, Config.model_fields) if path else {}
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
