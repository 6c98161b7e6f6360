"""Runs of train.py → one model: the mean of their weights, and a share of the base model's.

    python models/train/mix.py --out target/taught target/train/7 target/train/8

What one run learned too well another didn't; and what the base model knows of Chinese at large, teaching wears off:
both come back with the mean, and nothing is lost in the questions it was taught for (figures in models/README.md).
"""

import argparse
import pathlib

import torch

import bert
import data
import publish


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("runs", nargs="+", type=pathlib.Path, help="working folders of train.py")
    parser.add_argument("--base", type=pathlib.Path, default=data.ROOT / "models" / "multilingual-e5-small")
    parser.add_argument("--out", type=pathlib.Path, required=True)
    parser.add_argument("--kept", type=float, default=0.45, help="the base model's share of each weight")
    return parser.parse_args()


def main():
    options = arguments()
    saved = [torch.load(run / "checkpoint.pt", map_location="cpu", weights_only=False) for run in options.runs]
    encoder = bert.Encoder(options.base / "weights.gguf")
    with torch.no_grad():
        for name, weight in encoder.named_parameters():
            taught = torch.stack([one["encoder"][name].float() for one in saved]).mean(0)
            weight.copy_(options.kept * weight + (1 - options.kept) * taught)
    encoder.requires_grad_(True)
    publish.write(encoder, options, [one["made"] for one in saved])


if __name__ == "__main__":
    main()
