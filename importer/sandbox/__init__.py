"""A LiveDesk look-alike for rehearsals and tests, with faults on demand.

In: HTTP requests of any client. Out: the answers of the documented API, or one of the *faults* that were asked for.
The sandbox's *own paths* show all that is stored, and do what somebody else does to a contact meanwhile.
"""
