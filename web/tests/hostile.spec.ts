import type { Page } from '@playwright/test';
import type { CompareResponse, Message, Suggestion } from '../src/wire';
import { answer, answered, ask, box, card, citizen, everything, expect, open, test } from './help';

const EVIL = '<img src=x onerror="window.hacked=1"><script>window.hacked=1</script><b>粗</b>';

/** Whether any hostile text became an element, ran, or can be clicked into running. */
async function harm(page: Page): Promise<string[]> {
  return page.evaluate(`[
    ...(window.hacked ? ['it ran'] : []),
    ...${everything}
      .filter((element) => element.matches('img, iframe, object, svg[onload], [onerror], [onclick], a[href^="javascript:" i], a[href^="data:" i]')
        || (element.localName === 'script' && element.textContent.includes('hacked'))
        || (element.localName === 'b' && element.textContent === '粗'))
      .map((element) => element.outerHTML.slice(0, 80)),
  ]`);
}

/** Puts hostile text into every text of an answer, and scripts where addresses are expected. */
function poison<T>(value: T, key = ''): T {
  if (Array.isArray(value)) return value.map((one: unknown) => poison(one, key)) as T;
  if (value !== null && typeof value === 'object') {
    return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, poison(one, name)])) as T;
  }
  // Words with a fixed meaning stay as they are; everything else may come from a careless table.
  if (['status', 'route', 'fit', 'kind', 'state', 'waits_for', 'at', 'id', 'code', 'item'].includes(key)) return value;
  if (['online_url', 'mobile_url', 'blank_form', 'sample_form', 'reference'].includes(key)) return 'javascript:window.hacked=1' as T;
  return (typeof value === 'string' ? value + EVIL : value) as T;
}

test.describe('a question', () => {
  // The item in the address below does not exist.
  test.use({ allowed: /status of 404/ });
  test('with markup is shown as text', async ({ page }) => {
    const q = `身份证丢了${EVIL}`;
    await open(page);
    await answered(page, () => ask(page, q));
    await expect(citizen(page)).toContainText(EVIL);
    expect(await harm(page)).toEqual([]);
    // And so it is when a stranger sends the address.
    await page.goto(`/?q=${encodeURIComponent(EVIL)}`);
    await expect(citizen(page).last()).toContainText(EVIL);
    await page.goto(`/?code=${encodeURIComponent(EVIL)}`);
    await expect(page.getByRole('alert').filter({ hasText: '没有找到这个事项' })).toBeVisible();
    expect(await harm(page)).toEqual([]);
  });
});

test('a guide with markup in every field is shown as text, and its scripts are no links', async ({ page }) => {
  await page.route('**/messages', async (route) => {
    const response = await route.fetch();
    const body = (await response.json()) as { messages: Message[] };
    const reply = body.messages[1]?.reply;
    const shown = reply?.card;
    if (reply && shown) {
      Object.assign(shown, { online_url: '', mobile_url: '', version: 'v', data_source: 's', code: 'C' });
      shown.notices.push('n');
      const [first] = shown.materials.list;
      const { citation } = shown.materials;
      if (first) Object.assign(first, { blank_form: '', sample_form: '', fill_notes: 'f', basis: 'b', source_note: 's' });
      shown.faq = [{ question: 'q', answer: 'a', citation }];
      const lines = shown.channels;
      shown.hall = { notice: 'n', name: 'h', region: { code: '150702', name: 'r' }, lines };
      for (const line of [...lines, ...shown.limits]) line.citation.sources[0] = { kind: 'page', reference: '', date: null, text: 't' };
      reply.heard = 'h';
      reply.sides = [{ label: 's', lines: shown.limits }];
      reply.cards = [shown];
      reply.bundle = {
        name: 'b',
        members: [{ title: 't', code: 'X', business_item: null, after: ['a'] }],
        materials: [{ name: 'm', used_by: ['u'] }],
        region_of_source: null,
        sources: citation.sources,
      };
    }
    await route.fulfill({ response, json: poison(body) });
  });
  await open(page);
  await answered(page, () => ask(page, '身份证丢了需要带什么'));
  const own = card(page).first();
  await expect(own.getByRole('heading', { level: 2 })).toContainText(EVIL);
  for (const fold of await answer(page).locator('bangban-fold > button, bangban-fold button[aria-expanded="false"]').all()) {
    if (await fold.isVisible()) await fold.click();
  }
  for (const summary of await own.locator('summary').all()) await summary.click();
  for (const source of await answer(page).locator('bangban-source button').all()) {
    if (await source.isVisible()) await source.click();
  }
  await expect(citizen(page)).toContainText(EVIL);
  await expect(own.locator('bangban-materials .name').first()).toContainText(EVIL);
  await expect(own.locator('.faq')).toContainText(EVIL);
  await expect(own.locator('.hall')).toContainText(EVIL);
  for (const part of ['.say', '.sides', 'bangban-ask legend', 'bangban-bundle h2', 'bangban-bundle .when']) {
    await expect(answer(page).locator(part).first(), part).toContainText(EVIL);
  }
  await expect(own.getByRole('link', { name: /^在线申请/ })).toHaveCount(0);
  expect(await page.title()).toContain(EVIL);
  expect(await harm(page)).toEqual([]);
});

test('names, regions and comparisons with markup are shown as text', async ({ page }) => {
  await page.route('**/api/v1/suggest?**', (route) =>
    route.fulfill({ json: { suggestions: [{ text: EVIL, code: 'X', name: `名${EVIL}` }] satisfies Suggestion[] } }),
  );
  await page.route('**/api/v1/regions*', (route) => route.fulfill({ json: { regions: [{ code: '150700', name: EVIL }] } }));
  await page.route('**/compare?**', async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, json: poison((await response.json()) as CompareResponse) });
  });
  await open(page);
  await box(page).pressSequentially('身份');
  await expect(page.getByRole('option')).toContainText(EVIL);
  expect(await harm(page)).toEqual([]);

  await page.getByRole('button', { name: /^地区：/ }).click();
  await page.getByRole('dialog').getByLabel('盟市').selectOption('150700');
  await page.getByRole('dialog').getByRole('button', { name: '确定' }).click();
  await expect(citizen(page)).toHaveCount(1);
  expect(await harm(page)).toEqual([]);

  await box(page).fill('');
  await answered(page, () => ask(page, '身份证丢了需要带什么'));
  await card(page).getByRole('button', { name: '与其他地区对比' }).click();
  await page.getByRole('button', { name: '开始对比' }).click();
  await expect(page.getByRole('table')).toContainText(EVIL);
  expect(await harm(page)).toEqual([]);
});
