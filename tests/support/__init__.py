"""What several test folders share: servers, contracts, ledgers, records, a terminal."""
