"""Test support for users of the library: a pytest plugin with a sandbox."""
