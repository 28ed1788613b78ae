"""Tables in: readers, kinds, findings, and the encoders that turn a table into numbers.

A `Table` is a tuple of `Column` records, each a NumPy array of numbers or of codes into sorted levels, so that every
other room works on plain arrays and none needs to know which data frame library the caller uses.
"""

from __future__ import annotations

from equipoise.data.align import align
from equipoise.data.column import KINDS, Column, Kind
from equipoise.data.design import DesignEncoder
from equipoise.data.embedded import embedded
from equipoise.data.findings import Finding
from equipoise.data.inspect import inspect
from equipoise.data.read import read_table
from equipoise.data.table import Table
from equipoise.data.target import Target, target_vector
from equipoise.data.tree import TreeEncoder

__all__ = [
    "KINDS",
    "Column",
    "DesignEncoder",
    "Finding",
    "Kind",
    "Table",
    "Target",
    "TreeEncoder",
    "align",
    "embedded",
    "inspect",
    "read_table",
    "target_vector",
]
