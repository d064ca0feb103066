"""The steps before the check: files, columns, options. ``routes`` has their addresses.

In: a request about a draft. Out: the step's page, or JSON for its script. A *look* is what is known of a file by
opening it; a *preview* is a table of it with the fields of its columns. What a column is, and whether a value is valid,
the library says; here are the words, and what a page keeps in the draft.
"""
