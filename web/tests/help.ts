import { test as plain, expect, type APIRequestContext, type Locator, type Page } from '@playwright/test';
import type { Line, MatchResponse } from '../src/wire';

export { expect };

/** The question that the README promises an answer to. */
export const LOST = '身份证丢了需要带什么';

/** A question with another answer, as plain as can be: what is vaguer may be asked back when the weights change. */
export const OTHER = '办护照';

/** Questions too vague for one answer; which of them stays so depends on the index. */
const VAGUE = ['我想开店', '补办', '怎么办理证明', '办证'];

/** Every page is watched: an error in the console, refused code among them, fails the test. */
export const test = plain.extend<{ allowed: RegExp | null }>({
  allowed: [null, { option: true }],
  page: async ({ page, allowed }, use) => {
    const errors: string[] = [];
    page.on('console', (message) => {
      if (message.type() === 'error' && !allowed?.test(message.text())) errors.push(message.text());
    });
    page.on('pageerror', (error) => errors.push(String(error)));
    await use(page);
    expect(errors, 'errors in the console').toEqual([]);
  },
});

/** What the service itself answers. */
export async function match(request: APIRequestContext, q: string, more: object = {}): Promise<MatchResponse> {
  const response = await request.post('/api/v1/match', { data: { q, ...more } });
  expect(response.status(), q).toBe(200);
  return (await response.json()) as MatchResponse;
}

/** A question that brings candidates, with its answer. */
export async function vague(request: APIRequestContext): Promise<{ q: string; reply: MatchResponse }> {
  for (const q of VAGUE) {
    const reply = await match(request, q);
    if (!reply.card && reply.candidates.length > 1) return { q, reply };
  }
  throw new Error(`none of ${VAGUE.join('、')} brings candidates`);
}

/** Types a question into the box and sends it with Enter. */
export async function ask(page: Page, q: string) {
  await page.getByRole('combobox', { name: '您想办什么事？' }).fill(q);
  await page.keyboard.press('Enter');
}

/** Opens the start page, asks, and waits for the card. */
export async function openCard(page: Page, q = LOST) {
  await page.goto('/');
  await ask(page, q);
  await expect(card(page)).toBeVisible();
}

export const card = (page: Page): Locator => page.locator('bangban-card article');

export const materialNames = (page: Page): Locator => page.locator('bangban-materials .name');

/** A section of the card by its title. */
export const section = (page: Page, name: string): Locator => card(page).getByRole('region', { name, exact: true });

/** The texts of lines as the page breaks them: "；" starts a line of its own where windows are told. */
export function texts(lines: readonly Line[], broken = false): string[] {
  return lines.map((line) => flat(broken ? line.text.replace(/；/g, '') : line.text));
}

/** A text without the spaces that only the layout of the source knows. */
export function flat(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}

export async function flatTexts(locator: Locator): Promise<string[]> {
  return (await locator.allTextContents()).map(flat);
}

/** Runs inside the page: all visible elements, through every shadow root. */
export const everything = `(() => {
  const found = [];
  const walk = (root) => {
    for (const element of root.querySelectorAll('*')) {
      if (element.checkVisibility({ visibilityProperty: true })) found.push(element);
      if (element.shadowRoot) walk(element.shadowRoot);
    }
  };
  walk(document);
  return found;
})()`;

/** What sticks out of the window sideways; nothing should. */
export async function sticksOut(page: Page): Promise<string[]> {
  return page.evaluate(`(() => {
    const wide = document.documentElement.clientWidth;
    const out = ${everything}
      .filter((element) => !element.closest('.unseen, .skip, svg, option'))
      .filter((element) => {
        const box = element.getBoundingClientRect();
        return box.width > 0 && (box.right > wide + 1 || box.left < -1);
      })
      .map((element) => element.localName + '.' + element.className + ': ' + element.textContent.trim().slice(0, 30));
    if (document.documentElement.scrollWidth > wide) out.push('the page scrolls sideways');
    return out;
  })()`);
}

/** The element with focus, as somebody who looks at the screen finds it. */
export interface Focus {
  /** Tag and name; `nowhere` where focus is lost. */
  what: string;
  /** Whether something shows where focus is. */
  marked: boolean;
  /** Whether it is inside the window. */
  inside: boolean;
}

export async function focus(page: Page): Promise<Focus> {
  return page.evaluate(() => {
    let element = document.activeElement;
    while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement;
    if (!(element instanceof HTMLElement) || element === document.body) return { what: 'nowhere', marked: false, inside: false };
    const label = element.closest('label') ?? element;
    const what = `${element.localName} ${(element.getAttribute('aria-label') ?? label.textContent ?? '').replace(/\s+/g, ' ').trim()}`;
    // A chip shows the ring of the invisible button inside it.
    const marked = [element, ...label.querySelectorAll<HTMLElement>('.ring')].some((one) => {
      const style = getComputedStyle(one);
      const seen = one.checkVisibility({ opacityProperty: true });
      return seen && style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2;
    });
    const box = label.getBoundingClientRect();
    const inside = box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth;
    return { what, marked, inside };
  });
}
