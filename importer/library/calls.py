"""The functions for Python code: each makes the terms of a run from its keywords, and does the work as a job."""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from difflib import get_close_matches
from functools import partial
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar, Unpack

from importer.cancellation import Cancellation
from importer.config import yaml_file
from importer.config.loading import load
from importer.config.settings import Config, hidden
from importer.config.sources import HIDDEN
from importer.corrections import NO_CORRECTIONS, Corrections
from importer.errors import ConfigError, ImporterError
from importer.library.job import Job
from importer.library.listening import Listeners
from importer.library.options import Data, FileOptions, ImportOptions, Listening, Place, ServerOptions
from importer.library.signatures import lists
from importer.library.verbs import do_import, do_plan, do_undo, do_verify, telling_failure
from importer.library.watching.loop import WatchedFile
from importer.library.wording import in_language, key_of, keyword_of, text_of
from importer.message import Language, Message, language_of, named
from importer.pipeline.terms import Terms
from importer.sources.meant import as_paths, inputs_of
from importer.sources.source import Input
from importer.terminal.system_locale import system_locale

if TYPE_CHECKING:
    from importer.reporter.summary import Summary

T = TypeVar("T")


@lists(FileOptions)
def import_contacts(*paths: Data, settings: Config | None = None, **options: Unpack[FileOptions]) -> "Summary":
    """Import files, as ``import-contacts`` does, and return how it went.

    ``options`` go before the environment and the configuration file (``config``, else ``./config.yaml``); with
    ``settings`` these alone count, and the options go before them. The summary's ``exit_code`` is that of the command
    line: rows that need attention raise nothing, and neither does a run that stopped. Raises ``ConfigError``,
    ``InputError`` and ``LedgerBusy`` if nothing was done.
    """
    return _job(partial(_of_files, do_import, paths), options, settings).result()


@lists(FileOptions)
async def import_contacts_async(
    *paths: Data, settings: Config | None = None, **options: Unpack[FileOptions]
) -> "Summary":
    """Import files as ``import_contacts`` does, from a running event loop, which goes on meanwhile.

    A cancelled task settles the requests in flight first and writes the run's files; then it is cancelled.
    """
    return await _job(partial(_of_files, do_import, paths), options, settings).wait()


@lists(FileOptions)
def plan(*paths: Data, settings: Config | None = None, **options: Unpack[FileOptions]) -> "Summary":
    """Say what an import would change in the live account; send nothing. Returns and raises as ``import_contacts``."""
    return _job(partial(_of_files, do_plan, paths), options, settings).result()


@lists(FileOptions)
async def plan_async(*paths: Data, settings: Config | None = None, **options: Unpack[FileOptions]) -> "Summary":
    """Plan as ``plan`` does, from a running event loop."""
    return await _job(partial(_of_files, do_plan, paths), options, settings).wait()


@lists(ServerOptions)
def verify(run: str | None = None, **options: Unpack[ServerOptions]) -> "Summary":
    """Read back what a run sent, the newest import if none is named. Raises as ``import_contacts``."""
    return _job(lambda terms: do_verify(terms, None if run is None else _named(run)), options).result()


@lists(ServerOptions)
async def verify_async(run: str | None = None, **options: Unpack[ServerOptions]) -> "Summary":
    """Verify as ``verify`` does, from a running event loop."""
    return await _job(lambda terms: do_verify(terms, None if run is None else _named(run)), options).wait()


@lists(ServerOptions)
def undo(
    run: str, *, dry_run: bool = False, remove_untold: bool = False, **options: Unpack[ServerOptions]
) -> "Summary | None":
    """Restore what a run changed and remove what it created; return ``None`` if nothing was to undo.

    ``confirm`` gets the question; without it nothing is undone. Raises as ``import_contacts``, also if the answer was
    no.
    """
    return _undone(_undoing(run, {**options, "dry_run": dry_run}, remove_untold).result())


@lists(ServerOptions)
async def undo_async(
    run: str, *, dry_run: bool = False, remove_untold: bool = False, **options: Unpack[ServerOptions]
) -> "Summary | None":
    """Undo as ``undo`` does, from a running event loop."""
    return _undone(await _undoing(run, {**options, "dry_run": dry_run}, remove_untold).wait())


@lists(ImportOptions)
def watch(
    folder: Place,
    ended: Callable[[WatchedFile], object] | None = None,
    *,
    settings: Config | None = None,
    **options: Unpack[ImportOptions],
) -> None:
    """Import each spreadsheet that appears in a folder as a run of its own, until ``cancel`` asks to stop.

    ``ended`` gets each file whose run has ended; what it raises ends the watch. Raises ``ConfigError`` if no file could
    be imported so, ``LedgerBusy`` if another process watches the folder.
    """
    _job(partial(_watching, folder, ended), options, settings).result()


def _watching(folder: object, ended: Callable[[WatchedFile], object] | None, terms: Terms) -> None:
    from importer.library.watching.call import do_watch  # few calls watch

    (path,) = as_paths([folder])
    do_watch(terms, path, _callback("ended", ended) or (lambda _file: None), agrees=terms.observer.has_somebody)


def _undoing(run: str, options: Mapping[str, Any], remove_untold: bool) -> "Job[Summary | Message]":
    return _job(lambda terms: do_undo(terms, _named(run), remove_untold=remove_untold), options)


def _undone(summary: "Summary | Message") -> "Summary | None":
    return None if isinstance(summary, Message) else summary


