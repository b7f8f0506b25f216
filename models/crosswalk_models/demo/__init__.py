"""The demo: the whole way from sample payloads to orders at the target, verified there."""
