"""Code that the transports of all HTTP libraries share."""
