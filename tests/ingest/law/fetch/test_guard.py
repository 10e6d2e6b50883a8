"""Where requests may go: redirects, private addresses, names that change, certificates."""

import ssl
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
import trustme
from law_site import FakeClock, Reply, Site, client, law, terms

from reformgraph.errors import ConfigError, SourceUnreachable, SourceWrong
from reformgraph.ingest.law.fetch.client import Client
from reformgraph.ingest.law.fetch.content import DOCUMENT_ROOTS
from reformgraph.ingest.law.fetch.guard import Guard

PATH = "/ukpga/2004/31/data.xml"
GOOD = law("ukpga/2004/31")
HOSTS = "www.legislation.gov.uk,legislation.gov.uk"
SITE = "https://www.legislation.gov.uk"


def public(host: str, port: int) -> Sequence[str]:
    return ["93.184.215.14"]


def guard(addresses: Sequence[str] = ("93.184.215.14",), hosts: str = HOSTS) -> Guard:
    return Guard(hosts, SITE, lambda host, port: addresses)


def redirect(to: str, status: int = 303) -> Reply:
    return Reply(status=status, headers={"Location": to})


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_hazard_68_a_redirect_is_followed_and_told(site: Site, status: int) -> None:
    site.play("/id/ukpga/2004/31", redirect("/ukpga/2004/31/data.xml", status))
    site.play(PATH, Reply(GOOD))
    got = client(site).get(site.url + "/id/ukpga/2004/31", DOCUMENT_ROOTS)
    assert got
    assert got.url == site.url + PATH


def test_hazard_68_a_chain_of_redirects_keeps_its_distance(site: Site, clock: FakeClock) -> None:
    site.play("/a", redirect("/b", 301))
    site.play("/b", redirect(site.url + PATH + "#s1", 303))
    site.play(PATH, Reply(GOOD))
    assert client(site, clock, interval=5.0).get(site.url + "/a", DOCUMENT_ROOTS)
    assert clock.slept == [5.0, 5.0]


def test_hazard_68_a_circle_and_an_endless_chain_are_told(site: Site) -> None:
    site.play("/a", redirect("/b"))
    site.play("/b", redirect("/a"))
    with pytest.raises(SourceWrong, match="in a circle"):
        client(site).get(site.url + "/a", DOCUMENT_ROOTS)
    for n in range(10):
        site.play(f"/{n}", redirect(f"/{n + 1}"))
    with pytest.raises(SourceWrong, match="more than 5 times"):
        client(site).get(site.url + "/0", DOCUMENT_ROOTS)


def test_hazard_68_a_redirect_to_nowhere_is_told(site: Site) -> None:
    site.play("/a", Reply(status=303))
    with pytest.raises(SourceWrong, match="to nowhere"):
        client(site).get(site.url + "/a", DOCUMENT_ROOTS)
    site.play("/b", redirect("http://[::1"))
    with pytest.raises(SourceWrong):
        client(site).get(site.url + "/b", DOCUMENT_ROOTS)


@pytest.mark.parametrize(
    "to",
    [
        "http://127.0.0.2:{port}/secret",
        "http://localhost:{port}/secret",
        "http://[::1]:{port}/secret",
        "http://0x7f000001:{port}/secret",
        "http://2130706433/secret",
        "http://169.254.169.254/latest/meta-data",
        "http://10.0.0.1/",
        "https://evil.example/",
        "http://127.0.0.1.evil.example:{port}/",
        "http://127.0.0.1:{port}@evil.example/",
        "http://x@127.0.0.1:{port}/secret",
        "file:///etc/passwd",
        "ftp://127.0.0.1/x",
        "gopher://127.0.0.1/x",
        "//evil.example/",
        "http://127.0.0.1:1/secret",
    ],
)
def test_hazard_70_a_redirect_elsewhere_is_not_followed(site: Site, to: str) -> None:
    site.play("/a", redirect(to.format(port=site.port)))
    site.play("/secret", Reply(GOOD))
    with pytest.raises(SourceWrong):
        client(site).get(site.url + "/a", DOCUMENT_ROOTS)
    assert site.paths() == ["/a"]


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "224.0.0.1",
        "255.255.255.255",
        "::1",
        "::",
        "fe80::1",
        "fe80::1%eth0",
        "fc00::1",
        "::ffff:127.0.0.1",
        "64:ff9b::7f00:1",
        "2002:7f00:1::",
    ],
)
def test_hazard_70_a_name_that_leads_to_a_private_address_is_not_asked(address: str) -> None:
    for addresses in ([address], ["93.184.215.14", address]):
        with pytest.raises(SourceWrong, match="not a public address"):
            guard(addresses).check(f"{SITE}/x")


