"""The resources under /v1, and the three that tell how the process is."""
