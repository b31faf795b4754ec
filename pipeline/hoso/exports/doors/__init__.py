"""The doors to other systems: one module each, found by its file name, opened where the settings name its server.

Owns what a system wants to be told of a dossier and how it is told. Never keeps a state, tries again or reads a clock:
that is ``recipe/outbox``.
"""
