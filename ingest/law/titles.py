"""Titles as legislation.gov.uk gives them, and what they say beside the title."""

from __future__ import annotations

import re

_REPEALED = re.compile(
    r"\s*[(\[](?:repealed|revoked|expired|spent|superseded|diddymwyd|dirymwyd)[^()\[\]]*[)\]]\s*$",
    re.IGNORECASE,
)


def plain(title: str) -> tuple[str, bool]:
    """Take the site's "(repealed)" off a title; say whether it was there. White space is collapsed."""
    text = " ".join(title.split())
    short = _REPEALED.sub("", text)
    return short, short != text
