"""Processes for queries from strangers: started, asked, limited, ended and replaced."""
