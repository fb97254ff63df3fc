"""Pytest fixtures that hand out a sandbox."""
