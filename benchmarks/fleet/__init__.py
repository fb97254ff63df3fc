"""Many stores in one mirror: what a pass over them takes, and what it costs."""
