"""The settings of a run, from options, environment, configuration file and defaults, in this order."""

import os
import re
import shlex
from collections.abc import Callable, Mapping
from itertools import chain
from pathlib import Path
from typing import Annotated, Any, Final, Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, ValidationInfo, field_validator

from importer import config_file, workspace
from importer.addresses import api_address, secure
from importer.config_errors import reason_of
from importer.countries import INTERNATIONAL, country_code, near_country
from importer.errors import ConfigError
from importer.message import LANGUAGES, Message, all_of, named, with_and
from importer.models import (
    ATTRIBUTE_PREFIXES,
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

DEFAULT_BASE_URL: Final = "https://livedesk-api.engagelab.com"
VARIABLES: Final = {
    "api_key": "LIVEDESK_API_KEY",
    "api_secret": "LIVEDESK_API_SECRET",
    "base_url": "LIVEDESK_BASE_URL",
    "inbox_id": "LIVEDESK_INBOX_ID",
    "settle": "IMPORT_CONTACTS_SETTLE",
    "lang": config_file.LANG_VARIABLE,
    "notify": "LIVEDESK_NOTIFY_URL",
}
"""The settings that the environment may have, and their variables. An empty one counts as absent."""

_HOOK: Final = "https://hooks.example.com/import"
_MOST: Final = 1_000_000_000
"""Of what is counted: no file has more rows, and a larger number may be none that Python can count to."""

_SECRETS: Final = ("api_key", "api_secret")
_HIDDEN: Final = (*_SECRETS, "notify")
"""What is shown to nobody: whoever knows the address of a webhook may post to it."""
hidden: Final = SecretStr
"""Wraps a text so that no ``repr`` and no traceback shows it."""

_UPDATABLE: Final = ("name", "email", "phone_number", "identifier")
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


class Config(BaseModel):
    """The settings of an import; every one is a key of the configuration file too.

    Units: ``timeout``, ``max_wait``, ``settle`` in seconds, ``rate`` in requests a second. ``map`` is
    ``{title: field}``, ``set`` is ``{field: value}``, ``type`` is ``{attribute: kind}``, ``contact_link`` an address
    with ``{contact_id}``. Credentials, and the address to notify, are ``SecretStr``: no ``repr``, log or traceback
    shows them.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

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
    lang: str | None = None
    contact_link: str | None = None
    metrics_file: Path | None = None
    notify: SecretStr | None = None

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
    def update_rule(self) -> UpdateRule:
        """Which values of an existing contact may be replaced: with ``fill`` none, unless ``update`` says so."""
        default: FieldRule = "keep" if self.on_duplicate == "fill" else "overwrite"
        return UpdateRule(default, self.update | dict.fromkeys(self.keep, "keep"))

    def told(self) -> dict[str, Json]:
        """The settings that differ from the defaults, as JSON, for the record of the run; never a secret."""
        given: dict[str, Json] = self.model_dump(mode="json", exclude_defaults=True, exclude={*_HIDDEN})
        return given

    def credentials(self, *, rehearsable: bool = True) -> tuple[str, str]:
        """The API key and the API secret. Raises ``ConfigError`` that names what is missing, with what works without
        them where the command can be rehearsed."""
        given = {name: secret.get_secret_value().strip() for name in _SECRETS if (secret := getattr(self, name))}
        missing = [VARIABLES[name] for name in _SECRETS if not given.get(name)]
        if not missing:
            return given["api_key"], given["api_secret"]
        hint = Message("set them (console: Project settings, API management)")
        if rehearsable:
            hint = Message("{set}, or rehearse with --sandbox or --dry-run", set=hint)
        raise ConfigError("no credentials: {variables} not set", hint, variables=with_and(missing))

    @field_validator("*", mode="before")
    @classmethod
    def _decoded(cls, value: Any) -> Any:
        """Names of files may be any bytes; what is sent, stored or looked up is text."""
        shown = value.get_secret_value() if isinstance(value, SecretStr) else value
        texts = chain.from_iterable(shown.items()) if isinstance(shown, dict) else shown
        texts = texts if isinstance(shown, dict | list | tuple) else [shown]
        if not all(is_text(text) and "\0" not in text for text in texts if isinstance(text, str)):
            raise ValueError(Message("it holds bytes that are no text; give it in UTF-8"))
        return value

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
        """One name stands for itself."""
        return (names,) if isinstance(names, str) else names

    @field_validator("keep", "clear", "update")
    @classmethod
    def _updatable(cls, fields: Any) -> Any:
        """A field that an update can change and an answer shows."""
        for name in fields:
            if name not in (*_UPDATABLE, *_GROUPS) and not name.startswith(ATTRIBUTE_PREFIXES):
                what = Message(
                    '"{field}" cannot be updated; expected one of {choices}, or one such as {attribute}',
                    field=name,
                    choices=_UPDATABLE,
                    attribute="custom_attributes.age",
                )
                raise ValueError(what)
        return fields

    @field_validator("base_url")
    @classmethod
    def _safe(cls, url: str) -> str:
        """Credentials go over https; plain http is for this machine alone. One server has one spelling."""
        return api_address(url, DEFAULT_BASE_URL)

    @field_validator("notify")
    @classmethod
    def _safe_to_post_to(cls, url: SecretStr | None) -> SecretStr | None:
        """As the API's address, and a path and a query may follow; none of it is repeated where it is wrong."""
        if url is None:
            return None
        address = url.get_secret_value().strip()
        try:
            sound = address.isascii() and address.isprintable() and " " not in address and urlsplit(address).port != 0
        except ValueError:  # its own words would quote the address
            sound = False
        if not sound:
            raise ValueError(Message("expected an address such as {address}, everything in it in ASCII", address=_HOOK))
        secure(address, _HOOK)
        return SecretStr(address)

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


def load(options: Mapping[str, Any], path: Path | None = None) -> Config:
    """Return the configuration of a run. ``options`` holds those that the user gave; ``path`` is that of ``--config``.

    Without ``path``, ``./config.yaml`` counts where it exists. ``map`` and ``set`` of the file and of the options are
    joined, and the option wins for the same title or field.

    Raises ``ConfigError`` that names the place (option, variable, or key of the file), the value and the remedy.
    """
    return _valid(*_layered(options, path))


def in_force(path: Path | None = None) -> dict[str, tuple[Json, str]]:
    """Return the settings that the environment and the file make, as JSON, each with its origin; secrets are hidden.

    Raises ``ConfigError`` as ``load`` does.
    """
    merged, origins = _layered({}, path)
    values: dict[str, Json] = _valid(merged, origins).model_dump(mode="json", include={*merged})
    return {key: ("***" if key in _HIDDEN else value, origins[key].rstrip(": ")) for key, value in values.items()}


def open_secrets(path: Path | None = None) -> tuple[Message, Message] | None:
    """Return a warning and its remedy if every user of this machine may read secrets in a file that ``load`` took."""
    path = config_file.chosen(path)
    if path is None or not config_file.is_open(path):
        return None
    held = [key for key in config_file.read(path, Config.model_fields) if key in _HIDDEN]
    if not held:
        return None
    why = Message("{path} holds {keys}, and every user of this machine may read it", path=path, keys=with_and(held))
    return why, Message("chmod 600 {path}", path=shlex.quote(str(path)))


def _layered(options: Mapping[str, Any], path: Path | None) -> tuple[dict[str, Any], dict[str, str]]:
    """What file, environment and options say, and the origin of each as errors name it."""
    path = config_file.chosen(path)
    layers: tuple[tuple[Callable[[str], str], Mapping[str, Any]], ...] = (
        (f"{path}: ".__add__, config_file.read(path, Config.model_fields) if path else {}),
        (VARIABLES.__getitem__, from_environment()),
        (option_of, options),
    )
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
    """Return the settings that the environment of this process holds."""
    found = {key: os.environ.get(name, "") for key, name in VARIABLES.items()}
    return {key: hidden(value) if key in _HIDDEN else value for key, value in found.items() if value}


def _complaint(problem: Any, origins: Mapping[str, str]) -> Message:
    """One of pydantic's errors in one line; the value is shown unless it is a secret."""
    key = str(problem["loc"][0])
    secret = key in _HIDDEN or "@" in str(problem["input"])  # an address may hold credentials
    found = problem["input"]
    shown = ", ".join(map(str, found)) if isinstance(found, tuple) else found
    value = "" if secret or isinstance(found, dict) else f' "{shown}"'
    return Message("{setting}: {reason}", setting=f"{origins.get(key, key)}{value}", reason=reason_of(problem))
