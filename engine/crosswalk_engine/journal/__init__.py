"""The journal: every event, effect and transition, durable before it is acknowledged."""
