"""How fast the importer is, and how that compares: ``python -m benchmarks``, from a checkout."""
