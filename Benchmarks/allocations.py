"""Shows that the bar loop of a rule strategy allocates nothing, with and without logs.

    python3 Benchmarks/allocations.py .build/release/pawl

Runs `pawl bench bars` under callgrind for N and for 2N bars, and counts the instructions spent in malloc
and its kin from where the loop begins to where it ends. What is allocated while the loop gets warm is the
same in both; so the difference is what N more bars cost. An allocation takes some 50 instructions, so the
least that could be spent on one a bar is far above the 1 a bar at which this ends with status 1; what is
left are arrays that double as they grow (the returns that are kept, months). Needs valgrind and objcopy;
takes two minutes.
"""

import os
import re
import subprocess
import sys
import tempfile

BARS = 20_000
# The function that holds the loop, by its mangled name: itself or as the compiler specialised it.
LOOPS = {
    "off": r"\$s8Backtest13BarsBenchmarkV4pass\w*YKF",
    "one": r"\$s8Backtest10RunSessionC9takeSteps\w*FailureOYKF(?:\d.*)?",
}
ALLOCATORS = {"malloc", "calloc", "realloc", "posix_memalign", "aligned_alloc", "memalign", "_int_malloc"}


def names(binary):
    table = subprocess.run(["nm", binary], capture_output=True, text=True, check=True).stdout
    return [line.split()[-1] for line in table.splitlines() if line.split()]


def spent(binary, folder, kind, loops, bars):
    """Instructions within the loop, and those of them that allocators spent."""
    out = f"{folder}/callgrind.{kind}.{bars}"
    subprocess.run(
        ["valgrind", "--tool=callgrind", f"--callgrind-out-file={out}",
         *(f"--toggle-collect={loop}" for loop in loops),
         binary, "bench", "bars", "--passes", "1", "--bars", str(bars), "--logs", kind],
        check=True, capture_output=True)
    known, function, isCall, total, allocators = {}, None, False, 0, 0
    for line in open(out):
        # Names are written once and are numbers after that.
        match = re.match(r"(c?)fn=\((\d+)\)(?: (\S+))?", line)
        if match:
            if match[3]:
                known[match[2]] = match[3].split("'")[0]
            if not match[1]:
                function = known[match[2]]
        elif line.startswith("calls="):
            # The line after it holds the cost of what was called.
            isCall = True
        elif re.match(r"[+\-*\d]", line):
            if not isCall:
                cost = int(line.split()[-1])
                total += cost
                allocators += cost if function in ALLOCATORS else 0
            isCall = False
    return total, allocators


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    failed = False
    with tempfile.TemporaryDirectory() as folder:
        # valgrind reads the names, and not every form of line numbers.
        binary = f"{folder}/pawl"
        subprocess.run(["objcopy", "--strip-debug", os.path.abspath(sys.argv[1]), binary], check=True)
        symbols = names(binary)
        for kind, pattern in LOOPS.items():
            loops = [name for name in symbols if re.fullmatch(pattern, name)]
            short, long = (spent(binary, folder, kind, loops, bars) for bars in (BARS, 2 * BARS))
            more = [(b - a) / BARS for a, b in zip(short, long)]
            print(f"logs {kind}: {more[0]:,.1f} instructions a bar, {more[1]:.3f} of them in allocators",
                  flush=True)
            # A loop that was not found, or allocators under other names, would prove nothing.
            if more[0] < 100 or short[1] == 0:
                sys.exit(f"the loop was not seen: {short} instructions in {BARS} bars")
            failed = failed or more[1] > 1
    sys.exit(1 if failed else 0)


main()
