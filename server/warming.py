"""Pages that everybody opens, made before anybody asks: after a start and after each switch.

What a page shows depends on its generation alone, so it is made once and kept (``Service.answer``).
The first reader of a generation would wait for what many queries gather; a process of low zeal goes
ahead of them (``python -m reformgraph.server.warming FILE PARENT``), writes what it made to a file
that the workers read (``ahead``), and ends. ``foreman`` starts it.
"""

from __future__ import annotations

import logging
import os
import resource
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

from reformgraph.errors import ReformGraphError
from reformgraph.queries import catalogue
from reformgraph.server import ahead, handed
from reformgraph.server.compiled import Compiled
from reformgraph.server.journal import Journal, gather
from reformgraph.server.observe import OWN
from reformgraph.server.reading import graph
from reformgraph.store.processes.worker import begin

if TYPE_CHECKING:
    from flask import Flask

    from reformgraph.server.service import Service

NICE = 19
LIMIT, NET = 60.0, 120
"""Seconds of processor time after which no further page is begun, and after which a page that does
not come to an end, ends it all: on a large graph some take half a minute."""
KEEP = 10.0
"""Seconds of processor time after which what is there is written for the workers."""
REST = 0.5
"""Seconds of rest for each second of work: where niceness means nothing, others get their turn."""
PAGES = (
    *(
        "/",
        "/institutions",
        "/as-at",
        "/changes",
        "/matrix",
        "/frames",
        "/practice",
        "/questions",
        "/browse",
    ),
    *("/sources", "/quality", "/dataset", "/ontology", "/api", "/about", "/sparql/editor.json"),
)
_OF_STORIES = ("/lineage/{}", "/lineage/{}?direction=descendants", "/story/{}", "/page/{}")
# What the browsers of today ask; the packed copy is kept too.
_HEADERS = {"Accept": "text/html", "Accept-Encoding": "gzip, deflate, br, zstd"}


def main(arguments: Sequence[str]) -> int:
    """Make the pages and write them to a file; returns the exit code.

    ``arguments``: the file, and the process that wants them, without which nobody reads them.
    """
    from reformgraph.server.app import create_app

    path, parent = Path(arguments[0]), int(arguments[1])
    os.nice(NICE)
    chosen = handed.handed()
    journal = Journal(chosen.log, chosen.log_bytes, handed.shared())
    gather(journal)
    try:
        app = create_app(chosen, journal)
        compile_templates(app, path.parent)
        service: Service = app.extensions["reformgraph"]

        def keep() -> None:
            ahead.write(path, ahead.stamp(chosen), service.finished())

        if make(app, service, wanted=lambda: os.getppid() == parent, keep=keep):
            keep()
        service.close()
    except (ReformGraphError, OSError) as error:
        logging.getLogger(__name__).warning("pages could not be made ahead: %s", error)
        return 1
    finally:
        journal.close()
    return 0


def compile_templates(app: Flask, folder: Path) -> None:
    """Compile every template and leave it in ``folder``, where the workers look for it."""
    app.jinja_env.bytecode_cache = Compiled(folder)
    for name in app.jinja_env.list_templates():
        app.jinja_env.get_template(name)


def make(
    app: Flask,
    service: Service,
    *,
    wanted: Callable[[], bool] = lambda: True,
    keep: Callable[[], None] = lambda: None,
) -> int:
    """Make the pages of the current generation; returns how many, 0 when they are not ``wanted``
    any more or a new generation has come. ``keep`` is called now and then. Raises ReformGraphError.
    """
    generation = service.stores.get().generation.id
    base = service.settings.public_url or f"http://{service.settings.host}:{service.settings.port}"
    parts = urlsplit(base)
    client = app.test_client()
    made, start = 0, time.process_time()
    kept = start
    for path in _paths(service):
        if service.stores.get().generation.id != generation or not wanted():
            return 0
        begun = time.process_time()
        if begun - start > LIMIT:
            break
        client.get(
            path,
            headers=_HEADERS,
            base_url=f"{parts.scheme}://{parts.netloc}",
            follow_redirects=path == "/as-at",
            environ_overrides={OWN: True},
        ).close()
        made += 1
        now = time.process_time()
        if now - kept > KEEP:
            keep()
            kept = now
        time.sleep(REST * (now - begun))
    return made


def _paths(service: Service) -> Iterator[str]:
    yield from PAGES
    for slug in graph.focal_items(service.stores.get()):
        yield from (each.format(quote(slug, safe="")) for each in _OF_STORIES)
    for name in catalogue.load():
        yield f"/questions/{name}"


if __name__ == "__main__":
    # It ends with the process that wants the pages, also in the middle of one.
    begin(int(sys.argv[2]))
    resource.setrlimit(resource.RLIMIT_CPU, (NET, NET))
    raise SystemExit(main(sys.argv[1:]))
