"""The table of contents of a CLML file: provisions with number and heading, no text.

``IdURI`` of a contents line is now and then cut short (``…/schedule/1/part/4/chapter``); its
``ContentRef`` then has the rest.
"""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from reformgraph.ingest.law import addresses
from reformgraph.ingest.law.model import Provision
from reformgraph.ingest.law.xml import LEG, text_of

USED = frozenset(
    (
        *(
            f"leg:Contents{name}{end}"
            for name in (
                "Group",
                "Part",
                "Chapter",
                "Pblock",
                "PsubBlock",
                "Schedule",
                "Appendix",
                "Item",
                "EUPart",
                "EUTitle",
                "EUChapter",
                "EUSection",
                "EUSubsection",
                "Division",
                "Attachment",
            )
            for end in (
                "",
                "@IdURI",
                "@DocumentURI",
                "@ContentRef",
                "@RestrictExtent",
                "@RestrictStartDate",
                "@RestrictEndDate",
                "@Status",
                "@Match",
                "@ConfersPower",
            )
        ),
        *("leg:ContentsNumber", "leg:ContentsTitle"),
    )
)
"""The names that leave something in a Provision."""

_WRAPPERS = ("ContentsSchedules", "ContentsAppendices", "ContentsAttachments")


def provisions(
    contents: etree._Element, law: str, parent: str = "", extent: str = ""
) -> Iterator[Provision]:
    """Go over the lines of ``leg:Contents`` in order; ``law`` is the key of the law."""
    for line in contents:
        name = str(line.tag).removeprefix(f"{LEG}Contents")
        if not str(line.tag).startswith(f"{LEG}Contents") or name in ("Title", "Number"):
            continue
        own_extent = line.get("RestrictExtent") or extent
        path = _path(line)
        if f"Contents{name}" not in _WRAPPERS and path:
            title = line.find(f"{LEG}ContentsTitle")
            generated = title is not None and title.get("Generated") == "true"
            status = line.get("Status", "")
            match = line.get("Match")
            yield Provision(
                path=path,
                iri=addresses.iri(law, path),
                element="P1" if name == "Item" else name,
                number=text_of(line.find(f"{LEG}ContentsNumber")).rstrip("."),
                # A generated title is the first words of the text, no heading.
                heading="" if generated else text_of(title),
                parent=parent,
                uri=line.get("DocumentURI", "").rstrip("/"),
                extent=own_extent,
                start=line.get("RestrictStartDate", ""),
                end=line.get("RestrictEndDate", ""),
                status=status,
                confers_power=line.get("ConfersPower") == "true",
                in_force=False if match == "false" or status else None,
            )
            yield from provisions(line, law, path, own_extent)
        else:
            yield from provisions(line, law, parent, own_extent)


def _path(line: etree._Element) -> str:
    path = addresses.path_of(line.get("IdURI", "") or line.get("DocumentURI", ""))
    ref = addresses.path_of_ref(line.get("ContentRef", ""))
    return ref if not path or ref.startswith(path + "/") else path
