"""Which plan an import does, or a plan goes on with: of the same bytes and options."""

import hashlib
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from importer.corrections import NO_CORRECTIONS, Corrections
from importer.errors import ConfigError, InputError, is_out_of_files, reason_of
from importer.exit_codes import FINISHED
from importer.history.runs import find
from importer.ledger.ledger import Ledger
from importer.ledger.run import Run
from importer.message import CommandOption, Message, all_of
from importer.models import Json, option_of

GOES_ON_S: Final = 3600.0
"""So long what an unfinished plan found is taken over; what is older is looked at anew."""

UNDECIDING: Final = frozenset(
    {
        *("concurrency", "rate", "timeout", "max_attempts", "max_wait", "settle", "workers", "scheduler", "canary"),
        *("output_dir", "results", "errors_first", "lang", "contact_link", "metrics_file", "notify", "save_mapping"),
        "keep_runs",
        *("plan", "verify", "base_url", "inbox_id"),
    }
)
"""Settings that decide nothing about what becomes of a row: pace, output, reporting; the last two are the run's own."""

READ_ONLY: Final = ("plan", "verify")
"""Modes of runs that change nothing on the server."""


def digest(paths: Sequence[Path], corrections: Corrections = NO_CORRECTIONS) -> str:
    """The SHA-256 of a file's bytes, and of the corrections of its rows, in hexadecimal; of several files, that of all
    of theirs. Raises ``InputError``."""
    found = [_digest(path, corrections) for path in paths]
    return found[0] if len(found) == 1 else hashlib.sha256("\n".join(found).encode()).hexdigest()


def _digest(path: Path, corrections: Corrections) -> str:
    try:
        with path.open("rb") as file:
            found = hashlib.file_digest(file, "sha256")
        found.update(corrections.key.encode("utf-8", "surrogatepass"))
        return found.hexdigest()
    except OSError as error:
        if is_out_of_files(error):
            raise  # it is no fault of the file
        raise InputError("{path}: cannot be read: {error}", path=path, error=reason_of(error)) from error


def plan_to_do(name: str, ledger: Ledger) -> tuple[int, Run]:
    """The finished plan of this name, with its sequence number. Raises ``ConfigError``."""
    seq, run = find(name, ledger.runs(), ledger.path)
    again = Message("make it with: import-contacts plan FILE")
    if run.mode != "plan":
        raise ConfigError("--plan {run}: that is no plan", again, run=run.id)
    if run.forgotten_at is not None:
        raise ConfigError("--plan {run}: the plan is forgotten", again, run=run.id)
    if run.stopped is not None or run.exit_code not in FINISHED:
        hint = Message("run the same plan command again: it goes on, and import by the new plan")
        raise ConfigError("--plan {run}: the plan was cut off before its end", hint, run=run.id)
    return seq, run


def check_same(plan: Run, run: Run) -> None:
    """Raise ``ConfigError`` that names what differs if ``run`` is not of the plan's bytes and options."""
    if differing := [*differences(plan, run)]:
        hint = Message("give the plan's file and options, or make a new plan")
        raise ConfigError("--plan {run}: {what}", hint, run=plan.id, what=all_of(differing))


def differences(plan: Run, run: Run) -> Iterator[Message]:
    """In what a run is of another input, or decides otherwise, than a plan."""
    if plan.sha256 != run.sha256:
        told = Message("the file has other bytes, or other corrections, than {file} had", file=plan.file)
        if plan.sheets or run.sheets:
            told = Message("the files are others than {files}, or have other bytes or corrections", files=[*plan.files])
        yield told
    mine, theirs = _deciding(run), _deciding(plan)
    for name in sorted({*mine, *theirs}):
        if mine.get(name) != theirs.get(name):
            values = {"mine": _shown(mine.get(name)), "plan": _shown(theirs.get(name))}
            yield Message(
                "{option} is {mine} here and {plan} in the plan", option=CommandOption(option_of(name)), **values
            )
    if [part.mapping for part in plan.parts] != [part.mapping for part in run.parts]:
        yield Message("its columns have other fields")


def _deciding(run: Run) -> dict[str, Json]:
    options = {name: value for name, value in run.options.items() if name not in UNDECIDING}
    return {**options, "base_url": run.base_url, "inbox_id": run.inbox_id, "sheet": run.sheet}


def _shown(value: Json) -> object:
    """A setting's value; a list or an object as its members."""
    match value:
        case None:
            return Message("not given")
        case dict():
            return ", ".join(f"{name}={member}" for name, member in value.items())
        case list():
            return ", ".join(map(str, value))
        case _:
            return json.dumps(value) if isinstance(value, bool) else str(value)


def unfinished(ledger: Ledger, seq: int) -> Iterator[tuple[int, Run]]:
    """The plans with which plan ``seq`` goes on, the newest first: of the same bytes and options, and cut off, since
    the last import or undo of this ledger and the last such plan that was finished."""
    run = ledger.run(seq)
    for number, earlier in ledger.runs():
        if number >= seq or (earlier.mode == "plan" and any(differences(earlier, run))):
            continue
        if earlier.mode not in READ_ONLY or (earlier.mode == "plan" and earlier.stopped is None):
            return
        if earlier.mode == "plan":
            yield number, earlier
