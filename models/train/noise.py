"""Noise as people and machines make it: homophones, slips of speech recognition, fillers, swaps, initials.

    python models/train/noise.py corpus/questions/held/*.jsonl > corpus/questions/noisy/held.jsonl

Made by code, with a seed, from clean questions; the answer stays the same.
"""

import json
import pathlib
import random
import sys

FILLERS = ["那个", "嗯", "就是", "啊", "这个", "哎", "你好", "请问一下", "我想问问", "呃"]
# Sounds that speech recognition and dialect speakers mix up.
SOUNDS = [("zh", "z"), ("ch", "c"), ("sh", "s"), ("n", "l"), ("f", "h"), ("ing", "in"), ("eng", "en"), ("ang", "an")]
KINDS = ["homophone", "homophone", "speech", "slip", "script", "initials"]
# What a model must learn: the program folds Traditional Chinese before the model sees it.
LEARNED = ["homophone", "homophone", "speech", "slip", "initials"]
# How a question reads as the title of a letter to an office; not noise, so no kind of it.
TITLES = ["咨询{}", "咨询{}的问题", "咨询{}问题", "关于{}的咨询", "关于{}的问题", "请问{}", "想咨询一下{}", "咨询{}等相关问题", "您好，{}", "{}，盼复"]
# Places beyond the region, which the program does not take out of a question.
PLACES = ["北京市", "西安市", "长沙县", "沈阳", "广州市", "哈尔滨", "郑州市", "浏阳市", "成都", "大同市", "银川市", "襄阳市", "宜宾县", "岳阳市", "张家口", "临沂市",
          "绵阳", "湘潭县", "保定市", "遵义市", "洛阳", "吉林市", "湖南", "浙江", "广东", "山东省", "朝阳区", "雨花区", "天心区", "开福区", "渝北区"]
# A longer question is no title.
TITLE = 20
# Words rarer than this are not what an input method offers first.
COMMON = 40


def han(c):
    return "\u4e00" <= c <= "\u9fa5"


class Noise:
    """Needs pypinyin, jieba and opencc-python-reimplemented (requirements.txt)."""

    def __init__(self, seed, names=()):
        import jieba
        import opencc
        import pypinyin
        self.chance = random.Random(seed)
        self.traditional = opencc.OpenCC("s2t").convert
        self.sounds = lambda text: tuple(pypinyin.lazy_pinyin(text))
        self.first_letters = lambda text: "".join(pypinyin.lazy_pinyin(text, style=pypinyin.Style.FIRST_LETTER))
        self.names = set(names)
        jieba.setLogLevel(60)
        jieba.initialize()
        self.cut = jieba.lcut
        # Common characters and two-character words by sound.
        self.alike = {}
        for code in range(0x4E00, 0x9FA6):
            c = chr(code)
            try:
                if len(c.encode("gb2312")) == 2 and c.encode("gb2312")[0] < 0xD8:
                    self.alike.setdefault(self.sounds(c), []).append(c)
            except UnicodeEncodeError:
                continue
        for word, count in sorted(jieba.dt.FREQ.items()):
            if count >= COMMON and len(word) == 2 and all(map(han, word)):
                self.alike.setdefault(self.sounds(word), []).append(word)

    def homophone(self, text):
        """One or two words become others of the same sound, or one of their characters does."""
        words = self.cut(text)
        at = [i for i, word in enumerate(words) if all(map(han, word))]
        for i in self.chance.sample(at, min(len(at), 1 + len(text) // 20)):
            word = words[i]
            others = [w for w in self.alike.get(self.sounds(word), []) if w != word]
            if others:
                words[i] = self.chance.choice(others)
            else:
                n = self.chance.randrange(len(word))
                others = [c for c in self.alike.get(self.sounds(word[n]), []) if c != word[n]]
                if others:
                    words[i] = word[:n] + self.chance.choice(others) + word[n + 1:]
        return "".join(words)

    def speech(self, text):
        """One sound is misheard, a filler slips in, punctuation is gone."""
        at = [i for i, c in enumerate(text) if han(c)]
        if at:
            i = self.chance.choice(at)
            sound = self.sounds(text[i])[0]
            left, right = self.chance.choice(SOUNDS)
            heard = sound.replace(left, right) if left in sound else sound.replace(right, left, 1)
            others = self.alike.get((heard,)) or self.alike.get((sound,), [text[i]])
            text = text[:i] + self.chance.choice(others) + text[i + 1:]
        cut = self.chance.randrange(len(text) + 1)
        text = text[:cut] + self.chance.choice(FILLERS) + text[cut:]
        return "".join(c for c in text if c not in "，。？！、,.?!")

    def slip(self, text):
        """One character is dropped, or two change places."""
        if len(text) < 4:
            return text
        i = self.chance.randrange(len(text) - 1)
        if self.chance.random() < 0.5:
            return text[:i] + text[i + 1:]
        return text[:i] + text[i + 1] + text[i] + text[i + 2:]

    def script(self, text):
        return self.traditional(text)

    def initials(self, text):
        """One name becomes its first letters; a text without a name gets a homophone."""
        found = [n for size in (5, 4, 3, 2) for n in {text[i:i + size] for i in range(len(text) - size + 1)} & self.names]
        if not found:
            return self.homophone(text)
        name = max(found, key=lambda n: (len(n), n))
        return text.replace(name, self.first_letters(name), 1)

    def title(self, text):
        """As the title of a letter; now and then with a place."""
        if len(text) > TITLE:
            return text
        text = text.rstrip("？?。！!吗呢呀啊")
        if self.chance.random() < 0.5:
            text = self.chance.choice(PLACES) + text
        return self.chance.choice(TITLES).format(text)

    def __call__(self, text, kinds=KINDS):
        kind = self.chance.choice(kinds)
        return getattr(self, kind)(text), kind


def main():
    import data
    spoil = Noise(11, data.Catalog().short_names())
    for path in sys.argv[1:]:
        for line in pathlib.Path(path).read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            row["clean"] = row["question"]
            row["question"], row["noise"] = spoil(row["question"])
            print(json.dumps(row, ensure_ascii=False))


if __name__ == "__main__":
    main()
