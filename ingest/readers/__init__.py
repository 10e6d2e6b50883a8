"""One reader a source format."""
