"""One test suite for every transport: each test runs on each HTTP library.

The server (`tests/transport/fault_server.py`) misbehaves as each test needs, and logs the requests that it receives.
`conftest.py` has the fixture `connect`, which makes a transport, and `requests.py` the requests and the handlers of the
server that most tests use.
"""
