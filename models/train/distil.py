"""Half the layers, taught to say what all of them say.

    python models/train/distil.py target/taught --texts target/distil/texts.txt
    python models/train/distil.py target/taught --out models/bangban-e5-small

The first call writes the texts (it needs the packages that make noise), the second one teaches and writes a model
directory. The student starts as every second layer of the teacher. After each of its layers every token is to stand where
it stands after two layers of the teacher, and the vector of the whole text where the teacher's lies. For that no text has
to mean anything: beside what the teacher was taught with, and lines of guides, it reads rows of words drawn from a
dictionary, so that it hears of Chinese at large.
"""

import argparse
import itertools
import json
import math
import pathlib
import random
import time

import torch
from torch import nn
from torch.nn import functional as F

import bert
import data
import measure
import publish


# Texts of similar length from which a batch is drawn.
WINDOW = 16384


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("base", type=pathlib.Path, help="model directory of the teacher")
    parser.add_argument("--texts", type=pathlib.Path, default=data.ROOT / "target" / "distil" / "texts.txt")
    parser.add_argument("--work", type=pathlib.Path, default=data.ROOT / "target" / "distil", help="where the student's layers are kept")
    parser.add_argument("--out", type=pathlib.Path, help="model directory to write")
    parser.add_argument("--layers", type=int, default=6)
    parser.add_argument("--seconds", type=float, default=400, help="how long it may learn")
    parser.add_argument("--batch", type=int, default=1024)
    parser.add_argument("--rate", type=float, default=5e-4)
    parser.add_argument("--longest", type=int, default=96, help="tokens of a text")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--measure", action="store_true", help="print what measure.py prints, for student and teacher")
    return parser.parse_args()


