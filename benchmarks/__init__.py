"""How fast the client is, in ratios of CPU time to what one would write without it."""
