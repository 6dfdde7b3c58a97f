"""A worker of Skein's tasks that needs nothing but Python 3.9.

    SKEIN_URL=http://localhost:8080 SKEIN_TOKEN=… python3 worker.py

Claims tasks under a lease, renews it while one runs, and says how it ended. Killed at any moment it
loses nothing: its task runs again when the lease is over. One handler does a phase of a flow."""
import json
import os
import signal
import socket
import threading
import time
import traceback
import urllib.request  # brings urllib.error and urllib.parse
import uuid

URL = os.environ.get("SKEIN_URL", "http://localhost:8080") + "/api/v1"
AUTHORIZATION = "Bearer " + os.environ["SKEIN_TOKEN"]
QUEUES = os.environ.get("SKEIN_QUEUES", "python,agents").split(",")
NAME = f"{socket.gethostname()}-{os.getpid()}-{uuid.uuid4().hex[:8]}"  # new with each start
HANDLERS = {}  # by type of task; each takes a Run and returns the result
stopping = threading.Event()


class LeaseLost(Exception): """The task was cancelled, is over, or runs elsewhere: stop working on it."""


class Permanent(Exception): """Another attempt is pointless."""


def call(path, body=None, timeout=10, **headers):
    request = urllib.request.Request(
        URL + path, None if body is None else json.dumps(body).encode(),
        {"Authorization": AUTHORIZATION, "Content-Type": "application/json", **headers})
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
        return call(f"/tasks/{self.task['taskId']}/{what}", {"lease": self.task["lease"], **more})

    def progress(self, percent, **details):
        """Also keeps details for the next run, should this one be lost; raises when it was lost."""
        if self.lost.is_set():
            raise LeaseLost()
        self.say("progress", percent=percent, **({"details": details} if details else {}))

    def pages(self, path):
        """The items of a list of the flow that this task belongs to."""
        lease, after = f"{self.task['taskId']}/{self.task['lease']}", ""
        while after is not None:
            page = call(f"{path}?limit=500&after={urllib.parse.quote(after)}", **{"Skein-Lease": lease})
            yield from page["items"]
            after = page["next"]

    def beat(self):
        while not self.over.wait(self.every):
            try:
                self.say("heartbeat")
            except LeaseLost:
                return self.lost.set()
            except Exception as failure:  # the next one may come through
                print("heartbeat failed:", failure, flush=True)

    def execute(self):
        self.say("heartbeat")  # only from now on does the death of this process count as a crash
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
            claimed = call("/workers/claims", {"worker": NAME, "queues": QUEUES, "running": [],
                                               "types": sorted(HANDLERS), "waitSeconds": 20}, timeout=40)
            for task in claimed["tasks"]:
                Run(task, claimed["leaseSeconds"]).execute()
        except Exception as failure:  # the API restarts, or the end of a run did not arrive
            print("trying again:", failure, flush=True)
            stopping.wait(1)


def count_words(run):
    time.sleep(run.task["payload"].get("seconds", 0))
    return {"words": len(run.task["payload"]["text"].split())}


def assess_tech_debt(run):
    run.progress(10, agent="python analyst", status="reading")
    time.sleep(float(os.environ.get("SKEIN_EXAMPLE_SECONDS", "0")))
    return {"findings": [{"severity": "info", "category": "lifecycle", "asset": asset["key"],
                          "title": "Seen by Python", "detail": f"{asset['key']} is a {asset['type']}"}
                         for asset in run.pages(f"/flows/{run.task['payload']['flow']}/assets")]}


HANDLERS.update(count_words=count_words, tech_debt_assessment=assess_tech_debt)
if __name__ == "__main__":
    work()