def test_hazard_70_a_private_address_that_the_setting_names_is_asked() -> None:
    assert guard(["10.1.2.3"], f"{HOSTS},10.1.2.3").check(f"{SITE}/x").address == "10.1.2.3"


def test_hazard_70_a_name_is_resolved_once_and_that_address_is_connected_to(
    site: Site, clock: FakeClock
) -> None:
    """A rebinding name answers with a good address first and a bad one ever after."""
    answers = iter([["127.0.0.1"], ["127.0.0.9"], ["127.0.0.9"]])
    home = f"http://law.example:{site.port}"
    site.play(PATH, Reply(GOOD))
    with Client(
        terms(home, hosts="127.0.0.1"), clock=clock.clock(), resolver=lambda h, p: next(answers)
    ) as one:
        assert one.get(home + PATH, DOCUMENT_ROOTS)
        assert site.asked[0].headers["host"] == f"law.example:{site.port}"
        with pytest.raises(SourceWrong, match=r"127\.0\.0\.9, which is not a public address"):
            one.get(home + PATH, DOCUMENT_ROOTS)
    assert len(site.asked) == 1


def test_identifiers_are_http_and_are_asked_over_https() -> None:
    target = guard().check("http://www.legislation.gov.uk/id/ukpga/2004/31?a=b")
    assert target.url == "https://www.legislation.gov.uk/id/ukpga/2004/31?a=b"
    assert (target.port, target.path, target.authority) == (
        443,
        "/id/ukpga/2004/31?a=b",
        "www.legislation.gov.uk",
    )
    assert guard().check("http://www.legislation.gov.uk:80/x").url == f"{SITE}/x"
    assert guard().check("https://WWW.Legislation.GOV.UK./x").url == f"{SITE}/x"


@pytest.mark.parametrize(
    "url",
    [
        "https://www.legislation.gov.uk:8443/",
        "https://www.legislation.gov.uk:0/",
        "https://www.legislation.gov.uk:x/",
        "https:///x",
        "https://www.legislation.gov.uk\\@evil.example/",
        "https://www.legislation.gov.uk/a b",
        "https://www.legislation.gov.uk/\r\nX: y",
        "https://www.legislatiön.gov.uk/",
        "data:text/xml,<a/>",
        "www.legislation.gov.uk",
        "",
    ],
)
def test_hazard_70_a_strange_address_is_not_asked(url: str) -> None:
    with pytest.raises(SourceWrong):
        guard().check(url)


@pytest.mark.parametrize("hosts", ["ftp://x", "https://", "a.example/path", "a.example:x", "[::1"])
def test_an_unreadable_allow_list_is_told(hosts: str) -> None:
    with pytest.raises(ConfigError, match="fetch_hosts"):
        guard(hosts=hosts)


# Certificates: hazard 68


@pytest.fixture
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def secure(authority: trustme.CA) -> Iterator[Site]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("law.example").configure_cert(context)
    site = Site(context)
    site.play(PATH, Reply(GOOD))
    yield site
    site.close()


def secure_client(site: Site, name: str, clock: FakeClock) -> Client:
    return Client(
        terms(f"https://{name}:{site.port}", hosts="127.0.0.1"),
        clock=clock.clock(),
        resolver=lambda host, port: ["127.0.0.1"],
    )


def test_the_certificate_is_checked_for_the_name_and_not_for_the_address(
    secure: Site,
    authority: trustme.CA,
    clock: FakeClock,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    trusted = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(str(trusted))
    monkeypatch.setenv("SSL_CERT_FILE", str(trusted))
    with secure_client(secure, "law.example", clock) as one:
        assert one.get(f"https://law.example:{secure.port}{PATH}", DOCUMENT_ROOTS)
    with (
        secure_client(secure, "other.example", clock) as one,
        pytest.raises(SourceUnreachable, match=r"certificate of other\.example is not good"),
    ):
        one.get(f"https://other.example:{secure.port}{PATH}", DOCUMENT_ROOTS)


def test_hazard_68_a_certificate_of_nobody_is_refused_at_once(
    secure: Site, clock: FakeClock
) -> None:
    with (
        secure_client(secure, "law.example", clock) as one,
        pytest.raises(SourceUnreachable, match=r"certificate of law\.example is not good"),
    ):
        one.get(f"https://law.example:{secure.port}{PATH}", DOCUMENT_ROOTS)
    assert clock.slept == []
    assert secure.asked == []
