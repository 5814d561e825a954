"""The record of a run, and the reports that are made from it.

A run writes `record.jsonl` with `reports.record.writer`. Every report is a pure function of that file:

    record.jsonl -> record.reader.read -> summary.summarise -> report.json
                                                     -> page.html.page          -> report.html
                                                     -> page.pdf.document       -> report.pdf, if it is asked for
                                                     -> formats.junit.document  -> junit.xml
                                                     -> formats.ctrf.document   -> ctrf.json
                                                     -> console.closing_lines
                                                     -> ci.github, ci.gitlab

`reports.write.render` does all of it. This package depends on the record only, not on the contract or the run.

Terms of the reports:

    plain      a value or an order that every conformant server accepts
    unusual    a value of which the contract does not specify whether it is accepted
    key        the reference and the instant of an order; two orders with the same key are duplicates
"""
