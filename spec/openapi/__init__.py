"""The contract in plain OpenAPI, for programs that know nothing else."""
