"""Columns become fields: what every column of a file is.

In: titles, some first rows, and the user's options. Out: a ``ColumnMapping``.

An *alias* is a title that means a field; a *candidate* is one column for one field, of which the best *rank* (the
lowest) wins; an *override* is what the user says with ``--map``; a *product* is a program whose export is recognized.
"""
