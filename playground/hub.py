"""Fetching one file from the Hugging Face Hub, within a time limit, with errors that say what to do.

`hf_hub_download` alone retries a silent or failing server for minutes. So a single, unretried look at the file's
metadata comes first, and the download runs in a thread that is waited for only so long. A file in the local cache
needs no network.
"""

import os
import re
import threading
from pathlib import Path
from queue import Empty, Queue

import httpx2
from huggingface_hub import get_hf_file_metadata, hf_hub_download, hf_hub_url, try_to_load_from_cache
from huggingface_hub.errors import (
    EntryNotFoundError,
    FileMetadataError,
    HfHubHTTPError,
    HFValidationError,
    LocalEntryNotFoundError,
    OfflineModeIsEnabled,
    RepositoryNotFoundError,
    RevisionNotFoundError,
    XetDownloadError,
)

from .errors import HubError

TIMEOUT_VARIABLE = "PLAYGROUND_HUB_TIMEOUT"
DEFAULT_TIMEOUT = 8.0  # seconds for one checkpoint file of about a megabyte
COMMIT = re.compile(r"[0-9a-f]{40}")
FAILURES = (httpx2.HTTPError, OSError, EntryNotFoundError, XetDownloadError, ValueError, RuntimeError)


def time_limit() -> float:
    """Seconds that one checkpoint file may take, from PLAYGROUND_HUB_TIMEOUT. Raises HubError if it is no number."""
    text = os.environ.get(TIMEOUT_VARIABLE, "")
    try:
        seconds = float(text) if text else DEFAULT_TIMEOUT
    except ValueError:
        seconds = -1.0
    if not 0 < seconds < 86_400:
        raise HubError(f"{TIMEOUT_VARIABLE}={text!r}: give a number of seconds between 0 and 86400")
    return seconds


def fetch(repo: str, filename: str, revision: str, repo_type: str = "model", timeout: float | None = None) -> Path:
    """The path of `filename` of a Hub repository at `revision`, in the local cache, downloaded if it is not there.

    A commit hash that is cached is served without asking anybody; a branch or tag is looked up first, and its last
    known commit is used where the Hub cannot be reached. `timeout`: seconds for everything; None is `time_limit()`.

    Raises HubError that says what failed and what to do.
    """
    limit = time_limit() if timeout is None else timeout
    where = f"{repo}/{filename} at revision {revision}"
    try:
        cached = try_to_load_from_cache(repo, filename, revision=revision, repo_type=repo_type)
        if isinstance(cached, str) and COMMIT.fullmatch(revision):
            return Path(cached)
        try:
            url = hf_hub_url(repo, filename, revision=revision, repo_type=repo_type)
            get_hf_file_metadata(url, timeout=min(limit, 10.0))
        except (httpx2.TransportError, OfflineModeIsEnabled):
            if isinstance(cached, str):
                return Path(cached)
            raise
        return _within(limit, repo, filename, revision, repo_type)
    except FAILURES as error:
        raise HubError(f"the Hub did not deliver {where}: {explain(error, limit)}") from error


def _within(limit: float, repo: str, filename: str, revision: str, repo_type: str) -> Path:
    """The download in a daemon thread: after the limit it is left to end by itself, and the caller goes on."""
    outcome: Queue[str | Exception] = Queue()

    def work() -> None:
        try:
            path = hf_hub_download(repo, filename, revision=revision, repo_type=repo_type, etag_timeout=limit)
            outcome.put(path)
        except FAILURES as error:
            outcome.put(error)

    threading.Thread(target=work, daemon=True, name=f"download {filename}").start()
    try:
        result = outcome.get(timeout=limit)
    except Empty as error:
        raise httpx2.ReadTimeout(f"no complete answer within {limit:g} s") from error
    if isinstance(result, Exception):
        raise result
    return Path(result)


def explain(error: Exception, limit: float = DEFAULT_TIMEOUT) -> str:
    """What a failed request to the Hub means for the person who set it up, and the remedy."""
    match error:
        case LocalEntryNotFoundError() if isinstance(error.__cause__, Exception):
            return explain(error.__cause__, limit)
        case HFValidationError():
            return 'that is not a repository; write it as "owner/name"'
        case RevisionNotFoundError():
            return "it has no such revision (404); check PLAYGROUND_HUB_REVISION, or publish again"
        case RepositoryNotFoundError():
            return (
                "there is no such repository, or it is private (401 or 404); check its name, "
                "or log in with `hf auth login`"
            )
        case HfHubHTTPError() if error.response.status_code == 404:
            return "the repository has no such file (404); publish the checkpoint there, or choose another revision"
        case HfHubHTTPError() if error.response.status_code in (401, 403):
            return f"access was refused ({error.response.status_code}); log in with `hf auth login` or set HF_TOKEN"
        case HfHubHTTPError() if error.response.status_code == 429:
            return "too many requests (429); wait a few minutes"
        case HfHubHTTPError():
            return f"the Hub answered with error {error.response.status_code}; a fault of the server, try again later"
        case OfflineModeIsEnabled():
            return "HF_HUB_OFFLINE is set and the file is not in the local cache; unset it once to fetch the file"
        case httpx2.TimeoutException():
            return (
                f"no complete answer within {limit:g} seconds; try again later, "
                f"or allow more seconds with {TIMEOUT_VARIABLE}"
            )
        case httpx2.TransportError():
            return "there is no connection to the Hub; check the network, or go on with files on this machine"
        case FileMetadataError():
            return "the server that answered is not a Hub; check HF_ENDPOINT, the proxy and the firewall"
        case _:
            return f"{type(error).__name__}: {error}; try again, or remove the repository's folder from the Hub cache"
