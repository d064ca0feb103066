"""Looking back: the runs of a ledger, and what changed between two."""
