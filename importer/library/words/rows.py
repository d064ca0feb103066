"""What stands at rows, and what error codes mean and advise, as a page says it."""

from collections.abc import Mapping
from typing import Final

from importer.message import Message

OF_ROWS: Final[Mapping[str, Message | None]] = {
    # What to do about an error code, where a command line has another way to do it.
    "merge the two in LiveDesk, then run the same command again: it finds the one that is left": Message(
        "merge the two in LiveDesk, then import once more: it finds the one that is left"
    ),
    "run the same command without --canary: it continues": Message("import the rest: it goes on where it was"),
    "renew the plan in the console, then run the same command again: it continues": Message(
        "renew the plan in the console, then import once more: it goes on where it was"
    ),
    "check the network and --base-url, then run the same command again: it continues": Message(
        "check the network and the server's address, then import once more: it goes on where it was"
    ),
    "check --base-url: your credentials are sent to that address alone": Message(
        "check the server's address: your credentials are sent to that address alone"
    ),
    "check --base-url": Message("check the server's address"),
    "lower --concurrency, or raise the limit (ulimit -n), then run the same command again: it continues": Message(
        "close other programs, then import once more: it goes on where it was"
    ),
    "look into why they ended (memory?), then run the same command again: it continues": Message(
        "look into why they ended (memory?), then import once more: it goes on where it was"
    ),
    "check --base-url; for a company's own certificate authority set SSL_CERT_FILE": Message(
        "check the server's address; for a company's own certificate authority, ask whoever set this computer up"
    ),
    "look at it in LiveDesk; import the file with --on-duplicate update --fresh to send the data again": Message(
        "look at it in LiveDesk; an import that updates contacts sends the data again"
    ),
    "import the file again with --fresh: it is created anew": Message(
        "look for it in LiveDesk; it may have been removed or merged there"
    ),
    "run the same command again, or look for it in LiveDesk": Message(
        "read back once more, or look for it in LiveDesk"
    ),
    "look at it in LiveDesk; what the run created goes there, or with --remove-untold": Message(
        "look at it in LiveDesk, or choose below to remove what the import created"
    ),
    "run the same command again later, or remove it in LiveDesk": Message(
        "undo once more later, or remove it in LiveDesk"
    ),
    "run the same command again later, or change by hand in LiveDesk what should be as before": Message(
        "undo once more later, or change by hand in LiveDesk what should be as before"
    ),
    "write it with its country code (+86 …), or add --country": Message(
        "write it with its country code (+86 …), or choose the country that all such numbers are of"
    ),
    "export again with whole values (a permission may be needed), or leave the column out with --map": Message(
        "export again with whole values (a permission may be needed), or leave the column out in the step Columns"
    ),
    "fill the cell, or add --inbox": Message("fill the cell, or name an inbox in the step Options"),
    "type the character anew, or name the encoding with --encoding": Message(
        "type the character anew, or choose the encoding in the step File"
    ),
    "correct it, or import with --shared-values drop": Message("correct it, or send the later rows without the value"),
    "correct the invalid rows, or import without --strict": Message(
        "correct the rows with mistakes, or take back “all or nothing” in the step Options"
    ),
    "remove the row, or choose --on-duplicate skip or update": Message(
        "leave the row out, or choose in the step Options what happens to contacts that are there already"
    ),
    "merge them in LiveDesk, or choose another field with --match-by, and import the row again": Message(
        "merge them in LiveDesk, or choose in the step Options what tells that two are the same person"
    ),
    "correct the row, or import without --only-existing": Message(
        "correct the row, or let the import create people, in the step Options"
    ),
    "erase it in LiveDesk, and import the row without --clear": Message(
        "erase it in LiveDesk, or take back “empty cells erase these” in the step Options"
    ),
    "run the same command again: only the attributes are sent": Message(
        "import once more: only what is missing is sent"
    ),
    "run the same command again later: it continues": Message("import once more later: it goes on where it was"),
    "run the same command again: it continues, and nothing is sent twice": Message(
        "import once more: it goes on where it was, and sends nobody twice"
    ),
    "check LIVEDESK_API_KEY and LIVEDESK_API_SECRET (console: Project settings, API management)": Message(
        "enter LiveDesk's key and secret anew, under Credentials"
    ),
    "check --inbox (console: channel settings, Channel ID) and --base-url": Message(
        "look at the number of the inbox in the step Options"
    ),
    # What an error code means.
    "--canary sends the first rows alone": Message("the first rows were to be sent alone"),
    "not the number or the yes and no that --type asks for": Message(
        "not the number or the yes and no that this column holds"
    ),
    "another row is invalid, and --strict sends all or nothing": Message(
        "another row has a mistake, and all or nothing is to be sent"
    ),
    "the contact exists, and --on-duplicate is fail": Message(
        "the contact exists, and such rows are to be listed as failed"
    ),
    "nobody on the server is this person, and --only-existing creates nobody": Message(
        "nobody on the server is this person, and nobody is to be created"
    ),
    "the server keeps a value that --clear should erase": Message(
        "the server keeps a value that an empty cell should erase"
    ),
    "add --inbox ID (console: channel settings, Channel ID) or set LIVEDESK_INBOX_ID": Message(
        "name one in the step Options; its number stands in LiveDesk's channel settings, as Channel ID"
    ),
    # Options that contradict.
    "{name} is about updates, and --on-duplicate is {policy}": Message(
        "something is to be kept or erased, and contacts that are there already are not changed at all"
    ),
    "add --on-duplicate update, or leave it out": Message("choose one of the two in the step Options"),
    "--clear {name}: --on-duplicate fill takes no value away": Message(
        "empty cells are to erase {name}, and contacts are only filled in"
    ),
    "use --on-duplicate update, with --keep for what is to stay": Message("choose one of the two in the step Options"),
    "--clear {name} erases what --keep, or update in the configuration, is to keep": Message(
        "empty cells are to erase {name}, which is never to be changed"
    ),
    "leave out one of the two": Message("choose one of the two in the step Options"),
    "--clear {name}: it tells who somebody is (--match-by)": Message(
        "empty cells are to erase {name}, which tells who somebody is"
    ),
    "--clear {name}: no other column of the file tells who somebody is": Message(
        "empty cells are to erase {name}, and no other column of the file tells who somebody is"
    ),
    "clear another field": Message("take it back in the step Options"),
    "--clear {name}: no column has this field, so that no cell of it is empty": Message(
        "empty cells are to erase {name}, and no column has this field"
    ),
    "look at the columns with --dry-run, or name one with --map": Message(
        "look at the step Columns, or take it back in the step Options"
    ),
    "--stamp writes {name}, and so does {column}": Message(
        "each contact is to be marked with this import in {name}, and {column} goes there too"
    ),
    "give the column another field with --map, or leave out --stamp": Message(
        "give the column another field in the step Columns, or take the mark back in the step Options"
    ),
    # What stands at rows.
    "inbox_id: the cell is empty, and there is no --inbox": Message("the cell is empty, and no inbox is named"),
    "an earlier run found the contact with other data, which --on-duplicate update would change": Message(
        "an earlier import found the contact with other data, and leaves it so"
    ),
    'an earlier run sent this row as "{name}" without email, phone_number and identifier, and no search finds that '
    "contact: the row is not sent again, or the person would be there twice; enter in LiveDesk what the contact lacks "
    "({fields}), or delete it there and import with --fresh": Message(
        'an earlier import sent this row as "{name}" without email, phone_number and identifier, and no search finds '
        "that contact: the row is not sent again, or the person would be there twice; enter in LiveDesk what the "
        "contact lacks ({fields})"
    ),
    "the contact has other data, which --on-duplicate update would change: {fields}": Message(
        "the contact has other data, and is left so: {fields}"
    ),
    "the contact has other data, which --on-duplicate fill leaves: {fields}": Message(
        "the contact has other data, and is left so: {fields}"
    ),
    "the contact has other data, which --keep or the setting update leaves: {fields}": Message(
        "the contact has other data, which is never changed: {fields}"
    ),
    "not changed, since the row has no {field}: it follows --match-by auto and changes nobody; the contact has "
    "other data: {fields}": Message("not changed, since the row has no {field}; the contact has other data: {fields}"),
    "if it begins with its country code, put a + before it: {number}; "
    "--country international reads the whole file so": Message(
        "if it begins with its country code, put a + before it: {number}"
    ),
}
