"""Async client for the Ecwid REST API."""
