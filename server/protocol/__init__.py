"""`/sparql`: the SPARQL 1.1 Protocol, query operation."""
