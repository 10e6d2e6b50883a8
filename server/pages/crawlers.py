"""What machines that walk the web are told: ``robots.txt`` and the sitemaps."""

from __future__ import annotations

from urllib.parse import quote
from xml.sax.saxutils import escape

from flask import Blueprint
from werkzeug.wrappers import Response

from reformgraph.errors import NotFound
from reformgraph.server import formats, respond, warming
from reformgraph.server.protocol.description import address
from reformgraph.server.service import store

blueprint = Blueprint("crawlers", __name__)

# Of sitemaps.org: so many addresses one file may hold.
MOST = 50_000
PAGES = tuple(path for path in warming.PAGES if not path.endswith(".json"))
# Views of the same things without end, and what costs a query: nothing there that pages lack.
_CLOSED = (
    *("/search", "/sparql", "/graph-store", "/linked", "/effects", "/why", "/reconcile", "/embed/"),
    *("/*?*date=", "/*?*generation=", "/*?*sort=", "/matrix/cell"),
)
_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
_SPACE = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'


@blueprint.get("/robots.txt")
def robots() -> Response:
    """Tell crawlers what to leave alone, and where the sitemap is (RFC 9309)."""
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in _CLOSED), "Allow: /", ""]
    text = "\n".join([*lines, f"Sitemap: {address('/sitemap.xml')}", ""])
    return respond.answer(lambda: text, formats.TEXT, variant=address(""))


@blueprint.get("/sitemap.xml")
def index() -> Response:
    """List the sitemaps of this generation (sitemaps.org)."""
    day = store().generation.created[:10]

    def body() -> str:
        parts = "".join(
            f"<sitemap><loc>{escape(address(f'/sitemap/{n}.xml'))}</loc><lastmod>{day}</lastmod></sitemap>\n"
            for n in range(1, _parts() + 1)
        )
        return f"{_HEAD}<sitemapindex {_SPACE}>\n{parts}</sitemapindex>\n"

    return respond.answer(body, formats.XML, variant=address(""))


@blueprint.get("/sitemap/<int:number>.xml")
def sitemap(number: int) -> Response:
    """List the pages of one part of the graph, at most 50,000."""
    if not 1 <= number <= _parts():
        raise NotFound(f"There are {_parts()} sitemaps.")
    day = store().generation.created[:10]

    def body() -> str:
        chosen = _paths()[(number - 1) * MOST : number * MOST]
        urls = "".join(
            f"<url><loc>{escape(address(path))}</loc><lastmod>{day}</lastmod></url>\n"
            for path in chosen
        )
        return f"{_HEAD}<urlset {_SPACE}>\n{urls}</urlset>\n"

    return respond.answer(body, formats.XML, variant=address(""))


def _paths() -> list[str]:
    return [*PAGES, *(f"/page/{quote(each.slug, safe='')}" for each in store().named())]


def _parts() -> int:
    return -(-len(_paths()) // MOST)
