"""What all web frameworks share: problems, deadlines, health checks and the life of a service."""
