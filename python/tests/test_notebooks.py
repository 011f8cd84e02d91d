"""The notebooks of examples/notebooks, run from front to back as a reader would."""

import json
import pathlib

import nbclient
import nbformat
import pytest

import bitline

FOLDER = pathlib.Path(__file__).resolve().parents[2] / "examples" / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))


@pytest.fixture(autouse=True)
def package(monkeypatch):
    """The kernel is Debian's Python, and not that of an environment in which the package lies."""
    monkeypatch.setenv("PYTHONPATH", str(pathlib.Path(bitline.__file__).resolve().parents[1]))


def run(name, facts):
    """Runs a notebook, and then `facts`, a Python expression of numbers in its variables."""
    notebook = nbformat.read(FOLDER / name, as_version=4)
    question = f"import json\nprint(json.dumps({facts}, default=lambda number: number.item()))"
    notebook.cells.append(nbformat.v4.new_code_cell(question))
    nbclient.NotebookClient(
        notebook, timeout=300, kernel_name="python3", resources={"metadata": {"path": str(FOLDER)}}
    ).execute()
    return json.loads("".join(output["text"] for output in notebook.cells[-1].outputs))


def test_there_are_notebooks():
    assert {path.name for path in NOTEBOOKS} == {
        "compare_methods.ipynb", "find_levels.ipynb", "train_with_adcs.ipynb",
    }


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
def test_committed_notebooks_are_valid_and_carry_no_outputs(path):
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            assert cell.outputs == [] and cell.execution_count is None


def test_find_levels_recommends_fewer_levels_than_were_searched_at_most():
    facts = run(
        "find_levels.ipynb",
        "{'recommended': result.rows[result.recommended]['levels'], 'most': max(levels),"
        " 'losses': [lossless.accuracy - tested[count].accuracy for count in (2, 16)],"
        " 'report': page.stat().st_size}",
    )
    assert facts["recommended"] < facts["most"]
    # two levels cost answers, sixteen next to none
    assert facts["losses"][0] > 0.05 and abs(facts["losses"][1]) < 0.02
    assert facts["report"] > 0


def test_training_with_adcs_raises_the_accuracy():
    facts = run(
        "train_with_adcs.ipynb",
        "{'before': before.accuracy, 'after': after.accuracy, 'without': without.accuracy,"
        " 'same': same}",
    )
    assert facts["after"] > facts["before"]
    assert facts["after"] > facts["without"]
    assert facts["same"]


def test_methods_differ_where_levels_are_few():
    facts = run(
        "compare_methods.ipynb",
        "{'three': dict(zip(fewest.ranges, fewest.test_accuracy)),"
        " 'front': front.adc_energy_nj.tolist(), 'best': [front.test_accuracy.max(),"
        " rows.test_accuracy.max()], 'chosen': chosen.adc_energy_nj, 'most': most}",
    )
    assert facts["three"]["layer-wise"] > facts["three"]["min-max"]
    assert facts["front"] == sorted(set(facts["front"]))
    assert facts["best"][0] == facts["best"][1]
    assert facts["chosen"] < facts["most"]
