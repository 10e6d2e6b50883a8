"""Stores that are SPARQL endpoints elsewhere, and what is asked of other endpoints on the way."""
