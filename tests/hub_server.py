"""A small server that speaks the Hub's protocol, for tests: files at a commit, failures on request, uploads.

HEAD and GET /{repo}/resolve/{revision}/{path} (data sets under /datasets/), POST /api/repos/create,
/api/models/{repo}/branch/…, /preupload/… and /commit/…
"""

import base64
import contextlib
import hashlib
import json
import re
import socket
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

COMMIT = "a" * 40
UPLOADED = "b" * 40


class FakeHub:
    """Files by (repo, path), all at one commit that branch "main" points to.

    mode: None answers as the Hub does; an int answers every request with that status; "hang" sends nothing until
    `close`; "hang body" sends headers and half of the body; "no hub" answers 200 without the Hub's headers.
    """

    def __init__(self):
        self.files: dict[tuple[str, str], bytes] = {}
        self.repos: set[str] = set()
        self.requests: list[tuple[str, str]] = []
        self.tokens: list[str | None] = []
        self.mode: int | str | None = None
        self.closing = threading.Event()
        hub = self

        class Handler(_Handler):
            server_hub = hub

        self.server = _Server(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True)
        self.thread.start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server.server_port}"

    def put(self, repo, path, content):
        """Serve `content` as `path` of `repo` ("owner/name", or "datasets/owner/name")."""
        self.repos.add(repo)
        self.files[repo, path] = content

    def close(self):
        """Stop listening, so that connections are refused, and let hanging requests go."""
        self.closing.set()
        self.server.shutdown()
        self.server.server_close()
        for connection in self.server.connections:  # kept alive, they would go on being answered
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)


class _Server(ThreadingHTTPServer):
    """Remembers its connections, so that they can be cut."""

    def __init__(self, *args):
        self.connections = []
        super().__init__(*args)

    def process_request(self, request, client_address):
        self.connections.append(request)
        super().process_request(request, client_address)

    def handle_error(self, request, client_address):
        """A client that went away is what some tests are about."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_hub: FakeHub

    def log_message(self, *args):
        pass

    def do_HEAD(self):
        self.resolve()

    def do_GET(self):
        self.resolve()

    def troubled(self):
        """Whether the mode asks for a failure, which is then sent."""
        hub = self.server_hub
        hub.requests.append((self.command, self.path))
        hub.tokens.append(self.headers.get("Authorization"))
        if hub.mode == "hang":
            hub.closing.wait(60)
            self.close_connection = True
            return True
        if isinstance(hub.mode, int):
            self.answer(hub.mode, b"the server is in trouble")
            return True
        return False

    def answer(self, status, body=b"", **headers):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def resolve(self):
        hub = self.server_hub
        if self.troubled():
            return
        found = re.fullmatch(r"/((?:datasets/)?[^/]+/[^/]+)/resolve/([^/]+)/([^?]+)(\?.*)?", self.path)
        if not found:
            self.answer(404, b"no such page")
            return
        repo, revision, path, _ = found.groups()
        if repo not in hub.repos:
            self.answer(404, b"", X_Error_Code="RepoNotFound", X_Error_Message="Repository not found")
            return
        if revision not in (COMMIT, "main"):
            self.answer(404, b"", X_Error_Code="RevisionNotFound", X_Error_Message="Invalid rev id")
            return
        if (repo, path) not in hub.files:
            self.answer(404, b"", X_Error_Code="EntryNotFound", X_Error_Message="Entry not found", X_Repo_Commit=COMMIT)
            return
        content = hub.files[repo, path]
        if hub.mode == "no hub":
            self.answer(200, content)
            return
        if hub.mode == "hang body" and self.command == "GET":
            self.send_response(200)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content[: len(content) // 2])
            self.wfile.flush()
            hub.closing.wait(60)
            self.close_connection = True
            return
        digest = hashlib.sha256(content).hexdigest()
        self.answer(200, content, ETag=f'"{digest}"', X_Repo_Commit=COMMIT, X_Linked_Size=str(len(content)))

    def do_POST(self):
        hub = self.server_hub
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if self.troubled():
            return
        if not self.headers.get("Authorization"):
            self.answer(401, b'{"error": "no token"}')
            return
        path = self.path.split("?")[0]
        if path == "/api/repos/create":
            wanted = json.loads(body)
            repo = f"{wanted['organization']}/{wanted['name']}"
            if repo in hub.repos:
                self.answer_json(409, {"error": "You already created this model repo", "url": f"{hub.url}/{repo}"})
                return
            hub.repos.add(repo)
            self.answer_json(200, {"url": f"{hub.url}/{repo}"})
        elif "/branch/" in path:
            self.answer_json(200, {})
        elif "/preupload/" in path:
            files = [
                {"path": f["path"], "uploadMode": "regular", "shouldIgnore": False} for f in json.loads(body)["files"]
            ]
            self.answer_json(200, {"files": files})
        elif found := re.fullmatch(r"/api/models/([^/]+/[^/]+)/commit/([^/]+)", path):
            for line in body.splitlines():
                item = json.loads(line)
                if item["key"] == "file":
                    hub.files[found[1], item["value"]["path"]] = base64.b64decode(item["value"]["content"])
            url = f"{hub.url}/{found[1]}/commit/{UPLOADED}"
            self.answer_json(200, {"commitUrl": url, "commitOid": UPLOADED, "pullRequestUrl": None})
        else:
            self.answer_json(200, {})

    def answer_json(self, status, content):
        self.answer(status, json.dumps(content).encode(), Content_Type="application/json")


def wait_until(condition, seconds=5.0):
    """Wait for something that another thread does."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise AssertionError("it did not happen in time")
        time.sleep(0.01)
