"""Plain RDF files (Turtle, N-Triples, N-Quads, TriG, RDF/XML, JSON-LD) as a dataset to serve.

``sources`` names the graphs, ``parsing`` runs the parser in a process with limits (``child``),
``dataset`` makes a generation of what it gave. docs/data.md says it for users.
"""
