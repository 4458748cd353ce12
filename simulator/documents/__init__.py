"""Identity documents that belong to nobody, written from the standards for tests and demos."""
