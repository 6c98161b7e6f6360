"""A trained encoder → a model directory that the program loads, with what it was made from."""

import json
import pathlib
import shutil

import convert


def write(encoder, options, made):
    """Write the mean of several runs; `made` says how each was made."""
    runs = "; ".join(", ".join(f"{name} {value}" for name, value in one.items()) for one in made)
    put(encoder, options.base, options.out, f"mean of {len(made)} runs of models/train/train.py ({runs}), {1 - options.kept:.2f} of it and "
        f"{options.kept:.2f} of the base, by models/train/mix.py")


def write_fewer(encoder, options, made):
    """Write the layers that learned from all of a teacher's."""
    how = ", ".join(f"{name} {value}" for name, value in made.items())
    put(encoder, options.base, options.out, f"half the layers, taught by models/train/distil.py ({how}) to say what all of them say")


def put(encoder, base, out, how):
    """Write weights.gguf, the untouched tokenizer, config, licence and a manifest that says how it was made, and what before."""
    out = pathlib.Path(out)
    # Read first: a model may be written where its teacher lay.
    manifest = (base / "MANIFEST.toml").read_text(encoding="utf-8")
    config = json.loads((base / "config.json").read_text(encoding="utf-8"))
    out.mkdir(parents=True, exist_ok=True)
    for name in ("tokenizer.json", "LICENSE"):
        if base.resolve() != out.resolve():
            shutil.copyfile(base / name, out / name)
    (out / "config.json").write_text(json.dumps({**config, "num_hidden_layers": len(encoder.layers)}, indent=2) + "\n", encoding="utf-8", newline="\n")
    encoder.save(out / "weights.gguf")
    kept = manifest[manifest.index("[licence]"):]
    sums = "\n".join(f'"{name}" = "{convert.sha256_of(out / name)}"' for name in ("weights.gguf", "tokenizer.json", "config.json"))
    head = manifest[manifest.index("\n", manifest.index("name = ")) + 1:manifest.index("[files]")]
    before = kept[kept.index('method = "') + len('method = "'):]
    before = before[:before.index('"')]
    kept = kept.replace(before, f"{how}; before that: {before}")
    text = (f"# Written by models/train/publish.py; see models/README.md for every field.\n"
            f'name = "{out.name}"\n{head}[files]\n{sums}\n\n{kept}')
    (out / "MANIFEST.toml").write_text(text, encoding="utf-8", newline="\n")
    print(f"{out}: {sum(p.stat().st_size for p in out.iterdir()) / 1e6:.1f} MB")


def plot(log, path):
    """The loss as a picture: a line of ten-step means."""
    losses = [json.loads(line)["loss"] for line in pathlib.Path(log).read_text(encoding="utf-8").splitlines()]
    means = [sum(losses[i:i + 10]) / len(losses[i:i + 10]) for i in range(0, len(losses), 10)]
    top = max(means)
    points = " ".join(f"{40 + 720 * i / max(1, len(means) - 1):.1f},{260 - 240 * mean / top:.1f}" for i, mean in enumerate(means))
    path.write_text(
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 780 290" font-family="sans-serif" font-size="12">'
        f'<rect width="780" height="290" fill="#fff"/><path d="M40 20V260H760" fill="none" stroke="#888"/>'
        f'<polyline points="{points}" fill="none" stroke="#0b5f57" stroke-width="2"/>'
        f'<text x="44" y="18">{top:.2f}</text><text x="44" y="280">0</text>'
        f'<text x="700" y="280">{len(losses)} steps</text></svg>', encoding="utf-8")
