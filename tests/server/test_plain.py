"""Plain requests are read as the libraries read them."""

from urllib.parse import unquote_to_bytes

from hypothesis import given
from hypothesis import strategies as some

from reformgraph.server.protocol.plain import unquoted


@given(some.text(some.sampled_from("ab%=0159aAfFgé+&\r\n _.\x00"), max_size=40))
def test_percent_encoding_is_that_of_urllib(text: str) -> None:
    assert unquoted(text) == unquote_to_bytes(text)
