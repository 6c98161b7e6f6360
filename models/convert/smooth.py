"""Give a model the factors of its channels, so that little is lost where its values become bytes.

    python models/convert/smooth.py models/bangban-e5-small

Some channels of what a layer norm gives are ten times as large as others, and a byte that holds the largest says little of
the rest. For both products of a layer that read a layer norm (query, key and value in one, and the feed-forward part), a
factor a channel is written: (largest value) ^ POWER / (largest weight) ^ (1 - POWER), after Xiao et al., SmoothQuant (2022).
The program divides the channel by it and multiplies the channel's weights by it: a forward pass in f32 is what it was.

The largest values are those of questions of corpus/questions/calibration. Nothing is trained.
"""

import argparse
import json
import pathlib

import numpy as np
import tokenizers

import convert
import gguf
import reference

POWER = 0.6
QUESTIONS = pathlib.Path(__file__).resolve().parents[2] / "corpus" / "questions" / "calibration"
PARTS = {"attention.self": ("attention.self.query", "attention.self.key", "attention.self.value"),
         "intermediate": ("intermediate.dense",)}


class Source:
    """Tensors by the names that reference.Encoder asks for."""

    hidden, heads = 384, 12
    NAMES = {"q": "attention.self.query", "k": "attention.self.key", "v": "attention.self.value",
             "ao": "attention.output.dense", "aln": "attention.output.LayerNorm", "fi": "intermediate.dense",
             "fo": "output.dense", "oln": "output.LayerNorm"}

    def __init__(self, path):
        self.metadata, self.tensors = gguf.read(path)
        self.known = {name: gguf.floats(*found) for name, found in self.tensors.items() if not name.endswith(".smooth")}
        self.layers = 1 + max(int(name.split(".")[2]) for name in self.known if name.startswith("encoder.layer."))

    def named(self, short):
        part, kind = short.rsplit(".", 1)
        kind = {"w": "weight", "b": "bias"}.get(kind, kind)
        if part == "emb":
            return self.known[f"embeddings.{ {'word': 'word', 'pos': 'position', 'type': 'token_type'}[kind]}_embeddings.weight"]
        if part == "emb.ln":
            return self.known[f"embeddings.LayerNorm.{kind}"]
        layer, part = part[1:].split(".")
        return self.known[f"encoder.layer.{layer}.{self.NAMES[part]}.{kind}"]


class Watching(reference.Encoder):
    """Keeps the largest value of each channel that the first product of each kind reads."""

    def __init__(self, source):
        super().__init__(source)
        self.largest = {}

    def tensor(self, name, columns=None):
        return self.source.named(name)

    def rows(self, ids):
        return self.source.named("emb.word")[ids]

    def linear(self, x, name):
        layer, part = name[1:].split(".")
        kind = {"q": "attention.self", "fi": "intermediate"}.get(part)
        if kind:
            key = f"encoder.layer.{layer}.{kind}"
            self.largest[key] = np.maximum(self.largest.get(key, 0), np.abs(x).max(0))
        return super().linear(x, name)


def factors(source, key, largest):
    layer, kind = key.split(".", 3)[2:]
    weights = np.concatenate([source.known[f"encoder.layer.{layer}.{part}.weight"] for part in PARTS[kind]])
    found = np.maximum(largest, 1e-5) ** POWER / np.maximum(np.abs(weights).max(0), 1e-5) ** (1 - POWER)
    return (found / np.exp(np.log(found).mean())).astype("<f4")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model", type=pathlib.Path)
    parser.add_argument("--every", type=int, default=30, help="of the calibration questions (default: %(default)s)")
    options = parser.parse_args()
    path = options.model / "weights.gguf"
    source = Source(path)
    cutter = tokenizers.Tokenizer.from_file(str(options.model / "tokenizer.json"))
    rows = [line for file in sorted(QUESTIONS.glob("*.jsonl")) for line in file.read_text(encoding="utf-8").splitlines()]
    encoder = Watching(source)
    for line in rows[::options.every]:
        encoder.forward(cutter.encode(convert.QUERY_PREFIX + json.loads(line)["question"]).ids)
    tensors = [(name, *found) for name, found in source.tensors.items() if not name.endswith(".smooth")]
    for key, largest in encoder.largest.items():
        tensors.append((f"{key}.smooth", largest.shape, gguf.F32, factors(source, key, largest).tobytes()))
    before = convert.sha256_of(path)
    convert.write_gguf(path, source.metadata, tensors, {kind: kind for kind in gguf.BLOCK_BYTES})
    manifest = options.model / "MANIFEST.toml"
    text = manifest.read_text(encoding="utf-8").replace(before, convert.sha256_of(path))
    told = "factors of channels by models/convert/smooth.py; before that: "
    if told not in text:
        text = text.replace('method = "', f'method = "{told}', 1)
    convert.write_text(manifest, text)
    print(f"{path}: factors of {len(encoder.largest)} products from {len(rows[::options.every])} questions")


if __name__ == "__main__":
    main()
