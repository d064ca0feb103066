"""Turns due rows into outcomes: sends each at most once, at the pace that the server accepts.

In: ``Due`` rows from the ledger. Out: an ``Outcome`` for each, on disk before it is reported.

The *worker pool* runs one *delivery* a row. The *request policy* decides when a request leaves and whether to repeat
it; the *rate limiter* and the *circuit breaker* hold requests back. A *doubt* is a request that may be stored although
no answer proved it: a *lookup* searches for it, and until it can be told the row stands *aside*. *Evidence* is what
searches have proved about the server's answers; an *existing* contact is the row's own, an older one, or another's. The
*journal* notes what is to change of an *older* contact before its update leaves; a *lost* update is one in doubt. A
*proof* is a read that shows what an update's answer does not, and *clearing* knows which fields it has shown empty. A
*claim* is the row that keeps an older contact.

A *plan* says of each row what an import would do, by searches alone, and an import may settle each row *by* it. A
verification and an undo *read back* the contact of a row that an earlier run sent, in *two looks* where a search may
be late. An undo *restores* a contact that was there before, and *removes* one that the run created.
"""
