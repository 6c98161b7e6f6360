import { readFileSync } from 'node:fs';
import type { Page } from '@playwright/test';
import { LOST, answered, ask, card, expect, focus, open, sticksOut, test } from './help';
import { serious } from './staff';
import type { Message } from '../src/wire';

// No guide has such a name yet: the letters of a made-up one, in their order, stand in for it.
const LETTERS = (JSON.parse(readFileSync('../tests/fixtures/mongolian.jsonl', 'utf8')) as { name_mn: string }).name_mn;

/** Shows a card whose guide has this name in Mongolian letters. */
async function openNamed(page: Page, name: string) {
  await page.route('**/messages', async (route) => {
    const response = await route.fetch();
    const body = (await response.json()) as { messages: Message[] };
    for (const { reply } of body.messages) {
      if (reply?.card) reply.card.name_mn = { label: '蒙古文名称', value: name, text: name, citation: { id: 'x#name_mn', field: 'name_mn', sources: [{ kind: 'synthetic', reference: '演示', date: null, text: '演示数据' }] } };
    }
    await route.fulfill({ response, json: body });
  });
  await open(page);
  await answered(page, () => ask(page, LOST));
  await expect(card(page)).toBeVisible();
}

const written = (page: Page) => card(page).locator('bangban-mongolian p');
const sizes = (page: Page) =>
  written(page).evaluate((one) => {
    const { writingMode, fontSize } = getComputedStyle(one);
    return { writingMode, high: one.clientHeight / parseFloat(fontSize), wide: one.clientWidth, all: one.scrollWidth };
  });

for (const [name, size] of [
  ['a desktop', { width: 1280, height: 900 }],
  ['a phone', { width: 360, height: 740 }],
] as const) {
  test.describe(`on ${name}`, () => {
    test.use({ viewport: size });

    test('a Mongolian name stands beside or below the Chinese one, from top to bottom, with its source', async ({ page }) => {
      await openNamed(page, LETTERS);
      await expect(written(page)).toHaveText(LETTERS);
      await expect(written(page)).toHaveAttribute('lang', 'mn-Mong');
      const { writingMode, high, wide, all } = await sizes(page);
      expect(writingMode).toBe('vertical-lr');
      expect(high, 'it has a height that it keeps').toBeLessThanOrEqual(10.1);
      expect(all, 'all columns are seen').toBeLessThanOrEqual(wide + 1);
      await expect(written(page)).not.toHaveAttribute('tabindex');
      await expect(card(page).getByRole('button', { name: /（蒙古文名称）/ })).toBeVisible();
      expect(await sticksOut(page)).toEqual([]);
      expect(await serious(page)).toEqual([]);
      await page.screenshot({ path: `artefacts/mongolian/${size.width}.png` });
    });

    test('a very long one is moved sideways, by keys too, and the page is not', async ({ page }) => {
      await openNamed(page, Array.from({ length: 120 }, () => LETTERS).join(' '));
      const { wide, all } = await sizes(page);
      expect(all, 'more columns than fit').toBeGreaterThan(wide + 1);
      await expect(written(page)).toHaveAttribute('tabindex', '0');
      await written(page).focus();
      expect((await focus(page)).marked, 'focus is seen').toBe(true);
      await page.keyboard.press('ArrowRight');
      await expect.poll(() => written(page).evaluate((one) => one.scrollLeft)).toBeGreaterThan(0);
      expect(await page.evaluate(() => document.documentElement.scrollWidth <= document.documentElement.clientWidth)).toBe(true);
      expect(await serious(page)).toEqual([]);
    });
  });
}
