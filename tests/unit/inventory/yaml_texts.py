"""Pieces of YAML, and data to dump as YAML, that look a little like hosts.yaml."""

from hypothesis import strategies as st

from remedy.inventory.models import FileKeys, HostEntry

KEYS = sorted(
    {"hosts", "groups", "from", "file", "name", "url"} | set(FileKeys.model_fields) | set(HostEntry.model_fields)
)
NAMES = ["web1", "web2", "tokyo", "db"]
WORDS = ["auto", "none", "26h", "1M", "/a", "https://a/", "a@b", "a:1", "[::1]:1", "2017-08-30T02:00Z", "nginx"]

words = st.sampled_from([*KEYS, *NAMES, *WORDS]) | st.text(max_size=8)
values = st.none() | st.booleans() | st.integers() | st.floats() | words
data = st.recursive(
    values, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=4), max_leaves=12
)
fragments = st.sampled_from(
    ["hosts:", "web1", ": ", "\n", "\n  ", "\n    ", "- ", "{", "}", "[", "]", ", ", "'", '"', "\\", "#", "&a ", "*a",
     "<<: ", "!!", "!!str ", "|\n", ">\n", "---\n", "...\n", "%YAML 1.1\n", "\t", "?", "\0", "\u2028", "@", "`", "~",
     "\\U", "é"]
)  # fmt: skip
