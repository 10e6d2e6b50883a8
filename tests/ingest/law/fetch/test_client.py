"""The client against a server that plays legislation.gov.uk: answers, waits, blocks, retries."""

import gzip
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from law_site import FakeClock, Reply, Site, client, law, raw, reset, terms

from reformgraph.errors import (
    ConfigError,
    SourceAbsent,
    SourceBlocked,
    SourceUnreachable,
    SourceWrong,
)
from reformgraph.ingest.law.fetch.client import Client, Got, Known, fair_interval
from reformgraph.ingest.law.fetch.content import DOCUMENT_ROOTS, FEED_ROOTS
from reformgraph.ingest.law.fetch.waiting import Pace, backoff, retry_after

PATH = "/ukpga/2004/31/data.xml"
GOOD = law("ukpga/2004/31")


def get(site: Site, clock: FakeClock | None = None, path: str = PATH, **changes: object) -> Got:
    got = client(site, clock, **changes).get(site.url + path, DOCUMENT_ROOTS)
    assert got is not None
    return got


def test_a_good_file_comes_with_its_provenance(site: Site) -> None:
    site.play(
        PATH, Reply(GOOD, etag='"1"', headers={"Last-Modified": "Tue, 01 Sep 2026 00:00:00 GMT"})
    )
    got = get(site)
    assert got == Got(
        GOOD, site.url + PATH, "application/xml", '"1"', "Tue, 01 Sep 2026 00:00:00 GMT"
    )


def test_the_user_agent_says_who_asks(site: Site) -> None:
    site.play(PATH, Reply(GOOD))
    get(site)
    agent = site.asked[0].headers["user-agent"]
    assert agent.startswith("reformgraph/")
    assert agent.endswith("(someone@example.org)")


def test_without_a_contact_nothing_is_asked(site: Site) -> None:
    with pytest.raises(ConfigError, match="REFORMGRAPH_CONTACT"):
        client(site, contact="")
    assert site.asked == []


def test_what_is_known_is_asked_for_with_its_validators(site: Site) -> None:
    url = site.play(PATH, Reply(GOOD, etag='"1"'))
    one = client(site)
    known = Known(url, '"1"', "Tue, 01 Sep 2026 00:00:00 GMT")
    assert one.get(url, DOCUMENT_ROOTS, known) is None
    assert site.asked[0].headers["if-modified-since"] == known.last_modified
    assert one.get(url, DOCUMENT_ROOTS, Known(url, '"0"', "")) is not None


def test_a_304_that_nobody_asked_for_is_told(site: Site) -> None:
    site.play(PATH, Reply(status=304))
    with pytest.raises(SourceWrong, match="304"):
        get(site)


def test_gzip_on_the_way_is_unpacked(site: Site) -> None:
    body = gzip.compress(GOOD)
    site.play(PATH, Reply(body, headers={"Content-Encoding": "gzip"}))
    assert get(site).content == GOOD
    assert site.asked[0].headers["accept-encoding"] == "gzip"


# Hazard 68: the line and the server


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504, 408])
def test_hazard_68_a_busy_server_is_asked_again(site: Site, clock: FakeClock, status: int) -> None:
    site.play(PATH, Reply(status=status), Reply(status=status), Reply(GOOD))
    assert get(site, clock).content == GOOD
    assert clock.slept == [backoff(1, 0.5), backoff(2, 0.5)] == [1.5, 3.0]


@pytest.mark.parametrize("status", [429, 503])
def test_hazard_68_retry_after_in_seconds_is_honoured(
    site: Site, clock: FakeClock, status: int
) -> None:
    site.play(PATH, Reply(status=status, headers={"Retry-After": "77"}), Reply(GOOD))
    get(site, clock)
    assert clock.slept == [77.0]


def test_hazard_68_retry_after_as_a_date_is_honoured(site: Site, clock: FakeClock) -> None:
    when = format_datetime(datetime.now(UTC) + timedelta(seconds=300), usegmt=True)
    site.play(PATH, Reply(status=503, headers={"Retry-After": when}), Reply(GOOD))
    get(site, clock)
    assert 200 < clock.slept[0] <= 300


