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

A row in doubt. An answer counts only if it shows the row's keys and an id that nobody else has
(``livedesk/identity.py``, ``evidence.py``), nor anybody from before the run where ids rise (``rising_ids.py``). Any
other answer, and none, is a doubt: a search looks for the row at once (``lookup.py``). If nobody has it, the row steps
aside (``doubts.py``), since a proxy may have given up on a request that is stored seconds later. After ``--settle`` a
second search decides whether it is sent again, and the end of the run looks once more for two of it. What a search
finds is the row's own only if it was created while the row's request could be stored; the ledger keeps that window over
runs. Else it is an older contact (``existing.py``), and stays as it is unless the run updates. A search may also speak
against an answer of an earlier run (``wrong_ids.py``): its row is in doubt from then on, in the ledger, and in this run
if it has the row. Whom an earlier run may still change or remove (``earlier_requests.py``), an undo above all, decides
nothing until ``--settle`` has passed since it ended. If somebody edits a row that is in doubt, ``edited_rows.py`` knows
the contact that its old data has become.

A contact that was there before. In an import ``older.py`` is the one place that changes one. What differs, and may be
replaced (``livedesk/payload.py``), goes in one update, read just before; what stood there is on disk first, in the
ledger's table ``changes``. A change that certainly did not happen is taken out again with the row's outcome; of one in
doubt it stays. The workers of a cluster cannot write: a row of theirs steps aside with what it intends, and comes back
once the driver has noted it. An update whose answer proves nothing is a doubt too (``lost_updates.py``): the contact is
read, and what it lacks is sent only when ``--settle`` has passed. A refusal is no proof either: what a read shows
decides (``refused_updates.py``), and no update is repeated without one. What an answer does not show, and what
``--clear`` empties, is read back the first time (``proof.py``). Rows of one file that are one contact on the server
cannot know of each other: the first that finds it keeps it (``claims.py``), over a kill too, on a cluster by the
driver's word; one that may change nobody is looked at again after it. A row whose value another contact has waits where
a further row of the file may be about to change that contact (``handovers.py``); so does one that an undo restores.

What a server can do. Some of what saves requests is not documented: attributes in a create, updates that merge, an
exact look-up of many. ``livedesk/capabilities.py`` is the table of it. One row asks, a search reads back what came of
it, and only that proof counts (``attributes.py``, ``updates.py``); each later answer is still held against its own row.
Findings are kept in the ledger for a week (``findings.py``); a yes about what is stored is proved once more in each
session, and if an update of a part takes the rest away, the rest is sent at once. Where nothing is proved, or an answer
contradicts, everything goes by the documented calls.
"""
