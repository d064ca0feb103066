"""Requests beside those of LiveDesk's client: downloads, notifications, and what all addresses have in common.

In: addresses that somebody gave. Out: the one spelling of each, answers in bounds, and errors whose words show no
secret of an address.

Words: an *opener* makes a request with the handlers it needs and no others. An *attempt* is a request that may be tried
again.
"""
