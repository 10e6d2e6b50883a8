"""Serving an application by uvicorn in a thread, and a connection that reads whole answers."""

import contextlib
import json
import socket
import threading
import time
from collections.abc import Iterator
from typing import Any, Self

import uvicorn
from flask import Flask
from tests_support import free_port

from reformgraph.server.front.bridge import Bridge
from reformgraph.server.serve import HTTP


@contextlib.contextmanager
def served(app: Flask, **more: Any) -> Iterator[tuple[int, Bridge]]:
    """Serve ``app`` by uvicorn in a thread; gives its port and what stands between."""
    bridge = Bridge(
        app.extensions["reformgraph.observed"], threads=2, body_limit=1 << 20, known_bytes=200_000
    )
    config = uvicorn.Config(bridge, port=free_port(), **{**HTTP, **more})
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield config.port, bridge
    server.should_exit = True
    thread.join(10)


class Line:
    """One connection; reads whole answers."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=20)
        self.left = b""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()

    def send(self, data: bytes) -> None:
        self.socket.sendall(data)

    def answer(self, *, head: bool = False) -> tuple[int, dict[str, str], bytes]:
        while b"\r\n\r\n" not in self.left:
            self._more()
        top, _, self.left = self.left.partition(b"\r\n\r\n")
        first, *lines = top.decode("latin-1").split("\r\n")
        headers = dict(line.split(": ", 1) for line in lines)
        fields = {name.lower(): value for name, value in headers.items()}
        length = 0 if head else int(fields["content-length"])
        while len(self.left) < length:
            self._more()
        body, self.left = self.left[:length], self.left[length:]
        return int(first.split()[1]), fields, body

    def closed(self) -> bool:
        return self.socket.recv(1) == b""

    def _more(self) -> None:
        piece = self.socket.recv(1 << 16)
        assert piece, "the server hung up"
        self.left += piece


def get(target: str, *lines: str, version: str = "1.1") -> bytes:
    return "\r\n".join([f"GET {target} HTTP/{version}", "Host: x.example", *lines, "", ""]).encode()


def refused(line: Line) -> tuple[int, str]:
    status, headers, body = line.answer()
    assert headers["content-type"] == "application/problem+json"
    told = json.loads(body)
    assert told["status"] == status and told["detail"]
    assert line.closed()
    return status, told["type"].rpartition("/")[2]
