"""A worker of Skein's tasks that needs nothing but Python 3.9.

    SKEIN_URL=http://localhost:8080 SKEIN_TOKEN=… python3 worker.py

Claims tasks under a lease, renews it every few seconds while one runs, and says how it ended. Killed
at any moment, it loses nothing: its task runs again when the lease is over, so a handler's effects
have to bear to happen twice.
"""
import json
import os
import signal
import socket
import threading
import time
import traceback
import urllib.error
import urllib.request
import uuid

URL = os.environ.get("SKEIN_URL", "http://localhost:8080")
TOKEN = os.environ["SKEIN_TOKEN"]
QUEUES = os.environ.get("SKEIN_QUEUES", "python").split(",")
NAME = f"{socket.gethostname()}-{os.getpid()}-{uuid.uuid4().hex[:8]}"  # new with each start
HANDLERS = {}
stopping = threading.Event()


class LeaseLost(Exception):
    """The task was cancelled, is over, or runs elsewhere: stop working on it."""


class Permanent(Exception):
    """Another attempt is pointless."""


def handles(type_name):
    def register(function):
        HANDLERS[type_name] = function
        return function
    return register


def post(path, body, timeout=10):
    request = urllib.request.Request(
        URL + "/api/v1" + path, json.dumps(body).encode(), method="POST",
        headers={"Authorization": "Bearer " + TOKEN, "Content-Type": "application/json"})
    try:
        with urllib.request.urlopen(request, timeout=timeout) as answer:
            return json.load(answer)
    except urllib.error.HTTPError as refused:
        if refused.code == 409:
            raise LeaseLost() from None
        raise RuntimeError(f"{path}: {refused.code} {refused.read().decode()}") from None


class Run:
    """One run of a task; heartbeats come from a thread of their own."""

    def __init__(self, task, lease_seconds):
        self.task, self.every = task, lease_seconds / 3
        self.lost, self.over = threading.Event(), threading.Event()

    def say(self, what, **more):
        return post(f"/tasks/{self.task['taskId']}/{what}", {"lease": self.task["lease"], **more})

    def progress(self, percent, details=None):
        """Also keeps details for the next run, should this one be lost; raises when it was lost."""
        if self.lost.is_set():
            raise LeaseLost()
        self.say("progress", percent=percent, **({} if details is None else {"details": details}))

    def beat(self):
        while not self.over.wait(self.every):
            try:
                self.say("heartbeat")
            except LeaseLost:
                self.lost.set()
                return
            except Exception as failure:  # the next one may come through
                print("heartbeat failed:", failure, flush=True)

    def execute(self):
        threading.Thread(target=self.beat, daemon=True).start()
        try:
            self.say("complete", result=HANDLERS[self.task["type"]](self))
        except LeaseLost:
            print("lost", self.task["taskId"], flush=True)
        except Exception as failure:
            self.say("fail", error=f"{type(failure).__name__}: {failure}",
                     permanent=isinstance(failure, Permanent), log=traceback.format_exc())
        finally:
            self.over.set()


def work():
    signal.signal(signal.SIGTERM, lambda *_: stopping.set())  # the present task is finished
    while not stopping.is_set():
        try:
            claimed = post("/workers/claims", {
                "worker": NAME, "queues": QUEUES, "types": sorted(HANDLERS), "running": [],
                "most": 1, "waitSeconds": 20}, timeout=40)
            for task in claimed["tasks"]:
                Run(task, claimed["leaseSeconds"]).execute()
        except Exception as failure:  # the API restarts, or the end of a run did not arrive
            print("trying again:", failure, flush=True)
            stopping.wait(1)


@handles("summarize")
def summarize(run):
    words = run.task["payload"].get("text", "").split()
    for percent in range(0, 100, 20):
        run.progress(percent)
        time.sleep(run.task["payload"].get("seconds", 0) / 5)
    return {"words": len(words), "longest": max(words, key=len, default="")}


if __name__ == "__main__":
    work()
