"""One exception family for the command line and the server.

Each error knows its HTTP status, its problem type (RFC 9457 §3.1.1, the last path segment of the
``type`` member) and its process exit code, so that the two edges render it in one place each:
``cli.main`` prints it, ``server.errors`` answers with a problem document or a page.

Exit codes: 1 the data is wrong, 2 the call is wrong, 3 the store is busy or unreadable or the
outside world failed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar


class ReformGraphError(Exception):
    """A failure that a user can act on.

    ``detail`` is one sentence for people; ``hints`` are near matches or next steps; ``where``
    holds machine-readable places (``file``, ``line``, ``column``, ``field`` …); ``headers`` are
    extra HTTP response headers.
    """

    status: ClassVar[int] = 500
    exit_code: ClassVar[int] = 1
    problem: ClassVar[str] = "internal"
    title: ClassVar[str] = "Something went wrong here"

    def __init__(
        self,
        detail: str,
        *,
        hints: Sequence[str] = (),
        where: Mapping[str, str | int] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.detail = detail
        self.hints = tuple(hints)
        self.where = dict(where or {})
        self.headers = dict(headers or {})


class InputError(ReformGraphError):
    """The data that a build read is wrong; the message lists every fault that was found."""

    status = 422
    problem = "bad-input"
    title = "The input data is wrong"


class UsageError(ReformGraphError):
    """A parameter of the call is wrong (command line option, query string, form field)."""

    status = 400
    exit_code = 2
    problem = "bad-parameter"
    title = "A parameter is wrong"


class ConfigError(ReformGraphError):
    """A setting is unknown or unusable; ``where`` names the key and where it came from."""

    exit_code = 2
    problem = "bad-setting"
    title = "A setting is wrong"


class NotFound(ReformGraphError):
    """Nothing is known by that name; ``hints`` are the nearest names."""

    status = 404
    exit_code = 2
    problem = "not-found"
    title = "Not found"


class Gone(ReformGraphError):
    """What was here is no longer kept (RFC 9110 §15.5.11); ``hints`` name what is."""

    status = 410
    exit_code = 2
    problem = "gone"
    title = "No longer kept"


class NotAcceptable(ReformGraphError):
    """No format that the client accepts can be made (RFC 9110 §15.5.7)."""

    status = 406
    exit_code = 2
    problem = "not-acceptable"
    title = "No acceptable format"


class MethodNotAllowed(ReformGraphError):
    """The address does not take this HTTP method; ``headers`` carries ``Allow``."""

    status = 405
    exit_code = 2
    problem = "method"
    title = "Method not allowed"


class TooLarge(ReformGraphError):
    """The request body is over its limit."""

    status = 413
    exit_code = 2
    problem = "too-large"
    title = "The request is too large"


class UnsupportedMediaType(ReformGraphError):
    """The request body has a media type that the address does not take."""

    status = 415
    exit_code = 2
    problem = "media-type"
    title = "Unsupported media type"


class QuerySyntaxError(ReformGraphError):
    """A SPARQL query does not parse; ``where`` has line and column, counted from 1."""

    status = 400
    exit_code = 2
    problem = "query-syntax"
    title = "The query does not parse"


class QueryTooComplex(ReformGraphError):
    """A query is nested or long beyond what the engine survives."""

    status = 400
    exit_code = 2
    problem = "query-too-complex"
    title = "The query is too complex"


class BadEncoding(ReformGraphError):
    """Text that should be UTF-8 is not."""

    status = 400
    exit_code = 2
    problem = "bad-encoding"
    title = "Not valid UTF-8"


class UpdateRefused(ReformGraphError):
    """A SPARQL Update was sent to a read-only service."""

    status = 403
    exit_code = 2
    problem = "update-refused"
    title = "Updates are refused"


class FederationRefused(ReformGraphError):
    """A query asks this service to call another one."""

    status = 403
    exit_code = 2
    problem = "federation-refused"
    title = "Federation is refused"


class FederationFailed(ReformGraphError):
    """An endpoint that a query calls by SERVICE gave no usable answer."""

    status = 502
    exit_code = 3
    problem = "federation-failed"
    title = "The other service failed"


class FederationTimeout(FederationFailed):
    """An endpoint that a query calls by SERVICE did not answer in time."""

    status = 504
    problem = "federation-timeout"
    title = "The other service did not answer in time"


class QueryTimeout(ReformGraphError):
    """A query ran into its time limit and was killed."""

    status = 504
    exit_code = 3
    problem = "query-timeout"
    title = "The query took too long"


class QueryMemory(ReformGraphError):
    """A query ran into its memory limit and was killed."""

    status = 503
    exit_code = 3
    problem = "query-memory"
    title = "The query needed too much memory"


class ResultTooLarge(ReformGraphError):
    """The answer to one query is over the size limit."""

    status = 503
    exit_code = 3
    problem = "result-too-large"
    title = "The result is too large"


class QueryCrashed(ReformGraphError):
    """The query process died for no known reason."""

    status = 500
    exit_code = 3
    problem = "query-crashed"
    title = "The query crashed its process"


class ClientGone(ReformGraphError):
    """The client has hung up: nobody waits for the answer (499, as nginx has it)."""

    status = 499
    exit_code = 3
    problem = "client-gone"
    title = "The client has gone"


class Busy(ReformGraphError):
    """Every place is taken; try again after ``Retry-After`` seconds."""

    status = 503
    exit_code = 3
    problem = "busy"
    title = "Busy"


class StoreError(ReformGraphError):
    """The store is missing, damaged, locked or full."""

    status = 503
    exit_code = 3
    problem = "starting"
    title = "No readable graph"


class RemoteError(ReformGraphError):
    """The SPARQL endpoint behind this service failed; the message names no address."""

    status = 502
    exit_code = 3
    problem = "remote-failed"
    title = "The remote store failed"


class RemoteUnreachable(RemoteError):
    """No connection to the endpoint: refused, no such name, or no valid TLS."""

    problem = "remote-unreachable"
    title = "The remote store cannot be reached"


class RemoteTimeout(RemoteError):
    """The endpoint did not answer in time."""

    status = 504
    problem = "remote-timeout"
    title = "The remote store did not answer in time"


class RemoteDenied(RemoteError):
    """The endpoint does not take our credentials."""

    problem = "remote-denied"
    title = "The remote store refuses this service"


class RemoteWrong(RemoteError):
    """The endpoint answered with something else than a whole SPARQL answer."""

    problem = "remote-wrong"
    title = "The remote store answered with something else"


class FetchError(ReformGraphError):
    """A file could not be got from its source; what was got before is kept."""

    status = 502
    exit_code = 3
    problem = "fetch-failed"
    title = "The source did not answer"


class SourceBlocked(FetchError):
    """The source refuses this client or this rate: stop and come back later."""

    problem = "fetch-blocked"
    title = "The source is blocking"


class SourceUnreachable(FetchError):
    """No connection, name or answer, also after several tries."""

    problem = "fetch-unreachable"
    title = "The source cannot be reached"


class SourceWrong(FetchError):
    """The source answered, but not with what was asked for; the data is at fault, not the line."""

    exit_code = 1
    problem = "fetch-wrong"
    title = "The source answered with something else"


class SourceAbsent(SourceWrong):
    """The source says that there is no such document."""

    problem = "fetch-absent"
    title = "The source has no such document"
