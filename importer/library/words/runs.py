"""What runs, their records and plans say, as a page says it."""

from collections.abc import Mapping
from typing import Final

from importer.message import Message

_OTHER_FOLDER: Final = Message("end this program, and begin it with another folder for its results")
_AGAIN: Final = Message("do the same once more: it goes on where it was")

OF_RUNS: Final[Mapping[str, Message | None]] = {
    # Verdicts and notes of a run.
    "Nothing was sent: {invalid:,} of {rows} not valid, and --strict sends all or none": Message(
        "Nothing was sent: {invalid:,} of {rows} not valid, and all or nothing is to be sent"
    ),
    "--limit {limit} left the others out": Message("the others were left out: only the first {limit} were wanted"),
    "{number:,} of {rows:,} exists with other data: --on-duplicate update would change it": Message(
        "{number:,} of {rows:,} exist with other data, and are left so; the step Options can have them updated"
    ),
    "changes.csv has what was changed, before and after; {command} takes it back": Message(
        "changes.csv has what was changed, before and after; Undo takes it back"
    ),
    "{people}; LiveDesk keeps them as they are ({command} lists them)": Message(
        "{people}; LiveDesk keeps them as they are (Compare, in the history, lists them)"
    ),
    "This is the first row: give more of the person, or --limit N": Message("This is the newest row alone"),
    "{command} takes them back": Message("undo that import in the history"),
    "{command} reads them back": Message("read that import back in the history"),
    # Questions and what follows.
    "Undo {run}: contacts to restore: {restore:,}, to remove: {remove:,}, as far as nobody has touched them since?": (
        Message(
            "Take this import back? Contacts to remove: {remove:,}, to restore: {restore:,}; whoever was touched since "
            "stays."
        )
    ),
    # What stopped something, and what works at the same time.
    "interrupted": Message("on request"),
    "another import works on {ledger}: {holder}": Message(
        "something else is at work in this folder of imports: {holder}"
    ),
    "process {process}, {purpose}, since {since}": Message("{purpose}, since {since}"),
    "{number} requests in a row failed ({cause}); trying with single ones": Message(
        "LiveDesk does not answer ({cause}): the import waits for it, and tries with one row at a time"
    ),
    "--remove-untold: where LiveDesk does not say so, those are removed too that somebody has used": Message(
        "Where LiveDesk does not say so, those are removed too that somebody has used"
    ),
    "--clear: nobody agreed that values are erased; nothing was sent": Message(
        "nobody agreed that values are erased; nothing was sent"
    ),
    "update: {name}: overwrite: --on-duplicate fill replaces no value": Message(
        "{name} is to be overwritten, and contacts are only filled in"
    ),
    "Stopped after {number:,} row, as you answered; the same command without --canary goes on": Message(
        "Stopped after the first {number:,}, as you answered; the import goes on behind them"
    ),
    "--type {name}: no column and no --set has this attribute": Message(
        "{name} has a type, and no column and no value for all rows has this attribute"
    ),
    "--match-by {field}: no column and no --set has this field": Message(
        "{field} is to tell who somebody is, and no column and no value for all rows has this field"
    ),
    # Rows that wait for each other.
    "row {row} is to change the {field} of contact {id}: an import without --plan tries this row after it": Message(
        "row {row} is to change the {field} of contact {id}: an import tries this row after it"
    ),
    "correct the attributes, and import the row with --on-duplicate update": Message(
        "correct the attributes, and import the row so that contacts that are there already are updated"
    ),
    "row {row} has changed the {field} of contact {id}: run the same command again": Message(
        "row {row} has changed the {field} of contact {id}: import once more"
    ),
    "this row and row {row} exchange their {field}, and the server allows each value once: give contact {id} "
    "another one in LiveDesk for a moment, then run the same command again": Message(
        "this row and row {row} exchange their {field}, and the server allows each value once: give contact {id} "
        "another one in LiveDesk for a moment, then import once more"
    ),
    "this row and rows {rows} exchange their {field} in a ring, and the server allows each value once: give "
    "contact {id} another one in LiveDesk for a moment, then run the same command again": Message(
        "this row and rows {rows} exchange their {field} in a ring, and the server allows each value once: give "
        "contact {id} another one in LiveDesk for a moment, then import once more"
    ),
    "contact {id} is that of row {row}, which cannot go through itself and so gives up no {field}: correct that "
    "row, then run the same command again": Message(
        "contact {id} is that of row {row}, which cannot go through itself and so gives up no {field}: correct that "
        "row, then import once more"
    ),
    "it was removed or merged: run the same command again, which looks for the person anew": Message(
        "it was removed or merged: import once more, which looks for the person anew"
    ),
    "look at it in LiveDesk before you run the command again": Message(
        "look at it in LiveDesk before you import once more"
    ),
    # The history, and where it is kept.
    "name an import: import-contacts runs shows them": Message("choose an import in the history"),
    "import-contacts runs shows their names": Message("the history has their names"),
    "did you mean {near}? import-contacts runs shows their names": Message(
        "did you mean {near}? the history has their names"
    ),
    "make it with: import-contacts plan FILE": Message("make a plan in the step Check"),
    "free space or name another place; the ledger has every row: import-contacts report": Message(
        "free space; the ledger has every row, and the history writes the files again"
    ),
    "free space, or name a place that you may write to with --output-dir": Message(
        "free space, or end this program and begin it with a folder that you may write to"
    ),
    "a rehearsal (demo, --sandbox, --dry-run) keeps none; its page is {page}, open it": Message(
        "a rehearsal keeps none; its page is {page}"
    ),
    "name the --output-dir of your imports; --dry-run and --sandbox keep no ledger": _OTHER_FOLDER,
    "move it away, or name another --output-dir": Message("move it away"),
    "it belongs to {owner}: import as this user, or name another place with --output-dir": Message(
        "it belongs to {owner}: begin this program as this user, or with another folder"
    ),
    "wait for it to end, or name another --output-dir": Message("wait for it to end"),
    "correct or remove the link, or name another --output-dir": Message("correct or remove the link"),
    "name a place that you may write to with --output-dir": _OTHER_FOLDER,
    "remove the link, or name another --output-dir, in a folder that is yours alone": Message("remove the link"),
    "move it away, or name another --output-dir, in a folder that is yours alone": Message("move it away"),
    "upgrade import-contacts, or name another --output-dir": Message("upgrade import-contacts"),
    "free space on its disk and check its permissions, then run the same command again: it continues": Message(
        "free space on its disk and check its permissions, then do the same once more: it goes on where it was"
    ),
    "{set}, or rehearse with --sandbox or --dry-run": Message("enter them under Credentials"),
    "try it again later; if it stays so, check the server's address (--base-url)": Message(
        "try it again later; if it stays so, check the server's address in the step Options"
    ),
    "close the program that has it open, and check its permissions; then run the same command again": Message(
        "close the program that has it open, and check its permissions; then do the same once more"
    ),
    "the ledger and its run folders take {size}: import-contacts ledger says what of it could go "
    "(forget --older-than, --keep-runs)": Message(
        "the imports of this folder take {size}: Forget, in the history, makes them smaller"
    ),
    "--keep-runs {keep}: {number:,} older run folder removed ({size}): {runs}": Message(
        "the folders of {number:,} older imports were removed ({size}), as the settings say: {runs}"
    ),
    "{removed}; import-contacts report RUN writes one again": Message("{removed}; the history writes them again"),
    # Plans, and a mapping of a saved name.
    "--plan {run}: that is no plan": Message("{run} is no plan"),
    "--plan {run}: the plan is forgotten": Message("the plan {run} is forgotten"),
    "--plan {run}: the plan was cut off before its end": Message("the plan {run} was cut off before its end"),
    "--plan {run}: {what}": Message("the plan {run}: {what}"),
    '--mapping "{name}" is for other titles: only the file has {new}; only the mapping has {gone}': Message(
        'the mapping "{name}" is for other titles: only the file has {new}; only the mapping has {gone}'
    ),
    "say with --map what new columns are, and save the mapping anew with --save-mapping; or correct the file": Message(
        "say in the step Columns what new columns are, or correct the file"
    ),
    "--save-mapping: the sheets or files have different titles": Message("the sheets or files have different titles"),
    "run the same plan command again: it goes on, and import by the new plan": _AGAIN,
}
