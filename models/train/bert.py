"""The shipped model as a PyTorch module: read from its GGUF file, trained, written back.

The forward pass is the one of models/convert/reference.py and src/embed/encoder.rs: word, position
and type embeddings, layer norm, post-norm encoder, mean over all tokens, unit length.
"""

import pathlib
import sys

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "convert"))
import convert  # noqa: E402
import gguf  # noqa: E402

HIDDEN, HEADS, INNER, EPSILON = 384, 12, 1536, 1e-12


def floats(shape, kind, data):
    return torch.from_numpy(np.array(gguf.floats(shape, kind, data), np.float32))


def q8_0(tensor):
    """Quantise as GGML does: an f16 scale of the largest magnitude over 127, then 32 signed bytes."""
    blocks = tensor.detach().numpy().astype(np.float32).reshape(-1, 32)
    scale = np.abs(blocks).max(1, keepdims=True) / 127
    codes = np.divide(blocks, scale, out=np.zeros_like(blocks), where=scale > 0)
    codes = np.rint(codes).clip(-127, 127).astype(np.int8)
    return np.concatenate([scale.astype("<f2").view(np.uint8), codes.view(np.uint8)], 1).tobytes()


class Layer(nn.Module):
    # Share of values that training leaves out at random.
    dropout = 0.0

    def __init__(self):
        super().__init__()
        self.query, self.key, self.value, self.out = (nn.Linear(HIDDEN, HIDDEN) for _ in range(4))
        self.norm = nn.LayerNorm(HIDDEN, EPSILON)
        self.up, self.down = nn.Linear(HIDDEN, INNER), nn.Linear(INNER, HIDDEN)
        self.last = nn.LayerNorm(HIDDEN, EPSILON)

    def forward(self, x, mask):
        batch, length, _ = x.shape
        split = [part(x).view(batch, length, HEADS, -1).transpose(1, 2) for part in (self.query, self.key, self.value)]
        mixed = F.scaled_dot_product_attention(*split, attn_mask=mask)
        x = self.norm(x + self.drop(self.out(mixed.transpose(1, 2).reshape(batch, length, HIDDEN))))
        return self.last(x + self.drop(self.down(F.gelu(self.up(x)))))

    def drop(self, x):
        return F.dropout(x, self.dropout, self.training)


# Our names for the parts of a layer and those of a Hugging Face BertModel.
PARTS = {
    "query": "attention.self.query", "key": "attention.self.key", "value": "attention.self.value",
    "out": "attention.output.dense", "norm": "attention.output.LayerNorm",
    "up": "intermediate.dense", "down": "output.dense", "last": "output.LayerNorm",
}


def pool(states, real):
    """The mean over the tokens, of length 1."""
    real = real[:, :, None].float()
    return F.normalize((states.float() * real).sum(1) / real.sum(1), dim=1)


class Encoder(nn.Module):
    def __init__(self, path):
        super().__init__()
        self.metadata, self.source = gguf.read(path)
        known = {name.removeprefix("bert."): floats(*found) for name, found in self.source.items()}
        # Nothing here is trained: rows of words that no question holds would drift apart from the rest.
        self.words = known["embeddings.word_embeddings.weight"]
        self.positions = known["embeddings.position_embeddings.weight"]
        self.types = known["embeddings.token_type_embeddings.weight"]
        self.first = nn.LayerNorm(HIDDEN, EPSILON)
        self.first.load_state_dict({k: known[f"embeddings.LayerNorm.{k}"] for k in ("weight", "bias")})
        count = 1 + max(int(name.split(".")[2]) for name in known if name.startswith("encoder.layer."))
        self.layers = nn.ModuleList(Layer() for _ in range(count))
        for n, layer in enumerate(self.layers):
            for ours, theirs in PARTS.items():
                state = {k: known[f"encoder.layer.{n}.{theirs}.{k}"] for k in ("weight", "bias")}
                getattr(layer, ours).load_state_dict(state)

    def states(self, ids, real):
        """What the last layer says of each padded token; `real` is true where a token is no padding."""
        x = self.first(self.words[ids] + self.positions[:ids.shape[1]] + self.types[0])
        mask = real[:, None, None, :]
        for layer in self.layers:
            x = layer(x, mask)
        return x

    def forward(self, ids, real):
        """Unit vectors of padded token ids."""
        return pool(self.states(ids, real), real)

    def to(self, device):
        self.words, self.positions, self.types = (t.to(device) for t in (self.words, self.positions, self.types))
        return super().to(device)

    def freeze(self, lowest):
        """Leave the embeddings and the lowest layers as they are."""
        for part in (self.first, *self.layers[:lowest]):
            part.requires_grad_(False)

    def save(self, path):
        """Write the trained layers as Q8_0 and f32, everything else byte for byte as it was."""
        trained = {}
        for n, layer in enumerate(self.layers):
            for ours, theirs in PARTS.items():
                for key, value in getattr(layer, ours).named_parameters():
                    if value.requires_grad:
                        trained[f"encoder.layer.{n}.{theirs}.{key}"] = value.detach()
        tensors = []
        for name, (shape, kind, data) in self.source.items():
            known = name.removeprefix("bert.")
            # Factors of channels fit the weights that they were made of: convert/smooth.py makes them anew.
            if known.endswith(".smooth"):
                continue
            if known.startswith("encoder.layer.") and int(known.split(".")[2]) >= len(self.layers):
                continue
            value = trained.pop(known, None)
            if value is not None:
                kind, data = (gguf.F32, value.numpy().astype("<f4").tobytes()) if value.dim() == 1 \
                    else (gguf.Q8_0, q8_0(value))
            tensors.append((name, shape, kind, data))
        assert not trained, list(trained)
        metadata = {**self.metadata, "bert.block_count": len(self.layers)}
        convert.write_gguf(path, metadata, tensors, {kind: kind for kind in gguf.BLOCK_BYTES})


class Cutter:
    """Texts to padded token ids."""

    def __init__(self, path, longest):
        from tokenizers import Tokenizer
        self.tokenizer = Tokenizer.from_file(str(path))
        self.tokenizer.no_padding()
        self.tokenizer.enable_truncation(longest)

    def __call__(self, texts):
        cut = [one.ids for one in self.tokenizer.encode_batch([convert.QUERY_PREFIX + text for text in texts])]
        longest = max(map(len, cut))
        ids = torch.tensor([one + [1] * (longest - len(one)) for one in cut])
        real = torch.tensor([[True] * len(one) + [False] * (longest - len(one)) for one in cut])
        return ids, real


def chunks(cutter, texts, size):
    """Padded chunks of `size` texts, similar lengths together (one long story must not pad a hundred short names), and the
    order that puts their vectors back."""
    order = sorted(range(len(texts)), key=lambda at: len(texts[at]))
    cut = [cutter([texts[at] for at in order[start:start + size]]) for start in range(0, len(order), size)]
    return cut, torch.tensor(order).argsort()


@torch.no_grad()
def embed(encoder, cutter, texts, batch=64):
    """Vectors of texts, on the CPU."""
    cut, back = chunks(cutter, texts, batch)
    device = encoder.words.device
    return torch.cat([encoder(ids.to(device), real.to(device)).cpu() for ids, real in cut])[back]
