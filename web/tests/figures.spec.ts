import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Browser, Page } from '@playwright/test';
import { LOST, OTHER, converse, expect, focus, sticksOut, test } from './help';
import type { Differences, Figures } from '../src/desk/api-figures';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

const PHONE = { width: 390, height: 800 };
const DESKTOP = { width: 1440, height: 900 };

/** Somebody with the permission, in a window that is watched for errors: refused code and styles are among them. */
async function signIn(browser: Browser, login: string, viewport = DESKTOP, more: object = {}) {
  const context = await browser.newContext({ viewport, acceptDownloads: true, reducedMotion: 'reduce', ...more });
  const page = await context.newPage();
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error' && !/401|WebSocket/.test(message.text())) errors.push(message.text());
  });
  await page.goto('/desk');
  await page.getByLabel('登录名').fill(login);
  await page.getByLabel('密码').fill(process.env.DESK_PASSWORD ?? '');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('button', { name: '退出登录' })).toBeVisible();
  return { page, errors, context };
}

async function serious(page: Page): Promise<string[]> {
  await page.evaluate(axe);
  return page.evaluate(async () => {
    const run = (window as unknown as { axe: { run: (d: Document, o: object) => Promise<{ violations: { id: string; impact: string; nodes: { target: string[] }[] }[] }> } }).axe.run;
    const { violations } = await run(document, { resultTypes: ['violations'] });
    return violations
      .filter((one) => one.impact === 'serious' || one.impact === 'critical')
      .map((one) => `${one.id}: ${one.nodes.map((node) => node.target.join(' ')).join(', ')}`);
  });
}

/** What must hold of any page, and a picture of it. */
async function sound(page: Page, name: string) {
  expect(await serious(page), name).toEqual([]);
  expect(await sticksOut(page), name).toEqual([]);
  await page.screenshot({ path: `artefacts/figures/${name}.png`, fullPage: true });
}

const figure = (page: Page, heading: string) => page.locator('desk-figure').filter({ has: page.getByRole('heading', { name: heading, exact: true }) });

/** The dashboard with its charts drawn. */
async function dashboard(page: Page) {
  await page.goto('/desk#figures');
  await expect(page.getByRole('heading', { name: '数据看板' })).toBeVisible();
  await expect(figure(page, '怎样结束').locator('svg')).toBeVisible();
}

test.beforeAll(async ({ playwright, baseURL }) => {
  const request = await playwright.request.newContext({ baseURL });
  await converse(request, [LOST], '152528');
  await converse(request, [LOST], '150702');
  await converse(request, [OTHER], '150702');
  await converse(request, ['狼把羊咬死了谁来赔'], '152528');
  await request.dispose();
});

test('the dashboard tells what was asked, as charts and as tables', async ({ browser }) => {
  const { page, errors, context } = await signIn(browser, 'boss');
  await dashboard(page);
  const told = (await (await page.request.get('/api/v1/figures')).json()) as Figures;
  expect(told.turns).toBeGreaterThanOrEqual(4);
  await expect(page.getByText(told.turns.toLocaleString('zh-CN'), { exact: true }).first()).toBeVisible();
  await sound(page, 'dashboard-desktop');

  // Each chart is a picture with a sentence, and there is a table in its place for whoever wants one.
  const days = figure(page, '每天怎样结束');
  await expect(days.getByRole('img')).toHaveAttribute('aria-label', /最多的是 \d{4}-\d\d-\d\d/);
  await days.getByRole('button', { name: '用表格看：每天怎样结束' }).click();
  await expect(days.getByRole('table').getByRole('row')).toHaveCount(told.days.length + 2);
  await expect(days.getByRole('img')).toBeHidden();
  for (const button of await page.getByRole('button', { name: /^用表格看/ }).all()) await button.first().focus();
  while ((await page.getByRole('button', { name: /^用表格看/ }).count()) > 0) await page.getByRole('button', { name: /^用表格看/ }).first().click();
  await sound(page, 'dashboard-tables-desktop');
  await days.getByRole('button', { name: '用图看：每天怎样结束' }).click();
  await expect(days.locator('svg')).toBeVisible();

  // A bar leads to the guide, and back.
  const [first] = told.items;
  const item = page.getByRole('button', { name: `看指南：${first?.name}`, exact: true }).first();
  await item.click();
  await expect(page.locator('desk-guide bangban-card article')).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(item).toBeFocused();
  expect(errors).toEqual([]);
  await context.close();
});

