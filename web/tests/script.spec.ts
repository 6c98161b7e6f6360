import { LOST, card, expect, flatTexts, materialNames, openCard, press, test } from './help';

test('one button turns the page and its answers into Traditional characters, and back', async ({ page }) => {
  await openCard(page, LOST);
  const names = await flatTexts(materialNames(page));
  await page.getByRole('button', { name: '繁體，换成繁体字' }).click();
  await expect(page.locator('html')).toHaveAttribute('lang', 'zh-Hant');
  // The conversation is the same one.
  const talk = page.getByRole('log');
  await expect(talk.locator('li.citizen')).toHaveCount(1);
  const shown = talk.locator('li.assistant').last().locator('bangban-card article');
  await expect(shown.getByRole('heading', { level: 2 })).toHaveText('居民身份證辦理：丟失補領');
  await expect(shown.locator('bangban-materials .name')).toHaveCount(names.length);
  await talk.getByRole('button', { name: '本人辦，已滿16歲', exact: true }).click();
  await expect(shown.getByRole('region', { name: '您的情況' })).toContainText('本人辦，已滿16歲');

  await page.getByRole('button', { name: /^简体/ }).click();
  await expect(page.locator('html')).toHaveAttribute('lang', 'zh-Hans');
  await expect(card(page).getByRole('heading', { level: 2 })).toHaveText('居民身份证办理：丢失补领');
  await press(page, '就在本旗县');
});

test.describe('a browser set to Traditional characters', () => {
  test.use({ locale: 'zh-TW' });

  test('is answered in them from the start', async ({ page }) => {
    await page.goto('/');
    await expect(page.locator('html')).toHaveAttribute('lang', 'zh-Hant');
    await expect(page.getByRole('log')).toContainText('一個查辦事指南的程序');
    await page.getByRole('combobox').fill('補辦身份證');
    await page.keyboard.press('Enter');
    await expect(page.getByRole('log').locator('li.assistant')).toHaveCount(2);
    await expect(page.getByRole('log')).toContainText('丟失補領');
  });

  test('without JavaScript too', async ({ browser }) => {
    const context = await browser.newContext({ javaScriptEnabled: false, locale: 'zh-TW' });
    const page = await context.newPage();
    await page.goto('/chat');
    await expect(page.locator('html')).toHaveAttribute('lang', 'zh-Hant');
    await page.getByRole('textbox').fill('身份證丟了');
    await page.keyboard.press('Enter');
    await expect(page.getByRole('button', { name: '本人辦，已滿16歲' })).toBeVisible();
    await page.getByRole('button', { name: '本人辦，已滿16歲' }).click();
    await expect(page.locator('main')).toContainText('居民戶口簿');
    await context.close();
  });
});
