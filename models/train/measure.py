"""How often the vector lists alone find the right item: names, and names with questions as examples.

    python models/train/measure.py MODEL_DIR [MODEL_DIR …]

On the questions of items and of writers that training never saw; and, where `../shared/eval/stard` lies beside the
project, lay people's legal questions against articles of law: whether general Chinese was kept.
"""

import json
import pathlib
import sys

import torch

import bert
import data


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


def law():
    """Articles of law, questions, and for each question the places of its articles."""
    folder = data.ROOT.parent / "shared" / "eval" / "stard"
    if not folder.is_dir():
        return None
    read = lambda name: list(map(json.loads, (folder / name).read_text(encoding="utf-8").splitlines()))
    passages = read("passages.jsonl")
    place = {row["code"]: at for at, row in enumerate(passages)}
    asked = read("questions.jsonl")
    return [f"{row['name']} {row['text']}" for row in passages], [row["question"] for row in asked], [[place[i] for i in row["items"]] for row in asked]


def report(title, encoder, cutter):
    """Prints the figures of one model."""
    catalog = data.Catalog()
    number = {name: at for at, name in enumerate(catalog.names)}
    train = [row for row in data.questions(catalog) if not catalog.held(row[1])]
    sets = {}
    if (data.QUESTIONS / "held").is_dir():
        sets["other writers"] = list(data.questions(catalog, "held"))
        sets["other writers, noisy"] = list(data.questions(catalog, "noisy"))
    sets["unseen items"] = [row for row in data.questions(catalog) if catalog.held(row[1])][:2000]
    labels = [(text, name) for name in catalog.names for text in catalog.labels(name)]
    if articles := law():
        passages, asked, wanted = articles
        order = (bert.embed(encoder, cutter, asked) @ bert.embed(encoder, cutter, passages).T).argsort(1, descending=True)
        found = [[bool(set(row[:k].tolist()) & set(right)) for k in (1, 5)] for row, right in zip(order, wanted)]
        one, five = (sum(row[at] for row in found) / len(found) for at in (0, 1))
        print(f"{title:28} articles of law        n {len(found):5}  hit@1 {one:.3f}  hit@5 {five:.3f}", flush=True)
    names = bert.embed(encoder, cutter, [text for text, _ in labels])
    name_owner = torch.tensor([number[item] for _, item in labels])
    examples = bert.embed(encoder, cutter, [question for question, _, _ in train])
    example_owner = torch.tensor([number[item] for _, item, _ in train])
    for kind, rows in sets.items():
        vectors = bert.embed(encoder, cutter, [question for question, _, _ in rows])
        right = torch.tensor([number[item] for _, item, _ in rows])
        by_name = best(vectors @ names.T, name_owner, len(number))
        by_example = best(vectors @ examples.T, example_owner, len(number))
        for what, scores in (("names", by_name), ("names and examples", z(by_name) + z(by_example))):
            one, three, five = hits(scores, right)
            print(f"{title:28} {kind:22} {what:20} n {len(rows):5}  hit@1 {one:.3f}  hit@3 {three:.3f}  hit@5 {five:.3f}", flush=True)


def main():
    for path in map(pathlib.Path, sys.argv[1:]):
        report(path.name, bert.Encoder(path / "weights.gguf").eval(), bert.Cutter(path / "tokenizer.json", 96))


if __name__ == "__main__":
    main()
