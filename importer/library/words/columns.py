"""What mapping says of columns, and a choice of them, as a page says it."""

from collections.abc import Mapping
from typing import Final

from importer.message import Message

OF_COLUMNS: Final[Mapping[str, Message | None]] = {
    "--set gives {field} to every row": Message("every row has the same {field}, given below"),
    '"{title}" ({letter}) and "{other}" ({other_letter}) can both be {field}: {then}; '
    '--map "{other}={field}" takes the other': Message('"{title}" and "{other}" can both be {field}: {then}'),
    '{option}: there is no field "{field}"': Message('there is no field "{field}"'),
    '"{title}" ({letter}) says {fields}: not used; --map "{title}={first}" decides': Message(
        '"{title}" says {fields}: it is not used until you choose one'
    ),
    '"{title}" ({letter}) is the company, for the person stands beside it; --map "{title}=name" makes it the name': (
        Message('"{title}" is the company, for the person stands beside it')
    ),
    '"{title}" ({letter}) has numbers, and no names of companies: not used; '
    '--map "{title}=phone_number" takes them as phone numbers, which need their area codes': Message(
        '"{title}" has numbers, and no names of companies: it is not used; if you choose the phone number, they need '
        "their area codes"
    ),
    '{columns} all look like {field}: none is used; --map "{title}={field}" takes the first': Message(
        "{columns} all look like {field}: none is used until you choose one"
    ),
    '"{title}" ({letter}) may be {field}, or something else: not used; --map "{title}={field}" takes it': Message(
        '"{title}" may be {field}, or something else: it is not used until you choose'
    ),
    '"{title}" ({letter}) may be phone numbers with their country codes, and without the +: not used; '
    '--map "{title}=phone_number" --country international takes them': Message(
        '"{title}" may be phone numbers with their country codes, and without the +: it is not used until you choose, '
        "and choose international numbers too"
    ),
    '"{title}" ({letter}) may be a running number: used for identifier; --map "{title}=" leaves it out': Message(
        '"{title}" may be a running number, and is used as the identifier: do not import it if it only counts the rows'
    ),
    "{columns} may name a second person of the row: used only where the first has no name; "
    '--map "{title}=" leaves "{title}" out': Message(
        "{columns} may name a second person of the row: used only where the first has no name"
    ),
    "of the first {rows} rows {count} have no name, and would be sent without one; "
    '--map "{title}=name" takes "{title}" ({letter})': Message(
        'of the first {rows} rows {count} have no name, and would be sent without one; "{title}" may say who they are'
    ),
    '"{title}" ({letter}) is another person of the row than "{main}": left out, with what belongs to it; '
    '--map "{title}={field}" takes that person instead': Message(
        '"{title}" is another person of the row than "{main}": left out, with what belongs to it'
    ),
    '"{title}" ({letter}) may be somebody else\'s: not used where "{main}" is empty; '
    '--map "{title}={field}" takes it instead': Message(
        '"{title}" may be somebody else\'s: it is not used where "{main}" is empty'
    ),
    "nobody has an email, a phone number or an id but somebody else's: {columns}; "
    '--map "{title}={field}" takes "{title}" all the same': Message(
        "nobody has an email, a phone number or an id but somebody else's: {columns}"
    ),
    "{columns} are several people of a row, or somebody else's: none is used; "
    '--map "{title}={field}" takes "{title}", with what belongs to it': Message(
        "{columns} are several people of a row, or somebody else's: none is used until you choose one"
    ),
    '"{title}" ({letter}) is masked ({value}): these values are never sent; export again with whole ones '
    '(a permission may be needed); --map "{title}=" leaves the column out': Message(
        '"{title}" is masked ({value}): these values are never sent; export again with whole ones '
        "(a permission may be needed)"
    ),
    "say which column is which with --map; the first row must hold the titles": Message(
        "choose below which column is which; the first row must hold the titles"
    ),
    "say which column is which with --map; if the first row is a person already, add --no-header": Message(
        "choose below which column is which; if the first row is a person already, say so in the step File"
    ),
    'if the first row has the titles, say which column is which, such as --map "{title}={field}"; '
    'if it is a person already: --no-header --map "Column {letter}={field}"': Message(
        'choose below which column is which, such as "{title}" for {field}; '
        "if the first row is a person already, say so in the step File"
    ),
    'say which column is which, such as --map "{title}=name"': Message(
        'choose below which column is which, such as "{title}" for name'
    ),
    'if they are your contacts all the same, say so: --map "{title}=name"': Message(
        'if they are your contacts all the same, choose the name for "{title}"'
    ),
    '"{title}" ({letter}) holds organizations, and no column people: each is sent as a contact of that name; '
    '--map "{title}={company}" makes it the company': Message(
        '"{title}" holds organizations, and no column people: each is sent as a contact of that name'
    ),
    '"{title}" ({letter}) names organizations, and no column a person: they would be sent without a name; '
    '--map "{title}=name" takes "{title}" as the name': Message(
        '"{title}" names organizations, and no column a person: they would be sent without a name'
    ),
    "no column is the name, and people would be sent without one; if two columns are its parts: "
    '--map "{first}=first_name" --map "{last}=last_name", or the other way round': Message(
        'no column is the name, and people would be sent without one: are "{first}" and "{last}" its parts?'
    ),
    'if they are people all the same, say so: --map "{title}=name"': Message(
        'if they are people all the same, choose the name for "{title}"'
    ),
    'no column is the name, and people would be sent without one; --map "{title}=name" takes "{title}" ({letter})': (
        Message('no column is the name, and people would be sent without one: is it "{title}"?')
    ),
    '{what}; --map "{title}=name" takes "{title}" ({letter}) as the name': Message('{what}: is the name in "{title}"?'),
    '--set "{field}={value}": {error}': Message("{error}"),
    '--set "{field}=": there is no value': Message("there is no value"),
    "write --set {field}=VALUE, or leave it out": Message("write a value, or leave it out"),
    "{option}: another --map gives {field} a column": Message("another column was given {field}"),
    '{option}: the column "{title}" has a --map already': Message('the column "{title}" was given a field already'),
    '--encoding: "{encoding}" is not an encoding': Message('"{encoding}" is not an encoding'),
    "--delimiter: {delimiter} is neither a single ASCII character nor a few signs": Message(
        "{delimiter} does not separate cells: a single character of ASCII does, or a few signs"
    ),
    "by --map": Message("chosen by you"),
    "option": Message("chosen by you"),
    "inferred": Message("known by its cells"),
    "extra": Message("kept as a custom attribute"),
    "dropped": Message("left out by you"),
}
