"""Columns become fields: decide what every column of a file is.

In: titles, the first rows, and the user's options. Out: a ``ColumnMapping``.

An *alias* is a title that means a field; a *candidate* is one column for one field, and the lowest *rank* wins; an
*override* is the user's ``--map``; a *product* is a program whose export we recognize.
"""
