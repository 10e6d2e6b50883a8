"""One term as the engine writes it in SPARQL 1.1 Query Results JSON (tests compare the two)."""

from __future__ import annotations

from json.encoder import encode_basestring

from pyoxigraph import BlankNode, Literal, NamedNode

_STRING = "http://www.w3.org/2001/XMLSchema#string"


def term(value: object) -> str:
    """Return a term as JSON; raises ValueError for one that is written in another manner."""
    if isinstance(value, NamedNode):
        return f'{{"type":"uri","value":{encode_basestring(value.value)}}}'
    if isinstance(value, BlankNode):
        return f'{{"type":"bnode","value":"{value.value}"}}'
    if not isinstance(value, Literal) or getattr(value, "direction", None) is not None:
        raise ValueError("a term of another kind")
    text = encode_basestring(value.value)
    if value.language:
        return f'{{"type":"literal","value":{text},"xml:lang":"{value.language}"}}'
    kind = value.datatype.value
    more = "" if kind == _STRING else f',"datatype":{encode_basestring(kind)}'
    return f'{{"type":"literal","value":{text}{more}}}'
