"""A server that receives webhooks in a thread, for commands that run in this process or another one."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Receiver:
    """What was received, newest last. `status` is the status of the next responses."""

    def __init__(self) -> None:
        self.status = 200
        self.paths: list[str] = []
        self.signatures: list[str | None] = []
        self.bodies: list[dict[str, Any]] = []
        self.received = threading.Event()
        self.url = ""


@contextmanager
def running() -> Iterator[Receiver]:
    """A receiver on a free port of this machine."""
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            receiver.paths.append(self.path)
            receiver.signatures.append(self.headers.get("X-Ecwid-Webhook-Signature"))
            receiver.bodies.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(receiver.status)
            self.send_header("Content-Length", "0")
            self.end_headers()
            receiver.received.set()

        def log_request(self, code: object = "-", size: object = "-") -> None:
            pass  # the default writes to stderr

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        receiver.url = f"http://127.0.0.1:{server.server_port}/webhooks"
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield receiver
        finally:
            server.shutdown()
            thread.join()
