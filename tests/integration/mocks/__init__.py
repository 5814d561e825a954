"""Stock mock servers of others, started on the exported contract."""
