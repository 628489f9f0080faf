"""Hardware of the real network, typed in from the Central Products List, and shares of it.

Makers, device models, firmware versions in the order in which they were listed, and the makers'
address blocks are facts. Every share is an assumption: no public source gives the numbers.
"""

from datetime import date

from attrs import frozen


@frozen(kw_only=True)
class Model:
    """A device model: `share` of its maker's hubs, the days between which it was installed."""

    device_model: str
    versions: tuple[str, ...]
    share: float
    first: date
    last: date | None = None


@frozen(kw_only=True)
class Maker:
    """A maker by its CPL id, with its address blocks (OUI, share of the maker's hubs)."""

    cpl_id: str
    name: str
    share: float
    blocks: tuple[tuple[int, float], ...]
    models: tuple[Model, ...]
    regions: tuple[tuple[str, float], ...]


_EDMI_420 = ("124074DA", "1220665A", "12407768", "125083AE", "126094D0", "1260A11E", "2020C568", "2020CB22")
_TOSHIBA_SKU = (
    "000A7100",
    "000A7200",
    "000A7300",
    "0B150000",
    "0B160000",
    "0B180000",
    "0B190000",
    "0B1B0000",
    "0B1E0000",
    "0B1F0000",
    "0C1D0000",
    "0C240000",
)
_TOSHIBA_NEXT = ("0C1D0000", "0C240000")
_TOSHIBA_DUAL = ("0C150000", "0C230000")
_WNC = (
    "010B0000",
    "010C0000",
    "010E0000",
    "020D0000",
    "02100000",
    "02130003",
    "02140003",
    "030A0001",
    "030A0003",
    "030A0005",
    "030A0007",
)

MAKERS: tuple[Maker, ...] = (
    Maker(
        cpl_id="106C",
        name="EDMI",
        share=0.30,
        blocks=((0x00905C, 0.06), (0x1C234F, 0.44), (0x441102, 0.20), (0xE4FED9, 0.30)),
        regions=(("North", 0.955), ("4G North", 0.04), ("Unknown", 0.005)),
        models=(
            Model(
                device_model="433100AC",
                versions=_EDMI_420,
                share=0.50,
                first=date(2016, 11, 1),
                last=date(2020, 6, 30),
            ),
            Model(
                device_model="433100AD",
                versions=("1260A11E", "1270B8CC", "2020C568", "2020CB22"),
                share=0.22,
                first=date(2018, 10, 18),
                last=date(2022, 6, 30),
            ),
            Model(
                device_model="433100AE",
                versions=("1260A11E", "2020C568", "2020CB22"),
                share=0.18,
                first=date(2019, 10, 10),
            ),
            Model(device_model="433200CD", versions=("20C0C760",), share=0.10, first=date(2020, 8, 24)),
        ),
    ),
    Maker(
        cpl_id="1086",
        name="Toshiba",
        share=0.42,
        blocks=((0x887384, 1.0),),
        regions=(
            ("Central", 0.44),
            ("South", 0.50),
            ("4G Central", 0.03),
            ("4G South", 0.025),
            ("Unknown", 0.005),
        ),
        models=(
            Model(
                device_model="54311F52",
                versions=("000A6900", *_TOSHIBA_SKU),
                share=0.26,
                first=date(2016, 11, 1),
                last=date(2021, 3, 31),
            ),
            Model(
                device_model="54322052",
                versions=("000A6900", *_TOSHIBA_SKU),
                share=0.22,
                first=date(2016, 11, 1),
                last=date(2021, 3, 31),
            ),
            Model(
                device_model="54342152",
                versions=_TOSHIBA_SKU,
                share=0.10,
                first=date(2016, 11, 18),
                last=date(2021, 3, 31),
            ),
            Model(device_model="54312252", versions=_TOSHIBA_NEXT, share=0.14, first=date(2019, 12, 4)),
            Model(device_model="54322352", versions=_TOSHIBA_NEXT, share=0.10, first=date(2019, 12, 4)),
            Model(device_model="54342452", versions=_TOSHIBA_NEXT, share=0.05, first=date(2019, 12, 4)),
            Model(device_model="55310400", versions=_TOSHIBA_DUAL, share=0.06, first=date(2019, 2, 4)),
            Model(device_model="55320400", versions=_TOSHIBA_DUAL, share=0.05, first=date(2019, 2, 4)),
            Model(device_model="55340400", versions=_TOSHIBA_DUAL, share=0.02, first=date(2019, 2, 4)),
        ),
    ),
    Maker(
        cpl_id="1072",
        name="WNC",
        share=0.28,
        blocks=((0x000B6B, 0.10), (0x90A4DE, 0.30), (0xB00073, 0.60)),
        regions=(
            ("Central", 0.50),
            ("South", 0.43),
            ("4G Central", 0.035),
            ("4G South", 0.03),
            ("Unknown", 0.005),
        ),
        models=(
            Model(
                device_model="57310100",
                versions=_WNC,
                share=0.40,
                first=date(2016, 11, 22),
                last=date(2020, 12, 31),
            ),
            Model(
                device_model="57310101",
                versions=_WNC[5:],
                share=0.25,
                first=date(2019, 5, 1),
                last=date(2022, 12, 31),
            ),
            Model(device_model="57310102", versions=_WNC[7:], share=0.23, first=date(2019, 9, 1)),
            Model(
                device_model="57320101",
                versions=("01070002", "010D0002"),
                share=0.12,
                first=date(2018, 11, 21),
            ),
        ),
    ),
)

