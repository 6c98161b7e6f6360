"""What else might find the right item, measured with the vectors of one model.

    python models/train/trials.py MODEL_DIR

On our own questions by other writers: known questions alone, with names, with a learned vector for each item, with
token-level matching (late interaction), and with long stories cut into parts. Nothing here is shipped by itself; what
wins is built into the program.
"""

import pathlib
import re
import sys

import torch
from torch.nn import functional as F

import bert
import data
from measure import best, hits, z

# Candidates that token-level matching looks at.
CANDIDATES = 20
# A question of so many characters is a story.
STORY = 40


def learned(vectors, owners, count, held, rounds=30, scale=20.0, fade=1e-4):
    """One vector an item, from the known questions alone: softmax regression that starts at their means."""
    start = F.normalize(torch.zeros(count, vectors.shape[1]).index_add_(0, owners, vectors), dim=1)
    weights = start.clone().requires_grad_()
    optimizer = torch.optim.Adam([weights], lr=2e-3)
    order = torch.Generator().manual_seed(1)
    for _ in range(rounds):
        for batch in torch.randperm(len(vectors), generator=order).split(2048):
            optimizer.zero_grad()
            loss = F.cross_entropy(scale * vectors[batch] @ weights.T, owners[batch]) + fade * (weights - start).square().sum()
            loss.backward()
            optimizer.step()
    return held @ start.T, held @ weights.detach().T


@torch.no_grad()
def tokens(encoder, cutter, texts):
    """Unit vectors of every token, special ones and the prefix left out."""
    out = []
    for at in range(0, len(texts), 64):
        ids, real = cutter(texts[at:at + 64])
        x = F.normalize(encoder.states(ids, real), dim=2)
        out.extend(row[kept][3:-1] for row, kept in zip(x, real))
    return out


def parts(question):
    """Clauses of a long question, short ones with the next."""
    out, kept = [], ""
    for clause in re.split(r"[，。；？！,;?! ]", question):
        kept += clause
        if len(kept) >= 8:
            out.append(kept)
            kept = ""
    return out + ([kept] if len(kept) >= 4 else [])


def main():
    catalog = data.Catalog()
    number = {name: at for at, name in enumerate(catalog.names)}
    path = pathlib.Path(sys.argv[1])
    encoder, cutter = bert.Encoder(path / "weights.gguf").eval(), bert.Cutter(path / "tokenizer.json", 96)
    labels = [(text, number[name]) for name in catalog.names for text in catalog.labels(name)]
    train = [row for row in data.questions(catalog)][::2]
    held = [row for row in data.questions(catalog, "held")][::2]
    cache = pathlib.Path(f"target/trials-{path.name}.pt")
    if cache.exists():
        names, examples, asked = torch.load(cache)
    else:
        names = bert.embed(encoder, cutter, [text for text, _ in labels])
        examples = bert.embed(encoder, cutter, [row[0] for row in train])
        asked = bert.embed(encoder, cutter, [row[0] for row in held])
        torch.save((names, examples, asked), cache)
    name_owner = torch.tensor([owner for _, owner in labels])
    example_owner = torch.tensor([number[row[1]] for row in train])
    right = torch.tensor([number[row[1]] for row in held])
    items = len(number)

    def tell(what, scores, rows=None):
        rows = slice(None) if rows is None else rows
        print(f"{what:44} n {len(right[rows]):4}  hit@1 %.3f  hit@3 %.3f  hit@5 %.3f" % hits(scores[rows], right[rows]), flush=True)

    by_name = best(asked @ names.T, name_owner, items)
    by_example = best(asked @ examples.T, example_owner, items)
    near = asked @ examples.T
    top, at = near.topk(20, 1)
    votes = torch.zeros(len(asked), items).scatter_add_(1, example_owner[at], (top * 30).softmax(1))
    means, weights = learned(examples, example_owner, items, asked)
    base = z(by_name) + z(by_example)
    for what, scores in (("names", by_name), ("examples", by_example), ("names and examples", base), ("votes of 20", votes),
                         ("mean of an item's examples", means), ("learned vector", weights),
                         ("names, examples, mean", base + z(means)), ("names, examples, learned", base + z(weights)),
                         ("names, examples, 2 learned", base + 2 * z(weights)),
                         ("examples, learned", z(by_example) + z(weights)),
                         ("names, examples, learned, votes", base + z(weights) + z(votes) / 4)):
        tell(what, scores)
    stories = torch.tensor([len(row[0]) >= STORY for row in held])
    tell("stories: names and examples", base, stories)
    tell("stories: with learned", base + z(weights), stories)
    cut = [(at, part) for at, row in enumerate(held) if stories[at] for part in parts(row[0])]
    vectors = bert.embed(encoder, cutter, [part for _, part in cut])
    owner = torch.tensor([at for at, _ in cut])
    for what, side, owners in (("names", names, name_owner), ("examples", examples, example_owner)):
        by_part = best(vectors @ side.T, owners, items)
        whole = (by_name if what == "names" else by_example)
        most = torch.full_like(whole, -1.0).scatter_reduce(0, owner[:, None].expand(-1, items), by_part, "amax")
        tell(f"stories: {what}, whole", whole, stories)
        tell(f"stories: {what}, best part", most, stories)
        base = base + torch.where(stories[:, None], z(most), torch.zeros(()))
        tell(f"stories: names and examples, {what} by part too", base, stories)
    base = z(by_name) + z(by_example) + z(weights)
    first = base.topk(CANDIDATES, 1).indices
    label_tokens = tokens(encoder, cutter, [text for text, _ in labels])
    of_item = {}
    for row, (_, item) in enumerate(labels):
        of_item.setdefault(item, []).append(row)
    late = torch.full_like(base, -3.0)
    for at, words in enumerate(tokens(encoder, cutter, [row[0] for row in held])):
        for item in first[at].tolist():
            late[at, item] = max((words @ label_tokens[row].T).amax(1).mean() for row in of_item[item])
    tell("token-level matching alone", late)
    inside = late > -2
    spread = (late - late[inside].mean()) / late[inside].std()
    for weight in (0.5, 1.0, 2.0):
        tell(f"with token-level matching, {weight}", base + weight * torch.where(inside, spread, torch.full((), -9.0)))


if __name__ == "__main__":
    main()
