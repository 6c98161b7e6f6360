import { readFileSync } from 'node:fs';
import type { Browser, Locator, Page } from '@playwright/test';
import type { LookupResponse, Script } from '../src/desk/lookup-wire';
import { everything, expect, sticksOut, test } from './help';
import { serious, signIn, type Seat } from './staff';

// wang is an agent, zhao a township's helper, boss supervisor and editor, root administers.

const HAILAR = { code: '150702', name: '呼伦贝尔市海拉尔区' };
const PHONE = { width: 360, height: 740 };
const LOST = '身份证丢了';

const box = (page: Page): Locator => page.locator('.find').getByRole('combobox').last();
const hits = (page: Page): Locator => page.locator('.find').getByRole('listbox', { name: '搜索结果' }).getByRole('option');
const guide = (page: Page): Locator => page.locator('desk-staff-guide');
const title = (page: Page): Locator => guide(page).getByRole('heading', { level: 2 });
const shot = (page: Page, name: string) => page.screenshot({ path: `artefacts/lookup/${name}.png` });

/** The element with focus, through every shadow root. */
const focusAt = (page: Page): Promise<string> =>
  page.evaluate(() => {
    let at = document.activeElement;
    while (at?.shadowRoot?.activeElement) at = at.shadowRoot.activeElement;
    return `${at?.localName}#${at?.id}`;
  });

/** A seat at one of the two desks, with its place chosen. */
async function sit(browser: Browser, login: string, page: string, size?: { width: number; height: number }): Promise<Seat> {
  const seat = await signIn(browser, login, size);
  await seat.page.evaluate((place) => localStorage.setItem('bangban.desk.place', JSON.stringify(place)), HAILAR);
  await seat.page.goto(`/desk#${page}`);
  await expect(seat.page.getByRole('link', { name: page.startsWith('hotline') ? '热线台' : '基层台' })).toHaveAttribute('aria-current', 'page');
  return seat;
}

/** Looks something up and opens the first hit. */
async function open(page: Page, q: string) {
  await box(page).fill(q);
  await expect(hits(page).first()).toBeVisible();
  await page.keyboard.press('Enter');
  await expect(title(page)).toBeVisible();
}

async function leave({ errors, context }: Seat, allowed?: RegExp) {
  expect(errors.filter((one) => !allowed?.test(one))).toEqual([]);
  await context.close();
}

test('the hotline has its box under the fingers, and the guide beside the list', async ({ browser }) => {
  const seat = await sit(browser, 'wang', 'hotline');
  const { page } = seat;
  await expect.poll(() => focusAt(page)).toBe('input#q');
  const answer = page.waitForResponse((response) => response.url().includes('/desk/lookup?'));
  await page.keyboard.type(LOST);
  const { rows } = (await (await answer).json()) as LookupResponse;
  expect(rows.length).toBeGreaterThan(1);
  await expect(hits(page)).toHaveCount(rows.length);
  await expect(hits(page).first()).toContainText(rows[0]?.name ?? '?');
  await expect(hits(page).first()).toContainText(`材料 ${rows[0]?.materials}`);
  await shot(page, 'hotline-hits');

  await page.keyboard.press('ArrowDown');
  await expect(hits(page).nth(1)).toHaveAttribute('aria-selected', 'true');
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('Enter');
  await expect(title(page)).toContainText(rows[0]?.name ?? '?');
  await expect(hits(page), 'the list stays').toHaveCount(rows.length);

  // A glance at the next one leaves what is being read.
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Space');
  await expect(page.getByRole('region', { name: '预览' })).toContainText(rows[1]?.name ?? '?');
  await expect(title(page)).toContainText(rows[0]?.name ?? '?');
  await page.keyboard.press('Space');
  await expect(page.getByRole('region', { name: '预览' })).toHaveCount(0);

  await page.keyboard.press('?');
  await expect(page.getByRole('cell', { name: '复制口播稿' })).toBeVisible();
  await page.keyboard.press('Escape');
  await page.keyboard.press('Escape');
  await expect.poll(() => focusAt(page)).toBe('input#q');
  expect(await serious(page)).toEqual([]);
  expect(await sticksOut(page)).toEqual([]);
  await shot(page, 'hotline-guide');
  await leave(seat);
});

