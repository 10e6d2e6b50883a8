"""The text alternative of a picture, for the page around it."""

from __future__ import annotations

import re

from markupsafe import Markup

_DESCRIPTION = re.compile(r"<desc[^>]*>(.*?)</desc>", re.DOTALL)


def described(svg: str) -> Markup:
    """Return what the ``<desc>`` of a picture of ours says; "" without one. It is escaped already."""
    found = _DESCRIPTION.search(svg)
    return Markup(found[1] if found else "")  # noqa: S704 - the renderer escaped it
