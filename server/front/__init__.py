"""HTTP in front of the WSGI application: connections, threads, and what is answered at once."""
