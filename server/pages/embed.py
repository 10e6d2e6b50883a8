"""Pictures for the pages of others: framed, and found by oEmbed."""

from __future__ import annotations

import json
from collections.abc import Callable
from html import escape
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit
from xml.etree import ElementTree

from flask import Blueprint, render_template, request
from markupsafe import Markup
from werkzeug.wrappers import Response

from reformgraph.errors import NotFound, UsageError
from reformgraph.server import carry, parameters, respond
from reformgraph.server.formats import HTML, JSON, XML
from reformgraph.server.pages import institutions, lineage
from reformgraph.server.pictures.lineage import style_source
from reformgraph.server.protocol.description import address
from reformgraph.server.reading import graph
from reformgraph.server.reading.refs import refs
from reformgraph.server.service import links, store

blueprint = Blueprint("embed", __name__)

WIDTH, HEIGHT = 1000, 640
"""Pixels that a frame has unless less is asked for."""
SMALLEST = 200


@blueprint.get("/embed/lineage/<path:name>")
def lineage_picture(name: str) -> Response:
    """Give the lineage picture alone, to be framed; takes what ``/lineage/{slug}`` takes."""
    slug = graph.slug_of(store(), store().resolve(name))
    if not slug:
        raise NotFound(f"“{name[:80]}” is nothing that has a lineage.")
    return _framed(lambda: lineage.page(f"{slug}.svg"), slug, _rest(links().lineage(slug)))


@blueprint.get("/embed/institutions")
def institutions_picture() -> Response:
    """Give the picture of institutions alone, to be framed; takes what ``/institutions`` takes."""
    here = f"{request.script_root}/institutions"
    return _framed(lambda: institutions.page("svg"), "", _rest(here))


def _rest(path: str) -> str:
    query = request.query_string.decode("ascii", "ignore")
    return f"{path}?{query}" if query else path


def _framed(picture: Callable[[], Response], slug: str, whole: str) -> Response:
    carry.day()  # nonsense is refused before anything is made

    def body() -> str:
        made = picture()
        text = made.get_data(as_text=True)
        # What the renderer made for a document of its own, put into one of ours.
        svg = text[text.index("<svg") :]
        named = refs(store(), links(), [store().resolve(slug)]) if slug else {}
        label = next((ref.label for ref in named.values()), "Institutions and what became of them")
        return render_template("embed.html", picture=Markup(svg), label=label, whole=whole)  # noqa: S704 - escaped by the renderer

    response = respond.answer(body, HTML)
    # The one page that others may frame; it has no form and its links open outside of the frame.
    response.headers["Content-Security-Policy"] = (
        f"default-src 'none'; style-src 'self' {style_source()}; base-uri 'none'; "
        "form-action 'none'; frame-ancestors *"
    )
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


@blueprint.get("/oembed")
def oembed() -> Response:
    """Tell how to embed one of our pages (oEmbed 1.0): ``url``, ``format``, ``maxwidth``, ``maxheight``."""
    form = parameters.choice("format", "json", ("json", "xml"))
    width = parameters.whole("maxwidth", WIDTH, low=SMALLEST, high=10_000)
    height = parameters.whole("maxheight", HEIGHT, low=SMALLEST, high=10_000)
    url = parameters.text("url", longest=2_000)
    if not url:
        raise UsageError("url is missing: the address of a page of this service")
    path, title = _target(url)
    width, height = min(width, WIDTH), min(height, HEIGHT)
    frame = (
        f'<iframe src="{escape(address(path))}" width="{width}" height="{height}" '
        f'title="{escape(title)}" loading="lazy"></iframe>'
    )
    told: dict[str, str | int] = {
        "version": "1.0",
        "type": "rich",
        "title": title,
        "provider_name": "reformgraph",
        "provider_url": address("/"),
        "cache_age": 86_400,
        "width": width,
        "height": height,
        "html": frame,
    }
    if form == "xml":
        return respond.answer(lambda: _xml(told), XML, variant=address(""))
    return respond.answer(
        lambda: json.dumps(told, ensure_ascii=False, indent=1) + "\n", JSON, variant=address("")
    )


def _target(url: str) -> tuple[str, str]:
    """Return the path to be framed for a page of ours, and its title. Raises NotFound."""
    try:
        parts, ours = urlsplit(url), urlsplit(address("/"))
    except ValueError:
        raise NotFound("url is no address.") from None
    root = ours.path.rstrip("/")
    if parts.netloc != ours.netloc or not parts.path.startswith(root):
        raise NotFound("That address is not one of this service.")
    path = parts.path[len(root) :]
    query = urlencode(parse_qsl(parts.query, keep_blank_values=True))
    tail = f"?{query}" if query else ""
    if path == "/institutions":
        return f"/embed/institutions{tail}", "Institutions and what became of them"
    kind, _, name = path.lstrip("/").partition("/")
    if kind in ("page", "lineage", "story") and name and "/" not in name:
        iri = store().resolve(unquote(name))
        slug = graph.slug_of(store(), iri)
        ref = refs(store(), links(), [iri]).get(iri)
        if slug and ref:
            shown = links().lineage(slug).removeprefix(request.script_root)
            return f"/embed{shown}{tail if kind == 'lineage' else ''}", f"{ref.label}: lineage"
    raise NotFound("That page has no picture to embed.")


def _xml(told: dict[str, str | int]) -> bytes:
    root = ElementTree.Element("oembed")
    for name, value in told.items():
        ElementTree.SubElement(root, name).text = str(value)
    made: bytes = ElementTree.tostring(root, encoding="UTF-8", xml_declaration=True)
    return made
