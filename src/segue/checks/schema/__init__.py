"""What good data looks like: a file that people review, and that no batch under test can change."""

from segue.checks.schema.file import find_schema, load_schema, load_schemas
from segue.checks.schema.infer import infer
from segue.checks.schema.shape import ColumnSchema, Drift, Environment, SliceSchema, TableSchema
from segue.checks.schema.writing import save_schema

__all__ = [
    "ColumnSchema",
    "Drift",
    "Environment",
    "SliceSchema",
    "TableSchema",
    "find_schema",
    "infer",
    "load_schema",
    "load_schemas",
    "save_schema",
]
