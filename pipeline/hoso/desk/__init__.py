"""The desk: web pages where people see, correct, approve and find, and an API under the same rules.

``app`` puts it together; ``accounts`` knows people, ``guard`` who may do what in a request; each module of ``pages`` has a
``router`` of its own. Nothing here decides what a paper says: it asks ``recipe``.
"""