def _of_files(do: Callable[[Terms, Sequence[Input]], T], places: Sequence[object], terms: Terms) -> T:
    with telling_failure(terms, places):
        return do(terms, inputs_of(places))


def _named(run: object) -> str:
    """The name of a run. Raises ``ConfigError`` for what is none."""
    if isinstance(run, str) and run.strip():
        return run
    hint = Message("give its name, such as summary.run.id")
    raise ConfigError(
        Message("{value} is no name of a run", value=repr(run) if isinstance(run, str) else type(run).__name__), hint
    )


def _job(work: Callable[[Terms], T], options: Mapping[str, Any], settings: Config | None = None) -> Job[T]:
    """Begin the work. Raises ``ConfigError`` for options that contradict or do not exist.

    Errors are told in the language of the call.
    """
    with _told(lambda: _wanted_language(options, settings)):
        terms = terms_of(options, settings)
    return job_of(terms, partial(_telling, work, terms))


def job_of(terms: Terms, work: Callable[[], T]) -> Job[T]:
    """Begin work on these terms; its result, or what a callback has raised meanwhile."""
    observer = terms.observer
    heeding = partial(observer.then, work) if isinstance(observer, Listeners) else work
    return Job(heeding, terms.cancellation).start()


def _telling(work: Callable[[Terms], T], terms: Terms) -> T:
    """Work, and tell its errors and its summary in the language of the call."""
    with _told(lambda: terms.observer.language):
        return in_language(work(terms), terms.observer.language)


@contextmanager
def _told(language: Callable[[], Language]) -> Iterator[None]:
    """Give errors their texts in a language."""
    try:
        yield
    except ImporterError as error:
        error.put_into_words(partial(text_of, language()))
        raise


def _wanted_language(options: Mapping[str, Any], settings: Config | None) -> Language:
    """The language of a call whose options are wrong."""
    given = options.get("lang") or getattr(settings, "lang", None)
    return _language(given if isinstance(given, str) else None)


def terms_of(options: Mapping[str, Any], settings: Config | None = None) -> Terms:
    """The terms of a run by the keywords of a function. Raises ``ConfigError`` that names the keyword."""
    given = {name: value for name, value in options.items() if name not in _BESIDE_SETTINGS}
    _check_names(given)
    values = {key_of(name): _as_setting(name, value) for name, value in given.items() if value is not None}
    if settings is not None and not isinstance(settings, Config):
        raise ConfigError(Message("settings: expected Settings"))
    config = load(values, _config_file(options.get("config")), settings, spelled=lambda key: f"{keyword_of(key)}=")
    cancellation = _cancellation(options.get("cancel"))
    heard: dict[str, Any] = {name: _callback(name, options.get(name)) for name in ("progress", "notice", "confirm")}
    verbose = options.get("verbose") is True
    listeners = Listeners(**heard, language=_language(config.lang), cancellation=cancellation, verbose=verbose)
    return Terms(config, listeners, cancellation, corrections=_corrections(options.get("corrections")))


def _config_file(given: Any) -> Path | None:
    if given is not None and not (isinstance(given, str | PathLike) and "\0" not in str(given) and str(given).strip()):
        raise ConfigError(Message("config: expected the path of a file"))
    return None if given is None else Path(given)


def _cancellation(given: Any) -> Cancellation:
    if given is not None and not isinstance(given, Cancellation):
        raise ConfigError(Message("cancel: expected a Cancellation"))
    return given or Cancellation()


def _callback(name: str, given: Any) -> Any:
    if given is not None and not callable(given):
        raise ConfigError(Message("{name}: expected a function", name=name))
    return given


def _corrections(given: Any) -> Corrections:
    """As given, or of JSON. Raises ``ConfigError``, also for a row, a column or a text that is none."""
    if given is None:
        return NO_CORRECTIONS
    try:
        return Corrections.from_json(given.as_json() if isinstance(given, Corrections) else given)
    except (AttributeError, TypeError, ValueError):
        hint = Message("rows count from 1, columns from 0, and a cell gets a text")
        raise ConfigError(Message("corrections: expected what Corrections.as_json makes"), hint) from None


def _check_names(given: Mapping[str, object]) -> None:
    for name in given:
        if name not in ImportOptions.__annotations__:
            near = get_close_matches(name, ImportOptions.__annotations__, 1)
            hint = Message('did you mean "{near}"?', near=near[0]) if near else None
            raise ConfigError(Message("there is no option {name}", name=name), hint)


_BESIDE_SETTINGS: Final = frozenset({*Listening.__annotations__, "corrections"})


def _as_setting(name: str, value: Any) -> Any:
    if name not in HIDDEN:
        return str(value) if name == "inbox" else value
    several = name == "notify" and isinstance(value, list | tuple)
    texts = [*value] if several else [value]
    if not all(isinstance(text, str | hidden) for text in texts):
        raise ConfigError(Message("{setting}: {reason}", setting=f"{name}=", reason=Message("expected a text")))
    wrapped = [hidden(text) if isinstance(text, str) else text for text in texts]
    return tuple(wrapped) if several else wrapped[0]


def _language(lang: str | None) -> Language:
    """The reader's: of ``lang``, else of the environment, else of the system."""
    wanted = lang or os.environ.get(yaml_file.LANG_VARIABLE, "")
    return named(wanted) or language_of(os.environ, system_locale)
