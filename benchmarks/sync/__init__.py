"""The cost of keeping a database in step with a store: ``python -m benchmarks.sync``."""
