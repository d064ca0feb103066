"""Columns become fields: decide what every column of a file is.

In: titles, the first rows, and the user's options. Out: a ``ColumnMapping``.

Evidence has points. An *alias* is a title that means a field, by its *rank* (the lowest is the best); any other title
has a *reading*, word by word: a *thing* and whose it is, of which ``vocabulary`` has the words. A *shape* is what the
cells of a column look like, and *neighbours* are columns that change what another means. ``decision`` weighs them over
the whole table, and ``assignment`` lines up the columns of a field; ``second_values`` says which of them are the same
person's, and ``doubts`` what the user hears of the others. ``no_people`` refuses a table that surely holds none;
``table_warnings`` and ``missing_names`` tell of one that may hold none, or nobody's name. An *override* is the user's
``--map``; a *product* is a program whose export we recognize.
"""
