"""A trial: fewer layers that learn to give the vectors of all twelve.

    python models/train/distil.py models/bangban-e5-small --layers 6 --steps 6000 --work target/distil

The student starts as every second (third …) layer of the teacher, and sees the texts that the teacher was taught with,
plain and made noisy. Prints what measure.py prints for both, and keeps the student's layers in `--work`.
"""

import argparse
import json
import math
import pathlib
import random
import time

import torch
from torch import nn

import bert
import data
import measure
import noise as noises


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("teacher", type=pathlib.Path, help="model directory")
    parser.add_argument("--layers", type=int, default=6)
    parser.add_argument("--steps", type=int, default=6000)
    parser.add_argument("--batch", type=int, default=512)
    parser.add_argument("--rate", type=float, default=4e-4)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--work", type=pathlib.Path, default=data.ROOT / "target" / "distil")
    parser.add_argument("--measure", action="store_true", help="only measure what lies in --work")
    return parser.parse_args()


def texts(seed):
    """What training may see: names, questions, services at large, utterances; each question once more with noise."""
    catalog = data.Catalog()
    asked = [question for question, item, _ in data.questions(catalog) if not catalog.held(item)]
    asked += [question for question, _, _ in data.wider()[0]] + [text for text, _ in data.utterances()]
    spoil = noises.Noise(seed, catalog.short_names())
    named = [text for name in catalog.names if not catalog.held(name) for text in catalog.texts[name] + catalog.labels(name)]
    return sorted({*asked, *named, *(spoil(text, noises.LEARNED)[0] for text in asked)})


def fewer(encoder, layers):
    """Keeps the last layer of each group of equal size."""
    every = bert.LAYERS // layers
    encoder.layers = nn.ModuleList(list(encoder.layers)[every - 1::every])
    return encoder


def main():
    options = arguments()
    options.work.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(options.seed)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    cutter = bert.Cutter(options.teacher / "tokenizer.json", 96)
    teacher = bert.Encoder(options.teacher / "weights.gguf").to(device).eval()
    student = fewer(bert.Encoder(options.teacher / "weights.gguf"), options.layers).to(device)
    kept = options.work / "student.pt"
    if not options.measure:
        cut, _ = bert.chunks(cutter, texts(options.seed), options.batch)
        with torch.no_grad():
            wanted = [teacher(ids.to(device), real.to(device)) for ids, real in cut]
        optimizer = torch.optim.AdamW(student.layers.parameters(), lr=options.rate, weight_decay=0.01)
        schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: min(1, (step + 1) / 200) * (
            0.5 * (1 + math.cos(math.pi * step / options.steps))))
        chance, began = random.Random(options.seed), time.monotonic()
        for step in range(options.steps):
            at = chance.randrange(len(cut))
            ids, real = (part.to(device) for part in cut[at])
            with torch.autocast(device, torch.bfloat16, enabled=device == "cuda"):
                vectors = student(ids, real)
            # Where the vector lies, and how each pair of texts is alike: only the second one ranks.
            like = (vectors @ vectors.T - wanted[at] @ wanted[at].T).pow(2).mean()
            loss = (1 - (vectors * wanted[at]).sum(1)).mean() + 10 * like
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(student.layers.parameters(), 1.0)
            optimizer.step()
            schedule.step()
            if step % 100 == 99:
                left = (time.monotonic() - began) / (step + 1) * (options.steps - step - 1)
                print(f"{step + 1}/{options.steps}  loss {loss.item():.4f}  {left / 60:.1f} min left", flush=True)
        torch.save({name: weight.half() for name, weight in student.state_dict().items()}, kept)
        (options.work / "made.json").write_text(json.dumps(vars(options), default=str), encoding="utf-8")
    student.load_state_dict({name: weight.float() for name, weight in torch.load(kept, map_location=device).items()})
    measure.report(f"{options.layers} layers", student.eval(), cutter)
    if not options.measure:
        measure.report("teacher", teacher, cutter)


if __name__ == "__main__":
    main()
