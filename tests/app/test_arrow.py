"""How the application sets Arrow up: in a process of its own, for it is done once in each."""

import subprocess
import sys

SCRIPT = """
import sys
from chfw_app.inputs.arrow import give_back, ready_arrow
ready_arrow()
import pyarrow as pa
assert pa.array(["a", None]).to_pylist() == ["a", None]
assert "pandas" not in sys.modules, "pyarrow imported pandas"
assert pa.default_memory_pool().backend_name == "system"
give_back()
{more}
"""


def run(more: str = "") -> None:
    subprocess.run([sys.executable, "-c", SCRIPT.format(more=more)], check=True)


def test_arrays_are_made_without_pandas_which_takes_longer_to_import_than_many_a_plan() -> None:
    run()


def test_a_plug_in_can_import_pandas_all_the_same() -> None:
    run("import importlib.util\nif importlib.util.find_spec('pandas'): import pandas")
