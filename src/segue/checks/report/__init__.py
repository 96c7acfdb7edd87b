"""Reports of checks: what the data page shows, reduced from statistics, and as kept in the workspace."""

from segue.checks.report.files import LATEST, Kept, kept, read, write
from segue.checks.report.page import payload_of
from segue.checks.report.payload import Payload, Table
from segue.checks.report.tables import table_of

__all__ = ["LATEST", "Kept", "Payload", "Table", "kept", "payload_of", "read", "table_of", "write"]
