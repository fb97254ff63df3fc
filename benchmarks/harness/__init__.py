"""Sampling, reports, servers and data that the benchmarks share."""