test('what is said and what is sent is copied with one key, from the guide', async ({ browser }) => {
  const seat = await sit(browser, 'wang', 'hotline');
  const { page } = seat;
  await open(page, LOST);
  const told = page.waitForResponse((response) => response.url().includes('/script?'));
  await page.keyboard.press('c');
  const { lines } = (await (await told).json()) as Script;
  expect(lines.length).toBeGreaterThan(0);
  await expect(page.getByText(/^已复制口播稿/)).toBeVisible();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(lines.map(({ text }) => text).join('\n'));

  await page.keyboard.press('s');
  await expect(page.getByText(/^已复制链接和材料清单/)).toBeVisible();
  const message = await page.evaluate(() => navigator.clipboard.readText());
  const names = await guide(page).locator('.material .name').allTextContents();
  for (const name of names) expect(message).toContain(name);
  const link = /https?:\/\/\S+/.exec(message)?.[0] ?? '';
  expect(new URL(link).searchParams.get('region')).toBe(HAILAR.code);

  // Switched off, the letters do nothing.
  await page.getByRole('button', { name: '提醒和快捷键' }).click();
  await page.getByLabel('单键快捷键').uncheck();
  await page.keyboard.press('Escape');
  await page.evaluate(() => navigator.clipboard.writeText('x'));
  await page.keyboard.press('c');
  await page.waitForTimeout(300);
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe('x');
  await leave(seat);
});

test('half-typed pinyin is not looked up, and the last answer wins', async ({ browser }) => {
  const seat = await sit(browser, 'wang', 'hotline');
  const { page } = seat;
  const asked: string[] = [];
  page.on('request', (request) => {
    const url = new URL(request.url());
    if (url.pathname.endsWith('/desk/lookup')) asked.push(url.searchParams.get('q') ?? '');
  });
  await box(page).evaluate((input: HTMLInputElement) => {
    const compose = (type: string, data: string) => input.dispatchEvent(new CompositionEvent(type, { data, bubbles: true, composed: true }));
    compose('compositionstart', '');
    for (const value of ['h', 'hu', 'huk', 'hu kou']) {
      input.value = value;
      input.dispatchEvent(new InputEvent('input', { data: value, isComposing: true, bubbles: true, composed: true }));
    }
    input.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', keyCode: 229, isComposing: true, bubbles: true, composed: true }));
  });
  await page.waitForTimeout(500);
  expect(asked).toEqual([]);
  await expect(guide(page)).toHaveCount(0);
  await box(page).evaluate((input: HTMLInputElement) => {
    input.value = '户口';
    input.dispatchEvent(new CompositionEvent('compositionend', { data: '户口', bubbles: true, composed: true }));
  });
  await expect(hits(page).first()).toBeVisible();
  expect(asked).toEqual(['户口']);

  let held: (() => void) | undefined;
  await page.route('**/desk/lookup?**', async (route) => {
    if (new URL(route.request().url()).searchParams.get('q') === '护照') await new Promise<void>((resolve) => (held = resolve));
    await route.continue().catch(() => {});
  });
  await box(page).fill('护照');
  await expect.poll(() => held !== undefined).toBe(true);
  await box(page).fill(LOST);
  await expect(hits(page).first()).toContainText('身份证');
  held?.();
  await page.waitForTimeout(500);
  await expect(hits(page).first()).toContainText('身份证');
  await page.unroute('**/desk/lookup?**');
  await leave(seat);
});

