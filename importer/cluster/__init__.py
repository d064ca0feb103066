"""Sending by several processes: the driver owns the ledger and gives out batches, workers of Dask send them."""
