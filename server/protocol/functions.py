"""Extension functions of the engine, beyond those of SPARQL 1.1 §17.4 and the casts of §17.5."""

from __future__ import annotations

from collections.abc import Iterator

from reformgraph.ontology.terms import PREFIXES

GEOF = "http://www.opengis.net/def/function/geosparql/"

_CASTS = (
    *("date", "time", "duration", "dayTimeDuration", "yearMonthDuration"),
    *("gYear", "gYearMonth", "gMonth", "gMonthDay", "gDay"),
)
# GeoSPARQL 1.1 (OGC 22-047r1) as far as the engine has it; a test asks for each of them.
_GEO = [
    "area",
    "asGeoJSON",
    "centroid",
    "convexHull",
    "coordinateDimension",
    "difference",
    "dimension",
    "distance",
    "ehContains",
    "ehCoveredBy",
    "ehCovers",
    "ehDisjoint",
    "ehEquals",
    "ehInside",
    "ehMeet",
    "ehOverlap",
    "envelope",
    "getSRID",
    "intersection",
    "isEmpty",
    "isSimple",
    "length",
    "perimeter",
    "rcc8dc",
    "rcc8ec",
    "rcc8eq",
    "rcc8ntpp",
    "rcc8ntppi",
    "rcc8po",
    "rcc8tpp",
    "rcc8tppi",
    "relate",
    "sfContains",
    "sfCrosses",
    "sfDisjoint",
    "sfEquals",
    "sfIntersects",
    "sfOverlaps",
    "sfTouches",
    "sfWithin",
    "spatialDimension",
    "symDifference",
    "union",
]


def extension_functions() -> Iterator[str]:
    """Yield the IRIs of the extension functions."""
    yield from (PREFIXES["xsd"] + name for name in _CASTS)
    yield from (GEOF + name for name in _GEO)