WANTED_SETS = ("CS-0112", "CS-0113", "CS-0140", "CS-0151", "CS-0152")
"""Configuration sets that the example rule files name: common on the newest images."""

CONFIGURATION_SETS = 160
"""How many there are, `CS-0001` on (an assumption)."""

HOLIDAY_SHARES: dict[str, tuple[tuple[str, float], ...]] = {
    # The North region spans Scotland and the north of England: the split is an assumption.
    "North": (("england_and_wales", 0.55), ("scotland", 0.45)),
    "4G North": (("england_and_wales", 0.55), ("scotland", 0.45)),
    "Unknown": (("england_and_wales", 0.87), ("scotland", 0.13)),
}

SMI_SHARES = (
    ("Commissioned", 0.968),
    ("InstalledNotCommissioned", 0.009),
    ("Suspended", 0.006),
    ("Decommissioned", 0.005),
    ("Pending", 0.003),
    ("Recovered", 0.003),
    ("Whitelisted", 0.002),
    ("Withdrawn", 0.002),
    ("Recovery", 0.002),
)

FLAG_SHARES = (
    # Public flags, each drawn alone (assumptions).
    ("defect_triage", 0.0006),
    ("medical", 0.015),
    ("prepay", 0.14),
    ("psr", 0.08),
    ("staff_home", 0.001),
)

HAN_SHARES = (
    # A hub without a gas Supplier has no gas meter; ESME is on every HAN (the rest: assumptions).
    ("HCALCS", 0.01),
    ("IHD", 0.28),
    ("PPMID", 0.72),
)

SUPPLIER_IDS = (
    "NWND",
    "BRKW",
    "CLDR",
    "DUNE",
    "ELMS",
    "FROS",
    "GLEN",
    "HAZL",
    "IVYB",
    "JUNI",
    "KELP",
    "LARK",
    "MOSS",
    "OAKS",
    "PINE",
    "QUIL",
    "REED",
    "SAGE",
    "THRN",
    "UPLD",
    "VALE",
    "WREN",
    "YARR",
    "ASHW",
    "BIRC",
    "CEDR",
    "DALE",
    "ESKR",
    "FERN",
    "GORS",
)
"""Invented: no id is that of a real company."""
