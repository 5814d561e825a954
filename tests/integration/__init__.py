"""The whole suite with third-party programs: the command line, Prism, and a real browser."""
