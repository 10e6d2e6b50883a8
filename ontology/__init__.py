"""The OWL ontology, its concept scheme, shapes, rules and checks."""