def test_hazard_68_retry_after_beyond_reason_is_told_and_not_waited_for(
    site: Site, clock: FakeClock
) -> None:
    site.play(PATH, Reply(status=503, headers={"Retry-After": "86400"}))
    with pytest.raises(SourceUnreachable, match="asks to wait 86,400 s"):
        get(site, clock)
    assert clock.slept == []


@pytest.mark.parametrize("text", ["", "soon", "-5", "1e9", "²", None])
def test_hazard_68_an_unreadable_retry_after_is_as_none(text: str | None) -> None:
    assert retry_after(text, datetime.now(UTC)) is None


def test_hazard_68_a_date_that_is_past_means_at_once() -> None:
    assert retry_after("Tue, 01 Sep 2020 00:00:00 GMT", datetime.now(UTC)) == 0.0


def test_hazard_68_backing_off_grows_differs_and_is_bounded() -> None:
    steps = [backoff(n, 0.999) for n in range(1, 12)]
    assert steps == sorted(steps)
    assert steps[-1] <= 300
    assert all(backoff(n, 0.0) < backoff(n, 0.9) for n in range(1, 12))


def test_hazard_68_a_server_that_stays_down_is_told(site: Site, clock: FakeClock) -> None:
    site.play(PATH, Reply(status=503))
    with pytest.raises(SourceUnreachable, match="the site answers 503") as caught:
        get(site, clock)
    assert caught.value.exit_code == 3
    assert len(site.asked) == 5


def test_hazard_68_a_reset_connection_is_tried_again(site: Site) -> None:
    site.play(PATH, reset, Reply(GOOD))
    assert get(site).content == GOOD
    site.play(PATH, reset)
    with pytest.raises(SourceUnreachable, match="no connection"):
        get(site)


def test_hazard_68_a_kept_connection_that_was_closed_is_opened_again(
    site: Site, clock: FakeClock
) -> None:
    site.play(PATH, Reply(GOOD), reset, Reply(GOOD))
    one = client(site, clock)
    assert one.get(site.url + PATH, DOCUMENT_ROOTS)
    assert one.get(site.url + PATH, DOCUMENT_ROOTS)
    assert clock.slept == []


def test_hazard_68_a_name_without_an_address_is_told(clock: FakeClock) -> None:
    def gone(host: str, port: int) -> list[str]:
        raise OSError("Name or service not known")

    one = Client(terms("https://www.legislation.gov.uk"), clock=clock.clock(), resolver=gone)
    with pytest.raises(SourceUnreachable, match=r"www\.legislation\.gov\.uk: the name has no addr"):
        one.get("https://www.legislation.gov.uk/ukpga/2004/31/data.xml", DOCUMENT_ROOTS)
    assert len(clock.slept) == 2


def test_hazard_68_nobody_listening_is_told(clock: FakeClock, unused_port: int) -> None:
    url = f"http://127.0.0.1:{unused_port}"
    one = Client(terms(url), clock=clock.clock())
    with pytest.raises(SourceUnreachable, match="no connection"):
        one.get(url + PATH, DOCUMENT_ROOTS)


def test_hazard_68_a_hang_after_the_headers_ends(site: Site) -> None:
    site.play(PATH, site.hang)
    with pytest.raises(SourceUnreachable, match=r"within 0\.3 s|in time"):
        get(site, timeout=0.3)


def test_hazard_68_a_hang_before_the_headers_ends(site: Site) -> None:
    site.play(PATH, lambda handler: site.released.wait(30) and None)
    with pytest.raises(SourceUnreachable, match=r"within 0\.3 s|in time"):
        get(site, timeout=0.3)


def test_hazard_68_one_byte_after_the_other_ends(site: Site) -> None:
    site.play(PATH, site.trickle)
    with pytest.raises(SourceUnreachable, match=r"no complete answer within 0\.4 s"):
        get(site, timeout=0.4)


