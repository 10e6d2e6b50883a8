"""Competency questions as SPARQL files, and what runs them.

``catalogue`` lists the questions, ``run`` answers one, ``lineage`` traces an item's antecedents or
descendants. A new question is one ``.rq`` file in a folder here; ``docs/questions.md`` says how.
"""
