"""From the options of a run, given by the command line or by pytest, to its reports."""
