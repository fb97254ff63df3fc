"""General helpers, independent of the API."""
