"""A short run of what ``make fuzz`` does at length."""

from tests.corpus.fuzz import bear, run


def test_whatever_is_scanned_has_an_answer() -> None:
    run(bear, 1500)
