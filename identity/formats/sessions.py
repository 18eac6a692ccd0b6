"""Long histories without conversations in them (messengers, activity logs), cut where people were silent for long."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TypeVar

# An evening's talk and the next morning's are two conversations: what is said after a night answers nothing before it.
MESSENGER_GAP = 6 * 3600.0  # seconds
# Google keeps one record per prompt and no conversation; half an hour is the guess that its importers share.
ACTIVITY_GAP = 30 * 60.0  # seconds

Item = TypeVar("Item")


def sessions(items: Iterable[tuple[float | None, Item]], gap: float) -> Iterator[list[Item]]:
    """Stretches of (seconds since 1970, item), in order, that are less than `gap` seconds apart.

    What has no time belongs to the stretch that it stands in; what is earlier than the item before it does as well.
    """
    stretch: list[Item] = []
    last: float | None = None
    for time, item in items:
        if stretch and time is not None and last is not None and time - last >= gap:
            yield stretch
            stretch = []
        stretch.append(item)
        last = last if time is None else time
    if stretch:
        yield stretch
