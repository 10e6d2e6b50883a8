"""What pages with a picture share: its formats and the policy of its SVG."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from urllib.parse import urlencode

from flask import Response, request

from reformgraph.errors import NotFound
from reformgraph.server import respond
from reformgraph.server.formats import HTML, SVG, Format
from reformgraph.server.pages.offers import Offer
from reformgraph.server.pictures.lineage import style_source


def offers(here: str, forms: Sequence[Format]) -> list[Offer]:
    """Return the other formats of the page at ``here`` (without a suffix), as it was asked for."""
    query = [(k, v) for k, v in request.args.items(multi=True) if k != "format"]
    tail = f"?{urlencode(query)}" if query else ""
    return [
        Offer(form.name, f"{here}.{form.suffix}{tail}", form.media_type)
        for form in forms
        if form is not HTML
    ]


def svg(body: Callable[[], str], name: str) -> Response:
    """Answer with a picture that carries its own style; the policy names that text and no other.

    Raises NotFound where there is nothing to draw: an empty file is no picture.
    """

    def drawn() -> str:
        if made := body():
            return made
        raise NotFound("There is nothing to draw: nothing here has a place on the picture's axes.")

    response = respond.answer(drawn, SVG, name=name)
    response.headers["Content-Security-Policy"] = (
        f"default-src 'none'; style-src {style_source()}; frame-ancestors 'none'"
    )
    return response
