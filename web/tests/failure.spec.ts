import type { Page, Route } from '@playwright/test';
import { LOST, OTHER, answered, ask, assistant, box, card, citizen, expect, open, openCard, test } from './help';

// The browser itself notes failed requests in the console.
test.use({ allowed: /^Failed to load resource/ });

const MESSAGES = '**/api/v1/conversations/*/messages';
const START = '**/api/v1/conversations';

/** A refusal as the service writes it. */
const refusal = (status: number, type: string, detail: string, headers: Record<string, string> = {}) => (route: Route) =>
  route.fulfill({
    status,
    headers,
    contentType: 'application/problem+json',
    body: JSON.stringify({ type: `/problems/${type}`, title: '', status, detail, trace_id: 'T' }),
  });

const failed = (page: Page) => page.locator('li.failed');

test('a message that did not get through stays, and goes again under its own name', async ({ page }) => {
  const names: unknown[] = [];
  page.on('request', (request) => request.url().endsWith('/messages') && names.push((request.postDataJSON() as { client_msg_id: string }).client_msg_id));
  await open(page);
  await page.route(MESSAGES, (route) => route.abort('connectionrefused'));
  await ask(page, LOST);
  await expect(failed(page)).toContainText(LOST);
  await expect(failed(page)).toContainText('没发出去');
  await expect(failed(page)).toContainText('网络不通');
  await expect(failed(page).getByRole('link', { name: '12345' })).toHaveAttribute('href', 'tel:12345');
  await expect(box(page), 'the box is free for the next').toHaveValue('');
  // Still broken: it says so again rather than nothing.
  await page.getByRole('button', { name: '重新发送' }).click();
  await expect.poll(() => names.length).toBe(2);
  await expect(failed(page)).toContainText('没发出去');

  await page.unroute(MESSAGES);
  await answered(page, () => page.getByRole('button', { name: '重新发送' }).click());
  await expect(card(page)).toBeVisible();
  await expect(failed(page)).toHaveCount(0);
  await expect(citizen(page)).toHaveCount(1);
  expect(new Set(names).size, 'one name for all tries').toBe(1);
});

test('an answer lost on its way does not make the message count twice', async ({ page }) => {
  await open(page);
  await page.route(MESSAGES, async (route) => {
    // It reached the service; only the answer got lost.
    await route.fetch();
    await route.abort();
  });
  await ask(page, LOST);
  await expect(failed(page)).toBeVisible();
  await page.unroute(MESSAGES);
  await answered(page, () => page.getByRole('button', { name: '重新发送' }).click());
  await page.reload();
  await expect(assistant(page)).toHaveCount(2);
  await expect(citizen(page)).toHaveCount(1);
});

test('a failed message can be taken away, and others can be sent past it', async ({ page, context }) => {
  await open(page);
  await context.setOffline(true);
  await ask(page, LOST);
  await expect(failed(page)).toBeVisible();
  await context.setOffline(false);
  await answered(page, () => ask(page, OTHER));
  await expect(card(page).getByRole('heading', { level: 2 })).toContainText('护照');
  await expect(failed(page)).toBeVisible();
  await page.getByRole('button', { name: '删除' }).click();
  await expect(failed(page)).toHaveCount(0);
  await expect(box(page)).toBeFocused();
});

for (const [row, answer, says] of [
  ['an answer that is no JSON', (route: Route) => route.fulfill({ status: 502, body: '<html>Bad Gateway</html>' }), '网络不通'],
  ['an answer cut short', (route: Route) => route.fulfill({ status: 201, contentType: 'application/json', body: '{"messages":[' }), '网络不通'],
  ['a fault of the service', refusal(500, 'internal', '请稍后再试，或拨打 12345。'), '查询服务出了问题'],
  ['a service that is starting', refusal(503, 'unavailable', '索引尚未就绪，请稍后再试，或拨打 12345。'), '索引尚未就绪'],
  ['an answer that took too long', refusal(408, 'timeout', '没有在规定时间内给出回答，请重试。'), '没有在规定时间内'],
] as const) {
  test(`${row} is told as what it is, with a way on`, async ({ page }) => {
    await open(page);
    await page.route(MESSAGES, answer);
    await ask(page, LOST);
    await expect(failed(page)).toContainText(says);
    await page.unroute(MESSAGES);
    await answered(page, () => page.getByRole('button', { name: '重新发送' }).click());
    await expect(card(page)).toBeVisible();
  });
}

test('what came too fast says how long to wait, and waits', async ({ page }) => {
  await open(page);
  await page.route(MESSAGES, refusal(429, 'too-many', '请 2 秒后再试。', { 'Retry-After': '2' }));
  await ask(page, LOST);
  await expect(failed(page)).toContainText('请等 2 秒再发');
  await expect(page.getByRole('button', { name: '重新发送' })).toBeDisabled();
  await page.unroute(MESSAGES);
  await answered(page, () => page.getByRole('button', { name: '重新发送' }).click());
  await expect(card(page)).toBeVisible();
});

test('when no conversation can be begun the page says so, and trying again works', async ({ page }) => {
  await page.route(START, (route) => route.abort());
  await page.goto('/');
  const alert = page.getByRole('alert').filter({ hasText: '网络不通' });
  await expect(alert).toBeVisible();
  await page.unroute(START);
  await page.getByRole('button', { name: '重试' }).click();
  await expect(assistant(page)).toHaveCount(1);
  await expect(alert).toHaveCount(0);
});