test('period and place are in the address, and filter', async ({ browser }) => {
  const { page, errors, context } = await signIn(browser, 'boss');
  await dashboard(page);
  await page.getByRole('button', { name: '近 30 天' }).click();
  await expect(page.getByText('共 30 天')).toBeVisible();
  await page.getByRole('button', { name: '今天', exact: true }).click();
  await expect(page.getByRole('button', { name: '今天', exact: true })).toHaveAttribute('aria-pressed', 'true');
  // One day has no days to compare.
  await expect(figure(page, '每天怎样结束')).toHaveCount(0);
  await expect(figure(page, '什么时候来问').locator('svg')).toBeVisible();

  const place = page.getByRole('button', { name: /^只看/ }).first();
  await place.click();
  await expect(page).toHaveURL(/region=15\d{4}/);
  await expect(page.getByRole('button', { name: '看全区' })).toBeVisible();
  await page.reload();
  await expect(page.getByRole('button', { name: '看全区' })).toBeVisible();
  await page.getByRole('button', { name: '看全区' }).click();
  await expect(page).not.toHaveURL(/region=/);

  // A span that can't be is refused here, beside the field.
  await page.getByLabel('从', { exact: true }).fill('2026-11-20');
  await page.getByLabel('到', { exact: true }).fill('2026-11-10');
  await page.getByRole('button', { name: '查看' }).click();
  await expect(page.getByText('开始日期要早于结束日期')).toBeVisible();

  // Long ago nobody asked anything.
  await page.goto('/desk#figures/from=2020-01-01&to=2020-01-07');
  await expect(page.getByText('这个时段还没有提问')).toBeVisible();
  await sound(page, 'dashboard-empty-desktop');
  expect(errors).toEqual([]);
  await context.close();
});

test('tables can be taken along', async ({ browser }) => {
  const { page, context } = await signIn(browser, 'boss');
  await dashboard(page);
  for (const heading of ['每天怎样结束', '什么时候来问', '最常问的事项', '问得最多的地区', '没答好的问题']) {
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: `导出 CSV：${heading}` }).click()]);
    expect(download.suggestedFilename(), heading).toMatch(/\.csv$/);
    expect(readFileSync(await download.path()).subarray(0, 3), heading).toEqual(Buffer.from([0xef, 0xbb, 0xbf]));
  }
  await context.close();
});

test('questions that were not answered are grouped, and can be proposed as an item', async ({ browser }) => {
  const { page, errors, context } = await signIn(browser, 'boss');
  await dashboard(page);
  const questions = figure(page, '没答好的问题');
  // What is not answered depends on the corpus; one of the kinds has something, or both say that there is nothing.
  for (const kind of ['没答上', '没把握']) {
    await questions.getByRole('button', { name: kind }).click();
    await expect(questions.locator('ol > li').first().or(questions.getByText(`这个时段没有${kind}的问题`))).toBeVisible();
    if ((await questions.locator('ol > li').count()) > 0) break;
  }
  const means = questions.getByRole('button', { name: /^就是这个事项/ }).first();
  await expect(means).toBeVisible();
  await means.click();
  await expect(questions.getByText(/^已提出：/)).toBeVisible();
  const proposed = (await (await page.request.get('/api/v1/desk/proposals?state=open')).json()) as { proposals: { question: string }[] };
  expect(proposed.proposals.length).toBeGreaterThan(0);
  expect(errors).toEqual([]);
  await context.close();
});

test('the report of differences: standards, what deviates, side by side, as a workbook', async ({ browser }) => {
  const { page, errors, context } = await signIn(browser, 'boss');
  await page.goto('/desk#differences');
  await expect(page.locator('desk-difference').first()).toBeVisible({ timeout: 90_000 });
  const report = (await (await page.request.get('/api/v1/differences')).json()) as Differences;
  await expect(page.locator('desk-difference')).toHaveCount(report.rows.length);
  const [row] = report.rows;
  const first = page.locator('desk-difference').first();
  await expect(first.getByRole('heading')).toContainText(row?.name ?? '');
  await expect(first.getByText('估算')).toBeVisible();
  await expect(first.locator('.standard')).toContainText(row?.standard_of ? row.standard_of.name : '多数地方这样写');
  // What is less and what is more carries signs that are read aloud too.
  await expect(page.locator('desk-difference del, desk-difference ins').first()).toContainText(/－少了：|＋多了：/);
  await sound(page, 'differences-desktop');

  const compare = page.getByRole('button', { name: /^并排比较/ }).first();
  await compare.click();
  await expect(page.locator('desk-compare bangban-compare-table table')).toBeVisible();
  expect(await serious(page)).toEqual([]);
  await page.screenshot({ path: 'artefacts/figures/compare-desktop.png' });
  await page.keyboard.press('Escape');
  await expect(compare).toBeFocused();

  const [download] = await Promise.all([page.waitForEvent('download', { timeout: 90_000 }), page.getByRole('button', { name: '导出 XLSX' }).click()]);
  expect(download.suggestedFilename()).toMatch(/\.xlsx$/);
  expect(readFileSync(await download.path()).subarray(0, 2).toString()).toBe('PK');
  expect(errors).toEqual([]);
  await context.close();
});

