"""Every key of a rule file, in one table: what reads the file and what the editor is told are the same.

Where a key stands decides what it means; `blocks` says that. This table says what may stand where.
"""

from chfw_core.model.releases import Phase, Priority
from chfw_core.model.window_text import DAYS
from chfw_core.rules.keys.shapes import Either, Key, ListOf, Named, Shape, Text, Whole, Word, Written

SCOPES = (
    "hub",
    "release",
    "csp_region",
    "device_model",
    "firmware_version",
    "manufacturer",
    "configuration_set",
    "batch",
)

NAME = Text(pattern=r"[A-Za-z0-9][A-Za-z0-9_.-]{0,99}", form="an id of letters, digits, `-`, `_` and `.`")
ANY_TEXT = Text()
CONDITION = Written(what="a condition", examples=('flags has "prepay"', "installed_on within last 28 days"))
DATE = Written(what="a date", examples=("2026-03-02", "release.notified_on + 3 days", "cutoff"))
DURATION = Written(what="a duration", examples=("28 days", "6 hours", "2 weeks"))
TEMPLATE = Written(what="text with `{field}`", examples=("Most of the industry has left {configuration_set}",))

ID = Key(name="id", kind=NAME, required=True, description="Names the rule in plans and reports. Unique per owner.")
BECAUSE = Key(name="because", kind=ANY_TEXT, description="Why, in words for a person.")
WHEN = Key(name="when", kind=CONDITION, description="Which hubs. Left out: all in scope.")

WINDOW = Shape(
    name="window",
    keys=(
        Key(name="days", kind=ListOf(item=Word(values=DAYS)), required=True, description="Days on which it begins."),
        Key(
            name="between",
            kind=Written(what="hours", examples=("22:00-05:00", "10:00-15:00")),
            required=True,
            description="London wall-clock hours; a night runs into the next day.",
        ),
        Key(
            name="not_on",
            kind=ListOf(item=Written(what="`bank_holidays` or a date", examples=("bank_holidays", "2026-04-01"))),
            description="Days on which it does not begin.",
        ),
    ),
)

APPLIES_TO = Shape(
    name="applies_to",
    keys=(
        Key(
            name="device_models",
            kind=ListOf(item=Written(what="a device model", examples=("433100AC", "5431*")), least=1),
            description="8 hex digits each, or their beginning with `*`.",
        ),
        Key(name="role", kind=Word(values=("any", "import", "gas")), description="The owner's role for the hub."),
    ),
)

AT = Shape(
    name="at",
    keys=(
        Key(
            name="window",
            kind=Either(scalar=ANY_TEXT, items=ListOf(item=ANY_TEXT, least=1)),
            description="A window, or several, which then all apply.",
        ),
        Key(name="from", kind=DATE, description="Opens no earlier. Left out: the day after the plan's `as_of`."),
        Key(name="to", kind=DATE, description="Closes no later. Left out: the automatic time."),
    ),
)

UNTIL = Shape(
    name="until",
    keys=(
        Key(name="date", kind=DATE, description="Ends on this day."),
        Key(name="event", kind=ANY_TEXT, description="Ends with an event of this type."),
        Key(name="ref", kind=ANY_TEXT, description="Only the event with this reference."),
        Key(name="per", kind=ANY_TEXT, description="Only an event for the hub's value of this field."),
        Key(name="flag_cleared", kind=ANY_TEXT, description="Ends when this flag is cleared."),
        Key(
            name="at_latest",
            kind=Written(what="a date", examples=("cutoff - 5 days", "2026-05-20", "35 days")),
            description="Ends at the latest then. After an event in `events`, a duration counts from it.",
        ),
    ),
)

STOP_IF = Shape(
    name="stop_if",
    keys=(
        Key(name="failed", kind=Written(what="a limit", examples=("> 2%",)), description="Share that failed."),
        Key(name="lost_wan", kind=Written(what="a limit", examples=(">= 3",)), description="Hubs that lost their WAN."),
        Key(name="within", kind=DURATION, description="Counted from the batch's start."),
    ),
)

