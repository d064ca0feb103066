"""The settings of a run, each with its default, and what is a valid one."""

import re
from collections.abc import Callable, Mapping
from itertools import chain
from numbers import Integral
from pathlib import Path, PurePath
from typing import Annotated, Any, Final, Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, PrivateAttr, SecretStr, ValidationInfo, field_validator

from importer.config import keychain
from importer.config.sources import CREDENTIALS, HIDDEN
from importer.config.variables import names_of
from importer.countries import INTERNATIONAL, country_code, near_country
from importer.errors import ConfigError
from importer.files import workspace
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
from importer.network import chat_services
from importer.network.addresses import api_address, secure
from importer.system_text import is_text

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
    """Whether these settings are those of all that is around the program; those of code stand for themselves."""

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

    def with_keychain(self) -> "Config":
        """Return these settings, which take credentials that they lack from the system's keychain."""
        asking = self.model_copy()
        asking._asks_keychain = True
        return asking

    def credentials(self, *, rehearsable: bool = True) -> tuple[str, str]:
        """The API key and the API secret; where both are missing, those of the keychain for the server, if it is asked.

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
