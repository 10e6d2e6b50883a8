"""Which of our entities does a messy name mean? Words, citations, scores and the match rule.

The HTTP side (Reconciliation API 0.2) is ``server/pages/reconcile.py``; here nothing knows HTTP.
"""
