"""Peers of Poolmap in Python, one of them a process.

    peers.py WORKLOAD PEER [NAME=NUMBER ...]

Says "ready" when the peer is set up. Then each line "measure" on its input is answered by "ok" and
a time in seconds for one unit of the work, or by "error" and what went wrong. The end of the input
ends it, whatever it is doing.
"""

import contextlib
import gc
import math
import os
import queue
import shutil
import signal
import sys
import threading
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
import multiprocessing
from multiprocessing.pool import ThreadPool

# A child that is spawned imports this module again, as it would import that of a user.
if os.environ.get("PEERS_IMPORT_NUMPY") == "1":
    import numpy


# What tasks do.


def increment(x):
    return x + 1


@dataclass
class Order:
    number: int
    customer: str
    amount: float
    tags: list


def same(x):
    return x


def touch(array):
    array[0] += 1
    return array


def touch_copy(array):
    # An array that joblib has mapped into memory cannot be written to.
    return touch(array.copy())


def read_through(array):
    # One number of every cache line.
    return float(array[::8].sum())


def sleep_millis(millis):
    time.sleep(millis / 1e3)
    return millis


def cpu_costly(n):
    total = 0.0
    for i in range(n):
        total += math.log(i + 1) + math.pow(i, 1.1)
    return total


# Peers: map(function, inputs, chunk), apply(function, input), close().


class Loop:
    def map(self, function, inputs, chunk=None):
        return [function(x) for x in inputs]

    def apply(self, function, x):
        return function(x)

    def close(self):
        pass


class Pool:
    def __init__(self, pool):
        self.pool = pool

    def map(self, function, inputs, chunk=None):
        return self.pool.map(function, inputs, chunk)

    def apply(self, function, x):
        return self.pool.apply(function, (x,))

    def close(self):
        self.pool.terminate()
        self.pool.join()


