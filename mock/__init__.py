"""The embedded orders server, and its variants: `faulty` ones, and `different` ones that meet the contract."""
