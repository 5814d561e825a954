"""The record of a run, and every rendering of it.

A run writes `record.jsonl` through `reports.record.writer`. Everything else here is a function of that file:

    record.jsonl -> record.read -> summary.summarise -> report.json
                                                     -> html.page      -> report.html
                                                     -> junit.document -> junit.xml
                                                     -> console.closing_lines

`reports.write.render` does the whole chain. This package knows the record only: not the contract, not the run.
"""
