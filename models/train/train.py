"""Fine-tune the shipped model on the corpus's questions.

    python -m pip install -r models/train/requirements.txt
    python models/train/train.py
    python models/train/mix.py --out target/taught target/train

Contrastive, symmetric, with in-batch negatives of which half are near twins; the word embeddings stay as they
are. The same seed gives the same batches; a run that was stopped goes on from its last checkpoint. A GPU is used
where there is one; a smaller `--batch`, fewer `--steps` and more `--frozen` layers make it bearable without.
"""

import argparse
import json
import math
import pathlib
import time

import torch
from torch.nn import functional as F

import bert
import data
import noise as noises
import publish


# Texts of one forward pass, without and with a GPU.
CHUNK, WIDE_CHUNK = 32, 384


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--base", type=pathlib.Path, default=data.ROOT / "models" / "multilingual-e5-small")
    parser.add_argument("--work", type=pathlib.Path, default=data.ROOT / "target" / "train", help="checkpoint, log, picture of the loss")
    parser.add_argument("--steps", type=int, default=800)
    parser.add_argument("--batch", type=int, default=512)
    parser.add_argument("--rate", type=float, default=1e-4)
    parser.add_argument("--warmup", type=int, default=100)
    parser.add_argument("--temperature", type=float, default=0.03)
    parser.add_argument("--frozen", type=int, default=0, help="lowest layers that are not trained")
    parser.add_argument("--longest", type=int, default=64, help="tokens of a text")
    parser.add_argument("--noise", type=float, default=0.25, help="share of questions that are made noisy")
    parser.add_argument("--titles", type=float, default=0.12, help="share of questions that become titles of letters")
    parser.add_argument("--routes", type=int, default=192, help="utterances of each step that are told apart by route; 0: none")
    parser.add_argument("--wider", type=int, default=3, help="every so many steps a batch beyond the catalog; 0: none")
    parser.add_argument("--route-weight", type=float, default=0.5, help="what telling routes apart counts beside finding items")
    parser.add_argument("--dropout", type=float, default=0.1)
    parser.add_argument("--mine", type=int, default=250, help="look for hard negatives every so many steps")
    parser.add_argument("--workers", type=int, default=0, help="processes that make batches")
    parser.add_argument("--seed", type=int, default=7)
    return parser.parse_args()


# A unit vector's values are small; the head that tells routes apart sees them so many times as large.
HEAD_SCALE = 10.0
# A question about an item is one utterance of its route among ten; a batch has many of them.
ITEM_WEIGHT = 0.15


class Steps(torch.utils.data.Dataset):
    """Batches by number, cut into tokens: made apart from the training, in other processes where there are some."""

    def __init__(self, options, chunk):
        self.options, self.chunk = options, chunk
        self.catalog = data.Catalog()
        self.rows = [row for row in data.questions(self.catalog) if not self.catalog.held(row[1])]
        self.beyond, departments = data.wider()
        self.batches = data.Batches(self.catalog, self.rows, options.batch, options.seed)
        self.others = data.Batches(self.catalog, self.beyond, options.batch, options.seed, departments)
        self.utterances = data.Utterances(data.utterances(), options.routes, options.seed)
        self.spoil = noises.Noise(options.seed, self.catalog.short_names())
        self.cutter = bert.Cutter(options.base / "tokenizer.json", options.longest)
        self.item = self.utterances.routes.index("item")

    def spoilt(self, text, titles):
        draw = self.spoil.chance.random()
        if draw < self.options.noise:
            return self.spoil(text, noises.LEARNED)[0]
        return self.spoil.title(text) if draw < self.options.noise + titles else text

    def __len__(self):
        return self.options.steps

    def __getitem__(self, step):
        """Chunks of tokens, the order of their texts, items of the pairs, routes of all but the passages."""
        options = self.options
        # Apart from each other: a service beyond the catalog may be one of its items under another name.
        pairs = (self.others if options.wider and step % options.wider == 1 else self.batches)(step)
        self.spoil.chance.seed(f"{options.seed}-{step}")
        questions = [self.spoilt(question, options.titles) for question, _, _ in pairs]
        told = [(self.spoilt(text, 0), route) for text, route in self.utterances(step)] if options.routes else []
        texts = questions + [text for _, text, _ in pairs] + [text for text, _ in told]
        number = {}
        items = torch.tensor([number.setdefault(item, len(number)) for _, _, item in pairs])
        routes = torch.tensor([self.item] * len(pairs) + [route for _, route in told])
        return *bert.chunks(self.cutter, texts, self.chunk), items, routes


def info_nce(questions, passages, items, temperature):
    """Symmetric, where texts of the same item are no negatives of each other."""
    same = items[:, None] == items[None, :]
    same.fill_diagonal_(False)
    scores = (questions @ passages.T / temperature).masked_fill(same, -1e4)
    target = torch.arange(len(items), device=items.device)
    return (F.cross_entropy(scores, target) + F.cross_entropy(scores.T, target)) / 2


