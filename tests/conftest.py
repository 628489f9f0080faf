"""What all tests share: the Hypothesis profiles.

`dev` is the default; `ci` (CI=true) draws the same examples every time; `nightly` draws many.
HYPOTHESIS_PROFILE names one outright. No profile has a deadline: machines are shared, and time is what benchmarks
are for.
"""

import os

from hypothesis import HealthCheck, settings

_SLOW_MACHINE = [HealthCheck.too_slow]

settings.register_profile("dev", deadline=None, max_examples=100, suppress_health_check=_SLOW_MACHINE)
settings.register_profile(
    "ci", deadline=None, max_examples=100, derandomize=True, print_blob=True, suppress_health_check=_SLOW_MACHINE
)
settings.register_profile(
    "nightly", deadline=None, max_examples=5_000, print_blob=True, suppress_health_check=_SLOW_MACHINE
)


def _profile() -> str:
    chosen = os.environ.get("HYPOTHESIS_PROFILE", "")
    if chosen:
        return chosen
    return "ci" if os.environ.get("CI", "").lower() in {"1", "true", "yes"} else "dev"


settings.load_profile(_profile())
