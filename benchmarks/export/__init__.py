"""The cost and speed of reading a whole catalogue, and of changing stock in bulk: ``python -m benchmarks.export``."""