def lines_of(value):
    """Every text in a guide."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, part in value.items():
            if key not in ("when", "ask_when", "id"):
                yield from lines_of(part)
    elif isinstance(value, list):
        for part in value:
            yield from lines_of(part)


def drawn(seed, count):
    """Rows of words from a dictionary, frequent ones more often; a third of them with marks and numbers between."""
    import jieba
    chance = random.Random(seed)
    rows = pathlib.Path(jieba.__file__).with_name("dict.txt").read_text(encoding="utf-8").splitlines()
    words, weights = [], []
    for row in rows:
        word, often, _ = row.split(" ")
        words.append(word)
        weights.append((int(often) + 1) ** 0.6)
    weights = list(itertools.accumulate(weights))
    for _ in range(count):
        row = chance.choices(words, cum_weights=weights, k=chance.choice([1, 2, 2, 3, 3, 4, 5, 6, 8, 10, 14, 20]))
        if chance.random() < 0.33:
            row = [word + chance.choice(["", "", "", "，", "。", "？", "、", str(chance.randrange(1, 2030)), "的", "了", "：", "（", "）", " "]) for word in row]
        yield "".join(row)


def texts(seed):
    """What the student reads: nothing that is held for measuring."""
    import noise as noises
    catalog = data.Catalog()
    asked = [question for question, item, _ in data.questions(catalog) if not catalog.held(item)]
    asked += [question for question, _, _ in data.wider()[0]] + [text for text, _ in data.utterances()]
    spoil = noises.Noise(seed, catalog.short_names())
    named = [text for name in catalog.names if not catalog.held(name) for text in catalog.texts[name] + catalog.labels(name)]
    written = [text for guide in data.lines(data.GUIDES) if not catalog.held(guide["name"]) for text in lines_of(guide) if len(text) > 1]
    noisy = [spoil(text, noises.LEARNED)[0] for text in asked]
    titles = [spoil.title(text) for text in asked[::3]]
    known = {*asked, *named, *written, *noisy, *titles}
    # As many again that nobody would say.
    return sorted(text.replace("\n", " ") for text in {*known, *drawn(seed, 2 * len(known))})


def fewer(encoder, layers):
    """Keeps the last layer of each group of equal size."""
    every = len(encoder.layers) // layers
    encoder.layers = nn.ModuleList(list(encoder.layers)[every - 1::every])
    return encoder


class Texts:
    """All texts as tokens on the device, sorted by length."""

    def __init__(self, path, cutter, device):
        cutter.tokenizer.no_padding()
        rows = [one.ids for one in cutter.tokenizer.encode_batch([bert.convert.QUERY_PREFIX + text for text in path.read_text(encoding="utf-8").splitlines()])]
        rows.sort(key=len)
        self.lengths = [len(row) for row in rows]
        longest = max(self.lengths)
        self.ids = torch.tensor([row + [1] * (longest - len(row)) for row in rows], dtype=torch.int32).to(device)

    def batch(self, chance, size):
        """Texts of similar length, by chance; what is longest in the batch bounds it."""
        start = chance.randrange(max(1, len(self.lengths) - WINDOW // 2))
        end = min(len(self.lengths), start + WINDOW)
        at = torch.tensor(sorted(chance.sample(range(start, end), min(size, end - start))))
        longest = self.lengths[at[-1]]
        ids = self.ids[at.to(self.ids.device), :longest].long()
        real = torch.arange(longest, device=ids.device)[None] < torch.tensor([self.lengths[i] for i in at.tolist()], device=ids.device)[:, None]
        return ids, real


def depths(encoder, ids, real):
    """What each layer says of each token."""
    x = encoder.first(encoder.words[ids] + encoder.positions[:ids.shape[1]] + encoder.types[0])
    out = []
    for layer in encoder.layers:
        x = layer(x, real[:, None, None, :])
        out.append(x)
    return out


def apart(found, wanted, real):
    """Mean square of how far tokens lie from where they should, in parts of their own square."""
    real = real[:, :, None]
    return ((found.float() - wanted.float()).pow(2) * real).sum() / (wanted.float().pow(2) * real).sum()


def teach(options, teacher, student, known, device):
    optimizer = torch.optim.AdamW(student.layers.parameters(), lr=options.rate, weight_decay=0.01)
    every = len(teacher.layers) // len(student.layers)
    chance, began, step, log = random.Random(options.seed), time.monotonic(), 0, []
    while (spent := time.monotonic() - began) < options.seconds:
        share = spent / options.seconds
        for group in optimizer.param_groups:
            group["lr"] = options.rate * min(1, (step + 1) / 300) * 0.5 * (1 + math.cos(math.pi * share))
        ids, real = known.batch(chance, options.batch)
        with torch.autocast(device, torch.bfloat16, enabled=device == "cuda"):
            with torch.no_grad():
                shown = depths(teacher, ids, real)
            own = depths(student, ids, real)
            vectors, wanted = bert.pool(own[-1], real), bert.pool(shown[-1], real)
        each = [apart(mine, shown[every * (at + 1) - 1], real) for at, mine in enumerate(own)]
        # Where the vector lies, and how each pair of texts is alike: only the second one ranks. Towards the end they count alone.
        like = (vectors @ vectors.T - wanted @ wanted.T).pow(2).mean()
        whole = (1 - (vectors * wanted).sum(1)).mean()
        loss = (1 - 0.9 * share) * (sum(each[:-1]) / len(each) + each[-1]) + 5 * whole + 50 * like
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(student.layers.parameters(), 1.0)
        optimizer.step()
        step += 1
        if step % 200 == 0:
            figures = {"step": step, "loss": round(loss.item(), 5), "last": round(each[-1].item(), 5), "whole": round(whole.item(), 6), "like": round(like.item(), 7)}
            log.append(figures)
            print(f"{spent:5.0f} s  {figures}", flush=True)
    return {"steps": step, "batch": options.batch, "texts": len(known.lengths), "layers": options.layers, "rate": options.rate, "seed": options.seed}


def main():
    options = arguments()
    options.work.mkdir(parents=True, exist_ok=True)
    if not options.texts.exists():
        options.texts.parent.mkdir(parents=True, exist_ok=True)
        options.texts.write_text("\n".join(texts(options.seed)) + "\n", encoding="utf-8")
        return print(f"{options.texts}: written; call again to teach")
    torch.manual_seed(options.seed)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    torch.backends.cuda.matmul.allow_tf32 = True
    cutter = bert.Cutter(options.base / "tokenizer.json", options.longest)
    student = fewer(bert.Encoder(options.base / "weights.gguf"), options.layers).to(device)
    kept = options.work / "student.pt"
    if not kept.exists():
        teacher = bert.Encoder(options.base / "weights.gguf").to(device).eval()
        made = teach(options, teacher, student, Texts(options.texts, cutter, device), device)
        torch.save({name: weight.half() for name, weight in student.layers.state_dict().items()}, kept)
        (options.work / "made.json").write_text(json.dumps(made), encoding="utf-8")
    student.layers.load_state_dict({name: weight.float() for name, weight in torch.load(kept, map_location=device).items()})
    if options.measure:
        cutter = bert.Cutter(options.base / "tokenizer.json", 96)
        measure.report(f"{options.layers} layers", student.eval(), cutter)
        measure.report("teacher", bert.Encoder(options.base / "weights.gguf").to(device).eval(), cutter)
    if options.out:
        publish.write_fewer(student.to("cpu"), options, json.loads((options.work / "made.json").read_text(encoding="utf-8")))


if __name__ == "__main__":
    main()