test('what to ask next narrows the hits, or opens the one item that the answer means', async ({ browser }) => {
  const seat = await sit(browser, 'wang', 'hotline');
  const { page } = seat;
  // Which question comes depends on the index; the answers here are given to real hits.
  let rows: LookupResponse['rows'] = [];
  await page.route('**/desk/lookup?**', async (route) => {
    const response = await route.fetch();
    const reply = (await response.json()) as LookupResponse;
    rows = reply.rows;
    const [, second, third] = rows;
    if (!second || !third) throw new Error('too few hits');
    const options = [
      { label: '两件中的一件', code: null, business_item: null, codes: [second.code, third.code] },
      { label: '就是这件', code: third.code, business_item: null, codes: [third.code] },
    ];
    await route.fulfill({ response, json: { ...reply, ask: { text: '要办的是哪一件？', options } } });
  });
  await box(page).fill(LOST);
  const asked = page.getByRole('group', { name: '下一句问来电人' });
  await expect(asked).toContainText('问：要办的是哪一件？');
  await asked.getByRole('button', { name: '两件中的一件' }).click();
  const left = rows.filter(({ code }) => [rows[1]?.code, rows[2]?.code].includes(code));
  await expect(hits(page)).toHaveCount(left.length);
  await asked.getByRole('button', { name: '看全部结果' }).click();
  await expect(hits(page)).toHaveCount(rows.length);
  await asked.getByRole('button', { name: '就是这件' }).click();
  await expect(title(page)).toContainText(rows[2]?.name ?? '?');
  await page.unroute('**/desk/lookup?**');
  await leave(seat);
});

test('the caller’s place is typed once and stays', async ({ browser }) => {
  const seat = await sit(browser, 'wang', 'hotline');
  const { page } = seat;
  await page.getByRole('button', { name: /来电地区：呼伦贝尔市海拉尔区/ }).click();
  await page.getByRole('combobox', { name: '输入旗县或盟市名' }).fill('镶黄');
  await expect(page.getByRole('option', { name: /镶黄旗/ })).toBeVisible();
  const moved = page.waitForRequest((request) => request.url().includes('region=152528'));
  await page.keyboard.press('Enter');
  await box(page).fill(LOST);
  await moved;
  await page.reload();
  await expect(page.getByRole('button', { name: /来电地区：.*镶黄旗/ })).toBeVisible();
  await leave(seat);
});

test('what only the text of a guide says is found, too, and opens for its own place', async ({ browser }) => {
  const seat = await sit(browser, 'wang', 'hotline');
  const { page } = seat;
  await page.getByText('在各地指南全文里找').click();
  const search = page.getByRole('search', { name: '在各地指南全文里找' });
  await search.getByLabel('指南里的词（地址、材料、条件……）').fill('遗失声明');
  await search.getByRole('button', { name: '查找' }).click();
  const everywhere = page.getByRole('button', { name: '不限地区再找一次' });
  const first = page.locator('desk-full-text li button').first();
  await expect(everywhere.or(first)).toBeVisible();
  if (await everywhere.isVisible()) await everywhere.click();
  await expect(first).toBeVisible();
  const name = (await first.textContent()) ?? '';
  await first.click();
  await expect(title(page)).toContainText(name);
  await expect(page.getByText(/地区已改为内蒙古自治区/)).toBeVisible();
  await expect(page.getByRole('button', { name: /来电地区：内蒙古自治区/ })).toBeVisible();
  await leave(seat);
});

