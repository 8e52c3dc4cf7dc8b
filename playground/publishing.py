"""Putting a bundled checkpoint on the Hub, and recording the commit that is fetched from then on."""

from dataclasses import replace

import httpx2
from huggingface_hub import HfApi, get_token
from huggingface_hub.errors import HfHubHTTPError, HFValidationError, OfflineModeIsEnabled
from huggingface_hub.utils import validate_repo_id

from . import hub
from .checkpoints import catalogue, entry, verify
from .errors import HubError, InvalidInput


def publish(name: str, repo: str, revision: str | None = None) -> str:
    """Upload checkpoints/<name> to `<name>/` of the Hub repository `repo`, made if it is not there.

    revision: branch to commit to, the main one if None. The commit is written into the catalogue, and is what
    `load` fetches when PLAYGROUND_HUB_REPO names this repository. Returns the commit's hash.

    Raises CheckpointError if the files are not those of the catalogue, InvalidInput for a wrong repository name,
    HubError where the Hub refused or was not reached.
    """
    found = entry(name)
    verify(name)
    try:
        validate_repo_id(repo)
    except HFValidationError as error:
        raise InvalidInput(f'--repo {repo!r}: write it as "owner/name" ({error})') from error
    if "/" not in repo:
        raise InvalidInput(f'--repo {repo!r}: write it as "owner/name"')
    if not get_token():
        raise HubError("no Hugging Face token on this machine; log in with `hf auth login`, or set HF_TOKEN")
    api = HfApi()
    wanted = [catalogue.WEIGHTS, catalogue.CONFIG, catalogue.CARD, catalogue.SHEET]
    try:
        api.create_repo(repo, exist_ok=True)
        if revision is not None:
            api.create_branch(repo, branch=revision, exist_ok=True)
        commit = api.upload_folder(
            repo_id=repo,
            folder_path=catalogue.root() / name,
            path_in_repo=name,
            revision=revision,
            allow_patterns=wanted,
            commit_message=f"{name}: {found.title}",
        )
    except (HfHubHTTPError, httpx2.HTTPError, OfflineModeIsEnabled) as error:
        raise HubError(f"{name} was not published to {repo}: {hub.explain(error)}") from error
    catalogue.write(replace(found, hub_repo=repo, hub_revision=commit.oid))
    return commit.oid
