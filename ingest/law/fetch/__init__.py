"""Getting files of legislation.gov.uk politely, and taking in local ones.

``guard`` says where a request may go, ``wire`` makes one HTTP exchange, ``client`` adds redirects,
retries and pace, ``content`` checks what came, ``run`` walks over a plan that can be resumed,
``local`` takes files in without any network. Nothing here knows a graph.
"""
