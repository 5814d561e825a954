"""Plain orders, which every conformant server accepts, and orders derived from them."""
