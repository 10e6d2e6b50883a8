"""The played site, started once for the session."""

from collections.abc import Iterator

import pytest
from law_site import FakeClock, Site
from tests_support import free_port


@pytest.fixture(scope="session")
def running_site() -> Iterator[Site]:
    site = Site()
    yield site
    site.close()


@pytest.fixture
def site(running_site: Site) -> Iterator[Site]:
    """The played site, with nothing to say yet."""
    running_site.reset()
    with running_site.clients:
        yield running_site
    running_site.released.set()


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def unused_port() -> int:
    """A port on which nobody listens."""
    return free_port()
