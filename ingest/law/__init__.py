"""Law from legislation.gov.uk: files in, records between, quads out (docs/architecture.md, Law)."""
