"""A Hugging Face Hub in this process, as far as condgan speaks with it: repositories of commits, by HTTP."""

from __future__ import annotations

import json
from base64 import b64decode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha1, sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest

WRITER, READER = "hf_writer", "hf_reader"
"""Tokens: of one who may write, and of one who may not."""
Files = dict[str, bytes]


@dataclass
class Repository:
    private: bool
    commits: dict[str, Files] = field(default_factory=dict)
    branches: dict[str, str] = field(default_factory=dict)

    def add(self, files: Files) -> str:
        """One commit on the main branch."""
        commit = sha1(f"{len(self.commits)} {sorted(files)}".encode()).hexdigest()
        self.commits[commit], self.branches["main"] = files, commit
        return commit

    def at(self, revision: str) -> tuple[str, Files]:
        """A commit by its hash or its branch, and its files."""
        commit = self.branches.get(revision, revision)
        return commit, self.commits[commit]


@dataclass
class FakeHub:
    """What the server holds; where its address is; whether it wants large files sent apart."""

    address: str = ""
    large: bool = True
    repositories: dict[str, Repository] = field(default_factory=dict)
    objects: Files = field(default_factory=dict)
    commits: int = 0
    """Pushes that it took."""

    def newest(self, name: str) -> Files:
        return self.repositories[name].at("main")[1]


class Refused(Exception):
    def __init__(self, status: int, code: str = "", url: str = "") -> None:
        super().__init__(status, code)
        self.status, self.code = status, code
        self.said = {"error": "refused", "errors": [{"message": "no"}], "url": url}


def answer(hub: FakeHub, path: list[str], body: bytes, token: str) -> Any:
    """What is said to a request: JSON, or the bytes of a file with its commit.

    Raises:
        Refused: not allowed, or not there.
    """
    match path:
        case ["api", "repos", "create"]:
            asked = json.loads(body)
            name = f"{asked['organization']}/{asked['name']}"
            require_writer(token)
            if name in hub.repositories:
                raise Refused(409, url=f"{hub.address}/{name}")
            private = asked.get("private", False) or asked.get("visibility") == "private"
            hub.repositories[name] = repository = Repository(private)
            repository.add({})
            return {"url": f"{hub.address}/{name}"}
        case ["api", "validate-yaml"]:
            known = b'license: \\"' not in body or b'license: \\"mit\\"' in body
            if not known:
                raise Refused(400)
            return {}
        case [owner, name, "info", "lfs", "objects", "batch"]:
            require_writer(token)
            links = [
                {**each, "actions": {"upload": {"href": f"{hub.address}/objects/{each['oid']}"}}}
                for each in json.loads(body)["objects"]
            ]
            return {"transfer": "basic", "objects": links}
        case ["objects", oid]:
            assert sha256(body).hexdigest() == oid
            hub.objects[oid] = body
            return {}
        case [owner, name, "resolve", revision, *file]:
            commit, files = found(hub, f"{owner}/{name}", revision)
            if (asked := "/".join(file)) not in files:
                raise Refused(404, "EntryNotFound")
            return commit, files[asked]
        case ["api", "models", owner, name, "preupload", _]:
            require_writer(token)
            modes = ("regular", "lfs") if hub.large else ("regular", "regular")
            paths = [each["path"] for each in json.loads(body)["files"]]
            mode = {path: modes[path.endswith(".safetensors")] for path in paths}
            return {"files": [{"path": path, "uploadMode": mode[path], "shouldIgnore": False} for path in paths]}
        case ["api", "models", owner, name, "commit", "main"]:
            require_writer(token)
            return committed(hub, f"{owner}/{name}", [json.loads(line) for line in body.splitlines()])
        case ["api", "models", owner, name, "tree", revision]:
            _, files = found(hub, f"{owner}/{name}", revision)
            return [
                {"type": "file", "path": path, "size": len(content), "oid": sha1(content).hexdigest()}
                for path, content in files.items()
            ]
        case ["api", "models", owner, name, *rest]:
            commit, files = found(hub, f"{owner}/{name}", rest[1] if rest else "main")
            private = hub.repositories[f"{owner}/{name}"].private
            siblings = [{"rfilename": path} for path in files]
            return {"id": f"{owner}/{name}", "sha": commit, "private": private, "siblings": siblings}
    raise Refused(404)


def require_writer(token: str) -> None:
    if token != WRITER:
        raise Refused(403 if token == READER else 401)


def found(hub: FakeHub, name: str, revision: str) -> tuple[str, Files]:
    if name not in hub.repositories:
        raise Refused(404, "RepoNotFound")
    try:
        return hub.repositories[name].at(revision)
    except KeyError:
        raise Refused(404, "RevisionNotFound") from None


def committed(hub: FakeHub, name: str, lines: list[dict[str, Any]]) -> dict[str, Any]:
    """A commit with files that stand in it, files that were sent before, and without those that are deleted."""
    files = dict(hub.newest(name))
    for each in lines[1:]:
        value = each["value"]
        match each["key"]:
            case "file":
                files[value["path"]] = b64decode(value["content"])
            case "lfsFile":
                files[value["path"]] = hub.objects[value["oid"]]
            case "deletedFile":
                del files[value["path"]]
    commit = hub.repositories[name].add(files)
    hub.commits += 1
    return {"commitOid": commit, "commitUrl": f"{hub.address}/{name}/commit/{commit}"}


class Handler(BaseHTTPRequestHandler):
    hub: FakeHub

    def handle_one(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        path = [unquote(each) for each in urlsplit(self.path).path.replace(".git/", "/").strip("/").split("/")]
        token = self.headers.get("Authorization", "").removeprefix("Bearer ")
        headers: dict[str, str] = {"Content-Type": "application/json"}
        status = 200
        try:
            said = answer(self.hub, path, body, token)
            if isinstance(said, tuple):
                commit, content = said
                headers |= {"X-Repo-Commit": commit, "ETag": f'"{sha1(content).hexdigest()}"'}
            else:
                content = json.dumps(said).encode()
        except Refused as refused:
            status, content = refused.status, json.dumps(refused.said).encode()
            headers |= {"X-Error-Code": refused.code} if refused.code else {}
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    do_GET = do_HEAD = do_POST = do_PUT = handle_one

    def log_message(self, *_: object) -> None: ...


@contextmanager
def served() -> Iterator[FakeHub]:
    """A Hub that answers until the end."""
    hub = FakeHub()
    with ThreadingHTTPServer(("127.0.0.1", 0), type("Own", (Handler,), {"hub": hub})) as server:
        hub.address = f"http://127.0.0.1:{server.server_port}"
        thread = Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield hub
        finally:
            server.shutdown()
            thread.join()


@contextmanager
def asked(cache: Path, token: str = WRITER) -> Iterator[FakeHub]:
    """The same, in the place of the Hugging Face Hub, for the client in this process."""
    from huggingface_hub import constants

    with served() as hub, pytest.MonkeyPatch.context() as patch:
        patch.setattr(constants, "ENDPOINT", hub.address)
        patch.setattr(
            constants, "HUGGINGFACE_CO_URL_TEMPLATE", hub.address + "/{repo_id}/resolve/{revision}/{filename}"
        )
        patch.setattr(constants, "HF_HUB_CACHE", str(cache))
        patch.setattr(constants, "HF_HUB_DISABLE_XET", True)  # it speaks with other servers, in a language of its own
        patch.setattr(constants, "HF_HUB_OFFLINE", False)
        patch.setenv("HF_TOKEN", token)
        yield hub
