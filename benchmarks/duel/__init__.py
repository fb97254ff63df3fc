"""Rows that the cursor rules of several tools lose, on the same stores in simulated time."""
