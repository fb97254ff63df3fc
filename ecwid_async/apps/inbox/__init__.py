"""Where accepted events are kept until they are handled."""