REGION_BATCH = Shape(
    name="region_batch",
    keys=(
        Key(name="size", kind=Whole(least=1), required=True, description="Hubs in a batch."),
        Key(name="pause", kind=DURATION, description="Between the starts of two batches."),
    ),
)
BATCH = Shape(
    name="batch",
    keys=(*REGION_BATCH.keys, Key(name="stop_if", kind=STOP_IF, description="When no further batch starts.")),
)

EXCLUDE = Shape(name="exclude", keys=(ID, BECAUSE, WHEN))
HOLD = Shape(
    name="hold",
    keys=(
        ID,
        BECAUSE,
        WHEN,
        Key(
            name="until",
            kind=Either(scalar=Word(values=("manual",)), mapping=UNTIL),
            required=True,
            description="What ends it.",
        ),
        Key(name="tell", kind=ListOf(item=ANY_TEXT), description="Who is told."),
    ),
)
DECIDE = Shape(
    name="decide",
    keys=(
        ID,
        BECAUSE,
        Key(name="when", kind=CONDITION, required=True, description="Which hubs; `otherwise` = all that are left."),
        Key(
            name="then",
            kind=Word(values=("instruct", "leave_to_dcc", "move_automatic_date")),
            required=True,
            description="What is decided. `move_automatic_date` is the DCC's.",
        ),
        Key(name="at", kind=AT, description="When, for `instruct`."),
        Key(name="to", kind=DATE, description="The new automatic date, for `move_automatic_date`."),
        Key(name="batch", kind=BATCH, description="Cut into batches."),
    ),
)
PRIORITISE = Shape(
    name="prioritise",
    keys=(
        ID,
        BECAUSE,
        WHEN,
        Key(
            name="priority",
            kind=Whole(least=0, most=1_000),
            required=True,
            description="Higher goes first; 50 where no rule says.",
        ),
    ),
)

_DO_KEYS = (
    Key(
        name="hold",
        kind=Either(scalar=Word(values=("manual", "everything")), mapping=UNTIL),
        description="Hold the hubs in scope, or everything of this owner, until released.",
    ),
    Key(
        name="release",
        kind=Either(scalar=ANY_TEXT, items=ListOf(item=ANY_TEXT, least=1)),
        description="Release holds by id, or `everything`.",
    ),
    Key(
        name="notify",
        kind=Either(scalar=ANY_TEXT, items=ListOf(item=ANY_TEXT, least=1)),
        description="Who is told.",
    ),
    Key(name="text", kind=TEMPLATE, description="What they are told."),
    Key(name="raise", kind=Word(values=("incident",)), description="Raise an incident."),
    Key(name="priority", kind=Word(values=tuple(level.value for level in Priority)), description="Of the incident."),
)
DO = Shape(name="do", keys=(Key(name="instruct", kind=AT, description="Instruct the hub."), *_DO_KEYS))
PILOT_DO = Shape(
    name="pilot_do",
    keys=(
        Key(
            name="open",
            kind=Word(values=(Phase.SAFE_LAUNCH.value, Phase.MASS.value)),
            description="Go on to the next phase.",
        ),
        *_DO_KEYS,
    ),
)
PILOT_THEN = Shape(
    name="pilot_then",
    keys=(
        Key(name="when", kind=CONDITION, required=True, description="A condition on `pilot.*`."),
        Key(name="do", kind=PILOT_DO, required=True, description="What then happens."),
    ),
)
PILOT = Shape(
    name="pilot",
    keys=(
        ID,
        BECAUSE,
        Key(name="from", kind=CONDITION, description="Which hubs may be chosen. Left out: all in scope."),
        Key(name="size", kind=Whole(least=1), required=True, description="How many hubs."),
        Key(
            name="spread",
            kind=Shape(
                name="spread",
                keys=(
                    Key(
                        name="by", kind=ListOf(item=ANY_TEXT, least=1), required=True, description="Fields of the hub."
                    ),
                    Key(name="at_least", kind=Whole(least=0), description="Hubs of every combination, first."),
                ),
            ),
            description="Spread over every combination of these fields.",
        ),
        Key(name="prefer", kind=CONDITION, description="Hubs to take first."),
        Key(name="seed", kind=ANY_TEXT, description="The same seed chooses the same hubs. Left out: the id."),
        Key(name="at", kind=AT, description="When."),
        Key(name="then", kind=ListOf(item=PILOT_THEN), description="What its outcome leads to."),
    ),
)

