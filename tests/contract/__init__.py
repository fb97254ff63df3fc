"""One test suite for every transport: each test runs on each HTTP library.

The server on the other end (`tests/transport/fault_server.py`) misbehaves as the test says and logs what reached it.
`conftest.py` has the fixture `connect`, which makes a transport, and `requests.py` the requests and server behaviours
that most tests use.
"""
