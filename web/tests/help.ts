import { test as plain, expect, type APIRequestContext, type Locator, type Page } from '@playwright/test';
import type { Card, Line, Message, Reply, StartResponse } from '../src/wire';

export { expect };

/** The question that the greeting gives as an example; it names its case. */
export const LOST = '身份证丢了咋补';

/** A question with another answer; it names its case too, or it would be asked back. */
export const OTHER = '护照丢了怎么补';

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

/** What the service itself answers to the last of some turns; one with a "#" in front is a press. */
export async function converse(request: APIRequestContext, turns: readonly string[], region = ''): Promise<Reply> {
  const begun = await request.post('/api/v1/conversations', { data: region ? { region } : {} });
  const { id, token } = (await begun.json()) as StartResponse;
  let reply: Reply | null = null;
  for (const turn of turns) {
    const data = turn.startsWith('#') ? { press: turn.slice(1) } : { text: turn };
    const response = await request.post(`/api/v1/conversations/${id}/messages`, { data, headers: { Authorization: `Bearer ${token}` } });
    expect(response.status(), turn).toBe(201);
    const { messages } = (await response.json()) as { messages: Message[] };
    reply = messages[messages.length - 1]?.reply ?? null;
  }
  if (!reply) throw new Error('nothing was said');
  return reply;
}

/** The card that the service itself answers with. */
export async function cardOf(request: APIRequestContext, turns: readonly string[], region = ''): Promise<Card> {
  const { card } = await converse(request, turns, region);
  if (!card) throw new Error(`no card for ${turns.join('、')}`);
  return card;
}

export const box = (page: Page): Locator => page.getByRole('combobox', { name: '写下要办的事' });

/** The conversation, and one message of it. */
export const log = (page: Page): Locator => page.getByRole('log', { name: '对话' });
export const citizen = (page: Page): Locator => log(page).locator('li.citizen');
export const assistant = (page: Page): Locator => log(page).locator('li.assistant');
export const answer = (page: Page): Locator => assistant(page).last();

/** Does something that is answered, and waits for the answer. */
export async function answered(page: Page, act: () => Promise<unknown>) {
  const before = await assistant(page).count();
  await act();
  await expect(assistant(page)).toHaveCount(before + 1);
}

/** Types a question into the box and sends it with Enter. */
export async function ask(page: Page, q: string) {
  await box(page).fill(q);
  await page.keyboard.press('Enter');
}

/** Presses a button of the last message and waits for the answer. */
export async function press(page: Page, label: string) {
  await answered(page, () => answer(page).getByRole('button', { name: label, exact: true }).click());
}

/** Opens the page and waits until it can be talked to. */
export async function open(page: Page, path = '/') {
  await page.goto(path);
  await expect(assistant(page).first()).toBeVisible();
}

/** Opens the page, asks, and waits for the card. */
export async function openCard(page: Page, q = LOST, path = '/') {
  await open(page, path);
  await answered(page, () => ask(page, q));
  await expect(card(page)).toBeVisible();
}

/** The card of the last message. */
export const card = (page: Page): Locator => answer(page).locator('bangban-card article');

export const materialNames = (page: Page): Locator => card(page).locator('bangban-materials .name');

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
