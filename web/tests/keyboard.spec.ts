import type { Page } from '@playwright/test';
import { answer, answered, box, card, citizen, expect, focus, open, openCard, test, type Focus } from './help';

/** One Tab, after which focus must be somewhere and must show. */
async function tab(page: Page, key = 'Tab'): Promise<Focus> {
  await page.keyboard.press(key);
  const now = await focus(page);
  expect(now.what, 'focus is not lost').not.toBe('nowhere');
  expect(now.marked, `focus shows on ${now.what}`).toBe(true);
  expect(now.inside, `${now.what} is inside the window`).toBe(true);
  return now;
}

/** Tabs on until something is reached. */
async function tabTo(page: Page, what: RegExp, most = 80): Promise<Focus> {
  const seen: string[] = [];
  for (let step = 0; step < most; step++) {
    const now = await tab(page);
    if (what.test(now.what)) return now;
    seen.push(now.what);
  }
  throw new Error(`${what} not reached after ${seen.join(' | ')}`);
}

test('the whole way by keyboard: ask, answer a chip, open a source', async ({ page }) => {
  await open(page);
  expect((await tab(page)).what).toBe('a 跳到正文');
  await tabTo(page, /^input/);
  await answered(page, async () => {
    await page.keyboard.type('办身份证');
    await page.keyboard.press('Enter');
  });
  // From the box focus goes to the answer, and reading begins there.
  await expect(answer(page)).toBeFocused();
  await expect(answer(page)).toBeInViewport();

  await tabTo(page, /^button 丢失补领/);
  await answered(page, () => page.keyboard.press('Enter'));
  await expect(citizen(page).last()).toContainText('丢失补领');
  // The button went with its question, so focus goes to the answer here too: it is never lost.
  await expect(answer(page)).toBeFocused();
  await tabTo(page, /^button 本人办/);
  await answered(page, () => page.keyboard.press('Space'));
  await expect(answer(page)).toBeFocused();

  await tabTo(page, /^button 出处.*（居民身份证申领登记表/);
  await page.keyboard.press('Enter');
  const source = card(page).locator('bangban-materials bangban-source').first();
  await expect(source.locator('.panel')).toBeVisible();
  await expect(source.getByRole('button')).toBeFocused();
  await page.keyboard.press('Space');
  await expect(source.locator('.panel')).toHaveCount(0);
});

test('an answer takes no focus from anything but the box and what is gone', async ({ page }) => {
  await openCard(page);
  let release = () => {};
  const held = new Promise<void>((resolve) => (release = resolve));
  await page.route('**/messages', async (route) => {
    await held;
    await route.continue();
  });
  await box(page).fill('办护照');
  await page.keyboard.press('Enter');
  const larger = page.getByRole('button', { name: '字大一些' });
  await larger.focus();
  await answered(page, async () => release());
  await expect(larger).toBeFocused();
});

test('every stop on the way through a card shows where focus is, forwards and backwards', async ({ page }) => {
  await openCard(page);
  const there: string[] = [];
  for (let step = 0; step < 140; step++) {
    const now = await tab(page);
    there.push(now.what);
    if (now.what.includes('接口文档')) break;
  }
  expect(there.at(-1), 'the way ends at the last link').toContain('接口文档');
  for (const what of ['换地区', '出处', '打印清单', '与其他地区对比', '不是这个事项', '转人工', '发送']) {
    expect(there.some((stop) => stop.includes(what)), what).toBe(true);
  }
  const back: string[] = [];
  while (!back.at(-1)?.includes('不是这个事项')) back.push((await tab(page, 'Shift+Tab')).what);
  expect(back.length, 'no trap on the way back').toBeLessThanOrEqual(there.length);
});

test('the skip link leads past the bar to the text', async ({ page }) => {
  await open(page);
  const skip = page.getByRole('link', { name: '跳到正文' });
  await expect(skip).not.toBeInViewport();
  await page.keyboard.press('Tab');
  await expect(skip).toBeFocused();
  await expect(skip).toBeInViewport();
  await page.keyboard.press('Enter');
  await expect(page.locator('#main')).toBeFocused();
  await expect(skip).not.toBeInViewport();
  expect((await tab(page)).what, 'the next stop is in the text').toContain('身份证丢了需要带什么');
});

test('regions and comparison work by keyboard, and focus comes back', async ({ page }) => {
  await openCard(page);
  await tabTo(page, /换地区/);
  await page.keyboard.press('Enter');
  const dialog = page.getByRole('dialog', { name: '选择地区' });
  await expect(dialog).toBeVisible();
  await expect(dialog.getByLabel('盟市')).toBeFocused();
  // The window behind is out of reach.
  for (let step = 0; step < 8; step++) {
    await page.keyboard.press('Tab');
    const inside = await page.evaluate(() => document.activeElement?.localName);
    expect(['bangban-region-dialog', 'body'], 'focus stays in the dialog').toContain(inside);
  }
  await page.keyboard.press('Escape');
  await expect(card(page).getByRole('button', { name: /换地区/ })).toBeFocused();

  await tabTo(page, /与其他地区对比/);
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { name: '地区对比' })).toBeFocused();
  await tabTo(page, /去掉/);
  await page.keyboard.press('Enter');
  expect((await focus(page)).what, 'focus does not go with the chip').toContain('地区对比');
  await tabTo(page, /开始对比/);
  await page.keyboard.press('Enter');
  await expect(page.getByRole('button', { name: '开始对比' })).toBeFocused();
});
