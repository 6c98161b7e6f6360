import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Browser, Page } from '@playwright/test';
import { LOST, OTHER, converse, expect, focus, sticksOut, test } from './help';
import { goHome } from './staff';
import type { Difference, Differences, Figures } from '../src/desk/api-figures';

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
  // The heads of tables are out of sight on a phone, where each cell names its column.
  expect((await sticksOut(page)).filter((one) => !one.startsWith('th.:')), name).toEqual([]);
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
  const request = await playwright.request.newContext(baseURL ? { baseURL } : {});
  await converse(request, [LOST], '152528');
  await converse(request, [LOST], '150702');
  await converse(request, [OTHER], '150702');
  // Too little said to know which item is meant: asked back.
  for (const vague of ['办个证明', '开证明', '执照']) await converse(request, [vague], '152528');
  await request.dispose();
});

test('the dashboard tells what was asked, as charts and as tables', async ({ browser }) => {
  const { page, errors, context } = await signIn(browser, 'boss');
  await dashboard(page);
  const told = (await (await page.request.get('/api/v1/figures')).json()) as Figures;
  expect(told.turns).toBeGreaterThanOrEqual(6);
  await expect(page.getByText(told.turns.toLocaleString('zh-CN'), { exact: true }).first()).toBeVisible();
  await sound(page, 'dashboard-desktop');

  // Each chart is a picture with a sentence, and there is a table in its place for whoever wants one.
  const days = figure(page, '每天怎样结束');
  await expect(days.locator('desk-chart .box')).toHaveAttribute('aria-label', /最多的是 \d{4}-\d\d-\d\d/);
  await expect(days.locator('desk-chart .box')).toHaveRole('img');
  await days.getByRole('button', { name: '用表格看：每天怎样结束' }).click();
  await expect(days.getByRole('table').getByRole('row')).toHaveCount(told.days.length + 2);
  await expect(days.locator('desk-chart')).toBeHidden();
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
  await questions.getByRole('button', { name: '没把握' }).click();
  await expect(questions.getByRole('heading', { name: '办个证明' }).or(questions.getByRole('heading', { name: '开证明' })).first()).toBeVisible();
  const means = questions.getByRole('button', { name: /^就是这个事项/ }).first();
  await expect(means).toBeVisible();
  await means.click();
  await expect(questions.getByText(/^已提出：/)).toBeVisible();
  await expect(questions.getByRole('button', { name: /已提出/ }).first()).toHaveAttribute('aria-disabled', 'true');
  await sound(page, 'dashboard-questions-desktop');
  const proposed = (await (await page.request.get('/api/v1/desk/proposals?state=open')).json()) as { proposals: { question: string }[] };
  expect(proposed.proposals.length).toBeGreaterThan(0);
  expect(errors).toEqual([]);
  await context.close();
});

/** The guides of the shipped corpus are of one place each: of what differs there is none unless it is made up, about a real item. */
async function deviating(page: Page): Promise<Differences> {
  const found = (await (await page.request.get('/api/v1/search?q=居民身份证办理')).json()) as { items: { code: string; name: string }[] };
  const [item = { code: '', name: '' }] = found.items;
  const row = (field: string, label: string, standard: string, values: string[], people: number): Difference => ({
    ...item,
    guides: 30,
    field,
    label,
    standard,
    standard_of: field === 'fees' ? null : { code: '150000', name: '内蒙古自治区' },
    variants: values.map((value, at) => ({
      value,
      count: 14 - 13 * at,
      places: [{ code: '150702', name: '呼伦贝尔市海拉尔区' }, { code: '152528', name: '锡林郭勒盟镶黄旗' }].slice(0, at > 0 ? 1 : 2),
    })),
    silent: 2,
    deviating: 15,
    people,
    compare: ['150000', '150702'],
  });
  const rows = [
    row('materials', '申请材料', '居民户口簿（原件1份）\n照片（1张）', ['居民户口簿（原件1份）\n照片（2张）\n村（居）委会证明', '身份证'], 4_210_000),
    row('promised_limit', '承诺办结时限', '20个工作日', ['15个工作日', '即时办结'], 960_000),
    row('fees', '收费', '不收费', [`${'工本费二十元，'.repeat(40)}…`], 80),
  ];
  const report = { guides: 502_000, index: '1', today: '2026-11-27', deviations: 41, faults: 3, found: 41, page: 1, more: true, rows, fault_rows: [] };
  let asked = 0;
  await page.route(/\/api\/v1\/differences\?.*kind=differs/, (route) => {
    const query = new URL(route.request().url()).searchParams;
    // The first time it is still being made.
    if (++asked === 1) return route.fulfill({ status: 202, json: { done: 300, all: 755 } });
    const of = rows.filter(({ field, name }) => (!query.get('field') || field === query.get('field')) && name.includes(query.get('q') ?? ''));
    return route.fulfill({ json: { ...report, rows: of, found: of.length && report.found, page: Number(query.get('page') ?? 1), more: of.length > 0 && query.get('page') !== '3' } });
  });
  return report;
}