def test_hazard_68_being_made_is_waited_for(site: Site, clock: FakeClock) -> None:
    site.play(PATH, Reply(status=202), Reply(b"<html>wait</html>", 202), Reply(GOOD))
    assert get(site, clock).content == GOOD
    assert clock.slept == [10.0, 10.0]


def test_hazard_68_being_made_for_ever_is_told(site: Site) -> None:
    site.play(PATH, Reply(status=202))
    with pytest.raises(SourceUnreachable, match="still being made"):
        get(site)


def test_hazard_68_several_candidates_are_named(site: Site) -> None:
    page = (
        b'<!DOCTYPE html><html><body><a href="/">home</a><div id="content"><ul>'
        b'<li><a href="/id/ukpga/Eliz2/3-4/19">one</a></li>'
        b'<li><a href="http://www.legislation.gov.uk/id/ukpga/Eliz2/4-5/19">two</a></li></ul>'
    )
    site.play(PATH, Reply(page, 300, type="application/xhtml+xml"))
    with pytest.raises(SourceWrong) as caught:
        get(site)
    assert caught.value.hints == ("ukpga/Eliz2/3-4/19", "ukpga/Eliz2/4-5/19")
    assert "ukpga/Eliz2/4-5/19" in caught.value.detail
    assert caught.value.exit_code == 1


@pytest.mark.parametrize("status", [400, 404, 410])
def test_hazard_68_absent_is_told_as_absent(site: Site, status: int) -> None:
    site.play(PATH, Reply(b"<html>", status, type="text/html"))
    with pytest.raises(SourceAbsent, match=f"no such document \\({status}\\)"):
        get(site)
    assert len(site.asked) == 1


@pytest.mark.parametrize("status", [403, 436, 437])
def test_hazard_68_a_block_is_told_at_once_and_never_as_absent(site: Site, status: int) -> None:
    site.play(PATH, Reply(b"<html>", status, type="text/html"))
    with pytest.raises(SourceBlocked, match=f"{status}, which is a block, not an absence: stop"):
        get(site)
    assert len(site.asked) == 1


def test_hazard_68_429_that_stays_is_a_block(site: Site) -> None:
    site.play(PATH, Reply(status=429))
    with pytest.raises(SourceBlocked, match="429, which is a block"):
        get(site)
    assert len(site.asked) == 5


def test_hazard_68_an_unexpected_status_is_told(site: Site) -> None:
    site.play(PATH, Reply(status=418))
    with pytest.raises(SourceWrong, match="418"):
        get(site)


def test_requests_keep_their_distance(site: Site, clock: FakeClock) -> None:
    url = site.play(PATH, Reply(GOOD))
    one = client(site, clock, interval=5.0)
    for _ in range(3):
        one.get(url, DOCUMENT_ROOTS)
    assert clock.slept == [5.0, 5.0]


def test_no_setting_breaks_the_fair_use_rule_of_the_site() -> None:
    own, mirror = "https://www.legislation.gov.uk", "https://mirror.example"
    assert fair_interval(terms(own, interval=0.0)) == 0.25
    assert fair_interval(terms(own, interval=5.0)) == 5.0
    assert fair_interval(terms(mirror, interval=0.0)) == 0.0


def test_time_spent_otherwise_counts_as_distance(clock: FakeClock) -> None:
    pace = Pace(5.0, clock.clock())
    pace.wait()
    clock.time += 3
    pace.wait()
    clock.time += 60
    pace.wait()
    assert clock.slept == [2.0]


def test_waiting_is_told(site: Site, clock: FakeClock) -> None:
    site.play(PATH, Reply(status=503), Reply(GOOD))
    said: list[str] = []
    with Client(terms(site.url), clock=clock.clock(), note=said.append) as one:
        one.get(site.url + PATH, DOCUMENT_ROOTS)
    assert said == [f"{site.url}{PATH}: the site answers 503; again in 2 s"]


# Hazard 69: the wrong thing with 200

CHALLENGE = (
    b"<!DOCTYPE html><html><head><script>window.awsWafCookieDomainList=[];</script></head></html>"
)


