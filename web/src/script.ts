import { rememberedScript } from './memory';

/** Tags of languages whose Chinese is written in Traditional characters. */
const TRADITIONAL = /^zh-(hant|tw|hk|mo)\b/i;

/** Whether the page is read in Traditional characters: as chosen, else as the browser is set. */
export const traditional = (() => {
  const chosen = rememberedScript();
  if (chosen) return chosen === 'hant';
  return typeof navigator !== 'undefined' && TRADITIONAL.test(navigator.languages?.find((tag) => /^zh\b/i.test(tag)) ?? '');
})();

/** What the service is asked for. */
export const language = traditional ? 'zh-Hant' : 'zh-Hans';