class Executor:
    def __init__(self, workers):
        self.workers = workers
        self.executor = ProcessPoolExecutor(workers)

    def map(self, function, inputs, chunk=None):
        # Its default of 1 is not meant for long inputs; this is what a Pool would take.
        size = chunk or max(1, len(inputs) // (self.workers * 4))
        return list(self.executor.map(function, inputs, chunksize=size))

    def apply(self, function, x):
        return self.executor.submit(function, x).result()

    def close(self):
        self.executor.shutdown(wait=True, cancel_futures=True)


class Loky:
    """joblib with its default back end, which keeps its workers from call to call."""

    def __init__(self, workers, keep=True):
        self.workers = workers
        self.keep = keep

    def map(self, function, inputs, chunk=None):
        from joblib import Parallel, delayed

        parallel = Parallel(n_jobs=self.workers, batch_size=chunk or "auto", max_nbytes="1M")
        return parallel(delayed(function)(x) for x in inputs)

    def apply(self, function, x):
        from joblib.externals.loky import get_reusable_executor

        return list(get_reusable_executor(max_workers=self.workers).map(function, [x]))[0]

    def close(self):
        if not self.keep:
            self.shutdown()

    def shutdown(self):
        from joblib.externals.loky import get_reusable_executor

        get_reusable_executor(max_workers=self.workers).shutdown(wait=True, kill_workers=True)


def make(peer, workers):
    if peer in ("fork", "spawn", "forkserver"):
        return Pool(multiprocessing.get_context(peer).Pool(workers))
    if peer == "threads":
        return Pool(ThreadPool(workers))
    if peer == "executor":
        return Executor(workers)
    if peer == "loky":
        return Loky(workers)
    if peer == "fresh-loky":
        return Loky(workers, keep=False)
    if peer == "serial":
        return Loop()
    raise ValueError("no peer " + peer)


# Workloads: each gives what measures it once.


def check(is_right, what):
    if not is_right:
        raise AssertionError("wrong results of " + what)


def timed_map(pool, function, inputs, expected, units, chunk=None):
    start = time.perf_counter()
    results = pool.map(function, inputs, chunk)
    seconds = time.perf_counter() - start
    check(results == expected, "map")
    return seconds / units


def apply_workload(pool, items):
    def measure():
        start = time.perf_counter()
        for i in range(items):
            if pool.apply(increment, i) != i + 1:
                check(False, "apply")
        return (time.perf_counter() - start) / items

    return measure


def increments(pool, items, chunk=None):
    inputs = list(range(items))
    expected = list(range(1, items + 1))
    return lambda: timed_map(pool, increment, inputs, expected, items, chunk)


def records(pool, items):
    inputs = [Order(i, "customer %d" % i, i / 2, ["new", "paid"]) for i in range(items)]
    return lambda: timed_map(pool, same, inputs, inputs, items)


def sleeps(pool, items, millis):
    inputs = [millis] * items
    return lambda: timed_map(pool, sleep_millis, inputs, inputs, 1)


def computing(pool, items, terms):
    inputs = [terms] * items
    expected = [cpu_costly(terms)] * items
    return lambda: timed_map(pool, cpu_costly, inputs, expected, 1, 1)


def arrays(pool, items, length, mapped=0):
    import numpy

    inputs = [numpy.arange(length, dtype=numpy.float64) for _ in range(items)]
    function = touch_copy if mapped else touch

    def measure():
        start = time.perf_counter()
        results = pool.map(function, inputs, 1)
        seconds = time.perf_counter() - start
        for result in results:
            check(result[0] == 1 and (result[1:] == inputs[0][1:]).all(), "arrays")
        return seconds / (items * length * 8)

    return measure


def shared(pool, items, length):
    import numpy

    count = 0

    def measure():
        nonlocal count
        count += 1
        # New values each time, so that nothing is there from the time before.
        array = numpy.arange(count, count + length, dtype=numpy.float64)
        expected = [read_through(array)] * items
        start = time.perf_counter()
        results = pool.map(read_through, [array] * items, 1)
        seconds = time.perf_counter() - start
        check(results == expected, "shared")
        return seconds / (items * length * 8)

    return measure


def first_result(peer, workers):
    def measure():
        start = time.perf_counter()
        pool = make(peer, workers)
        results = pool.map(increment, [1, 2])
        seconds = time.perf_counter() - start
        pool.close()
        check(results == [2, 3], "the first map")
        return seconds

    return measure


WORKLOADS = {
    "apply": apply_workload,
    "increments": increments,
    "records": records,
    "sleeps": sleeps,
    "computing": computing,
    "arrays": arrays,
    "shared": shared,
}


def set_up(workload, peer, numbers):
    workers = numbers.pop("workers")
    if workload == "first-result":
        return first_result(peer, workers)
    return WORKLOADS[workload](make(peer, workers), **numbers)


def end():
    try:
        # As the end of the interpreter would.
        folder = multiprocessing.current_process()._config.get("tempdir")
        if folder is not None:
            shutil.rmtree(folder, ignore_errors=True)
        # Those that share a pipe with loky's resource tracker, which deletes what they have made
        # as soon as all are gone.
        for child in multiprocessing.active_children():
            # Those of loky cannot be killed by their method.
            with contextlib.suppress(ProcessLookupError):
                os.kill(child.pid, signal.SIGKILL)
    finally:
        os._exit(0)


def read_commands(descriptor, commands):
    rest = b""
    while True:
        data = os.read(descriptor, 4096)
        if not data:
            end()
        *lines, rest = (rest + data).split(b"\n")
        for line in lines:
            commands.put(line.decode())


def main():
    # Children inherit neither the commands nor the place for answers as their standard streams.
    commands_from = os.dup(0)
    answers_to = os.dup(1)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.dup2(2, 1)

    def answer(text):
        os.write(answers_to, (text.replace("\n", " ") + "\n").encode())

    commands = queue.Queue()
    threading.Thread(target=read_commands, args=(commands_from, commands), daemon=True).start()
    try:
        numbers = {name: int(value) for name, value in (a.split("=") for a in sys.argv[3:])}
        measure = set_up(sys.argv[1], sys.argv[2], numbers)
        answer("ready")
        while True:
            command = commands.get()
            if command != "measure":
                raise ValueError("no command " + command)
            gc.collect()
            answer("ok %.9g" % measure())
    except BaseException as e:
        answer("error %s: %s" % (type(e).__name__, e))
        end()


if __name__ == "__main__":
    main()
