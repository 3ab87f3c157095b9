"""What each leak of a published tutorial was worth, variant by variant.

    python Benchmarks/peers/tutorial_leaks.py .build/release/pawl [--series 20]

Walks strategies/tutorial-lstm-leaky.yaml over the series of RandomState(0..19) as published, then with
its leaks turned off one at a time and both, and strategies/tutorial-lstm.yaml, which asks an honest
question of the same series and network. A figure is the skill over all forecasts of all series, 1 less the
squared error by that of repeating the newest label known, and by that of the mean label known: since the
targets differ, errors do not compare, skills do. Prints a table in Markdown.
"""

import argparse
import pathlib
import tempfile

from tutorial_parity import SPEC, VARIANTS, run

HONEST = SPEC.parent / "tutorial-lstm.yaml"
RESCALE = ("  rescale: [-1, 1]\n", "  scaler: none\n  target_scaler: none\n  allow_leaks: true\n")
COLUMNS = {
    "as published": (True, True),
    "scaler fitted on the past": (False, True),
    "one bar ahead": (True, False),
    "both": (False, False),
}


def leaky(text, rescales, is_nowcast):
    if not rescales:
        for part in RESCALE:
            assert part in text, f"{SPEC} has {part}"
        text = text.replace(RESCALE[0], "").replace(
            RESCALE[1], "  scaler: minmax\n  target_scaler: minmax\n")
    return text if is_nowcast else text.replace("  horizon: 0\n", "  horizon: 1\n")


def honest_settings(variant):
    settings = [s for s in VARIANTS[variant] if not s.startswith("target.")]
    if "model.stateful=keras" in settings:
        settings.remove("model.stateful=keras")
        settings += ["model.stateful=true", "training.shuffle=false"]
    return settings


def skills(pawl, spec, settings, count, folder):
    """Skill against the newest label and against the mean of labels."""
    error = naive = mean = 0.0
    for series in range(count):
        for row in run(pawl, spec, [f"generate.seed={series}", f"seed={series}", *settings], f"{folder}/run"):
            if not row["naive"] or not row["mean"]:
                continue
            actual = float(row["actual"])
            error += (float(row["forecast"]) - actual) ** 2
            naive += (float(row["naive"]) - actual) ** 2
            mean += (float(row["mean"]) - actual) ** 2
    return 1 - error / naive, 1 - error / mean


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("pawl")
    arguments.add_argument("--series", type=int, default=20)
    options = arguments.parse_args()
    text = SPEC.read_text()
    names = [*COLUMNS, "honest"]
    print("| variant | " + " | ".join(names) + " |\n|---|" + "---:|" * len(names), flush=True)
    with tempfile.TemporaryDirectory() as folder:
        for variant, settings in VARIANTS.items():
            cells = []
            for rescales, is_nowcast in COLUMNS.values():
                spec = pathlib.Path(folder) / "leaky.yaml"
                spec.write_text(leaky(text, rescales, is_nowcast))
                cells.append(skills(options.pawl, spec, settings, options.series, folder))
            cells.append(
                skills(options.pawl, HONEST, honest_settings(variant), options.series, folder))
            row = " | ".join(f"{a * 100:.0f} % / {b * 100:.0f} %" for a, b in cells)
            print(f"| {variant} | {row} |", flush=True)


if __name__ == "__main__":
    main()