_ON = Key(name="on", kind=ANY_TEXT, description="The type of event.")
_IF = Key(name="if", kind=CONDITION, description="Only where this holds; `event.*` is what the event carries.")
STEP = Shape(
    name="step",
    keys=(
        Key(name="on", kind=ANY_TEXT, required=True, description=_ON.description),
        _IF,
        Key(name="within", kind=DURATION, description="After the step before. Every later step needs it."),
        Key(name="otherwise", kind=DO, description="What happens when that time is over."),
    ),
)
EVENT = Shape(
    name="event",
    keys=(
        ID,
        BECAUSE,
        Key(
            name="per",
            kind=Either(scalar=Word(values=SCOPES), items=ListOf(item=Word(values=SCOPES), least=1)),
            description="What events are counted and ordered for. Left out: the hub.",
        ),
        _ON,
        _IF,
        Key(name="count", kind=Whole(least=1), description="So many events …"),
        Key(name="within", kind=DURATION, description="… within this time."),
        Key(name="steps", kind=ListOf(item=STEP, least=1), description="Events in this order, by event time."),
        Key(
            name="at_most",
            kind=Written(what="a limit in time", examples=("once per 30 days",)),
            description="No more often than this.",
        ),
        Key(name="do", kind=DO, required=True, description="What happens."),
    ),
)

FILE = Shape(
    name="file",
    keys=(
        Key(name="rules", kind=Word(values=("v1",)), required=True, description="The version of the language."),
        Key(name="owner", kind=ANY_TEXT, required=True, description="A Supplier's party id, `DCC`, or `CSP:<region>`."),
        Key(name="applies_to", kind=APPLIES_TO, description="Which hubs the file is about. Left out: all."),
        Key(
            name="sets",
            kind=Named(
                item=ListOf(item=ANY_TEXT),
                pattern=r"[A-Za-z_][A-Za-z0-9_]{0,99}",
                form="a name of letters, digits and `_`",
            ),
            description="Lists with a name, for `in` and `has`.",
        ),
        Key(
            name="windows",
            kind=Named(
                item=WINDOW, pattern=r"[A-Za-z_][A-Za-z0-9_-]{0,99}", form="a name of letters, digits, `-` and `_`"
            ),
            description="Weekly hours with a name.",
        ),
        Key(name="exclude", kind=ListOf(item=EXCLUDE), description="Hubs that are never early."),
        Key(name="hold", kind=ListOf(item=HOLD), description="Hubs that wait. All that match must be released."),
        Key(name="decide", kind=ListOf(item=DECIDE), description="The first rule that matches decides."),
        Key(name="prioritise", kind=ListOf(item=PRIORITISE), description="Hubs that go first where capacity is short."),
        Key(name="batch", kind=REGION_BATCH, description="A CSP's: bounds batches in its region."),
        Key(name="pilot", kind=Either(items=ListOf(item=PILOT), mapping=PILOT), description="A pilot group."),
        Key(name="events", kind=ListOf(item=EVENT), description="If this, then that."),
        Key(
            name="on_new_version",
            kind=Word(values=("finish", "cut_off")),
            description="What becomes of the sequences that the version before has begun. Left out: they finish.",
        ),
    ),
)