test('the report can be filtered, turned over, and has faults too', async ({ browser }) => {
  const { page, errors, context } = await signIn(browser, 'boss');
  await page.goto('/desk#differences');
  await expect(page.locator('desk-difference').first()).toBeVisible({ timeout: 90_000 });
  await page.getByLabel('要素').selectOption({ label: '申请材料' });
  await expect(page).toHaveURL(/field=materials/);
  await expect(page.locator('desk-difference .label').first()).toBeVisible();
  for (const label of await page.locator('desk-difference .label').allTextContents()) expect(label).toContain('材料');
  await page.getByRole('link', { name: '清除筛选' }).click();
  const next = page.getByRole('link', { name: '下一页' });
  if (await next.isVisible()) {
    await next.click();
    await expect(page.getByText(/^第 2 页/)).toBeVisible();
    expect((await focus(page)).what).toContain('找到');
  }
  await page.getByLabel('事项名称').fill('绝没有这样的事项');
  await page.keyboard.press('Enter');
  await expect(page.getByText('没有找到。可以换一种问题')).toBeVisible();
  await page.getByRole('link', { name: '清除筛选' }).click();
  for (const kind of ['缺要素', '自相矛盾', '久未更新']) {
    await page.getByRole('link', { name: kind }).click();
    await expect(page.getByRole('link', { name: kind })).toHaveAttribute('aria-current', 'true');
    await expect(page.getByRole('table', { name: kind }).or(page.getByText('没有找到。可以换一种问题'))).toBeVisible();
    expect(await serious(page)).toEqual([]);
  }
  expect(errors).toEqual([]);
  await context.close();
});

test('both pages on a phone, and in colours of one’s own', async ({ browser }) => {
  for (const [name, more] of [
    ['phone', {}],
    ['phone-forced', { forcedColors: 'active' }],
    ['phone-dark', { colorScheme: 'dark' }],
  ] as const) {
    const { page, errors, context } = await signIn(browser, 'boss', PHONE, more);
    await dashboard(page);
    await sound(page, `dashboard-${name}`);
    await page.goto('/desk#differences');
    await expect(page.locator('desk-difference').first()).toBeVisible({ timeout: 90_000 });
    await sound(page, `differences-${name}`);
    expect(errors).toEqual([]);
    await context.close();
  }
  const { page, context } = await signIn(browser, 'boss', { width: 320, height: 640 });
  await dashboard(page);
  expect(await sticksOut(page)).toEqual([]);
  await context.close();
});

test('the keyboard reaches everything, and focus is seen', async ({ browser }) => {
  const { page, context } = await signIn(browser, 'boss');
  await dashboard(page);
  const reached: string[] = [];
  for (let step = 0; step < 40; step++) {
    await page.keyboard.press('Tab');
    const { what, marked, inside } = await focus(page);
    expect(marked, what).toBe(true);
    expect(inside, what).toBe(true);
    reached.push(what);
  }
  for (const name of ['近 7 天', '查看', '换地区', '用表格看', '导出 CSV', '看指南']) expect(reached.join('\n'), name).toContain(name);
  await context.close();
});

test('charts are heavy, and come only where they are looked at', async ({ browser }) => {
  const { page, context } = await signIn(browser, 'boss');
  const loaded: string[] = [];
  page.on('request', (request) => loaded.push(new URL(request.url()).pathname));
  await page.goto('/desk#work');
  await page.reload();
  await expect(page.getByRole('heading', { name: '差评处理' })).toBeVisible();
  expect(loaded.filter((path) => /chart-view|figures-page|differences-page/.test(path))).toEqual([]);
  await dashboard(page);
  expect(loaded.filter((path) => /chart-view/.test(path))).toHaveLength(1);
  await context.close();
});

test('who may not read figures is shown none', async ({ browser }) => {
  const { page, context } = await signIn(browser, 'wang');
  await expect(page.getByRole('link', { name: '数据看板' })).toHaveCount(0);
  await expect(page.getByRole('link', { name: '同事不同标' })).toHaveCount(0);
  for (const path of ['figures', 'figures/questions', 'figures/export?what=days', 'differences', 'differences/export']) {
    expect((await page.request.get(`/api/v1/${path}`)).status(), path).toBe(403);
  }
  await context.close();
});
