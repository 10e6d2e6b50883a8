"""Who asks how much: the client's address, the rate limit, and answers that tell when to come back."""

from pathlib import Path
from urllib.parse import urlencode

import pytest
from werkzeug.test import EnvironBuilder, run_wsgi_app

from reformgraph.errors import ConfigError
from reformgraph.server.app import create_app
from reformgraph.server.protocol.clients import client_of, limiter
from reformgraph.settings import Settings, load


def test_only_the_proxys_own_word_counts() -> None:
    environ = {"REMOTE_ADDR": "10.0.0.1", "HTTP_X_FORWARDED_FOR": "made-up, 192.0.2.9"}
    assert client_of(environ) == "10.0.0.1"
    assert client_of(environ, "X-Forwarded-For") == "192.0.2.9"
    assert client_of({"REMOTE_ADDR": "10.0.0.1"}, "X-Forwarded-For") == "10.0.0.1"


def test_over_the_rate(story_root: Path) -> None:
    app = create_app(Settings(store=str(story_root), rate_limit="2/hour"))

    def ask(query: str, client: str) -> tuple[int, str]:
        environ = EnvironBuilder(path="/sparql", query_string=urlencode({"query": query}))
        base = {**environ.get_environ(), "REMOTE_ADDR": client}
        _, status, headers = run_wsgi_app(app.wsgi_app, base, buffered=True)
        return int(status[:3]), headers.get("Retry-After", "")

    for number in range(2):
        assert ask(f"SELECT ?o {{ <x:{number}> ?p ?o }}", "192.0.2.1") == (200, "")
    status, later = ask("SELECT ?o { <x:2> ?p ?o }", "192.0.2.1")
    assert status == 429
    assert 0 < int(later) <= 3_600
    # What is known costs nothing, and others are not concerned.
    assert ask("SELECT ?o { <x:0> ?p ?o }", "192.0.2.1")[0] == 200
    assert ask("SELECT ?o { <x:3> ?p ?o }", "192.0.2.2")[0] == 200
    assert app.test_client().get("/health").status_code == 200
    app.extensions["reformgraph"].close()


def test_a_rate_that_is_none() -> None:
    assert limiter("") is None
    for rate in ("many", "0/minute", "5/fortnight"):
        with pytest.raises(ConfigError):
            load({"rate_limit": rate}, environ={})
    assert load({"rate_limit": "60/minute"}, environ={}).rate_limit == "60/minute"
