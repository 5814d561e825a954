"""Runs the suite against every faulty server and every conformant variant of the catalogues."""
