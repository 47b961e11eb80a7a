"""Results of rule tests as JUnit XML, which every build server reads; coverage as properties."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby
from xml.etree import ElementTree as ET

from nextplay.authoring.cases import CaseResult
from nextplay.authoring.coverage import Coverage


def junit_xml(results: Sequence[CaseResult], coverage: Coverage | None, lacking: Sequence[str] = ()) -> str:
    """Write one suite for each file, and where coverage was asked for, one with its numbers; `lacking` fail in it."""
    top = ET.Element("testsuites", {"name": "nextplay rules test"})
    for path, group in groupby(results, key=lambda result: result.place.path):
        top.append(_suite(path, list(group)))
    if coverage is not None:
        top.append(_coverage_suite(coverage, lacking))
    for key in ("tests", "failures"):
        top.set(key, str(sum(int(suite.get(key, "0")) for suite in top)))
    ET.indent(top)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(top, encoding="unicode")


def _suite(path: str, results: Sequence[CaseResult]) -> ET.Element:
    suite = _empty_suite(path, len(results), sum(not result.passed for result in results))
    for result in results:
        case = ET.SubElement(suite, "testcase", {"name": result.name, "classname": path, "time": "0"})
        if not result.passed:
            about = "; ".join(mismatch.about for mismatch in result.mismatches)
            failure = ET.SubElement(case, "failure", {"message": about, "type": "expectation"})
            failure.text = _printable(str(result))
    return suite


def _coverage_suite(coverage: Coverage, lacking: Sequence[str]) -> ET.Element:
    suite = _empty_suite("coverage", int(bool(lacking)), int(bool(lacking)))
    properties = ET.Element("properties")
    for name, value in _numbers(coverage).items():
        ET.SubElement(properties, "property", {"name": name, "value": value})
    suite.insert(0, properties)
    if lacking:
        case = ET.SubElement(suite, "testcase", {"name": "enough coverage", "classname": "coverage", "time": "0"})
        failure = ET.SubElement(case, "failure", {"message": "coverage is too low", "type": "coverage"})
        failure.text = _printable("\n".join(lacking))
    return suite


def _numbers(coverage: Coverage) -> Mapping[str, str]:
    return {
        "coverage.rules.covered": str(coverage.rules_covered),
        "coverage.rules.total": str(len(coverage.rules)),
        "coverage.rules.per_cent": f"{coverage.rules_pct:.2f}",
        "coverage.leaves.covered": str(coverage.leaves_covered),
        "coverage.leaves.total": str(len(coverage.leaves)),
        "coverage.leaves.per_cent": f"{coverage.leaves_pct:.2f}",
    }


def _empty_suite(name: str, tests: int, failures: int) -> ET.Element:
    counts = {"tests": str(tests), "failures": str(failures), "errors": "0", "skipped": "0", "time": "0"}
    return ET.Element("testsuite", {"name": name, **counts})


def _printable(text: str) -> str:
    """Leave out characters that XML 1.0 cannot hold."""
    return "".join(character for character in text if character in "\n\t" or character.isprintable())
