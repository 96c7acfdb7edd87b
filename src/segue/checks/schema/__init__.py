"""What good data looks like: a file that people review, and that no batch under test can change."""

from segue.checks.schema.shape import ColumnSchema, Drift, Environment, SliceSchema, TableSchema

__all__ = ["ColumnSchema", "Drift", "Environment", "SliceSchema", "TableSchema"]
