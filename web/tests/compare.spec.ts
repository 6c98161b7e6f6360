import type { Page } from '@playwright/test';
import type { CompareResponse } from '../src/wire';
import { LOST, OTHER, answered, ask, card, cardOf, converse, answer, expect, flatTexts, openCard, test } from './help';

const add = async (page: Page, league: string) => {
  await page.getByRole('button', { name: '加一个地区' }).click();
  const dialog = page.getByRole('dialog', { name: '选择地区' });
  await dialog.getByLabel('盟市').selectOption({ label: league });
  await dialog.getByRole('button', { name: '确定' }).click();
  await expect(page.getByRole('button', { name: `去掉 ${league}` })).toBeVisible();
};

const openPanel = async (page: Page) => {
  await openCard(page);
  await card(page).getByRole('button', { name: '与其他地区对比' }).click();
  await expect(page.getByRole('heading', { name: '地区对比' })).toBeFocused();
};

test('two places stand side by side with the fields that the service compares', async ({ page, request }) => {
  const { item } = await cardOf(request, [LOST]);
  const want = (await (await request.get(`/api/v1/items/${item}/compare?regions=150100,150700`)).json()) as CompareResponse;
  await openPanel(page);
  await page.getByRole('button', { name: /^去掉 / }).click();
  await page.getByRole('button', { name: '开始对比' }).click();
  await expect(page.getByRole('alert').filter({ hasText: '请至少选两个地区。' })).toBeVisible();
  await add(page, '呼和浩特市');
  await add(page, '呼伦贝尔市');
  await page.getByRole('button', { name: '开始对比' }).click();

  const table = page.getByRole('table');
  await expect(table.getByRole('columnheader')).toHaveText([/^项目$/, /^呼和浩特市/, /^呼伦贝尔市/]);
  await expect(table.getByRole('rowheader')).toHaveCount(want.rows.length);
  for (const [at, row] of want.rows.entries()) {
    const shown = table.locator('tbody tr').nth(at);
    await expect(shown.getByRole('rowheader')).toContainText(row.label);
    // By a word, never by colour alone.
    await expect(shown.getByRole('rowheader')).toContainText(row.differs ? '≠ 不同' : '相同');
    for (const [column, value] of row.values.entries()) {
      await expect(shown.getByRole('cell').nth(column), row.label).toContainText(value ?? /指南未载明|没有指南/);
    }
  }
  if (want.rows.every((row) => !row.differs)) await expect(page.getByText('这些地区没有不同。')).toBeVisible();
  await card(page).getByRole('button', { name: '收起对比' }).click();
  await expect(table).toHaveCount(0);
});

test('what differs is marked by a word, and can be shown alone', async ({ page }) => {
  // The shipped guides hold for the whole region, so one real answer is changed in one cell on its way.
  let label = '';
  let rows = 0;
  await page.route('**/compare?**', async (route) => {
    const response = await route.fetch();
    const reply = (await response.json()) as CompareResponse;
    const row = reply.rows.find((one) => one.field === 'fees') ?? reply.rows[0];
    if (!row) throw new Error('nothing to compare');
    row.values[1] = '不收费';
    row.differs = true;
    reply.rows.sort((a, b) => Number(b.differs) - Number(a.differs));
    label = row.label;
    rows = reply.rows.filter((one) => one.differs).length;
    await route.fulfill({ response, json: reply });
  });
  await openPanel(page);
  await add(page, '呼伦贝尔市');
  await page.getByRole('button', { name: '开始对比' }).click();
  const table = page.getByRole('table');
  const first = table.locator('tbody tr').first();
  await expect(first.locator('.differs')).toHaveText('≠ 不同');
  await expect(first.getByRole('rowheader')).toHaveText(`${label}≠ 不同`);
  await expect(first.getByRole('cell').nth(1)).toContainText('不收费');
  const all = await table.getByRole('rowheader').count();
  expect(all).toBeGreaterThan(rows);

  await page.getByLabel('只看差异').check();
  await expect(table.getByRole('rowheader')).toHaveCount(rows);
  await expect(page.getByText(`相同的 ${all - rows} 项已收起`)).toBeVisible();
  await page.getByLabel('只看差异').uncheck();
  await expect(table.getByRole('rowheader')).toHaveCount(all);
  expect((await flatTexts(table.locator('.differs'))).length).toBe(rows);
});

test('asked for in words, the service compares, and the answer is the same table', async ({ page, request }) => {
  const turns = [OTHER, '海拉尔和赤峰有什么不一样'];
  const want = (await converse(request, turns)).compared;
  if (!want) throw new Error('nothing compared');
  await openCard(page, OTHER);
  await answered(page, () => ask(page, turns[1] ?? ''));
  const table = answer(page).getByRole('table');
  await expect(table.getByRole('columnheader')).toHaveText([/^项目$/, ...want.columns.map(({ asked }) => new RegExp(`^${asked.name}`))]);
  await expect(table.getByRole('rowheader')).toHaveCount(want.rows.length);
});
