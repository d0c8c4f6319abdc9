"""Headings that the help of a verb puts its options under, and the order of the options below each."""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from typing import Annotated

from cyclopts import Group, Parameter

HEADINGS = {
    "Model or head, and sizes": "file preset config layer head indexer causal row rows n_keys d_head n_marked tau "
    "sample_size k_law k_weight heads kv_heads key_bits query_bits",
    "More sizes of a model": "layers query_heads gqa_group key_numbers index_heads weight_bits pool context window "
    "window_layers name source note",
    "Circuit": "to what n_iterates data_access score_method keys_per_query block unload words_at_once control_copies",
    "Search": "engine method search_law growth marked_limit circuit_every fault_rate first_score significant_bits "
    "lowest_column score_margin reads_limit seed",
    "Keys read before the search": "read_first read_last read_previous marked_read",
    "Machine and error budget": "hardware error_budget optimise n_machines n_parts n_searched n_factories store "
    "qram_latency_us qram_qubits_per_bit qram_p_error",
    "Output": "output verbose format whole_model io_bits_per_s at figure shared_reference force workers",
}
"""Inputs by heading, most used first among the headings and below each; a verb shows what it has."""

_PLACES = {name: place for place, name in enumerate(name for names in HEADINGS.values() for name in names.split())}
_GROUPS = {title: Group.create_ordered(title) for title in HEADINGS}
_GROUP_OF = {name: _GROUPS[title] for title, names in HEADINGS.items() for name in names.split()}


def under_headings(parameters: Sequence[inspect.Parameter]) -> list[inspect.Parameter]:
    """Return the parameters of a verb in the order of its help, each with its heading.

    Raises:
        KeyError: an option without a heading.
    """
    first = [each for each in parameters if each.kind is not inspect.Parameter.KEYWORD_ONLY]
    options = sorted((each for each in parameters if each not in first), key=lambda each: _PLACES[each.name])
    placed = [
        each.replace(annotation=Annotated[each.annotation, Parameter(group=_GROUP_OF[each.name])]) for each in options
    ]
    return [*first, *placed]
