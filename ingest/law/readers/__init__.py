"""One module for each format of legislation.gov.uk; each turns a stream of bytes into a ``Reading``."""
