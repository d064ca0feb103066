"""report.html: one file that works offline, in English and Chinese.

In: a run's summary and rows. Out: the page, with its style, its script and the rows as data inside.
"""
