"""The trail is complete and shows nothing sealed."""
