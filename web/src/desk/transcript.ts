import { masked } from './mask';

/** A sentence that was heard; only its masked form is kept. */
export interface Heard {
  id: number;
  text: string;
  /** Who said it; what was pasted or typed counts as the caller's. */
  speaker: Speaker;
  /** When, in milliseconds. */
  at: number;
}

export type Speaker = 'caller' | 'agent';

/** The newest sentences that are looked up together. */
const NEWEST_MS = 20_000;

/** Longest question that the service takes. */
const QUESTION = 200;

/** Older ones are let go: a call is not kept. */
const MOST = 200;

/** What is said without anything to look up in it. */
const FILLER = /^(?:嗯+|哦+|啊+|喂+|好的?|是的?|对的?|行|你好|您好|谢谢|没事|那个|这个|就是|请问|稍等|等一下)$/;

/** Splits words at the ends of sentences and at line ends; a speaker's name in front of a line is left out. */
export function sentences(text: string): string[] {
  return text
    .split(/\r?\n/)
    .map((line) => line.replace(/^\s*(?:\[?\d{1,2}:\d{2}(?::\d{2})?\]?\s*)?(?:(?:群众|市民|来电人|客户|用户|话务员|坐席|客服)\s*\d*\s*[:：])?\s*/, ''))
    .flatMap((line) => line.match(/[^。！？!?；;]+[。！？!?；;]*/g) ?? [])
    .map((sentence) => sentence.trim())
    .filter((sentence) => sentence.replace(/[\s。！？!?；;，,、.…]/g, '') !== '');
}

/**
 * What is said in a call, sentence by sentence: pasted or typed words, and what a telephone system sends. Masking,
 * splitting and the question of the newest ones happen here.
 */
export class Transcript {
  private list: Heard[] = [];
  private next = 1;

  get all(): readonly Heard[] {
    return this.list;
  }

  /** Takes in what was heard at that moment; returns how many sentences came in. */
  hear(texts: readonly string[], now: number, speaker: Speaker = 'caller'): number {
    const fresh = texts.flatMap(sentences).map((text) => ({ id: this.next++, text: masked(text), at: now, speaker }));
    this.list = [...this.list, ...fresh].slice(-MOST);
    return fresh.length;
  }

  /** The newest sentences as one question; empty where they hold nothing to look up. */
  question(): string {
    const last = this.list[this.list.length - 1];
    if (!last) return '';
    const words = this.caller
      .filter(({ at }) => last.at - at <= NEWEST_MS)
      .map(({ text }) => text)
      .filter((text) => !FILLER.test(text.replace(/[\s。！？!?；;，,、.…]/g, '')));
    // Stars stand for nothing that can be looked up.
    return words.join('').replace(/[\w@.]*\*+[\w@.*]*/g, ' ').trim().slice(-QUESTION);
  }

  /** The newest sentence that says something, to go with a gap. */
  get newest(): string {
    return [...this.caller].reverse().find(({ text }) => !FILLER.test(text.replace(/[\s。！？!?；;，,、.…]/g, '')))?.text ?? '';
  }

  clear() {
    this.list = [];
  }

  /** An agent asks and repeats: only the caller says what he wants. */
  private get caller(): Heard[] {
    return this.list.filter(({ speaker }) => speaker === 'caller');
  }
}
