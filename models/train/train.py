"""Fine-tune the shipped model on the corpus's questions.

    python -m pip install -r models/train/requirements.txt
    python models/train/train.py --out models/bangban-e5-small

Contrastive, symmetric, with in-batch negatives of which half are near twins; the word embeddings and the
lowest layers stay as they are. The same seed gives the same batches; a run that was stopped goes on from its
last checkpoint. Runs on the CPU; a GPU is used where there is one.
"""

import argparse
import json
import math
import pathlib
import time

import torch

import bert
import data
import noise as noises
import publish


# Texts of one forward pass.
CHUNK = 32


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--base", type=pathlib.Path, default=data.ROOT / "models" / "multilingual-e5-small")
    parser.add_argument("--out", type=pathlib.Path, required=True)
    parser.add_argument("--work", type=pathlib.Path, default=data.ROOT / "target" / "train", help="checkpoints, log")
    parser.add_argument("--steps", type=int, default=600)
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--rate", type=float, default=8e-5)
    parser.add_argument("--warmup", type=int, default=40)
    parser.add_argument("--temperature", type=float, default=0.03)
    parser.add_argument("--frozen", type=int, default=6, help="lowest layers that are not trained")
    parser.add_argument("--longest", type=int, default=56, help="tokens of a text")
    parser.add_argument("--noise", type=float, default=0.2, help="share of questions that are made noisy")
    parser.add_argument("--titles", type=float, default=0.12, help="share of questions that become titles of letters")
    parser.add_argument("--routes", type=int, default=32, help="utterances of each step that are told apart by route; 0: none")
    parser.add_argument("--wider", type=int, default=3, help="every so many steps a batch beyond the catalog; 0: none")
    parser.add_argument("--mine", type=int, default=200, help="look for hard negatives every so many steps")
    parser.add_argument("--seed", type=int, default=7)
    return parser.parse_args()


# A unit vector's values are small; the head that tells routes apart sees them so many times as large.
HEAD_SCALE = 10.0
# What telling routes apart counts beside finding items.
ROUTE_WEIGHT = 0.5
# A question about an item is one utterance of its route among ten; a batch has many of them.
ITEM_WEIGHT = 0.15


def loss_of(encoder, cutter, head, pairs, told, item, temperature):
    """Symmetric InfoNCE, where texts of the same item are no negatives of each other, and the routes of `told`.

    `item` is the number of the route that the pairs' questions have.
    """
    texts = [question for question, _, _ in pairs] + [text for _, text, _ in pairs] + [text for text, _ in told]
    vectors = bert.encode(encoder, cutter, texts, CHUNK)
    device = vectors.device
    questions, passages, others = vectors.split([len(pairs), len(pairs), len(told)])
    found = info_nce(questions, passages, pairs, temperature, device)
    if not told:
        return found, found.new_zeros(())
    target = torch.tensor([item] * len(pairs) + [route for _, route in told], device=device)
    weight = torch.tensor([ITEM_WEIGHT] * len(pairs) + [1.0] * len(told), device=device)
    each = torch.nn.functional.cross_entropy(head(torch.cat([questions, others]) * HEAD_SCALE), target, reduction="none")
    return found, (each * weight).sum() / weight.sum()


def info_nce(questions, passages, pairs, temperature, device):
    scores = questions @ passages.T / temperature
    items = [item for _, _, item in pairs]
    same = torch.tensor([[a == b for b in items] for a in items], device=device)
    same.fill_diagonal_(False)
    scores = scores.masked_fill(same, -1e4)
    target = torch.arange(len(pairs), device=device)
    return (torch.nn.functional.cross_entropy(scores, target) + torch.nn.functional.cross_entropy(scores.T, target)) / 2


def neighbours(encoder, cutter, catalog, count=6):
    """For each item the items whose names are nearest to its own."""
    names = catalog.names
    vectors = bert.embed(encoder, cutter, names)
    scores = vectors @ vectors.T
    scores.fill_diagonal_(-1)
    return {name: [names[at] for at in scores[row].topk(count).indices] for row, name in enumerate(names)}


