"""Verifies a folder of reports: manifest, chain and signature, and whether the verdicts follow from the exchanges."""
