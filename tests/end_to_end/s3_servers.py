"""Real S3 servers that a test stops and starts, and a proxy before one that makes a network's troubles.

What the proxy lets through, the server behind it has answered; a test decides request by request what becomes of it.
"""
import contextlib
import hashlib
import hmac
import os
import re
import signal
import socket
import subprocess
import threading
import time
import urllib.parse

from support import Restoring


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Server:
    """versitygw over a folder, always at the same address."""

    def __init__(self, folder, *arguments):
        self.folder, self.arguments, self.port, self.process = folder, arguments, free_port(), None
        folder.mkdir(parents=True, exist_ok=True)

    @property
    def endpoint(self):
        return f"http://127.0.0.1:{self.port}"

    def start(self, **keys):
        keys = keys or os.environ
        env = {**os.environ, "ROOT_ACCESS_KEY": keys["S3_ACCESS_KEY_ID"], "ROOT_SECRET_KEY": keys["S3_SECRET_ACCESS_KEY"]}
        self.process = subprocess.Popen([os.environ["ROOST_TEST_S3_PROGRAM"], "--port", f"127.0.0.1:{self.port}", "--quiet", "--keep-alive",
                                         *self.arguments, "posix", self.folder], env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for _ in range(400):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return self
            time.sleep(0.05)
        raise AssertionError("the S3 server did not start")

    def stop(self):
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None

    def freeze(self):
        """It takes connections and says nothing from now on, until thaw() or stop()."""
        self.process.send_signal(signal.SIGSTOP)

    def thaw(self):
        self.process.send_signal(signal.SIGCONT)


class Request:
    """A request as it came: the method, the key behind the bucket, the query, headers by lower-case names."""

    def __init__(self, head, body):
        lines = head.decode("latin-1").split("\r\n")
        self.method, target, _ = lines[0].split(" ", 2)
        path, _, query = target.partition("?")
        self.bucket, _, key = path.lstrip("/").partition("/")
        self.key = urllib.parse.unquote(key)
        self.query = dict(urllib.parse.parse_qsl(query, keep_blank_values=True))
        self.headers = {}
        for line in lines[1:]:
            name, _, value = line.partition(":")
            if name:
                self.headers[name.lower()] = value.strip()
        self.head, self.body = head, body

    @property
    def begins_upload(self):
        return self.method == "POST" and "uploads" in self.query

    @property
    def sends_part(self):
        return self.method == "PUT" and "partNumber" in self.query

    @property
    def completes_upload(self):
        return self.method == "POST" and "uploadId" in self.query

    @property
    def aborts_upload(self):
        return self.method == "DELETE" and "uploadId" in self.query

    def __repr__(self):
        return f"{self.method} {self.key} {self.query}"


def answer(status, code="", message="", headers=""):
    """What a rule gives in place of the server's answer."""
    body = f"<?xml version=\"1.0\"?><Error><Code>{code}</Code><Message>{message}</Message></Error>".encode() if code else b""
    return f"HTTP/1.1 {status} Told\r\nContent-Length: {len(body)}\r\n{headers}\r\n".encode() + body


def signature(request, secret, headers):
    """AWS Signature Version 4 of a request with these headers signed, by the credential scope that it names."""
    scope = re.search(r"Credential=[^/]*/([^,]*)", request.headers["authorization"]).group(1)
    path, _, query = request.head.split(b" ", 2)[1].decode().partition("?")
    lines = [request.method, path, "&".join(sorted(part if "=" in part else part + "=" for part in query.split("&") if part))]
    lines += [f"{name}:{' '.join(request.headers[name].split())}" for name in headers]
    text = "\n".join([*lines, "", ";".join(headers), request.headers["x-amz-content-sha256"]])
    told = "\n".join(["AWS4-HMAC-SHA256", request.headers["x-amz-date"], scope, hashlib.sha256(text.encode()).hexdigest()])
    key = b"AWS4" + secret.encode()
    for part in [*scope.split("/"), told]:
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    return key.hex()


def signed_headers(request):
    return re.search("SignedHeaders=([^,]*)", request.headers["authorization"]).group(1).split(";")


def take_token(request, secret, token):
    """What a server with lent credentials does first: checks the signature, of which the token is a part. Gives an
    answer where it does not fit. Else the request is signed anew without the token, for a server that knows none."""
    headers = signed_headers(request)
    authorization = request.headers["authorization"]
    if request.headers.get("x-amz-security-token") != token or "x-amz-security-token" not in headers:
        return answer(400, "InvalidToken", "The provided token is malformed or otherwise invalid.")
    if f"Signature={signature(request, secret, headers)}" not in authorization:
        return answer(403, "SignatureDoesNotMatch", "It does not.")
    headers.remove("x-amz-security-token")
    anew = re.sub("SignedHeaders=[^,]*", "SignedHeaders=" + ";".join(headers), authorization)
    anew = re.sub("Signature=[0-9a-f]*", "Signature=" + signature(request, secret, headers), anew)
    head = re.sub(rb"(?i)\r\nx-amz-security-token:[^\r]*", b"", request.head)
    request.head = re.sub(rb"(?i)(\r\nauthorization:)[^\r]*", rb"\1 " + anew.encode(), head)
    return None


class Reset(Exception):
    """The connection is reset."""


class Away(Exception):
    """The connection is reset, and from now on all are refused."""


class Cut(bytes):
    """An answer of which only the front is sent before the connection ends."""


class Proxy:
    """Stands before a server. `rule(request, forward)` returns the bytes of the answer: those of forward(), changed
    ones, or its own; or it raises Reset or Away. Without a rule everything passes."""

    def __init__(self, port):
        self.server_port, self.port, self.rule, self.requests = port, free_port(), None, []
        self.lock, self.listener, self.connections = threading.Lock(), None, set()

    @property
    def endpoint(self):
        return f"http://127.0.0.1:{self.port}"

    def start(self):
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", self.port))
        listener.listen(64)
        self.listener = listener
        threading.Thread(target=self._accept, args=(listener,), daemon=True).start()
        return self

    def stop(self):
        """Refuses connections, and ends those that are there."""
        with self.lock:
            listener, self.listener = self.listener, None
            ending, self.connections = self.connections, set()
        if listener is not None:
            with contextlib.suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)
            listener.close()
        for connection in ending:
            self._reset(connection)

    def _accept(self, listener):
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with self.lock:
                if self.listener is None:
                    self._reset(connection)
                    continue
                self.connections.add(connection)
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    @staticmethod
    def _reset(connection):
        with contextlib.suppress(OSError):
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
            connection.shutdown(socket.SHUT_RD)  # wakes the thread that reads
        with contextlib.suppress(OSError):
            connection.close()

    def _serve(self, connection):
        reader = connection.makefile("rb")
        try:
            while (head := read_head(reader)) is not None:
                length = int(header(head, "content-length") or 0)
                if header(head, "expect"):
                    connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
                request = Request(head, reader.read(length))
                with self.lock:
                    self.requests.append(request)
                    rule = self.rule
                forward = lambda: self._forward(request)
                told = rule(request, forward) if rule else forward()
                connection.sendall(told[:len(told) - max(1, len(told) // 3)] if isinstance(told, Cut) else told)
                if isinstance(told, Cut):
                    connection.shutdown(socket.SHUT_WR)
                    time.sleep(0.2)
                    break
        except Away:
            self.stop()
        except (OSError, Reset, ValueError):
            pass
        finally:
            reader.close()
            with self.lock:
                self.connections.discard(connection)
            self._reset(connection)

    def _forward(self, request):
        """The server's answer, whole."""
        with socket.create_connection(("127.0.0.1", self.server_port)) as server:
            server.sendall(re.sub(rb"(?i)\r\nexpect:[^\r]*", b"", request.head) + b"\r\n\r\n" + request.body)
            reader = server.makefile("rb")
            head = read_head(reader)
            if head is None:
                raise Reset
            body = b""
            if request.method != "HEAD":
                if (header(head, "transfer-encoding") or "").lower() == "chunked":
                    while True:
                        line = reader.readline()
                        size = int(line.split(b";")[0], 16)
                        body += line + reader.read(size + 2)
                        if size == 0:
                            break
                else:
                    body = reader.read(int(header(head, "content-length") or 0))
            return head + b"\r\n\r\n" + body


def read_head(reader):
    """The lines up to the empty one, without it; None where the connection has ended."""
    head = b""
    while True:
        line = reader.readline()
        if not line:
            return None
        if line == b"\r\n":
            if head:
                return head[:-2]
            continue
        head += line


def header(head, name):
    found = re.search(rb"(?im)^" + name.encode() + rb":[ \t]*([^\r\n]*)", head)
    return found.group(1).decode("latin-1") if found else None


class BehindProxy(Restoring):
    """A server of the test's own with the bucket `bkt`, and roost's way to it through a proxy."""

    def setUp(self):
        super().setUp()
        self.server = Server(self.folder / "s3").start()
        self.addCleanup(self.server.stop)
        self.place = self.server.folder / "bkt"
        self.place.mkdir()
        self.proxy = Proxy(self.server.port).start()
        self.addCleanup(self.proxy.stop)

    def environment(self, **more):
        return super().environment(**{"S3_ENDPOINT": self.proxy.endpoint, **more})
