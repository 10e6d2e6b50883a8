"""Made-up queries and requests never break ``/sparql``: its own limits are the only 5xx.

``make soak`` tries fifty times as many.
"""

import os
from urllib.parse import quote

from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

TIMES = 50 if os.environ.get("SOAK") else 1
STATED = {503, 504}
"""What a query may get that is over a limit: memory, result, places; time."""
WORDS = (
    *("SELECT", "ASK", "CONSTRUCT", "DESCRIBE", "WHERE", "{", "}", "(", ")", "[", "]", "<<", ">>"),
    *("?s", "?p", "?o", "$x", "*", ".", ";", ",", "a", "rdfs:label", "rg:drawsOn", "rg:drawsOn+"),
    *("<urn:x>", "<relative>", "_:b", '"text"', '"text"@en', "'''long'''", "1", "1.5e3", "true"),
    *("FILTER", "OPTIONAL", "UNION", "MINUS", "BIND", "AS", "VALUES", "GRAPH", "SERVICE", "FROM"),
    *(
        "NAMED",
        "LIMIT",
        "OFFSET",
        "ORDER BY",
        "GROUP BY",
        "HAVING",
        "COUNT(*)",
        "CONTAINS",
        "NOW()",
    ),
    *("LCASE(STR(?o))", "PREFIX", "x:", "BASE", "#", "\n", "/", "|", "^", "!", "=", "<", "INSERT"),
    *("\\u0053", "\ud7ff", "\x00", "é", "😀", "%"),
)

_queries = some.one_of(
    some.lists(some.sampled_from(WORDS), max_size=25).map(" ".join),
    some.lists(some.sampled_from(WORDS), max_size=8).map(
        lambda words: f"SELECT * {{ ?s ?p ?o {' '.join(words)} }} LIMIT 5"
    ),
    some.text(max_size=60),
)


def _settings(examples: int) -> settings:
    return settings(
        max_examples=examples * TIMES,
        database=None,
        suppress_health_check=list(HealthCheck),
    )


def _fine(status: int, media_type: str) -> bool:
    if status in STATED or 400 <= status < 500:
        return media_type == "application/problem+json"
    return status in (200, 204, 304)


@given(
    query=_queries, form=some.sampled_from(["", "json", "csv", "ttl", "xml", "html", "nonsense"])
)
@_settings(20)
def test_made_up_queries(client: FlaskClient, query: str, form: str) -> None:
    address = f"/sparql?query={quote(query.encode('utf-8', 'surrogatepass'), safe='')}&timeout=0.5"
    answer = client.get(address + (f"&format={form}" if form else ""))
    people = form == "html" and answer.status_code < 500 and answer.mimetype == "text/html"
    assert people or _fine(answer.status_code, answer.mimetype), (answer.status_code, query)
    answer.close()


@given(
    method=some.sampled_from(["GET", "POST", "HEAD", "OPTIONS", "PUT", "DELETE", "PATCH"]),
    raw=some.binary(max_size=60),
    body=some.binary(max_size=200),
    kind=some.one_of(
        some.sampled_from(
            ["application/sparql-query", "application/x-www-form-urlencoded", "text/turtle", ""]
        ),
        some.text(some.characters(min_codepoint=32, max_codepoint=126), max_size=30),
    ),
    accept=some.text(some.characters(min_codepoint=32, max_codepoint=126), max_size=60),
    tags=some.text(some.characters(min_codepoint=32, max_codepoint=126), max_size=40),
)
@_settings(20)
def test_made_up_requests(
    client: FlaskClient, method: str, raw: bytes, body: bytes, kind: str, accept: str, tags: str
) -> None:
    answer = client.open(
        "/sparql?" + quote(raw, safe="=&%+;/?:@"),
        method=method,
        data=body,
        headers={"Content-Type": kind, "Accept": accept, "If-None-Match": tags, "Range": tags},
    )
    head = method == "HEAD"
    told = answer.mimetype if not head else "application/problem+json"
    html = "html" in accept and answer.mimetype in ("text/html", "application/xhtml+xml")
    assert html or _fine(answer.status_code, told), (answer.status_code, answer.mimetype)
    answer.close()