@pytest.mark.parametrize("page", [CHALLENGE, b"<html><body>Access denied</body></html>"])
@pytest.mark.parametrize("kind", ["text/html", "application/xml"])
def test_hazard_69_a_web_page_is_a_block(site: Site, page: bytes, kind: str) -> None:
    site.play(PATH, Reply(page, type=kind))
    with pytest.raises(SourceBlocked, match="instead of data, which is a block"):
        get(site)


def test_hazard_69_a_web_page_after_a_redirect_is_wrong(site: Site) -> None:
    site.play("/past/data.feed", Reply(status=307, headers={"Location": "/browse"}))
    site.play("/browse", Reply(b"<html>Browse</html>", type="text/html"))
    with pytest.raises(SourceWrong, match="a web page came instead of data"):
        client(site).get(site.url + "/past/data.feed", FEED_ROOTS)


def test_hazard_69_an_empty_body_is_told(site: Site) -> None:
    site.play(PATH, Reply(b" \n"))
    with pytest.raises(SourceWrong, match="the answer is empty"):
        get(site)


def test_hazard_69_a_body_shorter_than_its_length_is_got_again(site: Site) -> None:
    cut = raw(b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n" + GOOD[:50])
    site.play(PATH, cut, Reply(GOOD))
    assert get(site).content == GOOD
    site.play(PATH, cut)
    with pytest.raises(SourceUnreachable.__base__, match="cut or garbled"):  # type: ignore[arg-type]
        get(site)


def test_hazard_69_a_cut_chunked_body_is_noticed(site: Site) -> None:
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    site.play(PATH, raw(head + b"40\r\n" + GOOD[:20]), Reply(GOOD))
    assert get(site).content == GOOD
    assert len(site.asked) == 2


def test_hazard_69_a_cut_body_without_a_length_is_noticed(site: Site) -> None:
    head = b"HTTP/1.0 200 OK\r\nContent-Type: application/xml\r\n\r\n"
    site.play(PATH, raw(head + GOOD[:-30]))
    with pytest.raises(SourceWrong, match="not whole, well-formed XML"):
        get(site)


def test_hazard_69_false_gzip_is_noticed(site: Site) -> None:
    site.play(PATH, Reply(b"no gzip", headers={"Content-Encoding": "gzip"}), Reply(GOOD))
    assert get(site).content == GOOD
    assert len(site.asked) == 2


def test_hazard_69_a_gzip_bomb_ends_at_the_limit(site: Site) -> None:
    bomb = gzip.compress(b" " * 50_000_000)
    assert len(bomb) < 100_000
    site.play(PATH, Reply(bomb, headers={"Content-Encoding": "gzip"}))
    with pytest.raises(SourceWrong, match="larger than 1,000,000 bytes"):
        get(site)


def test_hazard_69_a_file_of_two_gigabytes_is_refused_by_its_length(site: Site) -> None:
    site.play(PATH, raw(b"HTTP/1.1 200 OK\r\nContent-Length: 2000000000\r\n\r\n<a"))
    with pytest.raises(SourceWrong, match="larger than"):
        get(site)


def test_hazard_69_a_file_without_a_length_ends_at_the_limit(site: Site) -> None:
    site.play(PATH, raw(b"HTTP/1.0 200 OK\r\n\r\n" + b"x" * 1_100_000))
    with pytest.raises(SourceWrong, match="larger than"):
        get(site)


@pytest.mark.parametrize("kind", ["application/pdf", "image/png", "application/json", "text/css"])
def test_hazard_69_another_media_type_is_refused(site: Site, kind: str) -> None:
    site.play(PATH, Reply(GOOD, type=kind))
    with pytest.raises(SourceWrong, match=f"{kind} came instead of XML"):
        get(site)


def test_hazard_69_another_root_element_is_refused(site: Site) -> None:
    site.play(PATH, Reply(b"<error>sorry</error>"))
    with pytest.raises(SourceWrong, match="the root element is 'error', not EN or Legislation"):
        get(site)


def test_hazard_69_a_doctype_is_refused(site: Site) -> None:
    site.play(PATH, Reply(b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'))
    with pytest.raises(SourceWrong, match="DOCTYPE"):
        get(site)
