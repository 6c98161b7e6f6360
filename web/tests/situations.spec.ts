import type { MaterialsResponse } from '../src/wire';
import { LOST, card, expect, flatTexts, match, materialNames, openCard, test } from './help';

const summary = 'bangban-materials .summary';

test('answering what applies to oneself changes the list at once, and the answers stay editable', async ({ page, request }) => {
  const item = (await match(request, LOST)).card?.item ?? '';
  const want = async (answers: Record<string, string>) => {
    const query = new URLSearchParams({ item: '丢失补领', ...answers });
    const reply = await request.get(`/api/v1/items/${item}/materials?${query}`);
    return ((await reply.json()) as MaterialsResponse).materials;
  };
  const shows = async (answers: Record<string, string>) => {
    const { list, summary: counted } = await want(answers);
    await expect(page.locator(summary)).toHaveText(counted);
    await expect.poll(() => flatTexts(materialNames(page))).toEqual(list.map((material) => material.name));
    return list.length;
  };

  await openCard(page);
  const open = await shows({});
  await page.getByRole('radio', { name: '本人办，已满16岁' }).check();
  const self = await shows({ who: 'self' });
  expect(self, 'fewer materials').toBeLessThan(open);
  await page.getByRole('radio', { name: '就在本旗县' }).check();
  const home = await shows({ who: 'self', place: 'home' });
  expect(home).toBeLessThan(self);

  // Changed, not only given once.
  await page.getByRole('radio', { name: '监护人给孩子代办' }).check();
  await shows({ who: 'child', place: 'home' });
  await expect(page.getByRole('radio', { name: '本人办，已满16岁' })).not.toBeChecked();
  await expect(page.getByRole('radio', { name: '就在本旗县' })).toBeChecked();

  // And taken back.
  await page.getByRole('group', { name: '给谁办、谁来申请？' }).getByRole('radio', { name: '不清楚' }).check();
  await shows({ place: 'home' });
});

test('another case of the item changes materials, fee and heading', async ({ page }) => {
  await openCard(page);
  const before = await flatTexts(materialNames(page));
  await page.getByRole('radio', { name: '首次申领' }).check();
  await expect(card(page).getByRole('heading', { level: 2 })).toContainText('：首次申领');
  await expect.poll(() => flatTexts(materialNames(page))).not.toEqual(before);
  await expect(card(page).locator('.pair', { hasText: '收费' }).locator('dd.value')).not.toContainText('40元');
});

test('the address keeps the answers: a reload and a friend see the same', async ({ page, context }) => {
  await openCard(page);
  const before = await page.locator(summary).innerText();
  await page.getByRole('radio', { name: '本人办，已满16岁' }).check();
  await page.getByRole('radio', { name: '在别的旗县或外省' }).check();
  await expect.poll(() => new URL(page.url()).searchParams.getAll('a.place')).toEqual(['away']);
  await expect(page.locator(summary)).not.toHaveText(before);
  await expect(page.locator('bangban-materials .tag.open')).toHaveCount(0);
  const shown = { summary: await page.locator(summary).innerText(), names: await flatTexts(materialNames(page)) };

  await page.reload();
  const friend = await context.newPage();
  await friend.goto(page.url());
  for (const one of [page, friend]) {
    await expect(one.locator(summary)).toHaveText(shown.summary);
    expect(await flatTexts(materialNames(one))).toEqual(shown.names);
    await expect(one.getByRole('radio', { name: '本人办，已满16岁' })).toBeChecked();
    await expect(one.getByRole('radio', { name: '在别的旗县或外省' })).toBeChecked();
    await expect(card(one).getByRole('heading', { level: 2 })).toContainText('：丢失补领');
    await expect(one.getByRole('combobox')).toHaveValue(LOST);
  }
});

test('a material that depends on an answer says on which', async ({ page, request }) => {
  const reply = (await match(request, LOST)).card;
  const waiting = reply?.materials.list.find((material) => material.waits_for.length > 0);
  if (!reply || !waiting) throw new Error('nothing depends on an answer');
  const question = reply.questions.find((one) => one.id === waiting.waits_for[0]);
  await openCard(page);
  const row = page.locator(`bangban-materials li[data-cite="${waiting.citation.id}"]`);
  await expect(row.locator('.tag')).toHaveText('看情形');
  await expect(row.locator('.because')).toContainText(question?.question ?? 'no question');
});
