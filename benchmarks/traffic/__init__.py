"""Use of the rate limit, waits for it, and the cost of the limiter: ``python -m benchmarks.traffic``."""
