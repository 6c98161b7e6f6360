import type { Page, Route } from '@playwright/test';
import { LOST, OTHER, ask, card, expect, openCard, test } from './help';

// The browser itself notes failed requests in the console.
test.use({ allowed: /^Failed to load resource/ });

const box = (page: Page) => page.getByRole('combobox', { name: '您想办什么事？' });
const MATCH = '**/api/v1/match';

/** A refusal as the service writes it. */
const refusal = (status: number, type: string, detail: string, errors?: Record<string, string[]>) => (route: Route) =>
  route.fulfill({
    status,
    contentType: 'application/problem+json',
    body: JSON.stringify({ type: `/problems/${type}`, title: '', status, detail, errors, trace_id: 'T' }),
  });

test('when the service cannot be reached the page says so, and trying again works', async ({ page }) => {
  await page.goto('/');
  await page.route(MATCH, (route) => route.abort('connectionrefused'));
  await ask(page, LOST);
  const alert = page.getByRole('alert').filter({ hasText: '网络不通，没有查到结果' });
  await expect(alert).toBeVisible();
  await expect(alert.getByRole('link', { name: /12345/ })).toHaveAttribute('href', 'tel:12345');
  await expect(box(page), 'the question is still there').toHaveValue(LOST);
  // Still broken: it says so again rather than nothing.
  await page.getByRole('button', { name: '重试' }).click();
  await expect(alert).toBeVisible();

  await page.unroute(MATCH);
  await page.getByRole('button', { name: '重试' }).click();
  await expect(card(page)).toBeVisible();
  await expect(alert).toHaveCount(0);
  await expect(card(page).getByRole('heading', { level: 2 })).toBeFocused();
});

test('without a network no earlier answer is left standing under a new question', async ({ page, context }) => {
  await openCard(page);
  await context.setOffline(true);
  await ask(page, OTHER);
  await expect(page.getByRole('alert').filter({ hasText: '网络不通' })).toBeVisible();
  await expect(card(page)).toHaveCount(0);
  await context.setOffline(false);
  await page.getByRole('button', { name: '重试' }).click();
  await expect(card(page).getByRole('heading', { level: 2 })).toContainText('护照');
});

for (const [row, answer, says] of [
  ['an answer that is no JSON', (route: Route) => route.fulfill({ status: 502, body: '<html>Bad Gateway</html>' }), '网络不通'],
  ['an answer cut short', (route: Route) => route.fulfill({ status: 200, contentType: 'application/json', body: '{"status":"ans' }), '网络不通'],
  ['a fault of the service', refusal(500, 'internal', '请稍后再试，或拨打 12345。'), '查询服务出了问题'],
  ['a service that is starting', refusal(503, 'unavailable', '索引尚未就绪，请稍后再试，或拨打 12345。'), '索引尚未就绪'],
  ['an answer that took too long', refusal(408, 'timeout', '没有在规定时间内给出回答，请重试。'), '没有在规定时间内'],
] as const) {
  test(`${row} is told as what it is, with a way on`, async ({ page }) => {
    await page.route(MATCH, answer);
    await page.goto('/');
    await ask(page, LOST);
    await expect(page.getByRole('alert').filter({ hasText: says })).toBeVisible();
    await page.unroute(MATCH);
    await page.getByRole('button', { name: '重试' }).click();
    await expect(card(page)).toBeVisible();
  });
}

for (const [status, answer, says] of [
  [429, refusal(429, 'too-many', '请 7 秒后再试。'), '请 7 秒后再试。'],
  [422, refusal(422, 'bad-field', 'q：不能为空', { q: ['不能为空'] }), '不能为空'],
] as const) {
  test(`a refusal with status ${status} stands at the field, and the next question clears it`, async ({ page }) => {
    await page.route(MATCH, answer);
    await page.goto('/');
    await ask(page, LOST);
    await expect(page.locator('#error')).toHaveText(`错误：${says}`);
    await expect(box(page)).toHaveAttribute('aria-invalid', 'true');
    await expect(box(page)).toHaveAccessibleDescription(new RegExp(says));
    await expect(box(page)).toBeFocused();
    await expect(box(page)).toHaveValue(LOST);
    await expect(card(page)).toHaveCount(0);
    await page.unroute(MATCH);
    await page.keyboard.press('Enter');
    await expect(card(page)).toBeVisible();
    await expect(page.locator('#error')).toHaveCount(0);
    await expect(box(page)).toHaveAttribute('aria-invalid', 'false');
  });
}

