"""Pages that everybody opens, made before anybody asks: after a start and after each switch.

What a page shows depends on its generation alone, so it is made once and kept (``Service.answer``).
The first reader of a generation would wait for what many queries gather; a thread of low zeal goes
ahead of them. It rests for as much processor time as it took, so that it never takes more than half a
core, and does not wait where others have the machine.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from urllib.parse import quote, urlsplit

from flask import Flask

from reformgraph.errors import ReformGraphError
from reformgraph.queries import catalogue
from reformgraph.server.observe import OWN
from reformgraph.server.reading import graph
from reformgraph.server.service import Service

DELAY, EVERY = 4.0, 5.0
"""Seconds before the first page, and between looks for a new generation."""
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


def start(app: Flask, service: Service) -> threading.Thread:
    """Start the thread that warms ``app``; it ends with the process."""
    thread = threading.Thread(target=_run, args=(app, service), name="warming", daemon=True)
    thread.start()
    return thread


def _run(app: Flask, service: Service) -> None:
    time.sleep(DELAY)
    warmed = ""
    while True:
        with suppress(ReformGraphError):
            generation = service.stores.get().generation.id
            if generation != warmed:
                warm(app, service)
                warmed = generation
        time.sleep(EVERY)


def warm(app: Flask, service: Service) -> int:
    """Make the pages of the current generation; returns how many. Raises ReformGraphError."""
    generation = service.stores.get().generation.id
    base = service.settings.public_url or f"http://{service.settings.host}:{service.settings.port}"
    parts = urlsplit(base)
    client = app.test_client()
    made = 0
    _prepare(app, service)
    for path in _paths(service):
        if service.stores.get().generation.id != generation:
            break  # a new one has come: its pages are wanted
        begun = time.thread_time()
        client.get(
            path,
            headers=_HEADERS,
            base_url=f"{parts.scheme}://{parts.netloc}",
            follow_redirects=path == "/as-at",
            environ_overrides={OWN: True},
        ).close()
        made += 1
        time.sleep(time.thread_time() - begun)
    return made


def _prepare(app: Flask, service: Service) -> None:
    """Compile every template and read the words of the search index: all pages need them."""
    for name in app.jinja_env.list_templates():
        app.jinja_env.get_template(name)
        time.sleep(0.01)
    service.stores.get().search("a", limit=1)


def _paths(service: Service) -> Iterator[str]:
    yield from PAGES
    for slug in graph.focal_items(service.stores.get()):
        yield from (each.format(quote(slug, safe="")) for each in _OF_STORIES)
    for name in catalogue.load():
        yield f"/questions/{name}"
