"""Noise as people and machines make it: homophones, slips of speech recognition, fillers, swaps, initials.

Made by code, with a seed, from clean questions; the answer stays the same.
"""

import random

FILLERS = ["那个", "嗯", "就是", "啊", "这个", "哎", "你好", "请问一下", "我想问问", "呃"]
# Sounds that speech recognition and dialect speakers mix up.
SOUNDS = [("zh", "z"), ("ch", "c"), ("sh", "s"), ("n", "l"), ("f", "h"), ("ing", "in"), ("eng", "en"), ("ang", "an")]


class Noise:
    """Needs pypinyin and opencc-python-reimplemented (requirements.txt)."""

    def __init__(self, seed):
        import opencc
        import pypinyin
        self.chance = random.Random(seed)
        self.traditional = opencc.OpenCC("s2t").convert
        self.sound = lambda c: pypinyin.lazy_pinyin(c)[0]
        self.initials = lambda text: "".join(pypinyin.lazy_pinyin(text, style=pypinyin.Style.FIRST_LETTER))
        # Common characters by sound: what an input method offers first.
        self.alike = {}
        for code in range(0x4E00, 0x9FA6):
            c = chr(code)
            try:
                if len(c.encode("gb2312")) == 2 and c.encode("gb2312")[0] < 0xD8:
                    self.alike.setdefault(self.sound(c), []).append(c)
            except UnicodeEncodeError:
                continue

    def homophone(self, text):
        at = [i for i, c in enumerate(text) if "\u4e00" <= c <= "\u9fa5"]
        for i in self.chance.sample(at, min(len(at), max(1, len(at) // 8))):
            others = [c for c in self.alike.get(self.sound(text[i]), []) if c != text[i]]
            if others:
                text = text[:i] + self.chance.choice(others) + text[i + 1:]
        return text

    def speech(self, text):
        at = [i for i, c in enumerate(text) if "\u4e00" <= c <= "\u9fa5"]
        if at:
            i = self.chance.choice(at)
            sound = self.sound(text[i])
            left, right = self.chance.choice(SOUNDS)
            heard = sound.replace(left, right) if left in sound else sound.replace(right, left, 1)
            others = self.alike.get(heard) or self.alike.get(sound, [text[i]])
            text = text[:i] + self.chance.choice(others) + text[i + 1:]
        cut = self.chance.randrange(len(text) + 1)
        text = text[:cut] + self.chance.choice(FILLERS) + text[cut:]
        return "".join(c for c in text if c not in "，。？！、,.?!")

    def slip(self, text):
        if len(text) < 4:
            return text
        i = self.chance.randrange(len(text) - 1)
        if self.chance.random() < 0.5:
            return text[:i] + text[i + 1:]
        return text[:i] + text[i + 1] + text[i] + text[i + 2:]

    def script(self, text):
        return self.traditional(text)

    def __call__(self, text):
        kind = self.chance.choice(["homophone", "homophone", "speech", "slip", "script"])
        return getattr(self, kind)(text), kind
