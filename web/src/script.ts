import { rememberedScript } from './memory';

/** Tags of languages whose Chinese is written in Traditional characters. */
const TRADITIONAL = /^zh-(hant|tw|hk|mo)\b/i;

/** The two ways to write. */
export type Script = 'hans' | 'hant';

/** Whether the page is read in Traditional characters: as chosen, else as the browser is set. */
export let traditional = (() => {
  const chosen = rememberedScript();
  if (chosen) return chosen === 'hant';
  return typeof navigator !== 'undefined' && isTraditional(navigator.languages?.find((tag) => /^zh\b/i.test(tag)) ?? '');
})();

/** What the service is asked for. */
export let language = tag();

/** Whether a language's tag names Traditional characters. */
export function isTraditional(tag: string): boolean {
  return TRADITIONAL.test(tag);
}

/** From now on it is read in these; `write` of the wording changes the sentences too. */
export function read(script: Script) {
  traditional = script === 'hant';
  language = tag();
}

function tag(): string {
  return traditional ? 'zh-Hant' : 'zh-Hans';
}
