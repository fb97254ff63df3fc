"""Use of the rate limit, waits, and the cost of the limiter."""