test('what the caller says is looked up beside the guide, masked, without moving anything', async ({ browser }) => {
  const seat = await sit(browser, 'wang', 'hotline');
  const { page } = seat;
  const asked: string[] = [];
  page.on('request', (request) => asked.push(decodeURIComponent(request.url()) + (request.postData() ?? '')));
  await open(page, LOST);
  const before = await title(page).textContent();
  const words = page.getByLabel('粘贴或输入来电人的话');
  await words.fill('我电话13800138000，家里老人八十多了，高龄补贴在哪里领？');
  await words.press('Enter');
  const strip = page.getByRole('group', { name: '自动找到' });
  await expect(strip.getByRole('button').first()).toBeVisible();
  expect(await title(page).textContent()).toBe(before);
  expect(await focusAt(page)).toBe('textarea#words');
  await expect(page.getByRole('region', { name: '来电人说的话' })).toContainText('138******00');
  await expect(page.locator('body')).not.toContainText('13800138000');
  await shot(page, 'hotline-transcript');

  // A feed comes in the same way; what somebody points at stays where it is until he goes on.
  const shown = await strip.getByRole('button').allTextContents();
  await strip.getByRole('button').first().hover();
  await page.locator('desk-transcript').evaluate((strip: HTMLElement & { hear?: (texts: string[]) => void }) => strip.hear?.(['另外我孙子要上户口。', '怎么办呢？']));
  await expect(page.getByText('有更新的结果，移开后显示')).toBeVisible();
  expect(await strip.getByRole('button').allTextContents()).toEqual(shown);
  await box(page).hover();
  await expect.poll(() => strip.getByRole('button').allTextContents()).not.toEqual(shown);
  expect(await title(page).textContent()).toBe(before);

  // Kept with three presses, and never in clear.
  await page.getByRole('button', { name: '未解决' }).click();
  await page.getByRole('button', { name: '没找到' }).click();
  await page.getByRole('button', { name: '保存收尾' }).click();
  await expect(page.getByText(/^已记录/)).toBeVisible();
  await expect(guide(page)).toHaveCount(0);
  await expect.poll(() => focusAt(page)).toBe('input#q');
  expect(asked.filter((one) => one.includes('13800138000'))).toEqual([]);
  expect(asked.some((one) => one.includes('/wrapups') && one.includes('"gap":"not_found"'))).toBe(true);
  await leave(seat);

  const boss = await signIn(browser, 'boss');
  await boss.page.goto('/desk#faults');
  await expect(boss.page.getByRole('cell', { name: /孙子要上户口|怎么办呢/ }).first()).toBeVisible();
  expect(await serious(boss.page)).toEqual([]);
  await leave(boss);
});

test('a notice is pinned for a time, seen by agents, and withdrawn', async ({ browser }) => {
  const text = `试验通知 ${Date.now()}：系统维护`;
  const boss = await sit(browser, 'boss', 'hotline');
  await boss.page.getByRole('button', { name: '发布置顶通知' }).click();
  await boss.page.getByLabel(/^通知内容/).fill(text);
  await boss.page.getByRole('button', { name: '4 小时' }).click();
  await boss.page.getByLabel('全区').check();
  await boss.page.getByRole('button', { name: '发布', exact: true }).click();
  await expect(boss.page.getByText(text)).toBeVisible();

  const wang = await sit(browser, 'wang', 'hotline');
  await expect(wang.page.getByText(text)).toBeVisible();
  await expect(wang.page.getByRole('button', { name: '发布置顶通知' })).toHaveCount(0);
  await leave(wang);

  boss.page.once('dialog', (dialog) => dialog.accept());
  await boss.page.getByRole('button', { name: `撤回：${text}` }).click();
  await expect(boss.page.getByText(text)).toHaveCount(0);
  await leave(boss);
});

test('a township reads why each material is needed, whether it can go in another’s stead, and how places differ', async ({ browser }) => {
  const seat = await sit(browser, 'zhao', 'township');
  const { page } = seat;
  await open(page, '高龄津贴');
  const first = guide(page).locator('.material').first();
  await expect(first.getByText('为什么要')).toBeVisible();
  await expect(first.getByText('要求依据')).toBeVisible();
  for (const why of await guide(page).locator('.why dd').all()) expect((await why.textContent())?.trim()).not.toBe('');

  await page.getByRole('button', { name: '能代办吗' }).click();
  await expect(page.getByRole('region', { name: '能代办吗' }).getByText(/可以代办|不可以代办|能否代办：指南未载明/)).toBeVisible();
  await page.getByRole('button', { name: '各地对比' }).click();
  await page.getByRole('button', { name: '加一个地区' }).click();
  await page.getByRole('dialog').getByLabel('盟市').selectOption({ label: '锡林郭勒盟' });
  await page.getByRole('dialog').getByRole('button', { name: '确定' }).click();
  await page.getByRole('button', { name: '开始对比' }).click();
  await expect(page.getByRole('table')).toBeVisible();
  await expect(page.getByLabel('只看差异')).toBeVisible();
  expect(await serious(page)).toEqual([]);
  await shot(page, 'township-compare');
  await leave(seat);
});