test('a text that is too long is counted, refused at the field, and not sent', async ({ page }) => {
  const asked: string[] = [];
  page.on('request', (request) => request.url().endsWith('/match') && asked.push(request.url()));
  await page.goto('/');
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
  await expect(box(page)).toHaveAttribute('aria-invalid', 'true');
  await expect(box(page)).toHaveAccessibleDescription(/超出 3 个字.*503 \/ 500 字/);
  await expect(box(page)).toBeFocused();
  expect(asked).toEqual([]);
  // Writing on takes the fault away.
  await page.keyboard.press('Backspace');
  await expect(page.locator('#error')).toHaveCount(0);
});

test('the service refuses an address with too long a question, at the field too', async ({ page }) => {
  await page.goto(`/?q=${'证'.repeat(501)}`);
  await expect(page.locator('#error')).toContainText('500');
  await expect(box(page)).toHaveAttribute('aria-invalid', 'true');
});

test('an item that does not exist is said to be gone', async ({ page }) => {
  await page.goto('/?code=NOSUCHITEM');
  await expect(page.getByRole('alert').filter({ hasText: '没有找到这个事项' })).toBeVisible();
  await ask(page, LOST);
  await expect(card(page)).toBeVisible();
});

test('an address made to confuse the page opens it all the same', async ({ page }) => {
  await page.goto('/?a.__proto__=x&a.constructor=y&region=../..&place=%00');
  await expect(page.getByRole('heading', { name: '大家常问' })).toBeVisible();
  await ask(page, LOST);
  await expect(card(page)).toBeVisible();
});

test('a slow answer says that it is being looked for, from half a second on', async ({ page }) => {
  // The page's own clock stands still but for the steps taken here.
  await page.clock.install({ time: 0 });
  await page.goto('/');
  await page.clock.pauseAt(60_000);
  let release = () => {};
  const held = new Promise<void>((resolve) => (release = resolve));
  await page.route(MATCH, async (route) => {
    await held;
    await route.continue();
  });
  const status = page.locator('main > .status');
  const sent = page.waitForRequest(MATCH);
  await ask(page, LOST);
  await sent;
  await page.clock.runFor(499);
  await expect(status).toHaveText('');
  await page.clock.runFor(1);
  await expect(status).toHaveText('正在查询…');
  release();
  await expect(card(page)).toBeVisible();
  await expect(status).toHaveText('');
});

test('a second question calls the first one off', async ({ page }) => {
  await page.goto('/');
  let release = () => {};
  const held = new Promise<void>((resolve) => (release = resolve));
  await page.route(MATCH, async (route) => {
    if ((route.request().postDataJSON() as { q: string }).q === LOST) await held;
    await route.continue().catch(() => {});
  });
  const off = page.waitForEvent('requestfailed', (request) => request.url().endsWith('/match'));
  await ask(page, LOST);
  await ask(page, OTHER);
  await off;
  await expect(card(page).getByRole('heading', { level: 2 })).toContainText('护照');
  release();
  await expect(page.getByRole('alert').filter({ hasText: /\S/ })).toHaveCount(0);
  await expect(card(page).getByRole('heading', { level: 2 })).toContainText('护照');
});

test('a list of regions that does not come can be asked for again', async ({ page }) => {
  await page.route('**/api/v1/regions*', (route) => route.abort());
  await page.goto('/');
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
  await page.goto(`/?q=${LOST}&region=150702`);
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
  await page.goto('/');
  const failed = page.waitForEvent('requestfailed', (request) => request.url().includes('/suggest'));
  await box(page).pressSequentially('身份证丢了');
  await failed;
  await expect(page.getByRole('alert').filter({ hasText: /\S/ })).toHaveCount(0);
  await page.keyboard.press('Enter');
  await expect(card(page)).toBeVisible();
});
