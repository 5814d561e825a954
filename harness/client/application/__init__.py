"""An ASGI application in this process as a target: how it is loaded, and a client without a port."""
