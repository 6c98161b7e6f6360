import { readFileSync } from 'node:fs';
import { LOST, answered, ask, card, expect, log, open, sticksOut, test } from './help';
import { serious, signIn, window } from './staff';

/** One desk for all: the tests follow each other. */
test.describe.configure({ mode: 'serial' });

test('whoever asks while nobody is there leaves a message, and is called back', async ({ browser }) => {
  const { page, errors } = await window(browser, { width: 390, height: 800 });
  await open(page, '/?region=150702');
  await page.getByRole('button', { name: '转人工' }).first().click();
  await page.getByRole('button', { name: '留言' }).first().click();
  await page.getByLabel('要说的事').fill('想问异地补办身份证');
  await page.getByLabel('电话').fill('13800138000');
  expect(await serious(page)).toEqual([]);
  await page.getByRole('button', { name: '提交留言' }).click();
  await expect(log(page).getByText(/编号 M\d{8}-\d{4}/).first()).toBeVisible();
  const { page: desk } = await signIn(browser, 'li');
  await desk.getByRole('button', { name: /^待回访/ }).click();
  await desk.locator('.row-button').first().click();
  await desk.getByRole('button', { name: /^查看联系方式/ }).click();
  await expect(desk.getByText('13800138000')).toBeVisible();
  expect(errors).toEqual([]);
  await desk.context().close();
  await page.context().close();
});

test('a citizen waits, sees the queue move, is answered with a card, given back, and rates', async ({ browser }) => {
  const first = await window(browser, { width: 390, height: 800 });
  const second = await window(browser, { width: 390, height: 800 });
  const wang = await signIn(browser, 'wang');
  await wang.page.getByRole('button', { name: '在线', exact: true }).click();
  for (const { page } of [first, second]) {
    await open(page, '/?region=150702');
    await answered(page, () => ask(page, LOST));
    await expect(card(page)).toBeVisible();
    await page.getByRole('button', { name: '转人工' }).first().click();
  }
  await expect(first.page.getByText('您排在第 1 位').first()).toBeVisible();
  await expect(second.page.getByText('您排在第 2 位').first()).toBeVisible();
  expect(await sticksOut(second.page)).toEqual([]);

  await expect(wang.page.locator('.row-button')).toHaveCount(2);
  await wang.page.locator('.row-button').first().click();
  await expect(wang.page.getByText('预览，还没有接入')).toBeVisible();
  expect(await serious(wang.page)).toEqual([]);
  await wang.page.keyboard.press('a');
  await expect(first.page.getByText('人工客服 0101 已接入').first()).toBeVisible();
  await expect(second.page.getByText('您排在第 1 位').first()).toBeVisible();

  // Two agents at once: one gets it, the other is told who.
  const li = await signIn(browser, 'li');
  await li.page.getByRole('button', { name: '在线', exact: true }).click();
  await li.page.locator('.row-button').first().click();
  await expect(li.page.getByText('预览，还没有接入')).toBeVisible();

  // What may be answered stands there, is taken with one key, and waits to be sent.
  await expect(wang.page.locator('desk-suggestions').getByRole('button', { name: /附上指南：.*居民身份证/ })).toBeVisible();
  expect(await serious(wang.page)).toEqual([]);
  await wang.page.keyboard.press('1');
  await expect(wang.page.locator('desk-composer textarea')).toHaveValue('1');
  await wang.page.keyboard.press('Escape');
  const offered = await wang.page.locator('desk-suggestions').getByRole('button').all();
  const named = await Promise.all(offered.map(async (one) => `${await one.getAttribute('aria-label')} ${await one.innerText()}`));
  const at = named.findIndex((name) => /附上指南：[^]*居民身份证/.test(name));
  await wang.page.keyboard.press(String(at + 1));
  await expect(wang.page.getByText('将附上指南：')).toBeVisible();
  await expect(log(first.page).locator('li.agent')).toHaveCount(0);
  await wang.page.getByRole('button', { name: '不附了' }).click();

  await wang.page.locator('desk-composer textarea').fill('您好，请带户口簿，我把指南发给您。');
  await wang.page.keyboard.press('Control+Enter');
  await expect(log(first.page).getByText('我把指南发给您')).toBeVisible();
  await wang.page.keyboard.press('Escape');
  await wang.page.keyboard.press('i');
  await wang.page.getByRole('combobox').fill('居民身份证');
  await expect(wang.page.getByRole('listbox').getByRole('option').first()).toBeVisible();
  await wang.page.keyboard.press('Enter');
  await wang.page.keyboard.press('Control+Enter');
  await expect(log(first.page).locator('li.agent bangban-card article')).toBeVisible();

  // The citizen writes; nothing is answered by the program, and nothing needs a reload.
  const before = await log(first.page).locator('li.assistant').count();
  await first.page.getByRole('textbox', { name: /写给人工客服/ }).fill('好的，要照片吗');
  await first.page.keyboard.press('Enter');
  await expect(wang.page.getByText('好的，要照片吗').first()).toBeVisible();
  await expect(wang.page.locator('desk-log li.citizen').last()).toBeInViewport();
  await expect(log(first.page).locator('li.assistant')).toHaveCount(before);

  // Reloading keeps all of it.
  await first.page.reload();
  await expect(log(first.page).locator('li.agent bangban-card article')).toBeVisible();
  await expect(log(first.page).getByText('好的，要照片吗')).toBeVisible();

  wang.page.once('dialog', (dialog) => dialog.accept());
  await wang.page.getByRole('button', { name: '交还助手' }).click();
  await expect(first.page.getByText('人工接待结束了').first()).toBeVisible();
  await first.page.getByRole('button', { name: '非常满意' }).last().click();
  await expect(first.page.getByText('已评价：非常满意').first()).toBeVisible();

  const [download] = await Promise.all([
    first.page.waitForEvent('download'),
    first.page.getByRole('button', { name: '文本' }).first().click(),
  ]);
  expect(readFileSync(await download.path(), 'utf8')).toContain('我把指南发给您');
  for (const { errors, context } of [first, second, wang, li]) {
    expect(errors).toEqual([]);
    await context.close();
  }
});

test('what a role may not do is neither shown nor done', async ({ browser }) => {
  const { page, context } = await signIn(browser, 'root');
  await page.goto('/desk#accounts');
  await expect(page.getByText('wang').first()).toBeVisible();
  expect(await serious(page)).toEqual([]);
  const cases = await page.request.get('/api/v1/desk/cases?list=waiting');
  expect(cases.status()).toBe(403);
  const foreign = await page.request.post('/api/v1/desk/socket-ticket', { headers: { Origin: 'https://elsewhere.example' }, data: {} });
  expect(foreign.status()).toBe(403);
  await context.close();
});
