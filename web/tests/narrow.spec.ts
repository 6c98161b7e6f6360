import type { Page } from '@playwright/test';
import { LOST, answer, answered, ask, assistant, box, card, everything, expect, open, openCard, press, sticksOut, test } from './help';

// The browser itself notes failed requests in the console.
test.use({ allowed: /^Failed to load resource/ });

const rem = (page: Page) => page.evaluate(() => parseFloat(getComputedStyle(document.documentElement).fontSize));
const textSize = (page: Page) =>
  assistant(page).first().locator('.say').evaluate((element) => parseFloat(getComputedStyle(element).fontSize));

/** Everything that a citizen may open, one after the other, each checked for what sticks out. */
async function walk(page: Page) {
  const fits = async (where: string) => expect.poll(() => sticksOut(page), where).toEqual([]);
  await open(page);
  await fits('start page');

  await page.getByRole('button', { name: /^地区：/ }).click();
  const dialog = page.getByRole('dialog', { name: '选择地区' });
  await dialog.getByLabel('盟市').selectOption({ label: '呼伦贝尔市' });
  await dialog.getByLabel('旗县市区').selectOption({ label: '莫力达瓦达斡尔族自治旗' });
  await fits('region dialog');
  await expect(dialog.getByRole('button', { name: '确定' })).toBeVisible();
  await answered(page, () => dialog.getByRole('button', { name: '确定' }).click());
  await expect(page.getByRole('button', { name: /^地区：.*莫力达瓦达斡尔族自治旗/ })).toBeVisible();
  await fits('a long region');

  await box(page).pressSequentially('身份');
  await expect(page.getByRole('option').first()).toBeVisible();
  await fits('type-ahead');

  for (const q of ['补办', '孩子出生要办哪些事', '身份证丢了和办护照要带什么', '办护照多少钱', '海拉尔和赤峰有什么不一样']) {
    await answered(page, () => ask(page, q));
    await fits(q);
  }
  await page.route('**/messages', (route) => route.abort());
  await ask(page, '证'.repeat(300));
  await expect(page.getByRole('button', { name: '重新发送' })).toBeVisible();
  await fits('a failed message');
  await page.unroute('**/messages');

  await answered(page, () => ask(page, LOST));
  await press(page, '本人办，已满16岁');
  for (const summary of await card(page).locator('summary').all()) await summary.click();
  for (const source of await card(page).locator('bangban-source button').all()) await source.click();
  await fits('card with everything open');

  await card(page).getByRole('button', { name: '与其他地区对比' }).click();
  await page.getByRole('button', { name: '开始对比' }).click();
  await expect(answer(page).getByRole('table')).toBeVisible();
  await fits('comparison');
}

for (const [name, width, height] of [
  ['a phone', 360, 740],
  ['the narrowest phone, which is also a desktop at 400 %', 320, 640],
] as const) {
  test.describe(`on ${name}`, () => {
    test.use({ viewport: { width, height } });

    test('nothing sticks out sideways anywhere', async ({ page }) => {
      await walk(page);
    });

    test('nothing sticks out in elder mode at its largest text', async ({ page }) => {
      await open(page);
      await page.getByRole('button', { name: '长者模式' }).click();
      for (let step = 0; step < 3; step++) await page.getByRole('button', { name: '字大一些' }).click();
      await walk(page);
    });

    test('every button is large enough for a thumb', async ({ page }) => {
      await openCard(page);
      const small = await page.evaluate(`${everything}
        .filter((element) => element.matches('button, a.button, select, summary, label.chip, input:not([type=radio])'))
        .filter((element) => !element.matches('.skip'))
        .map((element) => [element.textContent.trim().slice(0, 20) || element.localName, element.getBoundingClientRect()])
        .filter(([, box]) => box.height < 44 || box.width < 44)
        .map(([text, box]) => text + ': ' + box.width + ' × ' + box.height)`);
      expect(small).toEqual([]);
    });
  });
}

test('A＋ and A− change the text in steps, stop at the ends, and are remembered', async ({ page }) => {
  await open(page);
  const larger = page.getByRole('button', { name: '字大一些' });
  const smaller = page.getByRole('button', { name: '字小一些' });
  const usual = await rem(page);
  await larger.click();
  const first = await rem(page);
  expect(first).toBeGreaterThan(usual);
  await larger.click();
  const second = await rem(page);
  expect(second).toBeGreaterThan(first);
  await page.reload();
  await expect.poll(() => rem(page)).toBe(second);
  await larger.click();
  const largest = await rem(page);
  await larger.click();
  expect(await rem(page), 'there is a largest').toBe(largest);

  for (let step = 0; step < 4; step++) await smaller.click();
  const smallest = await rem(page);
  expect(smallest).toBeLessThan(usual);
  expect(smallest, 'never below a readable size').toBeGreaterThanOrEqual(16);
  await smaller.click();
  expect(await rem(page), 'there is a smallest').toBe(smallest);
  await larger.click();
  expect(await rem(page)).toBe(usual);
});

test('elder mode has text of 24 px and more, is remembered, and can be left', async ({ page }) => {
  await open(page);
  const elder = page.getByRole('button', { name: '长者模式' });
  await expect(elder).toHaveAttribute('aria-pressed', 'false');
  const usual = await textSize(page);
  await elder.click();
  await expect(elder).toHaveAttribute('aria-pressed', 'true');
  expect(await textSize(page)).toBeGreaterThanOrEqual(24);
  await page.reload();
  await expect(elder).toHaveAttribute('aria-pressed', 'true');
  expect(await textSize(page)).toBeGreaterThanOrEqual(24);

  await answered(page, () => ask(page, LOST));
  await expect(card(page)).toBeVisible();
  const small = await page.evaluate(`${everything}
    .filter((element) => [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim()))
    .filter((element) => !element.closest('.unseen, option') && parseFloat(getComputedStyle(element).fontSize) < 24)
    .map((element) => element.textContent.trim().slice(0, 30))`);
  expect(small, 'no text below 24 px').toEqual([]);
  // One column: the right-hand block stands below the materials.
  // Both at once: the page may still be scrolling.
  const between = await card(page).locator('.bring').evaluate((bring) => {
    const when = bring.parentElement?.querySelector('.when');
    return when && when.getBoundingClientRect().top - bring.getBoundingClientRect().bottom;
  });
  expect(between).toBeGreaterThanOrEqual(0);

  await elder.click();
  await expect(elder).toHaveAttribute('aria-pressed', 'false');
  expect(await textSize(page)).toBe(usual);
  await page.reload();
  await expect(elder).toHaveAttribute('aria-pressed', 'false');
});
