"""What the transports of all HTTP libraries share."""
