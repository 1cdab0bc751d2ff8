"""A reverse proxy as nginx is one: it takes a prefix away from every path, and hands the rest on."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from tests.browser.chromium import free_port

HOP_BY_HOP = {"connection", "keep-alive", "transfer-encoding", "upgrade", "te", "trailer", "proxy-connection"}


@contextmanager
def serve_below(prefix: str, port: int) -> Iterator[tuple[str, list[str]]]:
    """The address of what listens on `port`, below a prefix such as "/pfviz", and the paths outside of it that were
    asked for."""
    outside: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def _forward(self) -> None:
            if not self.path.startswith(f"{prefix}/"):
                outside.append(self.path)
                self.send_error(404)
                return
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            headers = {name: value for name, value in self.headers.items() if name.lower() not in HOP_BY_HOP}
            upstream = HTTPConnection("127.0.0.1", port)
            try:
                upstream.request(self.command, self.path.removeprefix(prefix), body or None, headers)
                reply = upstream.getresponse()
                self.send_response_only(reply.status)
                for name, value in reply.getheaders():
                    if name.lower() not in HOP_BY_HOP:
                        self.send_header(name, value)
                self.send_header("connection", "close")
                self.end_headers()
                while part := reply.read1():  # events as they come
                    self.wfile.write(part)
                    self.wfile.flush()
            except OSError:  # one of both is gone
                pass
            finally:
                upstream.close()

        def do_GET(self) -> None:
            self._forward()

        def do_POST(self) -> None:
            self._forward()

        def log_message(self, *_: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True
        request_queue_size = 256

        def handle_error(self, *_: object) -> None:
            """A client that is gone is no news."""

    server = Server(("127.0.0.1", free_port()), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}{prefix}/", outside
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