def told_apart(head, vectors, routes, pairs):
    """The first `pairs` of the routes are those of item questions, and count less."""
    each = F.cross_entropy(head(vectors * HEAD_SCALE), routes, reduction="none")
    weight = torch.ones_like(each)
    weight[:pairs] = ITEM_WEIGHT
    return (each * weight).sum() / weight.sum()


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
    read = data.content_hash()
    steps = Steps(options, CHUNK if device == "cpu" else WIDE_CHUNK)
    encoder = bert.Encoder(options.base / "weights.gguf").to(device)
    made = {"steps": options.steps, "batch": options.batch, "questions": len(steps.rows) + len(steps.beyond), "data": read[:12],
            "layers": len(encoder.layers) - options.frozen, "rate": options.rate, "route weight": options.route_weight, "temperature":
            options.temperature, "noise": options.noise, "dropout": options.dropout, "seed": options.seed}
    encoder.freeze(options.frozen)
    bert.Layer.dropout = options.dropout
    head = torch.nn.Linear(bert.HIDDEN, len(steps.utterances.routes)).to(device)
    trained = [p for p in encoder.parameters() if p.requires_grad]
    optimizer = torch.optim.AdamW(
        [{"params": trained, "lr": options.rate}, {"params": head.parameters(), "lr": 1e-3}], weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: min(1, (step + 1) / options.warmup) * (
        0.5 * (1 + math.cos(math.pi * min(1, step / options.steps)))))

    checkpoint, log, start = options.work / "checkpoint.pt", options.work / "log.jsonl", 0
    if checkpoint.exists():
        saved = torch.load(checkpoint, weights_only=False, map_location=device)
        encoder.load_state_dict(saved["encoder"])
        head.load_state_dict(saved["head"])
        optimizer.load_state_dict(saved["optimizer"])
        schedule.load_state_dict(saved["schedule"])
        start = saved["step"]
        steps.batches.mine(saved["near"])
        print(f"going on from step {start}")
    print(f"{len(steps.rows)} questions, {len(steps.batches.items)} items, {len(steps.beyond)} questions beyond them, "
          f"{sum(p.numel() for p in trained):,} weights, {device}")
    began = time.monotonic()
    step = start
    while step < options.steps:
        if step % options.mine == 0 and step:
            encoder.eval()
            steps.batches.mine(neighbours(encoder, steps.cutter, steps.catalog))
        encoder.train()
        until = min(options.steps, (step // options.mine + 1) * options.mine)
        # Made anew for each round: the processes copy the hard negatives when they start.
        loader = torch.utils.data.DataLoader(
            steps, batch_size=None, sampler=range(step, until), num_workers=options.workers, pin_memory=device == "cuda")
        for cut, back, items, routes in loader:
            back, items, routes = (t.to(device, non_blocking=True) for t in (back, items, routes))
            cut = [(ids.to(device, non_blocking=True), real.to(device, non_blocking=True)) for ids, real in cut]
            with torch.autocast(device, torch.bfloat16, enabled=device == "cuda"):
                vectors = torch.cat([encoder(*part) for part in cut])[back]
            pairs = len(items)
            questions, passages, told = vectors.split([pairs, pairs, len(routes) - pairs])
            loss = info_nce(questions, passages, items, options.temperature)
            apart = told_apart(head, torch.cat([questions, told]), routes, pairs) if options.routes else loss.new_zeros(())
            optimizer.zero_grad()
            (loss + options.route_weight * apart).backward()
            torch.nn.utils.clip_grad_norm_(trained, 1.0)
            optimizer.step()
            schedule.step()
            figures = {"step": step, "loss": round(loss.item(), 4), "routes": round(apart.item(), 4)}
            with open(log, "a", encoding="utf-8") as file:
                file.write(json.dumps(figures) + "\n")
            step += 1
            if step % 10 == 0:
                left = (time.monotonic() - began) / (step - start) * (options.steps - step)
                done = 30 * step // options.steps
                print(f"[{'#' * done:30}] {step}/{options.steps}  loss {loss.item():.3f}  routes {apart.item():.3f}  "
                      f"{left / 60:.1f} min left", flush=True)
            if step % 50 == 0 and device == "cpu" or step == until:
                aside = checkpoint.with_suffix(".new")
                torch.save({"encoder": encoder.state_dict(), "head": head.state_dict(), "optimizer": optimizer.state_dict(),
                            "schedule": schedule.state_dict(), "step": step, "near": steps.batches.near, "made": made}, aside)
                aside.replace(checkpoint)
    publish.plot(log, options.work / "loss.svg")


if __name__ == "__main__":
    main()
