"""Settings: who wins, and what is refused by name."""

from pathlib import Path

import pytest

from reformgraph.errors import ConfigError
from reformgraph.settings import Settings, load


def test_flags_win_over_environment_over_file_over_defaults(tmp_path: Path) -> None:
    config = tmp_path / "reformgraph.toml"
    config.write_text("port = 1\nhost = 'file'\nworkers = 7\n", encoding="utf-8")
    environ = {"REFORMGRAPH_PORT": "2", "REFORMGRAPH_HOST": "variable", "OTHER": "x"}
    found = load({"port": 3, "host": None}, environ=environ, config=config)
    assert (found.port, found.host, found.workers, found.threads) == (3, "variable", 7, 8)
    assert [found.origin(k) for k in ("port", "host", "workers", "threads")] == [
        "--port",
        "REFORMGRAPH_HOST",
        str(config),
        "default",
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("prot = 1", "unknown setting 'prot', did you mean 'port'?"),
        ("port = 'x'", "port is 'x', expected a whole number"),
        ("port = true", "port is True, expected a whole number"),
        ("store = true", "store is True, expected text"),
        ("port = 70000", "expected a port between 1 and 65535"),
        ("base = 'ftp://x/'", "expected an http(s) address"),
        ("base = 'http://x'", "expected an address that ends in / or #"),
        ("query_timeout = 0", "expected seconds above 0"),
        ("query_memory = 1000", "at least 400000000 bytes"),
        ("workers = 0", "expected a whole number above 0"),
        ("contact = 'nobody'", "expected an e-mail address or the address of a web page"),
        ('contact = "a@b.org\\r\\nX: y"', "expected an e-mail address"),
        ("law_site = 'www.legislation.gov.uk'", "expected an http(s) address"),
        ("fetch_interval = -1", "expected seconds, 0 or more"),
        ("fetch_interval = nan", "expected seconds, 0 or more"),
        ("fetch_timeout = 0", "expected seconds above 0"),
        ("fetch_size = 0", "expected a whole number above 0"),
        ("common_prefixes = 'yes'", "expected on or off"),
        ("= 1", "Invalid"),
    ],
)
def test_a_wrong_setting_is_named(tmp_path: Path, text: str, said: str) -> None:
    config = tmp_path / "reformgraph.toml"
    config.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load(environ={}, config=config)
    assert said in caught.value.detail
    assert "reformgraph.toml" in caught.value.detail
    assert caught.value.exit_code == 2


def test_a_missing_or_unreadable_file_and_a_wrong_variable_are_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no such configuration file"):
        load(environ={}, config=tmp_path / "nowhere.toml")
    (tmp_path / "latin.toml").write_bytes(b"host = '\xff'")
    with pytest.raises(ConfigError, match=r"latin\.toml"):
        load(environ={}, config=tmp_path / "latin.toml")
    with pytest.raises(ConfigError, match="REFORMGRAPH_PORTS: unknown setting"):
        load(environ={"REFORMGRAPH_PORTS": "1"})


SECRETS = ("remote_password", "remote_header")


@pytest.mark.parametrize("key", SECRETS)
def test_secrets_are_never_shown(key: str) -> None:
    found = load({}, environ={f"REFORMGRAPH_{key.upper()}": "X-Token: opensesame"})
    assert getattr(found, key) == "X-Token: opensesame"
    assert found.shown(key) == "(set)"
    assert Settings().shown(key) == ""
    assert "opensesame" not in repr(found)


def test_a_wrong_secret_is_not_repeated(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        load({}, environ={"REFORMGRAPH_REMOTE_HEADER": "opensesame"})
    assert "opensesame" not in caught.value.detail
    config = tmp_path / "c.toml"
    config.write_text('remote_password = ["opensesame"]')
    with pytest.raises(ConfigError) as caught:
        load({}, environ={}, config=config)
    assert "opensesame" not in caught.value.detail


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("store", "https://ada:opensesame@engine.example/sparql"),
        ("store", "https://engine.example/sparql?key=opensesame"),
        ("store", "ftp://engine.example/sparql"),
        ("remote_load", "https://ada:opensesame@engine.example/data"),
        ("remote_load", "engine.example/data"),
        ("remote_graphs", "all"),
        ("remote_load_by", "post"),
        ("remote_retries", "11"),
        ("remote_timeout", "0"),
        ("remote_header", "X: a\r\nHost: evil.example"),
    ],
)
def test_unusable_remote_settings(key: str, value: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load({}, environ={f"REFORMGRAPH_{key.upper()}": value})
    assert caught.value.where["field"] == key
    assert "opensesame" not in caught.value.detail