test('a cell that differs says so by a word and a sign', async ({ browser }) => {
  const seat = await sit(browser, 'zhao', 'township');
  const { page } = seat;
  // The shipped guides hold for the whole region, so one real answer is changed in one cell on its way.
  await page.route('**/compare?**', async (route) => {
    const response = await route.fetch();
    const reply = await response.json();
    reply.rows[0].values = reply.rows[0].values.map((value: string | null, at: number) => (at === 1 ? '另一个值' : value));
    reply.rows[0].differs = true;
    await route.fulfill({ response, json: reply });
  });
  await open(page, LOST);
  await page.getByRole('button', { name: '各地对比' }).click();
  await page.getByRole('button', { name: '加一个地区' }).click();
  await page.getByRole('dialog').getByLabel('盟市').selectOption({ label: '锡林郭勒盟' });
  await page.getByRole('dialog').getByRole('button', { name: '确定' }).click();
  await page.getByRole('button', { name: '开始对比' }).click();
  await expect(page.getByRole('cell', { name: '另一个值' })).toContainText('≠ 不同');
  await page.getByLabel('只看差异').check();
  await expect(page.getByRole('table').getByRole('rowheader')).toHaveCount(1);
  await page.unroute('**/compare?**');
  await leave(seat);
});

test('a wrong field is reported, settled, and whoever reported it sees what became of it', async ({ browser }) => {
  const wrong = `试验报错 ${Date.now()}`;
  const zhao = await sit(browser, 'zhao', 'township');
  await open(zhao.page, LOST);
  await guide(zhao.page).getByRole('button', { name: /^指南报错/ }).first().click();
  await zhao.page.getByRole('button', { name: '提交报错' }).click();
  await expect(zhao.page.getByText('请写哪里不对')).toBeVisible();
  await zhao.page.getByLabel('哪里不对').fill(wrong);
  await zhao.page.getByRole('button', { name: '提交报错' }).click();
  await expect(zhao.page.getByText(/^报错已提交/)).toBeVisible();
  await zhao.page.getByRole('link', { name: '我的报错' }).click();
  await expect(zhao.page.getByRole('row').filter({ hasText: wrong })).toContainText('待处理');

  const boss = await signIn(browser, 'boss');
  await boss.page.goto('/desk#faults');
  await boss.page.getByRole('row').filter({ hasText: wrong }).getByRole('button').click();
  await boss.page.getByLabel('结果').selectOption({ label: '已更正' });
  await boss.page.getByLabel('处理说明').fill('下一版更正');
  await boss.page.getByRole('button', { name: '保存', exact: true }).click();
  await expect(boss.page.getByRole('row').filter({ hasText: wrong })).toHaveCount(0);
  await leave(boss);

  await zhao.page.reload();
  await expect(zhao.page.getByRole('row').filter({ hasText: wrong })).toContainText('已更正');
  await expect(zhao.page.getByRole('row').filter({ hasText: wrong })).toContainText('下一版更正');
  await leave(zhao);
});

