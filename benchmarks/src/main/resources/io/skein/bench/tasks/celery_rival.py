"""Celery as a rival: this process enqueues, a worker with two processes works; late acknowledgement, no results.

Argument: the URL of Redis. Orders on standard input: "run COUNT"; answered with seconds.
"""

import os
import queue
import signal
import subprocess
import sys
import threading
import time

import redis
from celery import Celery

app = Celery("celery_rival", broker=os.environ.get("CELERY_RIVAL_BROKER", ""))
app.conf.task_ignore_result = True
app.conf.task_acks_late = True
app.conf.worker_prefetch_multiplier = 16
app.conf.worker_send_task_events = False

PAYLOAD = {"at": "", "text": "x" * 180}


@app.task
def noop(payload):
    pass


def start_worker(folder):
    return subprocess.Popen(
        [sys.executable, "-m", "celery", "-A", "celery_rival", "worker", "-c", "2", "-l", "ERROR",
         "--without-gossip", "--without-mingle", "--without-heartbeat"],
        cwd=folder, stdin=subprocess.DEVNULL, stdout=sys.stderr)


def run(server, count):
    begin = time.monotonic()
    for _ in range(count):
        noop.delay(PAYLOAD)
    # With late acknowledgement a message is in one of the two until its task has ended.
    while server.llen("celery") or server.hlen("unacked"):
        time.sleep(0.005)
    return time.monotonic() - begin


def read_orders(orders, worker):
    """Ends both processes with the standard input, in the middle of a run, too."""
    for line in sys.stdin:
        orders.put(line)
    worker.send_signal(signal.SIGTERM)
    worker.wait()
    os._exit(0)


def main():
    server = redis.Redis.from_url(os.environ["CELERY_RIVAL_BROKER"])
    worker = start_worker(os.path.dirname(os.path.abspath(__file__)))
    orders = queue.Queue()
    threading.Thread(target=read_orders, args=(orders, worker), daemon=True).start()
    run(server, 100)
    print("ready", flush=True)
    while True:
        print(run(server, int(orders.get().split()[1])), flush=True)


if __name__ == "__main__":
    main()
