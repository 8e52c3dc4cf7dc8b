"""The errors that a person may see: each says what is wrong, with which value, and what to do."""


class PlaygroundError(Exception):
    """Base of every error whose message is written for the person at the screen."""


class InvalidInput(PlaygroundError, ValueError):
    """A value that was typed, drawn, uploaded or put into a link is not allowed."""


class DataError(PlaygroundError):
    """A data set is missing, truncated, mislabelled or not what it claims to be."""


class CheckpointError(PlaygroundError):
    """A checkpoint is unknown, missing, corrupt or does not fit its configuration."""


class HubError(CheckpointError):
    """The Hugging Face Hub did not deliver: no network, not found, a server's fault or a wrong hash."""
