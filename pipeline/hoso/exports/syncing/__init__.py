"""A dossier in the words of the National Public Service Portal, and the two forms in which systems take it.

``facts`` makes the message of a dossier, ``adapter`` and ``rest`` send one. Never keeps a state or tries again.
"""
