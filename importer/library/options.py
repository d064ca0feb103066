"""The options of the library's functions, as keywords: those of the command line by the same names."""

from collections.abc import Callable, Mapping, Sequence
from os import PathLike
from typing import IO, Literal, TypeAlias, TypedDict

from importer.cancellation import Cancellation
from importer.corrections import Corrections
from importer.library.listening import Notice, RunProgress
from importer.models import Duplicates, FieldRule, InvalidValues, Json, MatchBy, OnDuplicate, SharedValues, ValueType
from importer.sources.frame import OtherFrame, PandasFrame

Place: TypeAlias = str | PathLike[str]
Data: TypeAlias = Place | IO[bytes] | IO[str] | PandasFrame | OtherFrame
"""What holds rows: a file by its path or its address (``https://…``), an open one, or a DataFrame."""


class Listening(TypedDict, total=False):
    """What every function takes beside its own options.

    ``config`` is the path of a configuration file. ``progress``, ``notice`` and ``confirm`` are those of ``Listeners``;
    with ``verbose``, ``notice`` gets the level ``detail`` too. ``cancel`` asks the run to stop, from any thread.
    """

    config: Place | None
    progress: Callable[[RunProgress], object] | None
    notice: Callable[[Notice], object] | None
    confirm: Callable[[str], bool] | None
    cancel: Cancellation | None
    verbose: bool


class ServerOptions(Listening, total=False):
    """What every function that reaches LiveDesk takes. Times are in seconds, ``rate`` in requests a second."""

    api_key: str
    api_secret: str
    base_url: str
    concurrency: int
    rate: float
    timeout: float
    max_attempts: int
    max_wait: float
    output_dir: Place
    lang: str


class ImportOptions(ServerOptions, total=False):
    """The options of an import: ``map`` is ``{title: field}``, ``set`` is ``{field: value}``, ``password`` has one
    a line."""

    inbox: str | int
    sheet: str | int | Sequence[str | int]
    map: Mapping[str, str]
    mapping: str
    save_mapping: str
    set: Mapping[str, str]
    type: Mapping[str, ValueType]
    extra_columns: Literal["ignore", "custom"]
    country: str
    encoding: str
    delimiter: str
    no_header: bool
    password: str
    limit: int
    match_by: MatchBy
    on_duplicate: OnDuplicate
    update: Mapping[str, FieldRule]
    keep: str | Sequence[str]
    clear: str | Sequence[str]
    only_existing: bool
    plan: str
    verify: bool
    stamp: bool
    duplicates: Duplicates
    invalid_values: InvalidValues
    shared_values: SharedValues
    strict: bool
    canary: int
    make_identifier: bool
    dry_run: bool
    sandbox: bool
    fresh: bool
    workers: int
    scheduler: str
    settle: float
    results: Place
    errors_first: bool
    keep_runs: int
    contact_link: str
    metrics_file: Place
    notify: str | Sequence[str]


class FileOptions(ImportOptions, total=False):
    """The options of an import, and what no command line can say of its file.

    ``corrections`` are a user's, row by row: ``Corrections``, or the list that its ``as_json`` makes.
    """

    corrections: Corrections | Sequence[Json] | None
