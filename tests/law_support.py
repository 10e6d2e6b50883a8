"""What the tests of law share: fixtures, samples where they are, small documents made to order."""

from pathlib import Path

import pytest

from reformgraph.ingest.law.model import Document
from reformgraph.ingest.law.readers import pick

FIXTURES = Path(__file__).parent / "ingest" / "law" / "fixtures"
SAMPLES = Path(__file__).resolve().parents[2] / "shared" / "samples"
ID = "http://www.legislation.gov.uk/id/"

needs_samples = pytest.mark.skipif(not SAMPLES.is_dir(), reason="../shared/samples is not there")

CLML = """<Legislation xmlns="http://www.legislation.gov.uk/namespaces/legislation"
 xmlns:ukm="http://www.legislation.gov.uk/namespaces/metadata"
 xmlns:dc="http://purl.org/dc/elements/1.1/" {attributes}>
<ukm:Metadata>{standard}<ukm:{group}Metadata><ukm:DocumentClassification>
<ukm:DocumentCategory Value="{category}"/><ukm:DocumentMainType Value="{main_type}"/>
<ukm:DocumentStatus Value="{status}"/><ukm:DocumentMinorType Value="{minor_type}"/>
</ukm:DocumentClassification>{specific}</ukm:{group}Metadata></ukm:Metadata>{body}</Legislation>"""


def clml(
    main_type: str,
    *,
    attributes: str = "",
    standard: str = "",
    specific: str = "",
    body: str = "",
    status: str = "final",
    minor_type: str = "",
) -> bytes:
    """Make a small CLML file of an invented law."""
    if main_type.startswith("European"):
        category, group = "euretained", "EU"
    elif any(word in main_type for word in ("Instrument", "Order", "Rule", "Direction")):
        category, group = "secondary", "Secondary"
    else:
        category, group = "primary", "Primary"
    return CLML.format(
        main_type=main_type,
        attributes=attributes,
        standard=standard,
        specific=specific,
        body=body,
        status=status,
        minor_type=minor_type,
        category=category,
        group=group,
    ).encode()


def document(content: bytes, name: str = "law.xml") -> Document:
    """Read one file and give its one document."""
    (found,) = pick.read(content, name).documents
    return found


def sample(name: str) -> Document:
    """Read one CLML sample."""
    return document((SAMPLES / "clml" / name).read_bytes(), name)
