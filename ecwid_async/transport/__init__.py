"""What sends requests, and the policies around it."""
