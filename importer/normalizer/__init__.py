"""Cells become contacts, or errors that say why a row cannot be sent. Pure: no file, no clock, no network.

In: batches of ``Row`` and a ``ColumnMapping``. Out: for every row a contact or errors, and remarks on either.

A *reading* is what one cell says: a value, nothing, or an error. A *repair* is a change of form that keeps the meaning
(spaces trimmed, a phone number in E.164). The *column profile* counts both, column by column, with examples.

``batch`` makes contacts of what ``column_reader`` reads: cell by cell ``cells``, and ``typed_values`` where an
attribute has a type. ``not_people`` tells rows that are nobody, by their form and by what ``row_words`` finds in them.
"""
