"""The tests of wslab. This folder mirrors `wslab/`; helpers are imported as `tests.optional`."""
