"""Pictures made on the server: SVG that needs no script, with a link behind every mark."""
