"""Claims about the paths of what differs between two JSON documents."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nextplay.authoring.replay.paths import differing_paths
from nextplay.canonical import canonical_json

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.sampled_from(["a", "b"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("xyz"), inner, max_size=3),
    max_leaves=8,
)


@pytest.mark.parametrize(
    ("old", "new", "paths"),
    [
        ({"a": {"b": 1}, "c": [1, 2]}, {"a": {"b": 2}, "c": [1, 3]}, ["a.b", "c[1]"]),
        ({"a": [1]}, {"a": [1, 2]}, ["a[1]"]),
        ({"a": 1}, {"b": 1}, ["a", "b"]),
        ({"a": 1}, {"a": 1.0}, ["a"]),
        ({"a": 1}, {"a": True}, ["a"]),
        ({"a": []}, {"a": {}}, ["a"]),
        ({"a": [{"says": "x"}]}, {"a": [{"says": "y"}]}, ["a[0].says"]),
    ],
)
def test_what_differs_is_named(old: Any, new: Any, paths: list[str]) -> None:  # noqa: ANN401  JSON
    """Changed, added and missing values are named by path, by name and row; another spelling is another value."""
    assert list(differing_paths(old, new)) == paths


@settings(max_examples=100)
@given(JSON, JSON)
def test_no_path_means_equal_bytes(old: Any, new: Any) -> None:  # noqa: ANN401  JSON
    """There is a path exactly where the canonical bytes differ."""
    assert (list(differing_paths(old, new)) == []) == (canonical_json(old) == canonical_json(new))
