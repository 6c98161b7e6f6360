import type { Page } from '@playwright/test';
import { LOST, card, expect, focus, openCard, test, type Focus } from './help';

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

test('the whole way by keyboard: ask, read, answer, open a source', async ({ page }) => {
  await page.goto('/');
  expect((await tab(page)).what).toBe('a 跳到正文');
  await tabTo(page, /^input/);
  await page.keyboard.type(LOST);
  await page.keyboard.press('Enter');
  await expect(card(page).getByRole('heading', { level: 2 })).toBeFocused();
  await expect(card(page).getByRole('heading', { level: 2 })).toBeInViewport();

  // A group of options is one stop; arrows choose inside it.
  await tabTo(page, /^input 丢失补领/);
  await tabTo(page, /^input 不清楚/);
  const before = await page.locator('bangban-materials .summary').innerText();
  await page.keyboard.press('ArrowDown');
  await expect(page.getByRole('radio', { name: '本人办，已满16岁' })).toBeChecked();
  await expect(page.getByRole('radio', { name: '本人办，已满16岁' })).toBeFocused();
  await expect(page.locator('bangban-materials .summary')).not.toHaveText(before);
  // The new list has arrived, and focus is where it was.
  await expect(page.getByRole('radio', { name: '本人办，已满16岁' })).toBeFocused();
  expect((await focus(page)).marked).toBe(true);

  await tabTo(page, /^button 出处.*（居民户口簿/);
  await page.keyboard.press('Enter');
  const source = page.locator('bangban-materials bangban-source', { hasText: '居民户口簿' }).first();
  await expect(source.locator('.panel')).toBeVisible();
  await expect(source.getByRole('button')).toBeFocused();
  await page.keyboard.press('Space');
  await expect(source.locator('.panel')).toHaveCount(0);
  await expect(source.getByRole('button')).toBeFocused();
});

test('every stop on the way through a card shows where focus is, forwards and backwards', async ({ page }) => {
  await openCard(page);
  const there: string[] = [];
  for (let step = 0; step < 120; step++) {
    const now = await tab(page);
    there.push(now.what);
    if (now.what.includes('接口文档')) break;
  }
  expect(there.at(-1), 'the way ends at the last link').toContain('接口文档');
  for (const what of ['换地区', '出处', '打印清单', '与其他地区对比', '不是这个事项', '转人工 12345']) {
    expect(there.some((stop) => stop.includes(what)), what).toBe(true);
  }
  const back: string[] = [];
  while (!back.at(-1)?.includes('换地区')) back.push((await tab(page, 'Shift+Tab')).what);
  expect(back.length, 'no trap on the way back').toBeLessThanOrEqual(there.length);
});

test('the skip link leads past the bar to the text', async ({ page }) => {
  await page.goto('/');
  const skip = page.getByRole('link', { name: '跳到正文' });
  await expect(skip).not.toBeInViewport();
  await page.keyboard.press('Tab');
  await expect(skip).toBeFocused();
  await expect(skip).toBeInViewport();
  await page.keyboard.press('Enter');
  await expect(page.locator('#main')).toBeFocused();
  await expect(skip).not.toBeInViewport();
  expect((await tab(page)).what, 'the next stop is in the text').toContain(LOST);
});

test('regions, comparison and near items work by keyboard, and focus comes back', async ({ page }) => {
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

  await card(page).getByRole('button', { name: '不是这个事项' }).focus();
  await page.keyboard.press('Enter');
  await expect(card(page).getByRole('heading', { name: '相近的事项' })).toBeFocused();
  await tab(page);
  await page.keyboard.press('Enter');
  await expect(card(page).getByRole('heading', { level: 2 })).toBeFocused();
});
