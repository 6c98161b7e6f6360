import type { Page } from '@playwright/test';
import { answer, box, card, citizen, expect, flatTexts, open, test } from './help';

const options = (page: Page) => page.getByRole('option');

/** Notes what the page asks the service while something is typed. */
function listen(page: Page) {
  const suggested: string[] = [];
  const asked: string[] = [];
  page.on('request', (request) => {
    const url = new URL(request.url());
    if (url.pathname === '/api/v1/suggest') suggested.push(url.searchParams.get('q') ?? '');
    if (!url.pathname.endsWith('/messages')) return;
    const { text, press } = request.postDataJSON() as { text?: string; press?: string };
    asked.push(text ?? press ?? '');
  });
  return { suggested, asked };
}

test('names are offered from the second character on, as the service gives them', async ({ page, request }) => {
  const { suggested, asked } = listen(page);
  await open(page);
  await box(page).pressSequentially('身');
  await expect(box(page)).toHaveAttribute('aria-expanded', 'false');
  await box(page).pressSequentially('份');
  await expect(box(page)).toHaveAttribute('aria-expanded', 'true');
  expect(suggested, 'one character asks nobody').toEqual(['身份']);

  const reply = (await (await request.get('/api/v1/suggest?q=身份')).json()) as { suggestions: { text: string; code: string }[] };
  expect(reply.suggestions.length).toBeGreaterThan(0);
  expect(reply.suggestions.length).toBeLessThanOrEqual(6);
  expect(await flatTexts(options(page).locator('span'))).toEqual(reply.suggestions.map((one) => one.text));

  await page.keyboard.press('Backspace');
  await expect(options(page)).toHaveCount(0);
  expect(asked, 'nothing was sent').toEqual([]);
});

test('arrows choose a name, Enter opens its item', async ({ page, request }) => {
  const { asked } = listen(page);
  await open(page);
  await box(page).pressSequentially('身份');
  await expect(options(page).first()).toBeVisible();

  await page.keyboard.press('ArrowDown');
  await expect(options(page).nth(0)).toHaveAttribute('aria-selected', 'true');
  await expect(box(page)).toHaveAttribute('aria-activedescendant', 'option-0');
  await page.keyboard.press('ArrowDown');
  await expect(options(page).nth(1)).toHaveAttribute('aria-selected', 'true');
  await page.keyboard.press('ArrowUp');
  await expect(box(page)).toHaveAttribute('aria-activedescendant', 'option-0');
  // Up once more is the typed text, and up from there the last name.
  await page.keyboard.press('ArrowUp');
  await expect(box(page)).not.toHaveAttribute('aria-activedescendant');
  await page.keyboard.press('ArrowUp');
  await expect(options(page).last()).toHaveAttribute('aria-selected', 'true');
  await expect(box(page), 'looking is not typing').toHaveValue('身份');

  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  const reply = (await (await request.get('/api/v1/suggest?q=身份')).json()) as { suggestions: { text: string; code: string }[] };
  await expect.poll(() => asked).toEqual([`open:${reply.suggestions[0]?.code}`]);
  await expect(options(page)).toHaveCount(0);
  await expect(citizen(page)).toHaveCount(1);
  // Which case of it is meant, is asked first.
  await expect(answer(page)).toContainText('居民身份证办理');
  await expect(answer(page).getByRole('button', { name: '丢失补领', exact: true })).toBeVisible();
  await expect(box(page)).toHaveValue('');
});

test('Enter without a chosen name sends what was typed', async ({ page }) => {
  const { asked } = listen(page);
  await open(page);
  await box(page).pressSequentially('身份证丢了');
  await expect(options(page).first()).toBeVisible();
  await page.keyboard.press('Enter');
  await expect(card(page)).toBeVisible();
  expect(asked).toEqual(['身份证丢了']);
  await expect(options(page)).toHaveCount(0);
});

test('Escape takes the names away and leaves the text', async ({ page }) => {
  const { asked } = listen(page);
  await open(page);
  await box(page).pressSequentially('身份');
  await expect(options(page).first()).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(options(page)).toHaveCount(0);
  await expect(box(page)).toHaveAttribute('aria-expanded', 'false');
  await expect(box(page)).toHaveValue('身份');
  await expect(box(page)).toBeFocused();
  expect(asked).toEqual([]);
});

test('a click on a name opens its item', async ({ page }) => {
  const { asked } = listen(page);
  await open(page);
  await box(page).pressSequentially('身份');
  await options(page).first().click();
  await expect.poll(() => asked).toEqual([expect.stringMatching(/^open:/)]);
  await expect(answer(page).getByRole('button', { name: '丢失补领', exact: true })).toBeVisible();
});

test('Enter that takes a word of the input method sends nothing', async ({ page }) => {
  const { asked, suggested } = listen(page);
  await open(page);
  await box(page).focus();
  // Chromium's own input method channel: the letters stand in the box, not yet a word.
  const ime = await page.context().newCDPSession(page);
  await ime.send('Input.imeSetComposition', { text: 'shen fen', selectionStart: 8, selectionEnd: 8 });
  await expect(box(page)).toHaveValue('shen fen');
  const prevented = await box(page).evaluate((input) => {
    const key = (init: object) => {
      const event = new KeyboardEvent('keydown', { key: 'Enter', bubbles: true, composed: true, cancelable: true, ...init });
      input.dispatchEvent(event);
      return event.defaultPrevented;
    };
    // As Chrome and Firefox report it, and as Safari does once the composition is over.
    return [key({ isComposing: true, keyCode: 13 }), key({ isComposing: false, keyCode: 229 })];
  });
  expect(prevented, 'the key is left to the input method').toEqual([false, false]);
  await expect(citizen(page)).toHaveCount(0);
  await expect(options(page), 'letters are no words').toHaveCount(0);

  await ime.send('Input.insertText', { text: '身份证丢了' });
  await expect(box(page)).toHaveValue('身份证丢了');
  await expect(options(page).first()).toBeVisible();
  await page.keyboard.press('Enter');
  await expect(card(page)).toBeVisible();
  expect(asked, 'one question, sent by the Enter that meant it').toEqual(['身份证丢了']);
  expect(suggested, 'names were looked up for the word alone').toEqual(['身份证丢了']);
});

test('without suggestions a question is simply typed out', async ({ page }) => {
  await page.route('**/api/v1/suggest?**', (route) => route.fulfill({ status: 200, json: { suggestions: [] } }));
  await open(page);
  await box(page).pressSequentially('身份证丢了');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await expect(card(page)).toBeVisible();
});
