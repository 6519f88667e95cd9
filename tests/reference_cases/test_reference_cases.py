"""Every reference case is answered within its tolerance: published results, official outcomes, real data.

They go in and come out through the command line, as everybody can try them.
"""

import json
import time
from functools import cache
from pathlib import Path
from typing import Any

import pytest

import marketplace.data
from marketplace.cli.decision import bare_app
from marketplace.decision.runner import METHODS
from marketplace.decision.scientific import optimize

# Loaded before any time is taken.
optimize()
FOLDER = Path(marketplace.data.__path__[0]) / "reference_cases"
CASES = {path.stem: path for path in sorted(FOLDER.glob("*.json"))}

# Which tolerance of the case holds for a key; every other key has `abs`.
TOLERANCES = {
    "ability": "abs",
    "se": "abs_se",
    "F": "F_abs",
    "residual_ss": "ss_abs",
    "adjusted_project_ss": "ss_abs",
    "var_project": "rel_variance",
    "var_reviewer": "rel_variance",
    "var_residual": "rel_variance",
    "blup_project": "abs_blup",
    "sd_conditional_project": "abs_sd",
    "se_mu": "abs_se",
    "mu": "abs_blup",
    "shrinkage": "rel_variance",
    "reml_deviance": "abs_deviance",
    "ci95": "abs_ci",
}
# One of several optimal answers is printed; the objective values are compared, not the labels.
ONE_OF_SEVERAL = {"max_min_assignment_project_to_reviewer_one_optimum", "one_optimal_selection"}


# Figures printed without a tolerance of their own: half a unit of the last digit printed.
PRINTED_DIGITS = {"reml_deviance": 0.05}
# What remains of exact figures in floating point.
NOISE = 1e-12


@cache
def answer(name: str) -> tuple[dict[str, Any], float]:
    """The answer of ``flask decision run`` and the processor time it took."""
    started = time.process_time()
    done = bare_app().test_cli_runner().invoke(args=["decision", "run", str(CASES[name])])
    taken = time.process_time() - started
    assert (done.exit_code, done.stderr) == (0, "")
    return json.loads(done.stdout), taken


def load(name: str) -> dict[str, Any]:
    return json.loads(CASES[name].read_text(encoding="utf-8"))


def tolerance(case: dict[str, Any], key: str) -> dict[str, float]:
    given = case["tolerance"]
    name = TOLERANCES.get(key, "abs")
    if name in given:
        return {"rel": given[name]} if name.startswith("rel") else {"abs": NOISE + given[name]}
    return {"abs": NOISE + given.get("abs", given.get("abs_sd", PRINTED_DIGITS.get(key, 0.0)))}


def compare(found: Any, expected: Any, bound: dict[str, float], where: str) -> None:
    if isinstance(expected, dict):
        for key, value in expected.items():
            compare(found[key], value, bound, f"{where}.{key}")
    elif isinstance(expected, list):
        assert len(found) == len(expected), where
        for i, (one, other) in enumerate(zip(found, expected, strict=True)):
            compare(one, other, bound, f"{where}[{i}]")
    elif isinstance(expected, bool | str) or expected is None:
        assert found == expected, where
    else:
        assert found == pytest.approx(expected, **({"rel": 0, "abs": NOISE} | bound)), where


@pytest.mark.parametrize("name", CASES)
def test_the_case_is_answered_within_its_tolerance(name: str) -> None:
    case = load(name)
    found, taken = answer(name)
    assert taken < case["tolerance"].get("time_limit_s", 5.0)
    keys = {key for key in case["expected"] if not key.endswith("_published")}
    assert set(found) == keys
    for key in keys - ONE_OF_SEVERAL:
        compare(found[key], case["expected"][key], tolerance(case, key), key)


@pytest.mark.parametrize("name", CASES)
def test_printed_figures_are_met_too(name: str) -> None:
    case = load(name)
    found, _ = answer(name)
    for key, printed in case["expected"].items():
        if key.endswith("_published"):
            bound = {"abs": case["tolerance"].get("abs_published", case["tolerance"]["abs"])}
            compare(found[key.removesuffix("_published")], printed, bound, key)


def test_every_method_has_a_case_and_no_file_is_left_out() -> None:
    assert {load(name)["method"] for name in CASES} == set(METHODS)
    assert len(CASES) == 43