def main():
    options = arguments()
    options.work.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(options.seed)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    catalog = data.Catalog()
    rows = [row for row in data.questions(catalog) if not catalog.held(row[1])]
    read = data.content_hash()
    batches = data.Batches(catalog, rows, options.batch, options.seed)
    beyond, departments = data.wider()
    others = data.Batches(catalog, beyond, options.batch, options.seed, departments)
    cutter = bert.Cutter(options.base / "tokenizer.json", options.longest)
    encoder = bert.Encoder(options.base / "weights.gguf").to(device)
    encoder.words, encoder.positions, encoder.types = (
        t.to(device) for t in (encoder.words, encoder.positions, encoder.types))
    encoder.freeze(options.frozen)
    utterances = data.Utterances(data.utterances(), options.routes, options.seed)
    head = torch.nn.Linear(bert.HIDDEN, len(utterances.routes)).to(device)
    trained = [p for p in encoder.parameters() if p.requires_grad]
    optimizer = torch.optim.AdamW(
        [{"params": trained, "lr": options.rate}, {"params": head.parameters(), "lr": 20 * options.rate}], weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: min(1, (step + 1) / options.warmup) * (
        0.5 * (1 + math.cos(math.pi * min(1, step / options.steps)))))
    spoil = noises.Noise(options.seed, catalog.short_names())

    checkpoint, log, start = options.work / "checkpoint.pt", options.work / "log.jsonl", 0
    if checkpoint.exists():
        saved = torch.load(checkpoint, weights_only=False)
        encoder.load_state_dict(saved["encoder"])
        head.load_state_dict(saved["head"])
        optimizer.load_state_dict(saved["optimizer"])
        schedule.load_state_dict(saved["schedule"])
        start = saved["step"]
        batches.mine(saved["near"])
        print(f"going on from step {start}")
    print(f"{len(rows)} questions, {len(batches.items)} items, {len(beyond)} questions beyond them, {sum(p.numel() for p in trained):,} weights, {device}")
    began = time.monotonic()
    for step in range(start, options.steps):
        if step % options.mine == 0 and step:
            encoder.eval()
            batches.mine(neighbours(encoder, cutter, catalog))
        encoder.train()
        # Apart from each other: a service beyond the catalog may be one of its items under another name.
        pairs = (others if options.wider and step % options.wider == 1 else batches)(step)
        spoil.chance.seed(f"{options.seed}-{step}")

        def spoilt(text, titles):
            draw = spoil.chance.random()
            if draw < options.noise:
                return spoil(text, noises.LEARNED)[0]
            return spoil.title(text) if draw < options.noise + titles else text

        pairs = [(spoilt(question, options.titles), text, item) for question, text, item in pairs]
        told = [(spoilt(text, 0), route) for text, route in utterances(step)]
        optimizer.zero_grad()
        loss, routes = loss_of(encoder, cutter, head, pairs, told, utterances.routes.index("item"), options.temperature)
        (loss + ROUTE_WEIGHT * routes).backward()
        torch.nn.utils.clip_grad_norm_(trained, 1.0)
        optimizer.step()
        schedule.step()
        with open(log, "a", encoding="utf-8") as file:
            file.write(json.dumps({"step": step, "loss": round(loss.item(), 4), "routes": round(routes.item(), 4)}) + "\n")
        if (step + 1) % 10 == 0:
            left = (time.monotonic() - began) / (step + 1 - start) * (options.steps - step - 1)
            done = 30 * (step + 1) // options.steps
            print(f"[{'#' * done:30}] {step + 1}/{options.steps}  loss {loss.item():.3f}  routes {routes.item():.3f}  {left / 60:.0f} min left", flush=True)
        if (step + 1) % 50 == 0 or step + 1 == options.steps:
            aside = checkpoint.with_suffix(".new")
            torch.save({"encoder": encoder.state_dict(), "head": head.state_dict(), "optimizer": optimizer.state_dict(),
                        "schedule": schedule.state_dict(), "step": step + 1, "near": batches.near}, aside)
            aside.replace(checkpoint)
    encoder.to("cpu")
    encoder.words, encoder.positions, encoder.types = (
        t.to("cpu") for t in (encoder.words, encoder.positions, encoder.types))
    publish.write(encoder, options, read, len(rows) + len(beyond))
    publish.plot(log, options.work / "loss.svg")


if __name__ == "__main__":
    main()
