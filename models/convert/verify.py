"""Check the pruned model against its sources.

    python models/convert/verify.py [FILE ...]

1. Every text is cut into the same tokens by the pruned and by the full tokenizer.
2. Every row of the pruned word embeddings is, byte for byte, the row of the same piece in the
   source, and every other tensor of the GGUF file equals its source.

FILE is JSON Lines with `text` (and perhaps `prefix`), or plain text, one text a line; by default
the reference texts of the tests. Exits with 1 if anything differs.
"""

import argparse
import json
import pathlib
import sys

import tokenizers

import convert
import gguf
import reference

FIXTURE = convert.HERE.parent.parent / "tests" / "fixtures" / "model_reference.jsonl"


def texts(path):
    """Yield the texts of a file, with their prefix."""
    for line in path.read_text(encoding="utf-8").splitlines():
        if path.suffix == ".jsonl":
            row = json.loads(line)
            yield row.get("prefix", convert.QUERY_PREFIX) + row["text"]
        elif line.strip():
            yield convert.QUERY_PREFIX + line


def compare_tokens(full, pruned, path):
    """Return how many texts of a file are cut differently."""
    total = different = 0
    for text in texts(path):
        total += 1
        expected, found = full.encode(text), pruned.encode(text)
        if expected.tokens != found.tokens:
            different += 1
            if different <= 5:
                print(f"  {text[:60]!r}\n    full   {expected.tokens[:24]}\n"
                      f"    pruned {found.tokens[:24]}")
    print(f"{path.name}: {total - different} of {total} texts cut into the same tokens")
    return different


def compare_weights(source, vocabulary, model):
    """Return the names of tensors that differ from the source."""
    _, tensors = gguf.read(model / "weights.gguf")
    found = {name: data for name, (_, _, data) in tensors.items()}
    row_of = {piece: i for i, piece in enumerate(source.pieces)}
    wrong = []
    for old, name in convert.tensor_names(source.layers):
        expected = source.bytes_of(old)[2]
        if old == "emb.word":
            width = len(expected) // source.vocabulary
            same = len(found[name]) == width * len(vocabulary) and all(
                found[name][new * width:(new + 1) * width]
                == expected[row_of[piece] * width:(row_of[piece] + 1) * width]
                for new, (piece, _) in enumerate(vocabulary))
        else:
            same = found[name] == expected
        if not same:
            wrong.append(name)
    print(f"weights.gguf: {len(found) - len(wrong)} of {len(found)} tensors equal their source")
    return wrong


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("files", nargs="*", type=pathlib.Path, default=[FIXTURE])
    options = convert.arguments(parser).parse_args()
    encoder, full = reference.load(options)
    text = (options.model / "tokenizer.json").read_text(encoding="utf-8")
    pruned = tokenizers.Tokenizer.from_str(text)

    different = sum(compare_tokens(full, pruned, path) for path in options.files)
    wrong = compare_weights(encoder.source, json.loads(text)["model"]["vocab"], options.model)
    if different or wrong:
        sys.exit(f"{different} texts and {len(wrong)} tensors differ from the source")


if __name__ == "__main__":
    main()