test('an empty text is refused at the box and not sent', async ({ page }) => {
  await open(page);
  await page.getByRole('button', { name: '发送', exact: true }).click();
  await expect(box(page)).toHaveAttribute('aria-invalid', 'true');
  await expect(box(page)).toBeFocused();
  await expect(page.locator('#error')).toHaveText('错误：请写出要办的事，例如：身份证丢了需要带什么');
  await expect(citizen(page)).toHaveCount(0);
});

test('a text that is too long is counted, refused at the box, and not sent', async ({ page }) => {
  await open(page);
  await box(page).fill('证'.repeat(399));
  await expect(page.locator('#counter')).toHaveCount(0);
  await box(page).fill('证'.repeat(400));
  await expect(page.locator('#counter')).toHaveText('400 / 500 字');
  // 𠮷 is one character, though it takes two places in memory.
  await box(page).fill('证'.repeat(499) + '𠮷');
  await expect(page.locator('#counter')).toHaveText('500 / 500 字');
  await box(page).fill('证'.repeat(503));
  await page.keyboard.press('Enter');
  await expect(page.locator('#error')).toHaveText('错误：超出 3 个字，请写短一些');
  await expect(box(page)).toHaveAccessibleDescription(/超出 3 个字.*503 \/ 500 字/);
  await expect(box(page)).toBeFocused();
  await expect(citizen(page)).toHaveCount(0);
  // Writing on takes the fault away.
  await page.keyboard.press('Backspace');
  await expect(page.locator('#error')).toHaveCount(0);
});

test('an item that does not exist is said to be gone', async ({ page }) => {
  await page.goto('/?code=NOSUCHITEM');
  await expect(page.getByRole('alert').filter({ hasText: '没有找到这个事项' })).toBeVisible();
  await answered(page, () => ask(page, LOST));
  await expect(card(page)).toBeVisible();
});

test('an address made to confuse the page opens it all the same', async ({ page }) => {
  await open(page, '/?a.__proto__=x&a.constructor=y&region=../..&place=%00');
  await answered(page, () => ask(page, LOST));
  await expect(card(page)).toBeVisible();
});

test('one question at a time: the text box stays usable, and says so from half a second on', async ({ page }) => {
  await page.clock.install();
  await open(page);
  let release = () => {};
  const held = new Promise<void>((resolve) => (release = resolve));
  await page.route(MESSAGES, async (route) => {
    await held;
    await route.continue();
  });
  const status = page.locator('.dock .status');
  const sent = page.waitForRequest(MESSAGES);
  await page.clock.pauseAt(Date.now() + 60_000);
  await ask(page, LOST);
  await sent;
  await expect(citizen(page)).toContainText(LOST);
  await expect(page.locator('li.sending')).toContainText('发送中');
  await page.clock.runFor(450);
  await expect(status).toHaveText('');
  await page.clock.runFor(100);
  await expect(status).toHaveText('正在查询…');
  await box(page).fill(OTHER);
  await page.keyboard.press('Enter');
  await expect(page.locator('#error')).toHaveText('错误：请等上一句有了回答再发');
  await expect(box(page)).toHaveValue(OTHER);
  await expect(citizen(page)).toHaveCount(1);
  await page.clock.resume();
  await answered(page, async () => release());
  await expect(status).toHaveText('');
  await expect(page.locator('#error')).toHaveCount(0);
  await answered(page, () => page.getByRole('button', { name: '发送', exact: true }).click());
  await expect(card(page).getByRole('heading', { level: 2 })).toContainText('护照');
});

test('a list of regions that does not come can be asked for again', async ({ page }) => {
  await page.route('**/api/v1/regions*', (route) => route.abort());
  await open(page);
  await page.getByRole('button', { name: /^地区：/ }).click();
  const dialog = page.getByRole('dialog');
  await expect(dialog.getByRole('alert')).toHaveText('地区名单没有取到，请重试。');
  await page.unroute('**/api/v1/regions*');
  await dialog.getByRole('button', { name: '重试' }).click();
  await dialog.getByLabel('盟市').selectOption({ label: '包头市' });
  await expect(dialog.getByRole('alert')).toHaveText('');
  await expect(dialog.getByLabel('旗县市区')).toBeEnabled();
});

test('a comparison that fails says so in its panel', async ({ page }) => {
  await openCard(page, LOST, '/?region=150702');
  await page.route('**/compare?**', (route) => route.abort());
  await card(page).getByRole('button', { name: '与其他地区对比' }).click();
  const go = page.getByRole('button', { name: '开始对比' });
  await go.click();
  await expect(page.getByRole('alert').filter({ hasText: '错误：网络不通' })).toBeVisible();
  await page.unroute('**/compare?**');
  await go.click();
  await expect(page.getByRole('table')).toBeVisible();
});

test('suggestions that do not come disturb nobody', async ({ page }) => {
  await page.route('**/api/v1/suggest?**', (route) => route.abort());
  await open(page);
  const broken = page.waitForEvent('requestfailed', (request) => request.url().includes('/suggest'));
  await box(page).pressSequentially('身份证丢了');
  await broken;
  await expect(page.getByRole('alert').filter({ hasText: /\S/ })).toHaveCount(0);
  await page.keyboard.press('Enter');
  await expect(card(page)).toBeVisible();
});
