"""Sending by several processes: workers on this machine, or those of an existing Dask cluster.

In: batches of due rows. Out: their outcomes. The ledger stays with the *driver*; *workers* hold no state.

A *lease* is the time for which a worker may send without hearing from the driver: a worker that only looks dead has
certainly stopped before another one searches for its rows.
"""
