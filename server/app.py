"""The Flask application: one factory, no global state."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from flask import Flask, Response, g, request
from werkzeug.exceptions import NotFound as NoSuchPage

from reformgraph.errors import ReformGraphError
from reformgraph.server import carry, dates, encoding, errors, words
from reformgraph.server.ahead import NAME, Ahead, stamp
from reformgraph.server.compiled import Compiled
from reformgraph.server.fastpath import FastPath
from reformgraph.server.figures import Figures
from reformgraph.server.journal import Journal
from reformgraph.server.observe import ROUTE, Observed, memory
from reformgraph.server.pages import blueprints
from reformgraph.server.service import (
    PIN,
    Service,
    cache_figures,
    links,
    pinned,
    service,
    store,
)
from reformgraph.settings import Settings

YEAR = 31_536_000

# Nothing may run or load that we did not serve ourselves; no page holds a script or a style.
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cross-Origin-Opener-Policy": "same-origin",
}

NAVIGATION = (
    ("Lineage", "/lineage"),
    ("Institutions", "/institutions"),
    ("As at", "/as-at"),
    ("Matrix", "/matrix"),
    ("Practice", "/practice"),
    ("Questions", "/questions"),
    ("Browse", "/browse"),
    ("SPARQL", "/sparql"),
    ("About", "/about"),
)


def create_app(
    settings: Settings, journal: Journal | None = None, shared: Path | None = None
) -> Flask:
    """Return the application for ``settings``.

    No graph has to be there yet: addresses that need one answer 503 until the first build.
    ``journal``: the log, by default none. ``shared``: the folder in which the workers of one
    service put their figures for each other, and where they find pages made ahead.
    """
    journal = journal or Journal("off", 0)
    figures = Figures(shared)
    app = Flask("reformgraph.server", static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = settings.body_limit
    app.config["MAX_FORM_MEMORY_SIZE"] = settings.body_limit
    app.config["MAX_FORM_PARTS"] = 200
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    if shared:
        app.jinja_env.bytecode_cache = Compiled(shared)
    app.url_map.strict_slashes = False
    # Its redirects would carry the Host header of the request.
    app.url_map.merge_slashes = False
    service_ = app.extensions["reformgraph"] = Service(
        settings, journal, figures, Ahead(shared / NAME if shared else None, stamp(settings))
    )
    errors.register(app)
    for blueprint in blueprints():
        app.register_blueprint(blueprint)
    app.add_url_rule("/static/<path:name>", "asset", _asset)
    app.after_request(_protect)
    encoding.register(app)
    app.context_processor(_context)
    # Half of the cache for finished answers, half for finished responses. A rate limit counts all
    # that is computed, so then all of it goes by the one who counts.
    fast = FastPath(
        app.wsgi_app,
        service_,
        limit=settings.cache_bytes // 2,
        tiny=bool(settings.tiny_queries) and not settings.rate_limit,
    )
    app.wsgi_app = Observed(fast, figures, journal)  # type: ignore[method-assign]
    figures.sources += [lambda: cache_figures("responses", fast.kept), memory]
    app.extensions["reformgraph.fast"] = fast
    app.extensions["reformgraph.observed"] = app.wsgi_app
    app.jinja_env.globals.update(
        date_words=dates.in_words, class_words=words.class_words, spaced=words.spaced
    )
    return app


def _asset(name: str) -> Response:
    asset, for_ever = service().assets.find(name)
    if asset is None:
        raise NoSuchPage
    response = Response(asset.path.read_bytes(), content_type=asset.media_type)
    response.set_etag(asset.digest)
    response.headers["Cache-Control"] = (
        f"public, max-age={YEAR}, immutable" if for_ever else "public, no-cache"
    )
    response.make_conditional(request)
    return response


def _protect(response: Response) -> Response:
    if request.url_rule is not None:
        request.environ[ROUTE] = request.url_rule.rule
    for key, value in HEADERS.items():
        response.headers.setdefault(key, value)
    return response


def _context() -> dict[str, Any]:
    """Return what every template may use; works without a graph too, for error pages."""
    root = request.script_root
    try:
        generation, degraded = store().generation, store().degraded
        maker = links()
    except ReformGraphError:
        generation, degraded, maker = None, "", None
    return {
        "pinned": pinned(),
        "newest": _newest(),
        "unpinned": carry.without(PIN),
        "permanent": carry.permanent() if generation else "",
        "asset": lambda name: f"{root}/static/{service().assets.name(name)}",
        "generation": generation,
        "degraded": degraded,
        "links": maker,
        "root": root,
        "navigation": [(label, root + path) for label, path in NAVIGATION],
        "here": request.path,
        "here_path": root + request.path,
        "site_day": g.get("day"),
        "undated": carry.without(),
        "day_means": carry.meaning(),
        "kept_fields": carry.kept_fields(),
        "dateable": not request.path.startswith(carry.OWN_DAY),
        "alternates": g.get("formats", ()),
    }


def _newest() -> str:
    """Return the id of the current generation; a page pinned to an older one leads to it."""
    try:
        return service().stores.get().generation.id if pinned() else ""
    except ReformGraphError:
        return ""
