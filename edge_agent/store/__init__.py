"""The only room that opens SQLite: tables, schemas, the journal's one transaction, readers."""
