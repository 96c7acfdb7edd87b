"""Reports of checks: what the data page shows, reduced from statistics, and as kept in the workspace.

What reduces them is `segue.checks.report.tables`: it is not loaded here, for a server only reads.
"""

from segue.checks.report.files import LATEST, Kept, Summary, kept, read, summary, write
from segue.checks.report.page import payload_of
from segue.checks.report.payload import Payload, Table

__all__ = ["LATEST", "Kept", "Payload", "Summary", "Table", "kept", "payload_of", "read", "summary", "write"]
