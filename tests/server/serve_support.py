"""What tests of a really running ``reformgraph serve`` share."""

import http.client
import sys
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

JSON = "application/sparql-results+json"
REFORMGRAPH = [sys.executable, "-m", "reformgraph"]


def command(root: Path, port: int, *more: str) -> list[str]:
    return [*REFORMGRAPH, "serve", "--store", str(root), "--port", str(port), *more]


def workers(pid: int) -> list[int]:
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii")
    return [int(c) for c in children.split()]  # nothing else is started, no tracker of resources


def asked(query: str) -> str:
    return f"/sparql?query={quote(query, safe='')}"


def get(port: int, path: str, timeout: float = 30.0) -> tuple[int, dict[str, str], bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)
    try:
        connection.request("GET", path, headers={"Accept": JSON + ", */*;q=0.1"})
        response = connection.getresponse()
        found = {name.lower(): value for name, value in response.getheaders()}
        return response.status, found, response.read()
    finally:
        connection.close()


def until(true: Callable[[], object], seconds: float = 20.0) -> None:
    """Wait until something is so; a connection that breaks off (a worker was killed) is not yet."""

    def so() -> object:
        try:
            return true()
        except (OSError, http.client.HTTPException):
            return False

    deadline = time.monotonic() + seconds
    while not so():
        assert time.monotonic() < deadline, "it did not come about in time"
        time.sleep(0.05)


def descendants(pid: int) -> set[int]:
    found: set[int] = set()
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in task.read_text("ascii").split():
            found |= {int(child), *descendants(int(child))}
    return found
