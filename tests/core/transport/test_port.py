"""What every transport has in common: messages as they are written, and in parts."""

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from chfw_core.documents.rollout_messages import message_bytes, read_message
from chfw_core.errors import InputError
from chfw_core.messages import MESSAGES, ActivationAlert, Message
from chfw_core.model.guid_list import GuidList
from chfw_core.transport.parts import parts_of

ALERT = ActivationAlert(to="NWND", release="R", firmware_version="1A020400", guids=GuidList(range(1, 8)))


def test_every_class_of_message_is_listed() -> None:
    def below(kind: type[Message]) -> set[type[Message]]:
        return {one for child in kind.__subclasses__() for one in {child, *below(child)}}

    assert set(MESSAGES) == below(Message)


@pytest.mark.parametrize("payload", [b"", b"[]", b"\xff", b'{"type":"alert"}', b'{"type":"answer","v":1,"to":"A"}'])
def test_what_is_no_message_is_refused(payload: bytes) -> None:
    with pytest.raises(InputError):
        read_message(payload)


@given(st.lists(st.integers(0, 2**64 - 1), unique=True, max_size=30), st.integers(1, 12))
def test_parts_together_name_every_hub_once_and_are_the_same_each_time(guids: list[int], most: int) -> None:
    """BR3.7: whatever a transport can carry at once."""
    alert = evolve(ALERT, guids=GuidList(guids))
    parts = list(parts_of(alert, "NWND/1", most))
    assert parts == list(parts_of(alert, "NWND/1", most))
    assert GuidList.joined(part.guids for part, _ in parts if isinstance(part, ActivationAlert)) == GuidList(guids)
    assert len({name for _, name in parts}) == len(parts)
    assert all(isinstance(part, ActivationAlert) and len(part.guids) <= most for part, _ in parts)


def test_a_message_that_fits_keeps_its_id() -> None:
    assert list(parts_of(ALERT, "NWND/1", 7)) == [(ALERT, "NWND/1")]
    assert list(parts_of(ALERT, "NWND/1", None)) == [(ALERT, "NWND/1")]
    assert [name for _, name in parts_of(ALERT, "NWND/1", 3)] == ["NWND/1.1", "NWND/1.2", "NWND/1.3"]


def test_a_message_is_read_as_it_was_written() -> None:
    assert read_message(message_bytes(ALERT)) == ALERT
