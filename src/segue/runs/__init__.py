"""Steps, the ledger of runs, releases."""
