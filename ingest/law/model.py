"""What files of legislation.gov.uk say, before it becomes a graph: plain records, whatever the format.

Every reader gives a :class:`Reading`; the mapping knows these records only. Values are as the file
has them: days are ISO texts (``2005-04-01``), empty where the file is silent, never guessed.

A *path* is the part of a provision's address after that of its law: ``section/10``,
``schedule/2/paragraph/1A``, ``part/3``; empty means the law as a whole. An *IRI* is an identifier
of legislation.gov.uk (``http://www.legislation.gov.uk/id/ukpga/2004/31``, always http); a *URI* is
the address of one version (``http://www.legislation.gov.uk/ukpga/2004/31/section/10/2005-04-01``).
Sources: CLML User Guide; legislation.gov.uk developer pages on URIs and effects.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

Form = Literal["whole", "fragment", "contents", "metadata", "entry"]
"""How much of a law a file holds; ``entry`` is a line of a list."""


class Reference(NamedTuple):
    """A provision that is pointed to; ``end`` is the last one of a range, ``missing``: not (yet) in the text."""

    iri: str
    end: str = ""
    text: str = ""
    missing: bool = False


@dataclass(frozen=True, slots=True)
class Version:
    """One point in time of a law or provision: ``label`` is a day, ``enacted``, ``made``, ``current`` …"""

    uri: str
    label: str
    title: str = ""
    language: str = "en"


class Provision(NamedTuple):
    """One part of a law, from the first Part down to sections and paragraphs of schedules.

    ``element`` is the element of CLML (``Part``, ``Pblock``, ``P1``, ``Schedule`` …); ``parent`` the
    path of what contains it; ``start`` and ``end`` when this text of it began and was replaced;
    ``status`` is the site's (``Prospective``, ``Repealed`` …) or empty; ``variant`` names a version
    for one territory that stands beside another (``S``).
    """

    path: str
    iri: str
    element: str
    number: str = ""
    heading: str = ""
    parent: str = ""
    uri: str = ""
    extent: str = ""
    start: str = ""
    end: str = ""
    status: str = ""
    confers_power: bool = False
    in_force: bool | None = None
    variant: str = ""
    blanket_amendment: bool = False


class Citation(NamedTuple):
    """``path`` of this law (empty: its introduction or the whole) cites ``target``.

    ``commentary`` is the id of the note that holds it, or empty for the text itself; ``operative``
    marks the provision of an amending law that does the amending. ``place`` is the exact path of
    the citing text where it is deeper than ``path`` (``section/10/3/a``).
    """

    path: str
    target: Reference
    text: str = ""
    commentary: str = ""
    operative: bool = False
    place: str = ""


class Commentary(NamedTuple):
    """An editor's note: ``type`` is F, C, I, E, M, P or X; ``effect`` the id of the effect it tells, if known.

    ``paths`` are the provisions that it stands at, in order; the empty path is the introduction or
    the law as a whole, no path at all a note that nothing points to.
    """

    id: str
    type: str
    text: str
    paths: tuple[str, ...] = ()
    effect: str = ""


class InForce(NamedTuple):
    """When an effect (or instrument) comes into force; ``day`` is empty where ``prospective``.

    ``time`` is the time of day, ``23:59:00``; ``law`` the IRI of the commencing instrument, also
    where ``commencing`` names no provision of it; ``comments`` and ``notes`` are the editors'.
    """

    day: str = ""
    prospective: bool = False
    qualification: str = ""
    applied: bool | None = None
    commencing: tuple[Reference, ...] = ()
    savings: tuple[Reference, ...] = ()
    time: str = ""
    law: str = ""
    comments: str = ""
    notes: str = ""


class Effect(NamedTuple):
    """One change by one law to another, as the editors of legislation.gov.uk recorded it.

    ``type`` is in the site's words. ``affecting`` and ``affected`` hold provisions (ranges are not
    yet expanded); empty means the law as a whole. ``applied``: whether the text shows it yet;
    ``required``: whether the text has to change at all; the ``welsh_`` ones say so of the Welsh
    text. ``commenced`` are laws that a commencement order is for; ``territory`` where the
    affecting law applies; ``appended`` what ends the note in the text.
    """

    id: str
    type: str
    affecting_law: str
    affected_law: str
    affecting: tuple[Reference, ...] = ()
    affected: tuple[Reference, ...] = ()
    affecting_text: str = ""
    affected_text: str = ""
    affecting_title: str = ""
    affected_title: str = ""
    in_force: tuple[InForce, ...] = ()
    applied: bool | None = None
    required: bool | None = None
    savings: tuple[Reference, ...] = ()
    commencement_authority: tuple[Reference, ...] = ()
    affecting_extent: str = ""
    affected_extent: str = ""
    modified: str = ""
    comments: str = ""
    notes: str = ""
    created: str = ""
    type_notes: str = ""
    appended: str = ""
    territory: str = ""
    affecting_title_cy: str = ""
    affected_title_cy: str = ""
    welsh_applied: bool | None = None
    welsh_required: bool | None = None
    commenced: tuple[Reference, ...] = ()


@dataclass(frozen=True, slots=True)
class Document:
    """What one file says of one law.

    ``type`` is the letter code of the address (``ukpga``), ``main_type`` the site's class
    (``UnitedKingdomPublicGeneralAct``), ``minor_type`` of an instrument ``order``, ``regulation`` …
    ``version`` is what the file shows: ``enacted``, ``made``, ``created``, ``adopted``,
    ``prospective``, a day, or empty for the current text. ``fragment`` is the path asked for.
    ``alternative_numbers`` pairs category and number (``Regnal``, ``C``, ``W``). ``laid`` pairs
    where and when. ``confers_power`` and ``subjects`` are IRIs and words of the file's metadata.
    """

    iri: str
    uri: str
    form: Form
    type: str
    main_type: str = ""
    minor_type: str = ""
    category: str = ""
    fragment: str = ""
    version: str = ""
    status: str = ""
    language: str = "en"
    title: str = ""
    alternative_titles: tuple[str, ...] = ()
    description: str = ""
    year: int | None = None
    number: str = ""
    alternative_numbers: tuple[tuple[str, str], ...] = ()
    isbn: str = ""
    enacted: str = ""
    made: str = ""
    sifted: str = ""
    laid: tuple[tuple[str, str], ...] = ()
    coming_into_force: tuple[InForce, ...] = ()
    valid: str = ""
    start: str = ""
    end: str = ""
    modified: str = ""
    extent: str = ""
    publisher: str = ""
    departments: tuple[str, ...] = ()
    subjects: tuple[str, ...] = ()
    confers_power: tuple[str, ...] = ()
    supersedes: tuple[str, ...] = ()
    superseded_by: tuple[str, ...] = ()
    same_as: tuple[str, ...] = ()
    versions: tuple[Version, ...] = ()
    provisions: tuple[Provision, ...] = ()
    citations: tuple[Citation, ...] = ()
    commentaries: tuple[Commentary, ...] = ()
    effects: tuple[Effect, ...] = ()
    repealed: bool = False
    blanket_amendments: tuple[str, ...] = ()
    corrects: tuple[str, ...] = ()
    corrected_by: tuple[str, ...] = ()
    times: tuple[tuple[str, str], ...] = ()
    files: tuple[tuple[str, str, str], ...] = ()


@dataclass(slots=True)
class Reading:
    """All that a reader found in one file.

    ``met`` and ``ignored`` count, by name, the elements, attributes and effect types that the file
    has and those of them that left nothing in the records: silence must not hide loss. ``next``
    is the address of the next page of a feed.
    """

    documents: list[Document] = field(default_factory=list)
    effects: list[Effect] = field(default_factory=list)
    met: Counter[str] = field(default_factory=Counter)
    ignored: Counter[str] = field(default_factory=Counter)
    next: str = ""
    total: int | None = None