test('what differs: standards, marks, places folded, side by side', async ({ browser }) => {
  const { page, errors, context } = await signIn(browser, 'boss');
  const { rows } = await deviating(page);
  await page.goto('/desk#differences');
  await expect(page.getByRole('progressbar')).toBeVisible();
  await expect(page.getByText('已比对 300 / 755 个事项')).toBeVisible();
  await expect(page.locator('desk-difference')).toHaveCount(rows.length);
  const first = page.locator('desk-difference').first();
  await expect(first.getByRole('heading')).toContainText(rows[0]?.name ?? '?');
  await expect(first.getByText('涉及约 420 万人')).toBeVisible();
  await expect(first.getByText('估算')).toBeVisible();
  await expect(first.locator('.standard')).toContainText('出自内蒙古自治区');
  await expect(page.locator('desk-difference').nth(2).locator('.standard')).toContainText('多数地方这样写');
  // What is less and what is more carries signs, and words for those who listen.
  await expect(first.locator('del').first()).toHaveText('－少了：1');
  await expect(first.locator('ins').first()).toHaveText('＋多了：2');
  await expect(page.locator('desk-difference').nth(1).getByText('和标准完全不同')).toBeVisible();
  await expect(first.locator('details').first()).not.toHaveAttribute('open');
  await first.getByText('14 地', { exact: true }).click();
  await expect(first.getByText('锡林郭勒盟镶黄旗等，还有 12 地')).toBeVisible();
  await sound(page, 'differences-desktop');

  const compare = page.getByRole('button', { name: /^并排比较/ }).first();
  await compare.click();
  await expect(page.locator('desk-compare bangban-compare-table table')).toBeVisible();
  expect(await serious(page)).toEqual([]);
  await page.screenshot({ path: 'artefacts/figures/compare-desktop.png' });
  await page.keyboard.press('Escape');
  await expect(compare).toBeFocused();
  expect(errors).toEqual([]);
  await context.close();
});

test('the report can be filtered and turned over by keyboard', async ({ browser }) => {
  const { page, errors, context } = await signIn(browser, 'boss');
  await deviating(page);
  await page.goto('/desk#differences');
  await expect(page.locator('desk-difference')).toHaveCount(3);
  await page.getByLabel('要素').selectOption({ label: '收费' });
  await expect(page).toHaveURL(/field=fees/);
  await expect(page.locator('desk-difference')).toHaveCount(1);
  await page.getByRole('link', { name: '清除筛选' }).press('Enter');
  await expect(page.locator('desk-difference')).toHaveCount(3);
  await page.getByRole('link', { name: '下一页' }).press('Enter');
  await expect(page.getByText('第 2 页，共 3 页')).toBeVisible();
  expect((await focus(page)).what).toContain('找到 41 处');
  await page.goBack();
  await expect(page.getByText('第 1 页，共 3 页')).toBeVisible();
  await page.getByLabel('事项名称').fill('绝没有这样的事项');
  await page.keyboard.press('Enter');
  await expect(page.getByText('没有找到。可以换一种问题')).toBeVisible();
  expect(errors).toEqual([]);
  await context.close();
});

test('the report of the service itself: what is wrong with guides, and the workbook', async ({ browser }) => {
  const { page, errors, context } = await signIn(browser, 'boss');
  await page.goto('/desk#differences/kind=missing');
  let faults = 0;
  for (const [kind, word] of [['缺要素', 'missing'], ['自相矛盾', 'contradiction'], ['久未更新', 'stale']] as const) {
    await page.getByRole('link', { name: kind }).click();
    await expect(page.getByRole('link', { name: kind })).toHaveAttribute('aria-current', 'true');
    const report = (await (await page.request.get(`/api/v1/differences?kind=${word}`)).json()) as Differences;
    faults += report.found;
    if (report.found === 0) await expect(page.getByText('没有找到。可以换一种问题')).toBeVisible();
    else {
      await expect(page.getByRole('table', { name: kind }).locator('tbody tr')).toHaveCount(report.fault_rows.length);
      await expect(page.getByText(`找到 ${report.found.toLocaleString('zh-CN')} 处`)).toBeVisible();
      await expect(page.getByRole('table', { name: kind })).toContainText(report.fault_rows[0]?.reason ?? '?');
    }
    await sound(page, `differences-${word}-desktop`);
  }
  expect(faults).toBeGreaterThan(0);
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: '导出 XLSX' }).click()]);
  expect(download.suggestedFilename()).toBe('同事不同标.xlsx');
  expect(readFileSync(await download.path()).subarray(0, 2).toString()).toBe('PK');
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
    await deviating(page);
    await page.goto('/desk#differences');
    await expect(page.locator('desk-difference').first()).toBeVisible();
    await sound(page, `differences-${name}`);
    await page.goto('/desk#differences/kind=missing');
    await expect(page.locator('.found')).toContainText('处');
    await sound(page, `differences-missing-${name}`);
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
  await goHome({ page, context });
});
