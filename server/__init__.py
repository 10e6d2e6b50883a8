"""The HTTP service: protocol, pages and pictures."""
