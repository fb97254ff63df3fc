"""For the tests of whoever uses the library: a pytest plugin."""
