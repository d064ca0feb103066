"""A LiveDesk look-alike for rehearsals and tests, with faults on demand.

In: HTTP requests of any client. Out: the answers of the documented API, or one of the *faults* that were asked for.
"""
