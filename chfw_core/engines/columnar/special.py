"""Hubs of which something is known by GUID: their records are filled in after the sweep.

In this order: events that name the hub; private attributes and GUID lists; explicit instructions;
what the other Supplier's instruction changes. Everything is worked out per distinct combination.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

import numpy as np
from attrs import define, evolve, field
from numpy.typing import NDArray

from chfw_core.consent.standing import HubFacts, Judged, Standing, judge_rows, kept_by
from chfw_core.engines.columnar.axes import Chunk
from chfw_core.engines.columnar.compose import Composer
from chfw_core.engines.columnar.composed import Disturbed, Kept
from chfw_core.engines.columnar.recorded import Bundles, Recorded
from chfw_core.engines.columnar.records import SIDES, Part, Records, distinct_rows, distinct_tuples, with_more
from chfw_core.engines.columnar.sides import Side
from chfw_core.engines.columnar.sparse import PRIVATE, Attributes, SparseRows, speak_of
from chfw_core.engines.columnar.vocabulary import numbered
from chfw_core.engines.columnar.world import World
from chfw_core.errors import InputError, UsageError
from chfw_core.model.guid import Guid
from chfw_core.planning.holds import guid_sensitive
from chfw_core.planning.release_state import today_of
from chfw_core.planning.supplier_changes import changes_by_guid, without_contradictions
from chfw_core.rules.meaning.evaluate import RuleContext
from chfw_core.rules.meaning.leaves import leaves
from chfw_core.rules.model import LeafOp

Ints = NDArray[np.int64]
Parts = NDArray[np.int32]


@define
class Special:
    """The special hubs of one plan: where they stand in the estate, and their records."""

    world: World
    composer: Composer
    attributes: Mapping[str, Attributes]
    recorded: Recorded | None
    rows: SparseRows = field(init=False)
    place: list[NDArray[np.int64]] = field(init=False)
    records: Records = field(init=False)
    bundles: Bundles | None = field(init=False, default=None)
    refusals: list[tuple[int, str, str]] = field(init=False, factory=list)
    named: list[int] = field(init=False, factory=list)
    contradictions: int = field(init=False, default=0)
    _standings: dict[Standing | Kept | str | None, int] = field(init=False, factory=lambda: {None: 0})
    _origin: list[NDArray[np.int32]] = field(init=False, factory=list)

    def fill(self, classes: Sequence[Parts], records: Records) -> None:
        """Find the hubs and fill in their records. `classes`, `records`: what the sweep found."""
        world = self.world
        if self.recorded is not None:
            state_cutoffs = {world.terms(at).cutoff for at in world.contexts}
            rules_speak = world.inputs.as_of <= min(state_cutoffs)
            self.bundles = self.recorded.bundles(world.inputs.as_of, self._first_moment, rules_speak)
        self._find(classes, records)
        if len(self.rows):
            self._events()
            self._speak_dcc()
            self._speak(None)
            self._instruct()
        elif self.bundles is not None:
            self._refuse_strangers(np.zeros(len(self.bundles.guid), dtype=np.bool_))

    def enter(self, classes: Sequence[Parts], records: Records) -> Records:
        """Give the hubs the classes of their filled-in records; answers with all records."""
        if not len(self.records):
            return records
        distinct, of = distinct_rows(self.records)
        numbers = (len(records) + of).astype(np.int32)
        start = 0
        for own, place in zip(classes, self.place, strict=True):
            own[place] = numbers[start : start + len(place)]
            start += len(place)
        return with_more(records, distinct)

    # --- which hubs ---

    def _find(self, classes: Sequence[Parts], records: Records) -> None:
        wanted = np.unique(np.concatenate([np.asarray(part, dtype=np.uint64) for part in self._guids()]))
        chunks = self.world.estate.chunks
        self.place = [_members(chunk, wanted) for chunk in chunks]
        guid = np.concatenate([c.guid[p] for c, p in zip(chunks, self.place, strict=True)])
        axes = [
            np.concatenate([c.axes[axis][p] for c, p in zip(chunks, self.place, strict=True)])
            for axis in range(len(self.world.views))
        ]
        self.rows = SparseRows(guid=guid, axes=axes)
        found = np.concatenate([own[p] for own, p in zip(classes, self.place, strict=True)])
        self.records = records[found].copy()
        rows = (Part.FIRST_ROW, Part.SECOND_ROW, Part.CSP_ROW)
        self._origin = [self.records[:, row].copy() for row in rows]

    def _guids(self) -> list[object]:
        world, events = self.world, self.world.state.events
        named: set[int] = set(world.state.guids) | set(changes_by_guid(events)) | set(world.inputs.protected)
        for rules in world.inputs.rulesets:
            for hold in rules.holds:
                named |= guid_sensitive(hold, events, owner=rules.owner)
        for speaker in (*world.suppliers.speakers, *world.dcc.speakers, *world.csp.speakers):
            for condition in speaker.rules.conditions:
                for leaf in leaves(condition):
                    if "guid" in leaf.fields:
                        if leaf.op not in {LeafOp.EQ, LeafOp.NE, LeafOp.IN}:
                            raise InputError(f"`{leaf.text}`: a GUID is compared with `==`, `!=` or `in` only")
                        named |= {int(str(arg.value)) for arg in leaf.args if arg.value is not None}
        self.named = sorted(named)
        found: list[object] = [np.array(self.named, dtype=np.uint64)]
        found += [own.guid for owner, own in self.attributes.items() if self._reads_attributes(owner)]
        if self.bundles is not None:
            found.append(self.bundles.guid)
        return found

    def _reads_attributes(self, owner: str) -> bool:
        rules = next((s.rules for s in self.world.suppliers.speakers if s.owner == owner), None)
        names = rules.fields(self.world.state.events) if rules is not None else frozenset()
        return any(name == "flags" or name.startswith(PRIVATE) for name in names)

    # --- events that name a hub ---

    def _events(self) -> None:
        known, events = self.composer.known, self.world.state.events
        changes = changes_by_guid(events)
        numbers = {Disturbed(): 0}
        for at in np.flatnonzero(np.isin(self.rows.guid, np.array(self.named, dtype=np.uint64))).tolist():
            guid = int(self.rows.guid[at])
            announced = changes.get(guid, ())
            pair = self.world.pairs[self.records[at, Part.PAIR]]
            own = without_contradictions(announced, pair, today_of(self.world.inputs)) if announced else ()
            self.contradictions += len(announced) - len(own)
            disturbed = Disturbed(changes=own, protected=self.world.inputs.protected.get(guid, ()))
            if numbers.setdefault(disturbed, len(numbers)) == len(known.changes):
                known.changes.append(disturbed)
            self.records[at, Part.CHANGES] = numbers[disturbed]
            self.records[at, Part.GUID] = len(known.guids)
            known.guids.append(Guid(guid))

    # --- what an owner's rules say with more known ---

    def _speak_dcc(self) -> None:
        """The DCC's rules first: they say in what context all others are read."""
        world = self.world
        if "guid" in world.dcc.speakers[0].rules.fields(world.state.events):
            rows = np.arange(len(self.rows))
            self._say(world.dcc, 1, world.dcc.speakers[0].context, rows, (Part.DCC_ROW, Part.DCC), None)

    def _speak(self, told: Sequence[NDArray[np.bool_]] | None) -> None:
        """Match again the rules that read facts about single hubs.

        `told[side][row]`: the other Supplier has instructed; None = nobody knows yet.
        """
        world = self.world
        sides = [
            (world.suppliers, Part.FIRST_ROW, Part.FIRST_MATCH),
            (world.suppliers, Part.SECOND_ROW, Part.SECOND_MATCH),
        ]
        sides += [(world.csp, Part.CSP_ROW, Part.CSP)] if told is None else []
        terms = self.composer.terms_of(self.records)
        moved = [self.composer.terms_list[number].automatic_at for number in range(len(self.composer.terms_list))]
        times = numbered(moved)[terms]
        for side, (speakers, row_part, match_part) in enumerate(sides):
            concerned = self._origin[side] if told is None else np.where(told[side], self._origin[side], 0)
            for row, time in distinct_tuples([concerned, times])[0].tolist():
                if row <= 0 or not self._rereads(speakers, row, told is not None):
                    continue
                mine = np.flatnonzero((concerned == row) & (times == time))
                context = world.context(moved[terms[mine[0]]])
                own_told = None if told is None else told[side][mine]
                self._say(speakers, row, context, mine, (row_part, match_part), own_told)

    def _say(
        self,
        side: Side,
        row: int,
        context: RuleContext,
        mine: Ints,
        parts: tuple[Part, Part],
        told: NDArray[np.bool_] | None,
    ) -> None:
        own = self.attributes.get(side.speakers[row - 1].owner)
        who, match = speak_of(self.world, side, row, context, self.rows.some(mine), own, told)
        side.speakers.append(who)
        self.records[mine, parts[0]] = len(side.speakers)
        self.records[mine, parts[1]] = match

    def _rereads(self, side: Side, row: int, told: bool) -> bool:
        """Whether the rules of this row's owner depend on what is known of single hubs."""
        who = side.speakers[row - 1]
        fields = who.rules.fields(self.world.state.events)
        if told:
            return "other_supplier_instructed" in fields
        if self.world.told_apart and len(self.world.dcc.speakers) > 1:
            return True  # the DCC may have moved the date of single hubs
        return "guid" in fields or (who.owner in self.attributes and self._reads_attributes(who.owner))

    # --- explicit instructions ---

    def _instruct(self) -> None:
        bundles = self.bundles
        if bundles is None:
            return
        order = np.argsort(self.rows.guid, kind="stable")
        at = np.searchsorted(self.rows.guid[order], bundles.guid)
        at = np.take(order, at, mode="clip")
        known = self.rows.guid[at] == bundles.guid
        self._refuse_strangers(known)
        first = self._judge(at, known, final=False)
        told = [np.zeros(len(self.rows), dtype=np.bool_) for _ in SIDES]
        for side, instructs in enumerate(first):
            told[1 - side][instructs] = True
        if any(part.any() for part in told):
            self._speak(told)
        self._judge(at, known, final=True)

    def _judge(self, at: Ints, known: NDArray[np.bool_], *, final: bool) -> list[Ints]:
        """The standing instruction of each bundle's Party; answers, per side, the rows that instruct.

        Only the final judgement is entered into the records and refuses.
        """
        bundles, world = self._bundles, self.world
        terms = self.composer.terms_of(self.records)
        parties = [s.owner for s in world.suppliers.speakers]
        numbers = {party: number for number, party in enumerate(dict.fromkeys([*parties, *bundles.party]))}
        party = np.array([numbers[p] for p in bundles.party], dtype=np.int64)
        owner = np.array([-1, *(numbers[p] for p in parties)], dtype=np.int64)
        heard: list[_Heard] = []
        matched = np.zeros(len(at), dtype=np.bool_)
        for row_part, match_part, _ in SIDES:
            own = np.flatnonzero(known & (owner[self.records[at, row_part]] == party))
            matched[own] = True
            rows = at[own]
            columns = [
                bundles.content[own],
                self.records[rows, Part.PAIR],
                terms[rows],
                self.records[rows, Part.PLACE],
                self.records[rows, row_part],
                self.records[rows, match_part],
            ]
            distinct, of = distinct_tuples(columns)
            heard.append(_Heard(own=own, rows=rows, of=of, judged=[self._judged(*row) for row in distinct.tolist()]))
        self._beside_each_other(heard)
        instructing: list[Ints] = []
        for (_, _, standing_part), side in zip(SIDES, heard, strict=True):
            instructs = np.array([self._instructs(one) for one in side.judged], dtype=np.bool_)
            instructing.append(side.rows[instructs[side.of]] if len(side.of) else side.rows)
            if final:
                numbers_of = [self._standing_number(_stands(one)) for one in side.judged]
                self.records[side.rows, standing_part] = np.array(numbers_of or [0], dtype=np.int64)[side.of]
                self._refuse(side.own, side.of, side.judged)
        if final:
            self._refuse_others(np.flatnonzero(known & ~matched), at, terms)
        return instructing

    def _beside_each_other(self, heard: Sequence["_Heard"]) -> None:
        """What both Suppliers of a hub agreed to, for those of which one's period is over."""
        first, second = heard
        which = [np.full(len(self.rows), -1, dtype=np.int64) for _ in heard]
        over = []
        for numbers, side in zip(which, heard, strict=True):
            numbers[side.rows] = side.of
            acts = (one.act for one in side.judged)
            ended = [act is not None and act.period.closes <= self._first_moment for act in acts]
            over.append(np.array([*ended, False], dtype=np.bool_)[numbers])
        rows = np.flatnonzero((over[0] | over[1]) & (which[0] >= 0) & (which[1] >= 0))
        if not len(rows):
            return
        distinct, of = distinct_tuples([which[0][rows], which[1][rows]])
        pairs = [(first.judged[one], second.judged[other]) for one, other in distinct.tolist()]
        for numbers, side, (mine, theirs) in zip(which, heard, ((0, 1), (1, 0)), strict=True):
            start = len(side.judged)
            side.judged += [kept_by(pair[mine], pair[theirs], self._first_moment) for pair in pairs]
            numbers[rows] = start + of
            side.of = numbers[side.rows]

    def _judged(self, content: int, pair: int, terms: int, place: int, row: int, match: int) -> Judged:
        facts = self._facts(pair, terms, place)
        if row:
            who = self.world.suppliers.speakers[row - 1]
            number = int(who.known.exclude[match])
            if number >= 0:
                rule = who.rules.rules.excludes[number]
                facts = evolve(facts, excluded={who.owner: (rule.id, rule.because)})
        return judge_rows(self._bundles.contents[content], facts, self.world.inputs.as_of)

    def _facts(self, pair: int, terms: int, place: int) -> HubFacts:
        world = self.world
        dcc = self.composer.terms_list[terms]
        return HubFacts(
            suppliers=world.pairs[pair],
            automatic_at=dcc.automatic_at,
            cutoff=dcc.cutoff,
            former_automatic_at=world.inputs.release.automatic_at,
            former_cutoff=world.terms(world.inputs.release.automatic_at).cutoff,
            ineligible=world.places[place].ineligible,
        )

    def _instructs(self, judged: Judged) -> bool:
        return judged.standing is not None and judged.standing.instructs(self._first_moment)

    @property
    def _first_moment(self) -> datetime:
        """The start of the earliest day: the same for all hubs of a plan."""
        return self.world.terms(self.world.inputs.release.automatic_at).first_moment

    def _standing_number(self, standing: Standing | Kept | str | None) -> int:
        known = self.composer.known.standings
        number = self._standings.setdefault(standing, len(known))
        if number == len(known):
            known.append(standing)
        return number

    # --- refusals (BR5.2) ---

    def _refuse(self, own: Ints, of: Ints, judged: Sequence[Judged]) -> None:
        """Enter the refusals of these bundles, row by row."""
        bundles = self._bundles
        for number, one in enumerate(judged):
            if not one.refusals:
                continue
            for bundle in own[of == number].tolist():
                left = {id(refusal.instruction): refusal for refusal in one.refusals}
                start = int(bundles.start[bundle])
                for offset, template in enumerate(bundles.contents[int(bundles.content[bundle])]):
                    refusal = left.get(id(template))
                    if refusal is not None:
                        self.refusals.append((int(bundles.row[start + offset]), refusal.code, refusal.reason))

    def _refuse_others(self, own: Ints, at: Ints, terms: Ints) -> None:
        """Rows of Parties that are not responsible for the hub."""
        rows = at[own]
        columns = [
            self._bundles.content[own],
            self.records[rows, Part.PAIR],
            terms[rows],
            self.records[rows, Part.PLACE],
        ]
        distinct, of = distinct_tuples(columns)
        self._refuse(own, of, [self._judged(*row) for row in np.pad(distinct, ((0, 0), (0, 2))).tolist()])

    def _refuse_strangers(self, known: NDArray[np.bool_]) -> None:
        """Rows about hubs that the estate does not have."""
        own = np.flatnonzero(~known)
        distinct, of = np.unique(self._bundles.content[own], return_inverse=True)
        as_of = self.world.inputs.as_of
        judged = [judge_rows(self._bundles.contents[content], None, as_of) for content in distinct.tolist()]
        self._refuse(own, of, judged)

    @property
    def _bundles(self) -> Bundles:
        if self.bundles is None:
            raise UsageError("no instructions were given")
        return self.bundles


@define(kw_only=True)
class _Heard:
    """One side's bundles `own`, of the special hubs `rows`: bundle i was judged `judged[of[i]]`."""

    own: Ints
    rows: Ints
    of: Ints
    judged: list[Judged]


def _stands(judged: Judged) -> Standing | Kept | str | None:
    if judged.standing is not None:
        return judged.standing
    return (None if judged.kept is None else Kept(judged.kept)) or judged.refused or None


def _members(chunk: Chunk, wanted: NDArray[np.uint64]) -> NDArray[np.int64]:
    """The rows of a chunk whose GUID is wanted."""
    if not len(wanted):
        return np.zeros(0, dtype=np.int64)
    at = np.searchsorted(wanted, chunk.guid)
    return np.flatnonzero(np.take(wanted, at, mode="clip") == chunk.guid)