test('the sheet for one item has boxes, what is missing, and where it was read', async ({ browser }) => {
  const seat = await sit(browser, 'zhao', 'township');
  const { page } = seat;
  await open(page, '高龄津贴');
  await page.getByRole('button', { name: '一次性告知单' }).click();
  const boxes = page.locator('desk-notice-sheet').getByRole('checkbox');
  const n = await boxes.count();
  expect(n).toBeGreaterThan(1);
  const names = await guide(page).locator('.material .name').allTextContents();
  await boxes.first().check();
  await shot(page, 'township-sheet');
  await page.emulateMedia({ media: 'print' });
  const paper = page.locator('desk-notice-sheet .paper');
  await expect(paper.getByRole('heading', { name: '一次性告知单' })).toBeVisible();
  await expect(paper.locator('td.box')).toHaveCount(2 * n);
  await expect(paper.locator('td.box').first()).toHaveText('☑');
  for (const name of names) await expect(paper).toContainText(name);
  for (const what of ['还缺的材料', '咨询电话', '日期：', '版本', '实施主体']) await expect(paper).toContainText(what);
  const chrome = await page.evaluate(`${everything}.filter((element) => element.matches('button, input, nav, select, summary, header')).map((element) => element.localName + ' ' + element.textContent.trim().slice(0, 20))`);
  expect(chrome, 'nothing of the screen').toEqual([]);
  await shot(page, 'township-sheet-paper');
  await leave(seat);
});

test('a family’s items become one list, with who needs what', async ({ browser }) => {
  const seat = await sit(browser, 'zhao', 'township/visit');
  const { page } = seat;
  const visit = page.locator('desk-visit');
  for (const [who, q] of [['爷爷', '高龄津贴'], ['奶奶', '高龄津贴'], ['孩子', '出生登记']] as const) {
    await page.getByRole('button', { name: who, exact: true }).click();
    await visit.getByRole('combobox', { name: '要办的事项' }).fill(q);
    await expect(visit.getByRole('listbox').getByRole('option').first()).toBeVisible();
    await page.keyboard.press('Enter');
    await expect(visit.getByText(`已加上：${who}`)).toBeVisible();
  }
  const rows = visit.getByRole('region', { name: /^合在一起的材料/ }).getByRole('table').first().locator('tbody tr');
  const shared = rows.filter({ hasText: '爷爷' }).filter({ hasText: '奶奶' });
  await expect(shared.first()).toBeVisible();
  const names = await rows.getByRole('rowheader').allTextContents();
  expect(names.length).toBeGreaterThan(3);
  expect(await serious(page)).toEqual([]);
  await shot(page, 'township-visit');
  await page.emulateMedia({ media: 'print' });
  await expect(visit.locator('.paper td.box')).toHaveCount(names.length);
  await expect(visit.getByRole('heading', { name: '办事材料合并清单' })).toBeVisible();
  await page.emulateMedia({ media: 'screen' });
  await visit.getByRole('button', { name: /^删除：孩子/ }).click();
  await expect(visit.getByText('这次要办的 2 件')).toBeVisible();
  await leave(seat);
});

test('a pack serves without a network, says so, and tells what has become old', async ({ browser }) => {
  const seat = await sit(browser, 'zhao', 'township/pack');
  const { page, context } = seat;
  await page.getByRole('button', { name: /^存 .*离线包$/ }).click();
  await expect(page.getByText(/^已存 \d+ 条指南/)).toBeVisible({ timeout: 60_000 });
  await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
  await expect.poll(() => page.evaluate(async () => (await caches.match('/desk')) !== undefined)).toBe(true);
  await page.getByText(/^看这 \d+ 条指南/).click();
  const name = (await page.locator('desk-pack .items button').first().textContent())?.trim() ?? '';
  expect(name).not.toBe('');

  await context.setOffline(true);
  await page.goto('/desk#township');
  await page.reload();
  await expect(page.getByText(/没有网络，正在用 .*离线包/)).toBeVisible();
  await open(page, name);
  await expect(title(page)).toContainText(name);
  await expect(page.getByText(/^来自离线包/)).toBeVisible();
  await expect(guide(page).getByRole('button', { name: /^指南报错/ })).toHaveCount(0);
  expect(await serious(page)).toEqual([]);
  await shot(page, 'township-offline');

  // Back again: the service has another version of the first guide.
  await context.route('**/desk/pack?**', async (route) => {
    const headers = { ...route.request().headers() };
    delete headers['if-none-match'];
    const response = await route.fetch({ headers });
    const pack = await response.json();
    pack.items[0].card.version = 'v-next';
    await route.fulfill({ response, json: pack, headers: { ...response.headers(), etag: '"next"' } });
  });
  await context.setOffline(false);
  await expect(page.getByRole('button', { name: '退出登录' })).toBeVisible({ timeout: 40_000 });
  await expect(page.getByText(/有 1 条指南变了/)).toBeVisible();
  await page.getByRole('link', { name: '看是哪几条' }).click();
  await page.getByRole('button', { name: '知道了，不再标旧' }).click();
  await expect(page.getByText(/条指南变了/)).toHaveCount(0);
  await context.unroute('**/desk/pack?**');
  await leave(seat, /ERR_INTERNET_DISCONNECTED|Failed to load resource/);
});

