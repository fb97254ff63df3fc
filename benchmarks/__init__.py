"""Benchmarks of the client: CPU time relative to the same work without it, and use of the rate limit."""
