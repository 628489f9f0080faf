"""Whose act ends a hold (BR5.4): the owner's, the DCC's, a CSP's, or a customer system's that clears its flag.

Nobody is named but the owner of the rules, the DCC and a CSP: who a second Supplier is plays no
part (NF7). An act that comes after the cut-off changes nothing for a Supplier's instruction.
"""

from collections.abc import Mapping
from datetime import datetime
from enum import Enum
from typing import assert_never

from chfw_core.model.hubs import CommsHub
from chfw_core.model.parties import CSP_PREFIX, DCC, is_supplier
from chfw_core.planning.decision import HoldState
from chfw_core.planning.scope import Read
from chfw_core.planning.trigger_records import heard_after
from chfw_core.reports.told import MissingAct
from chfw_core.rules.meaning.evaluate import RuleContext
from chfw_core.rules.model import HoldRule, UntilDate, UntilEvent, UntilFlagCleared, UntilManual
from chfw_core.rules.triggered import PREFIX, is_of_trigger
from chfw_core.rules.vocabulary.fields import MY_PREFIX


class TellsOf(Enum):
    """Who tells of an event."""

    DCC = "the DCC"
    CSP = "the hub's CSP"
    SUPPLIER = "a responsible Supplier"
    CUSTOMER = "the customer system that flags the device"
    CLOCK = "nobody"


TELLS: Mapping[str, TellsOf] = {
    "release_notified": TellsOf.DCC,
    "release_revoked": TellsOf.DCC,
    "release_paused": TellsOf.DCC,
    "release_resumed": TellsOf.DCC,
    "release_stopped": TellsOf.DCC,
    "phase_opened": TellsOf.DCC,
    "hub_commissioned": TellsOf.DCC,
    "hub_update_succeeded": TellsOf.CSP,
    "hub_update_failed": TellsOf.CSP,
    "hub_lost_wan": TellsOf.CSP,
    "meter_firmware_started": TellsOf.SUPPLIER,
    "meter_firmware_activated": TellsOf.SUPPLIER,
    "meter_read_received": TellsOf.SUPPLIER,
    "change_of_supplier_started": TellsOf.DCC,
    "change_of_supplier_completed": TellsOf.DCC,
    "configuration_set_changed": TellsOf.DCC,
    "configuration_set_trend": TellsOf.DCC,
    "defect_flagged": TellsOf.CUSTOMER,
    "flag_cleared": TellsOf.CUSTOMER,
    "incident_raised": TellsOf.DCC,
    "incident_closed": TellsOf.DCC,
    "test_passed": TellsOf.SUPPLIER,
    "price_change_announced": TellsOf.SUPPLIER,
    "data_upload_started": TellsOf.SUPPLIER,
    "data_upload_finished": TellsOf.SUPPLIER,
    "prepayment_topup": TellsOf.SUPPLIER,
    "tick": TellsOf.CLOCK,
}


def act_that_ends(
    rule: HoldRule, state: HoldState, *, owner: str, hub: CommsHub, read: Read, context: RuleContext
) -> MissingAct:
    """The act that this hold waits for. Of one on a date: that its owner lets it end earlier."""
    by = _by(state, owner, context)
    match rule.until:
        case UntilDate():
            return _of_a_date(rule, state, owner, by)
        case UntilEvent() as until:
            actor, act = _teller(until.type, owner, hub), f"the event `{until.type}`{about_event(rule, until, read)}"
            return MissingAct(actor=actor, act=act, by=by, hold=rule.id)
        case UntilFlagCleared(flag=flag):
            if flag in hub.flags:
                actor, act = f"the customer system that flags `{flag}`", f"`flag_cleared` with flag {flag}"
            else:
                actor, act = actor_of(owner), f"to clear its own flag `{flag}`"
            return MissingAct(actor=actor, act=act, by=by, hold=rule.id)
        case UntilManual():
            actor = actor_of(owner)
            theirs = " (the DCC's counts too)" if is_supplier(owner) else ""
            act = f"`release_resumed`{theirs} or `flag_cleared` with flag {rule.id.removeprefix(PREFIX)}"
            return MissingAct(actor=actor, act=act, by=by, hold=rule.id)
        case _:
            assert_never(rule.until)


def _of_a_date(rule: HoldRule, state: HoldState, owner: str, by: datetime | None) -> MissingAct:
    if state.ends is not None:
        return MissingAct(actor=actor_of(owner), act="an earlier `until` in its rule", by=by, hold=rule.id)
    names = state.awaits.removeprefix("it has ")  # a value of `installed_on`
    private = f"`{MY_PREFIX}" in state.awaits
    return MissingAct(actor=owner if private else "the DCC", act=names, by=by, hold=rule.id)


def _by(state: HoldState, owner: str, context: RuleContext) -> datetime | None:
    """The last moment at which the act makes a difference; None where there is none, or it is over."""
    if is_supplier(owner):  # BR3.4: no instruction counts after the cut-off
        last = context.cutoff if state.over_by is None else min(context.cutoff, state.over_by)
    else:
        last = state.over_by or context.automatic_at
    return last if last >= context.as_of else None


def _teller(type_: str, owner: str, hub: CommsHub) -> str:
    match TELLS.get(type_):
        case None:
            return f"whoever tells of `{type_}`"
        case TellsOf.SUPPLIER if is_supplier(owner):  # a Supplier's event concerns its own holds only
            return owner
        case TellsOf.CSP:
            return CSP_PREFIX + hub.csp_region
        case who:
            return str(who.value)


def about_event(rule: HoldRule, until: UntilEvent, read: Read) -> str:
    """Which events of the type end the hold: `` with ref T-1 for configuration_set CS-0112``."""
    about = "" if until.ref is None else f" with ref {until.ref}"
    if until.ref is not None and is_of_trigger(rule.id):
        named, since = heard_after(until.ref)
        name = "flag" if until.type == "flag_cleared" else "ref"
        about = f" with {name} {named}{since}" if named else since
    if until.per in ("hub", "guid"):
        return f"{about} for the hub"
    return about if until.per is None else f"{about} for {until.per} {read(until.per)}"


def actor_of(owner: str) -> str:
    """The owner of rules as an actor."""
    return "the DCC" if owner == DCC else owner
