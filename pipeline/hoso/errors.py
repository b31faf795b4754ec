"""Every error Hoso raises on purpose, and the exit code each one means.

Drawn::

    HosoError                    1  (never raised itself)
    ├── Defect                   1  a mistake of ours: reported, and the rest goes on
    ├── Usage                    2  the command was given wrongly
    ├── Refused                  3  an input cannot be taken, ever; carries a reason code
    │   └── Secret               3  a state-secret mark: nothing may leave the machine
    ├── NeedsPerson              4  somebody must decide first
    │   └── Stale                4  what the person looked at has been changed since
    ├── Unavailable              5  something outside does not answer now; the same act may succeed later
    │   ├── Overtaken            5  another machine took over this run's work: nothing more of it is written
    │   └── Unstamped            5  no proof of time or of revocation to be had now: the signed document waits for it
    ├── Misconfigured            6  settings, keys or models are missing or wrong
    └── Damaged                  7  stored bytes or state are not what they were

A message says what happened, where, why it matters and what to do. No personal value stands in it.
"""

from __future__ import annotations

__all__ = [
    "Damaged",
    "Defect",
    "HosoError",
    "Misconfigured",
    "NeedsPerson",
    "Overtaken",
    "Refused",
    "Secret",
    "Stale",
    "Unavailable",
    "Unstamped",
    "Usage",
]


class HosoError(Exception):
    """The root; ``exit_code`` is what a command ends with, ``transient`` whether trying again may help."""

    exit_code = 1
    transient = False


class Defect(HosoError):
    """A mistake of ours left something undone; the traceback was shown, and the rest went on."""


class Usage(HosoError):
    """The command was given wrongly."""

    exit_code = 2


class Refused(HosoError):
    """An input that cannot be taken. ``reason`` is a stable code, ``vi`` the sentence for the clerk."""

    exit_code = 3

    def __init__(self, reason: str, message: str, vi: str = "") -> None:
        super().__init__(message)
        self.reason = reason
        self.vi = vi or message

    def __reduce__(self) -> tuple[object, ...]:
        return type(self), (self.reason, str(self), self.vi)


class Secret(Refused):
    """A state-secret mark was seen (Decree 30/2020, art. 8; the state-secret law): the document stops at once."""


class NeedsPerson(HosoError):
    """Somebody must decide first."""

    exit_code = 4


class Stale(NeedsPerson):
    """What a person looked at has been changed since. ``at`` is when, ``who`` by whom (both "" where it was no person), for
    the page that shows it; ``vi`` the sentence for the clerk. The message itself names nobody."""

    def __init__(self, message: str, at: str = "", who: str = "", vi: str = "") -> None:
        super().__init__(message)
        self.at, self.who, self.vi = at, who, vi or message

    def __reduce__(self) -> tuple[object, ...]:
        return type(self), (str(self), self.at, self.who, self.vi)


class Unavailable(HosoError):
    """Something outside does not answer now. ``after``: the seconds after which it asked to be tried again, 0 unsaid."""

    exit_code = 5
    transient = True
    after = 0.0


class Overtaken(Unavailable):
    """This run was silent for longer than its turn, and another machine took over what it was at."""


class Unstamped(Unavailable):
    """No proof of time or of revocation is to be had now; the signed document waits for it, and the night goes on."""


class Misconfigured(HosoError):
    """Settings, keys, programs or models are missing or wrong."""

    exit_code = 6


class Damaged(HosoError):
    """Stored bytes or state are not what they were."""

    exit_code = 7
