"""How often the vector lists alone find the right item: names, and names with questions as examples.

    python models/train/measure.py MODEL_DIR [MODEL_DIR …]

On the questions of items and of writers that training never saw.
"""

import pathlib
import sys

import torch

import bert
import data
import noise as noises


def best(scores, owners, items):
    """Best row of each item."""
    out = torch.full((scores.shape[0], items), -1.0)
    owners = owners.expand(scores.shape[0], -1)
    return out.scatter_reduce(1, owners, scores, "amax")


def hits(scores, right):
    order = scores.argsort(1, descending=True)[:, :5]
    found = order == right[:, None]
    return tuple(found[:, :k].any(1).float().mean().item() for k in (1, 3, 5))


def z(scores):
    return (scores - scores.mean(1, keepdim=True)) / scores.std(1, keepdim=True)


def main():
    catalog = data.Catalog()
    number = {name: at for at, name in enumerate(catalog.names)}
    train = [row for row in data.questions(catalog) if not catalog.held(row[1])]
    sets = {}
    if (data.QUESTIONS / "held").is_dir():
        held = list(data.questions(catalog, "held"))
        sets["other writers"] = held
        spoil = noises.Noise(11)
        sets["other writers, noisy"] = [(spoil(q)[0], item, case) for q, item, case in held]
    sets["unseen items"] = [row for row in data.questions(catalog) if catalog.held(row[1])][:2000]
    labels = [(text, name) for name in catalog.names for text in catalog.labels(name)]
    for path in map(pathlib.Path, sys.argv[1:]):
        encoder = bert.Encoder(path / "weights.gguf").eval()
        cutter = bert.Cutter(path / "tokenizer.json", 96)
        names = bert.embed(encoder, cutter, [text for text, _ in labels])
        name_owner = torch.tensor([number[item] for _, item in labels])
        examples = bert.embed(encoder, cutter, [question for question, _, _ in train])
        example_owner = torch.tensor([number[item] for _, item, _ in train])
        for title, rows in sets.items():
            vectors = bert.embed(encoder, cutter, [question for question, _, _ in rows])
            right = torch.tensor([number[item] for _, item, _ in rows])
            by_name = best(vectors @ names.T, name_owner, len(number))
            by_example = best(vectors @ examples.T, example_owner, len(number))
            for what, scores in (("names", by_name), ("names and examples", z(by_name) + z(by_example))):
                one, three, five = hits(scores, right)
                print(f"{path.name:28} {title:22} {what:20} n {len(rows):5}  hit@1 {one:.3f}  hit@3 {three:.3f}  hit@5 {five:.3f}", flush=True)


if __name__ == "__main__":
    main()
