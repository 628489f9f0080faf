"""Facts about hubs, given for every release: a command for each release that has some of the hubs (BR5.6, CS3)."""

import hashlib
from collections.abc import Sequence
from itertools import groupby
from operator import itemgetter
from typing import TypeVar

from attrs import evolve

from chfw_app.rollout.loading import releases_with
from chfw_app.rollout.service import RollOutService
from chfw_core.errors import InputError
from chfw_core.model.guid_list import GuidList
from chfw_core.rollout.commands import AnyCommand
from chfw_core.rollout.gate import may_give
from chfw_core.rollout.outcomes.commands import ObserveVersions
from chfw_core.rollout.suppliers.commands import (
    AnnounceSupplierChange,
    CancelSupplierChange,
    CompleteSupplierChange,
)
from chfw_core.transport.port import EVERY_RELEASE

T = TypeVar("T")
FACTS = ObserveVersions | AnnounceSupplierChange | CancelSupplierChange | CompleteSupplierChange


def for_each_release(service: RollOutService, commands: Sequence[AnyCommand]) -> list[tuple[int, AnyCommand]]:
    """The commands as they are to be given, each with the place of the one that it comes from.

    A key is made of the release and of the hubs that it has: where the release has got further hubs since, the
    same fact is another command, and what is known already is noted once more. Raises InputError for a command
    that is no fact and names no release.
    """
    found: list[tuple[int, AnyCommand]] = []
    for place, command in enumerate(commands):
        if command.release != EVERY_RELEASE:
            found.append((place, command))
            continue
        if not may_give(command.by, type(command)):
            found.append((place, command))  # NF7: refused once, by whichever releases have the hubs
            continue
        if not isinstance(command, FACTS):
            raise InputError("which release is meant is missing", hint="name its id")
        with service.store.read() as connection:
            concerned = releases_with(connection, command.guids)
        for release, guids in concerned:
            key = f"{command.key}/{release}/{_digest(guids)}"
            found.append((place, evolve(command, release=release, key=key, guids=guids)))
    return found


def in_places(found: Sequence[tuple[int, T]], places: int) -> tuple[tuple[T, ...], ...]:
    """What was made of each command, in its place."""
    by_place = {place: tuple(one for _, one in some) for place, some in groupby(found, key=itemgetter(0))}
    return tuple(by_place.get(place, ()) for place in range(places))


def _digest(guids: GuidList) -> str:
    return hashlib.sha256(guids.pack()).hexdigest()[:16]
