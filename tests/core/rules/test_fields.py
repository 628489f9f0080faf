"""The registry of fields, the reader of hubs, and what importing the core costs."""

import subprocess
import sys
from datetime import date

import pytest

from chfw_core.errors import UsageError
from chfw_core.model.events import EVENT_TYPES
from chfw_core.rules.model import PLAN_NAMES, DateExpr
from chfw_core.rules.vocabulary.event_fields import EVENT_FIELDS
from chfw_core.rules.vocabulary.fields import HUB_FIELDS, PLAN_FIELDS, RELEASE_FIELDS, Audience, FieldType, hub_reader
from tests.core.rules.support import HUB, context


def test_the_language_pages_hub_fields_are_all_there() -> None:
    page = (
        "guid csp_region device_model manufacturer firmware_version configuration_set installed_on smi_status flags "
        "han_device_types split my_role other_supplier_instructed import_supplier gas_supplier"
    )
    assert {spec.name for spec in HUB_FIELDS} == set(page.split())


def test_every_hub_field_can_be_read() -> None:
    read = hub_reader(HUB, "NWND", other_supplier_instructed=True)
    assert all(read(spec.name) is not None for spec in HUB_FIELDS)
    assert read("other_supplier_instructed") is True
    assert read("my.anything") is None
    with pytest.raises(UsageError, match="no field `nothing`"):
        read("nothing")


def test_every_release_field_is_in_the_context() -> None:
    assert {f"release.{name}" for name in context().release} == {spec.name for spec in RELEASE_FIELDS}


def test_every_type_of_event_is_known() -> None:
    assert set(EVENT_FIELDS) == set(EVENT_TYPES)


def test_what_names_a_supplier_is_for_the_operators_alone() -> None:
    """BR3.3, NF7."""
    named = {spec.name for spec in HUB_FIELDS if spec.visible_to is Audience.OPERATORS}
    assert named == {"import_supplier", "gas_supplier"}
    change = EVENT_FIELDS["change_of_supplier_started"]
    hidden = {spec.name for spec in change if spec.visible_to is Audience.OPERATORS}
    assert hidden == {"event.party", "event.from", "event.to"}


def test_every_field_is_described_and_enums_have_values() -> None:
    for spec in (*HUB_FIELDS, *RELEASE_FIELDS, *PLAN_FIELDS, *(s for specs in EVENT_FIELDS.values() for s in specs)):
        assert spec.description
        assert bool(spec.values) == (spec.type is FieldType.ENUM)
        assert bool(spec.digits) == (spec.type is FieldType.HEX)


def test_the_names_of_the_plan_are_those_that_a_date_knows() -> None:
    assert {spec.name for spec in PLAN_FIELDS} <= PLAN_NAMES


def test_importing_the_rules_does_not_load_yaml() -> None:
    code = "import sys, chfw_core.rules.check; print('yaml' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


@pytest.mark.parametrize(
    ("base", "fields"),
    [("today", ()), ("event.at", ()), ("installed_on", ("installed_on",)), (date(2026, 1, 1), ())],
)
def test_a_date_names_the_field_that_it_reads(base: date | str, fields: tuple[str, ...]) -> None:
    assert DateExpr(base=base).fields == fields
