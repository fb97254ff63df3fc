"""The cost and speed of reading a whole catalogue and of stock updates in bulk."""