test('the pack can be installed', async ({ request }) => {
  const page = await (await request.get('/desk')).text();
  expect(page).toContain('rel="manifest" href="/desk.webmanifest"');
  const manifest = await request.get('/desk.webmanifest');
  expect(manifest.headers()['content-type']).toContain('json');
  expect(await manifest.json()).toMatchObject({ scope: '/desk', display: 'standalone' });
  const worker = await request.get('/desk-sw.js');
  expect(worker.headers()['content-type']).toContain('javascript');
  expect(worker.headers()['cache-control']).not.toContain('immutable');
  expect(await worker.text()).toBe(readFileSync(new URL('../public/desk-sw.js', import.meta.url), 'utf8'));
});

for (const [name, size] of [['a phone', PHONE], ['a desktop at 400 %', { width: 320, height: 640 }]] as const) {
  test(`on ${name} both desks fit and have no serious fault`, async ({ browser }) => {
    const seat = await sit(browser, 'wang', 'hotline', size);
    const { page } = seat;
    await open(page, LOST);
    await page.keyboard.press('Escape');
    expect(await sticksOut(page)).toEqual([]);
    expect(await serious(page)).toEqual([]);
    await shot(page, `hotline-${size.width}`);
    await page.goto('/desk#township');
    await open(page, '高龄津贴');
    for (const side of ['能代办吗', '一次性告知单', '各地对比']) {
      await page.getByRole('button', { name: side, exact: true }).click();
      expect(await sticksOut(page), side).toEqual([]);
    }
    expect(await serious(page)).toEqual([]);
    await page.getByRole('button', { name: '加到一家人清单' }).click();
    await expect(page.getByText('这次要办的 1 件')).toBeVisible();
    expect(await sticksOut(page)).toEqual([]);
    await shot(page, `township-${size.width}`);
    for (const view of ['reports', 'pack']) {
      await page.goto(`/desk#township/${view}`);
      await page.waitForTimeout(300);
      expect(await sticksOut(page), view).toEqual([]);
      expect(await serious(page), view).toEqual([]);
    }
    await leave(seat);
  });
}

test('who may not look things up sees neither desk, and is refused', async ({ browser }) => {
  const { page, context } = await signIn(browser, 'root');
  await expect(page.getByRole('link', { name: '热线台' })).toHaveCount(0);
  await expect(page.getByRole('link', { name: '基层台' })).toHaveCount(0);
  for (const path of ['/desk/lookup?q=身份证', '/reports?mine=true', `/desk/pack?region=${HAILAR.code}`]) {
    expect((await page.request.get(`/api/v1${encodeURI(path)}`)).status(), path).toBe(403);
  }
  await context.close();
  const zhao = await signIn(browser, 'zhao');
  await expect(zhao.page.getByRole('link', { name: '接待' })).toHaveCount(0);
  await expect(zhao.page.getByRole('link', { name: '报错和缺口' })).toHaveCount(0);
  expect((await zhao.page.request.get('/api/v1/wrapups?gap=wrong&page=1')).status()).toBe(403);
  await zhao.context.close();
});
