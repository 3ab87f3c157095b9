"""Writes and reads event files by TensorBoard itself.

    python read_events.py            writes the file beside this script that EventFileTests is held
                                     against, with TensorBoard's own writer, and reads it
    python read_events.py FOLDER     prints the curves of a folder of Pawl's: tag, points, last value

Needs `pip install tensorboard`.
"""

import pathlib
import struct
import sys

from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.summary.writer.record_writer import RecordWriter

POINTS = [(1_700_000_001.0, 0, 0.5), (1_700_000_002.0, 300, -0.1)]


def write(path):
    events = [Event(wall_time=1_700_000_000.5, file_version="brain.Event:2")]
    for time, step, value in POINTS:
        point = Summary.Value(tag="loss/batch", simple_value=value)
        events.append(Event(wall_time=time, step=step, summary=Summary(value=[point])))
    # A field that is its kind's default is left out by protobuf and written by Pawl: step 0.
    bytes_of = [event.SerializeToString(deterministic=True) for event in events]
    bytes_of[1] = bytes_of[1][:9] + b"\x10\x00" + bytes_of[1][9:]
    assert Event.FromString(bytes_of[1]) == events[1]
    with open(path, "wb") as file:
        writer = RecordWriter(file)
        for record in bytes_of:
            writer.write(record)
        writer.flush()


def curves(folder):
    events = EventAccumulator(str(folder), size_guidance={"scalars": 0})
    events.Reload()
    return {tag: events.Scalars(tag) for tag in sorted(events.Tags()["scalars"])}


def main():
    if len(sys.argv) > 1:
        found = curves(sys.argv[1])
        for tag, points in found.items():
            print(tag, len(points), points[-1].step, points[-1].value)
        sys.exit(0 if found else f"{sys.argv[1]} holds no curve")
    folder = pathlib.Path(__file__).parent
    write(folder / "events.out.tfevents.1700000000.pawl")
    expected = [(time, step, struct.unpack("<f", struct.pack("<f", x))[0]) for time, step, x in POINTS]
    found = [(p.wall_time, p.step, p.value) for p in curves(folder)["loss/batch"]]
    if found != expected:
        sys.exit(f"TensorBoard read {found}, {expected} is needed")


if __name__ == "__main__":
    main()
