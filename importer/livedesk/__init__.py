"""Everything that is LiveDesk's, and nothing else: no other room knows a path, a body or a status code of the API.

In: a ``Contact`` to create, change or find. Out: a ``Reply``, and the ``Decision`` on what it means.

The face of the room, which is all that ``sender`` knows of a desk:

    client.connect(access)          a ``Client``: ``create``, ``update``, ``search``, ``first_page`` give a ``Reply``
    retry.decide(reply)             an ``Action`` (done, busy, retry, doubt, refused, ...) with error_code and cause;
                                    ``may_conflict``, ``is_about``, ``message``, ``refused_fields`` say more
    retry.retrying(patience, ...)   a policy: when to try again, and when to stop
    search.search(ask, ...)         who holds a value, over all pages
    identity.echo_of(sent, shown)   whether what the server shows is the contact that was sent
    payload.changes_of(one, other)  what of a contact the server does not hold
    responses.is_foreign(reply)     whether another service answered
    contact                         ``Contact``, ``CREATE_FIELDS``, ``KEY_FIELDS``, attributes: the words of all rooms

A *key* is a field whose values the server keeps unique. A *reply* is an answer, or the reason why there is none. A
*doubt* is a request that the server may have carried out. ``api`` holds what the sandbox uses too. Supporting another
desk means writing another such room.
"""
