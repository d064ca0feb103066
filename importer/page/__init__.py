"""The report that people review: one page that works offline, made from the ledger."""
