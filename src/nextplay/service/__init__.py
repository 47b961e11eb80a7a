"""The service: the doors, the release that serves, and the life of the process."""
