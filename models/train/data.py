"""What the model learns from: questions of the corpus with the names of the items they mean."""

import collections
import hashlib
import json
import pathlib
import random

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
GUIDES = ROOT / "corpus" / "guides"
QUESTIONS = ROOT / "corpus" / "questions"

# One item in so many is never trained on: how the model does on items it has not seen.
HELD_ITEMS = 12
# One utterance in so many is never trained on: `bangban fit` learns from them how far the routes can be trusted.
HELD_UTTERANCES = 6


def lines(folder):
    for path in sorted(folder.glob("*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            yield json.loads(line)


def digest(name):
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:4], "big")


class Catalog:
    """Items with the texts that stand for them: official name, everyday names, cases, conditions."""

    def __init__(self):
        self.names, self.texts, self.cases, self.family = [], {}, collections.defaultdict(dict), {}
        for guide in lines(GUIDES):
            name = guide["name"]
            self.names.append(name)
            self.family[name] = guide.get("parent_name") or guide["department"]
            self.texts[name] = [name, *guide.get("common_names", [])]
            for case in guide.get("business_items", []):
                whole = case["name"] if name in case["name"] else f"{name} {case['name']}"
                self.cases[name][case["name"]] = [whole, *case.get("common_names", [])]
            # Conditions are long; their first sentence tells most.
            for condition in guide.get("conditions", [])[:2]:
                text = condition if isinstance(condition, str) else condition["text"]
                self.texts[name].append(f"{name} {text[:40]}")

    def labels(self, name):
        """The texts that get a vector of their own in the index."""
        own = [text for text in self.texts[name] if not text.startswith(f"{name} ")]
        return own + [text for case in self.cases[name].values() for text in case]

    def short_names(self):
        """What people shorten to initials: names of two to five characters."""
        names = {text for name in self.names for text in self.labels(name)}
        for path in sorted((ROOT / "corpus" / "lexicon").glob("*.tsv")):
            for line in path.read_text(encoding="utf-8").splitlines():
                if not line.startswith("#"):
                    names.update(cell for cell in line.replace("|", "\t").replace("、", "\t").split("\t"))
        return sorted(name for name in names if 2 <= len(name) <= 5)

    def held(self, name):
        return digest(name) % HELD_ITEMS == 0


def wider():
    """Services beyond the catalog, as (question, item, None) rows and item → department: for language at large."""
    rows, departments = [], {}
    for row in lines(QUESTIONS / "wider"):
        departments[row["item"]] = row["department"]
        rows.extend((question, row["item"], None) for question in row["questions"])
    return rows, departments


def questions(catalog, part="train"):
    """Questions of a part as (question, item, case or None); labels that the catalog lacks are an error."""
    known = set(catalog.names)
    for row in lines(QUESTIONS / part):
        item = row["item"]
        if item not in known:
            raise SystemExit(f"{row['question']!r} names {item!r}, which is no item of the corpus")
        case = row.get("business_item")
        yield row["question"], item, case if case in catalog.cases[item] else None


def utterances():
    """(text, route) of what may be trained on."""
    rows = map(json.loads, (QUESTIONS / "routes" / "train.jsonl").read_text(encoding="utf-8").splitlines())
    return [(row["question"], row["route"]) for row in rows if digest(row["question"]) % HELD_UTTERANCES]


class Utterances:
    """Texts with their routes; a small route is drawn more often than its share; each step depends on the seed alone."""

    def __init__(self, rows, size, seed):
        self.size, self.seed = size, seed
        self.by_route = collections.defaultdict(list)
        for text, route in rows:
            self.by_route[route].append(text)
        self.routes = sorted(self.by_route)

    def __call__(self, step):
        """`size` pairs of (text, number of its route)."""
        chance = random.Random(f"{self.seed}-routes-{step}")
        weights = [len(self.by_route[route]) ** 0.5 for route in self.routes]
        chosen = chance.choices(range(len(self.routes)), weights, k=self.size)
        return [(chance.choice(self.by_route[self.routes[at]]), at) for at in chosen]


class Batches:
    """Pairs for contrastive learning; every step is a function of the seed and its number alone."""

    def __init__(self, catalog, rows, size, seed, family=None):
        """`family` names what an item belongs to where the catalog does not have it."""
        self.catalog, self.size, self.seed = catalog, size, seed
        family = family or catalog.family
        self.by_item = collections.defaultdict(list)
        for question, item, case in rows:
            self.by_item[item].append((question, case))
        self.items = sorted(self.by_item)
        families = collections.defaultdict(list)
        for item in self.items:
            families[family[item]].append(item)
        self.around = {item: group for group in families.values() for item in group}
        self.near = {}

    def mine(self, near):
        """Hard negatives: for each item those that the model confuses it with, worst first."""
        self.near = near

    def __call__(self, step):
        """`size` pairs of (question, text of its item, item): half strangers, half near ones together."""
        chance = random.Random(f"{self.seed}-{step}")
        chosen = chance.sample(self.items, min(len(self.items), self.size // 2))
        while len(chosen) < self.size:
            one = chance.choice(self.items)
            around = [item for item in self.near.get(one, []) if item in self.by_item]
            family = around[:3] if around and chance.random() < 0.7 else self.around[one]
            chosen.extend([one, *chance.sample(family, min(3, len(family)))])
        return [self.pair(item, chance) for item in chosen[:self.size]]

    def pair(self, item, chance):
        question, case = chance.choice(self.by_item[item])
        texts = self.catalog.texts.get(item, [item])
        if case and chance.random() < 0.5:
            texts = self.catalog.cases[item][case]
        draw = chance.random()
        if draw < 0.35 and len(self.by_item[item]) > 1:
            # Another question for the same: accepted examples stand in the index as vectors too.
            other, _ = chance.choice(self.by_item[item])
            return question, other if other != question else texts[0], item
        if draw < 0.6:
            return question, texts[0], item
        return question, chance.choice(texts), item


def content_hash():
    """SHA-256 over the guides, the training questions and all utterances by route, in order."""
    digest = hashlib.sha256()
    for folder in (GUIDES, QUESTIONS / "train", QUESTIONS / "wider", QUESTIONS / "routes"):
        for path in sorted(folder.glob("*.jsonl")):
            digest.update(path.read_bytes())
    return digest.hexdigest()
