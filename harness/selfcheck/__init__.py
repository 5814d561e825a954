"""Runs the suite against every server of the catalogues."""
