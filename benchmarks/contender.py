"""The process of one contender: prepare, take turns when asked through the pipe, rest in between. See harness.py.

    python benchmarks/contender.py FILE NAME SETTINGS        settings: the function's arguments, JSON
"""

import contextlib
import json
import os
import platform
import resource
import runpy
import statistics
import sys
import time


def contend(file, name, settings):
    """Say when ready, take turns when asked, say at the end what ran."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # whatever a library prints is no answer
    try:
        step = runpy.run_path(file)[name](**json.loads(settings))
    except ImportError as reason:
        return print(json.dumps({"missing": str(reason)}), file=answers, flush=True)
    rest()
    print("{}", file=answers, flush=True)
    megabytes = []
    for question in map(str.strip, sys.stdin):
        if question == "end":
            said = {"about": about(), "megabytes": [megabytes[0], megabytes[-1]], "afterwards": ""}
            said |= {"afterwards": step.afterwards()} if hasattr(step, "afterwards") else {}
        else:
            said = {"milliseconds": turn(step, *map(int, question.split()))}
            megabytes.append(peak_megabytes())
        print(json.dumps(said), file=answers, flush=True)


def turn(step, warm, steps):
    """The median of the timed steps, in milliseconds; the threads rest when it returns."""
    times = []
    for _ in range(warm + steps):
        synchronise()
        start = time.perf_counter()
        step()
        synchronise()
        times.append(1e3 * (time.perf_counter() - start))
    rest()
    return statistics.median(times[warm:])


def rest():
    """Return once all threads of this process together use less than a tenth of a core."""
    for _ in range(100):
        used = time.process_time()
        time.sleep(0.03)
        if time.process_time() - used < 0.003:
            return
    raise RuntimeError("the threads of this contender do not come to rest: it would disturb the others")


def gpu_library():
    """The CuPy or torch that computes on a GPU in this process, or None."""
    cupy, torch = sys.modules.get("cupy"), sys.modules.get("torch")
    return cupy or (torch if torch and torch.cuda.is_initialized() else None)


def synchronise():
    """Wait for the GPU, if there is work on one: its calls return before the work is done."""
    if gpu := gpu_library():
        (gpu.cuda.Device() if gpu.__name__ == "cupy" else gpu.cuda).synchronize()


def peak_megabytes():
    """On a GPU what the memory pool has taken from the device and keeps; else the process's peak."""
    if gpu := gpu_library():
        return (gpu.get_default_memory_pool().total_bytes() if gpu.__name__ == "cupy" else gpu.cuda.memory_reserved()) / 2**20
    with contextlib.suppress(OSError, StopIteration), open("/proc/self/status", encoding="utf-8") as file:
        return next(int(line.split()[1]) for line in file if line.startswith("VmHWM")) / 2**10
    # on Linux ru_maxrss counts the process too that has started this one; elsewhere there is nothing better
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10)


def about():
    """Processor, versions, BLAS with its kernel, threads: lines, as this process sees them."""
    lines, torch = [f"python {platform.python_version()}, {os.cpu_count()} cores"], sys.modules.get("torch")
    with contextlib.suppress(OSError), open("/proc/cpuinfo", encoding="utf-8") as file:
        lines += [line.split(":")[1].strip() for line in file if line.startswith("model name")][:1]
    libraries = filter(None, map(sys.modules.get, ("numpy", "sklearn", "torch", "cupy")))
    lines += [f"{library.__name__} {library.__version__}" for library in libraries]
    with contextlib.suppress(ImportError):  # comes with scikit-learn
        from threadpoolctl import threadpool_info

        lines += ["{internal_api} {version}, kernel {architecture}, {num_threads} threads".format(**pool)
                  for pool in threadpool_info() if pool["user_api"] == "blas"]  # fmt: skip
    if torch:
        blas = "with MKL" if torch.backends.mkl.is_available() else "without MKL"
        lines.append(f"torch {blas}, {torch.backends.cpu.get_cpu_capability()}, {torch.get_num_threads()} threads")
    if gpu := gpu_library():
        name = torch.cuda.get_device_name() if gpu is torch else gpu.cuda.runtime.getDeviceProperties(0)["name"].decode()
        lines.append(name)
    return lines


if __name__ == "__main__":
    contend(*sys.argv[1:])
