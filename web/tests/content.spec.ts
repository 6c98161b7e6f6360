import { readFileSync } from 'node:fs';
import type { Browser, Locator, Page } from '@playwright/test';
import type { Content } from '../src/desk/api-content';
import type { ProblemShape } from '../src/wire';
import { answer, answered, converse, expect, focus, openCard, press, sticksOut, test, open } from './help';
import { goHome, serious, signIn, type Seat } from './staff';

// boss and qian are editors, wang is an agent, zhao a township's helper, sun an analyst.

const PHONE = { width: 360, height: 740 };
const HAILAR = { code: '150702', name: '呼伦贝尔市海拉尔区' };
const XIANGHUANG = '152528';

/** Nobody says this, and no guide has it. */
const tag = Date.now().toString(36).replace(/\d/g, (digit) => 'ghjkmnpqrs'[Number(digit)] ?? '');
const NAME = `${tag}咕噜`;
const WORD = `${tag}本本`;

const rows = (page: Page): Locator => page.locator('desk-content tbody tr').filter({ has: page.locator('.tag') });
const row = (page: Page, text: string): Locator => rows(page).filter({ hasText: text });
const dialog = (page: Page, name: string): Locator => page.getByRole('dialog', { name, exact: true });
/** What stands in it, which is no part of the dialog itself. */
const inside = (page: Page, name: string): Locator => page.locator('bangban-modal').filter({ has: dialog(page, name) });
const choice = (page: Page, group: string, name: string): Locator => page.getByRole('group', { name: group, exact: true }).getByRole('button', { name, exact: true });
const shot = (page: Page, name: string) => page.screenshot({ path: `artefacts/content/${name}.png` });

async function sit(browser: Browser, login: string, size?: { width: number; height: number }): Promise<Seat> {
  const seat = await signIn(browser, login, size);
  await seat.page.goto('/desk#content');
  await expect(seat.page.getByRole('heading', { name: '内容', level: 2 })).toBeVisible();
  return seat;
}

async function leave(seat: Seat, allowed?: RegExp) {
  expect(seat.errors.filter((one) => !allowed?.test(one))).toEqual([]);
  await goHome(seat);
}

/** Everyday as somebody writes it: the form, opened and closed. */
async function writeName(page: Page, name: string) {
  await page.getByRole('button', { name: '写一条日常叫法' }).click();
  await page.getByRole('button', { name: '找事项' }).click();
  await page.getByRole('combobox', { name: '事项名称或要办的事' }).fill('高龄津贴');
  await expect(page.getByRole('option').first()).toBeVisible();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('button', { name: '换一个事项' })).toBeVisible();
  await page.getByLabel('大家怎么叫它').fill(name);
  await page.keyboard.press('Enter');
  await expect(dialog(page, '写一条日常叫法')).toBeHidden();
}

/** Asks the service as the page would, without its buttons. */
async function post(page: Page, path: string, body: object = {}): Promise<{ status: number; body: unknown }> {
  return page.evaluate(
    async ([address, text]) => {
      const response = await fetch(address, { method: 'POST', body: text, headers: { 'Content-Type': 'application/json' } });
      return { status: response.status, body: (await response.json()) as unknown };
    },
    [`/api/v1/content${path}`, JSON.stringify(body)] as const,
  );
}

/** Writes a change without the form. */
async function written(page: Page, change: object): Promise<Content> {
  const { status, body } = await post(page, '', change);
  expect(status, JSON.stringify(body)).toBe(201);
  return body as Content;
}

/** A date so many days from now. */
function ahead(days: number): string {
  return new Date(Date.now() + days * 86_400_000).toLocaleDateString('en-CA', { timeZone: 'Asia/Shanghai' });
}

test('one editor writes a name, another one sees what it changes, publishes it and takes it back', async ({ browser, request }) => {
  const before = await converse(request, [NAME]);
  expect(before.status).not.toBe('answered');

  const boss = await sit(browser, 'boss');
  const { page } = boss;
  await page.getByRole('button', { name: '写一条日常叫法' }).click();
  await page.getByRole('button', { name: '提交待审' }).click();
  await expect(page.getByText('请先找一个事项')).toBeVisible();
  expect((await focus(page)).what).toContain('找事项');
  await shot(page, 'form-name-wrong');
  await page.keyboard.press('Escape');
  await writeName(page, NAME);
  await expect(page.getByText(`已提交，等别人发布：“${NAME}”`)).toBeVisible();
  expect((await focus(page)).what).toContain('这会改变什么');
  await expect(row(page, NAME).getByText('您写的，要由别人发布')).toBeVisible();
  await expect(row(page, NAME).getByRole('button', { name: /^发布/ })).toHaveCount(0);
  expect(await serious(page)).toEqual([]);
  expect(await sticksOut(page)).toEqual([]);
  await shot(page, 'list');

  const qian = await sit(browser, 'qian');
  await row(qian.page, NAME).getByRole('button', { name: /^这会改变什么/ }).click();
  const look = inside(qian.page, '这会改变什么');
  await expect(look.getByText(/^试了 \d+ 个不同的问题，\d+ 个结果会变/)).toBeVisible({ timeout: 110_000 });
  const changed = look.locator('tbody tr').filter({ hasText: NAME });
  await expect(changed).toHaveCount(1);
  await expect(changed.getByRole('cell').nth(1)).toContainText(/直接答上|反问一句/);
  expect(await serious(qian.page)).toEqual([]);
  await shot(qian.page, 'preview');
  await look.getByRole('button', { name: '发布', exact: true }).click();
  await expect(dialog(qian.page, '这会改变什么')).toBeHidden();
  await expect(qian.page.getByText(`已发布：“${NAME}”`)).toBeVisible();
  expect((await focus(qian.page)).what).toContain('内容');
  const then = await converse(request, [NAME]);
  expect(['answered', 'clarify']).toContain(then.status);

  await choice(qian.page, '显示', '已发布').click();
  const one = row(qian.page, NAME);
  await expect(one).toContainText('工号 0001');
  await expect(one).toContainText('工号 0002');
  await one.getByRole('button', { name: /^撤回/ }).click();
  const sure = inside(qian.page, '撤回这一条吗？');
  await expect(sure.getByText('这条正在使用')).toBeVisible();
  expect((await focus(qian.page)).what).toContain('不撤回');
  await shot(qian.page, 'withdraw');
  await qian.page.keyboard.press('Escape');
  await expect(one).toBeVisible();
  await one.getByRole('button', { name: /^撤回/ }).click();
  await sure.getByRole('button', { name: '撤回', exact: true }).click();
  await expect(qian.page.getByText(`已撤回：“${NAME}”`)).toBeVisible();
  await expect(one).toHaveCount(0);
  expect((await converse(request, [NAME])).status).toBe(before.status);
  await choice(qian.page, '显示', '历史（全部）').click();
  await expect(one).toContainText('已撤回');
  await leave(boss);
  await leave(qian);
});

test('everyday words are written by an agent, who decides on nothing and can take his own back', async ({ browser }) => {
  const seat = await sit(browser, 'wang');
  const { page } = seat;
  await page.getByRole('button', { name: '写一条日常词' }).click();
  await page.getByLabel('口语里的词').fill(WORD);
  await page.getByLabel('指南里的词').fill('，');
  await page.keyboard.press('Enter');
  await expect(page.getByText('请写 1 到 8 个指南里的词')).toBeVisible();
  expect((await focus(page)).what).toContain('input');
  await page.getByLabel('指南里的词').fill(`户口簿，${WORD}`);
  await page.keyboard.press('Enter');
  await expect(page.getByText('口语里的词和指南里的词一样')).toBeVisible();
  await page.getByLabel('指南里的词').fill('户口簿, 居民户口簿');
  await expect(page.getByText(`问“${WORD}”时，也按“户口簿、居民户口簿”找。`)).toBeVisible();
  await shot(page, 'form-word');
  await page.keyboard.press('Enter');
  await expect(row(page, WORD)).toContainText('户口簿、居民户口簿');
  await expect(page.getByRole('button', { name: /^发布/ })).toHaveCount(0);
  await row(page, WORD).getByRole('button', { name: /^撤回/ }).click();
  await expect(page.getByText('撤回后这条就作废了')).toBeVisible();
  await inside(page, '撤回这一条吗？').getByRole('button', { name: '撤回', exact: true }).click();
  await expect(page.getByText(`已撤回：“${WORD}”`)).toBeVisible();
  await choice(page, '显示', '已撤回').click();
  await choice(page, '种类', '日常词').click();
  await expect(row(page, WORD)).toBeVisible();
  await choice(page, '种类', '工作时间').click();
  await expect(row(page, WORD)).toHaveCount(0);
  await leave(seat);
});

test('hours are seen as a week before they are sent, and as days before they are published', async ({ browser }) => {
  const boss = await sit(browser, 'boss');
  const { page } = boss;
  await page.getByRole('button', { name: '写一条工作时间' }).click();
  const form = inside(page, '写一条工作时间');
  const part = (n: number, name: string) => form.getByRole('group', { name: `第 ${n} 段` }).getByLabel(name);
  await part(1, '从').fill('08:15');
  await part(1, '到').fill('12:00');
  await form.getByRole('button', { name: '加一段' }).click();
  await expect(part(2, '从')).toBeFocused();
  await part(2, '从').fill('11:30');
  await part(2, '到').fill('17:45');
  await form.getByRole('button', { name: '提交待审' }).click();
  await expect(form.getByText('时段有重叠')).toBeVisible();
  await part(2, '从').fill('13:30');
  await expect(form.getByText('时段有重叠')).toHaveCount(0);
  await expect(form.getByRole('row', { name: /星期一/ })).toContainText('08:15–12:00、13:30–17:45');
  await expect(form.getByRole('row', { name: /星期六/ })).toContainText('休息');
  expect(await serious(page)).toEqual([]);
  await shot(page, 'form-hours');
  await form.getByRole('button', { name: '提交待审' }).click();
  await expect(row(page, '08:15–12:00、13:30–17:45')).toBeVisible();

  const qian = await sit(browser, 'qian');
  await row(qian.page, '08:15–12:00').getByRole('button', { name: /^这会改变什么/ }).click();
  const look = inside(qian.page, '这会改变什么');
  await expect(look.getByText(/^今后 60 天里，\d+ 天的时间会变/)).toBeVisible();
  await expect(look.locator('tbody tr').first()).toContainText('08:15–12:00、13:30–17:45');
  await shot(qian.page, 'preview-hours');
  await look.getByRole('button', { name: '退回' }).click();
  await expect(qian.page.getByText('已退回：工作日 08:15')).toBeVisible();
  await leave(boss);
  await leave(qian);
});

test('a day off is named with its weekday; published by somebody else it counts until it is taken back', async ({ browser }) => {
  const boss = await sit(browser, 'boss');
  const { page } = boss;
  const day = [33, 34, 35, 36].map(ahead).find((one) => new Date(`${one}T00:00:00Z`).getUTCDay() % 6 !== 0) ?? '';
  await page.getByRole('button', { name: '写一条放假和调休' }).click();
  const form = inside(page, '写一条放假和调休');
  await form.getByLabel('哪一天').fill(day);
  await expect(form.getByText(/这天是星期.，平时上班/)).toBeVisible();
  await form.getByRole('button', { name: '提交待审' }).click();
  await expect(form.getByText('请选放假还是上班')).toBeVisible();
  await form.getByRole('radio', { name: '放假' }).check();
  await form.getByLabel('原因').fill(`${tag}供暖检修`);
  await shot(page, 'form-day');
  await form.getByRole('button', { name: '提交待审' }).click();
  await expect(row(page, `${tag}供暖检修`)).toContainText(`${day}（`);

  const qian = await sit(browser, 'qian');
  await row(qian.page, `${tag}供暖检修`).getByRole('button', { name: /^这会改变什么/ }).click();
  // Where no hours are set, a day off closes nothing, and that is said.
  await expect(inside(qian.page, '这会改变什么').getByText(/^今后 60 天/)).toBeVisible();
  await qian.page.keyboard.press('Escape');
  await row(qian.page, `${tag}供暖检修`).getByRole('button', { name: /^发布/ }).click();
  await expect(qian.page.getByText(`已发布：${day}`)).toBeVisible();
  await choice(qian.page, '显示', '已发布').click();
  await row(qian.page, `${tag}供暖检修`).getByRole('button', { name: /^撤回/ }).click();
  await inside(qian.page, '撤回这一条吗？').getByRole('button', { name: '撤回', exact: true }).click();
  await expect(qian.page.getByText(`已撤回：${day}`)).toBeVisible();
  await leave(boss);
  await leave(qian);
});

test('what the service refuses is said in its words: one\'s own, and what was decided meanwhile', async ({ browser }) => {
  const boss = await signIn(browser, 'boss');
  const qian = await signIn(browser, 'qian');
  const own = await written(qian.page, { kind: 'synonym', said: `${WORD}甲`, means: ['户口簿'] });
  // The list takes it for somebody else's: the service knows better.
  await qian.context.route('**/api/v1/content?**', async (route) => {
    const response = await route.fetch();
    const body = (await response.json()) as { changes: Content[] };
    await route.fulfill({ response, json: { changes: body.changes.map((one) => ({ ...one, by: '9999' })) } });
  });
  await qian.page.goto('/desk#content');
  const refused = await post(qian.page, `/${own.id}/publish`);
  expect(refused.status).toBe(403);
  const { type, detail } = refused.body as ProblemShape;
  expect(type).toBe('/problems/four-eyes');
  expect(detail, 'here things are published').toContain('由自己发布');
  await row(qian.page, `${WORD}甲`).getByRole('button', { name: /^发布/ }).click();
  await expect(qian.page.getByRole('alert').filter({ hasText: detail })).toBeVisible();
  await shot(qian.page, 'four-eyes');
  await qian.context.unroute('**/api/v1/content?**');

  await boss.page.goto('/desk#content');
  await expect(row(boss.page, `${WORD}甲`)).toBeVisible();
  expect((await post(qian.page, `/${own.id}/withdraw`)).status).toBe(200);
  await row(boss.page, `${WORD}甲`).getByRole('button', { name: /^退回/ }).click();
  await expect(boss.page.getByText('这项变更已撤回')).toBeVisible();
  await expect(row(boss.page, `${WORD}甲`)).toHaveCount(0);
  await leave(boss);
  await leave(qian, /403|409/);
});

test('while it is tried out the progress is told; closing the window ends the asking', async ({ browser }) => {
  const qian = await signIn(browser, 'qian');
  const boss = await signIn(browser, 'boss');
  const one = await written(boss.page, { kind: 'synonym', said: `${WORD}乙`, means: ['户口簿'] });
  let times = 0;
  await qian.context.route('**/preview', (route) => {
    times++;
    return route.fulfill({ status: 202, json: { done: times * 40 } });
  });
  await qian.page.goto('/desk#content');
  await row(qian.page, `${WORD}乙`).getByRole('button', { name: /^这会改变什么/ }).click();
  await expect(qian.page.getByText('已试 80 个问题')).toBeVisible();
  await expect(qian.page.getByRole('progressbar')).toBeVisible();
  await shot(qian.page, 'trying');
  await qian.page.keyboard.press('Escape');
  await qian.page.waitForTimeout(300);
  const asked = times;
  await qian.page.waitForTimeout(1500);
  expect(times).toBe(asked);
  expect((await focus(qian.page)).what).toContain('这会改变什么');
  await post(boss.page, `/${one.id}/withdraw`);
  await leave(qian);
  await leave(boss);
});

test('by keyboard alone, from the menu to a change that waits', async ({ browser }) => {
  const seat = await signIn(browser, 'boss');
  const { page } = seat;
  await page.getByRole('link', { name: '内容' }).focus();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('button', { name: '写一条日常词' })).toBeVisible();
  for (let at = 0; at < 40 && !(await focus(page)).what.includes('写一条日常词'); at++) {
    await page.keyboard.press('Tab');
    const { what, marked, inside: seen } = await focus(page);
    expect([marked, seen], what).toEqual([true, true]);
  }
  await page.keyboard.press('Enter');
  await expect(dialog(page, '写一条日常词')).toBeVisible();
  await page.keyboard.type(`${WORD}丙`);
  await page.keyboard.press('Tab');
  await page.keyboard.type('户口簿');
  await page.keyboard.press('Enter');
  await expect(row(page, `${WORD}丙`)).toBeVisible();
  expect((await focus(page)).what).toContain(`这会改变什么：“${WORD}丙”`);
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await page.keyboard.press('Shift+Tab');
  await page.keyboard.press('Enter');
  await expect(page.getByText(`已撤回：“${WORD}丙”`)).toBeVisible();
  await leave(seat);
});

for (const [name, size] of [['a phone', PHONE], ['a desktop at 400 %', { width: 320, height: 640 }]] as const) {
  test(`on ${name} the page and its windows fit`, async ({ browser }) => {
    const other = await signIn(browser, 'qian');
    const one = await written(other.page, { kind: 'name', item: 'N506FC2611E', name: `${tag}小卡片${size.width}` });
    const seat = await sit(browser, 'boss', size);
    const { page } = seat;
    expect(await sticksOut(page)).toEqual([]);
    expect(await serious(page)).toEqual([]);
    await page.screenshot({ path: `artefacts/content/list-${size.width}.png`, fullPage: true });
    for (const kind of ['日常叫法', '日常词', '工作时间', '放假和调休']) {
      await page.getByRole('button', { name: `写一条${kind}` }).click();
      await expect(dialog(page, `写一条${kind}`)).toBeVisible();
      expect(await sticksOut(page), kind).toEqual([]);
      expect(await serious(page), kind).toEqual([]);
      await shot(page, `form-${kind}-${size.width}`);
      await page.keyboard.press('Escape');
    }
    await row(page, `${tag}小卡片${size.width}`).getByRole('button', { name: /^这会改变什么/ }).click();
    await expect(inside(page, '这会改变什么').getByText(/^试了|^还没有人/)).toBeVisible({ timeout: 110_000 });
    expect(await sticksOut(page)).toEqual([]);
    await shot(page, `preview-${size.width}`);
    await post(other.page, `/${one.id}/withdraw`);
    await leave(seat);
    await leave(other);
  });
}

test('who may not write sees no such page, and is refused', async ({ browser }) => {
  const { page, context } = await signIn(browser, 'sun');
  await expect(page.getByRole('link', { name: '内容' })).toHaveCount(0);
  expect((await page.request.get('/api/v1/content')).status()).toBe(403);
  await context.close();
});

test.describe('sheets to take along', () => {
  test('the card saves its list as a file and as a picture, of its place and answers', async ({ page }) => {
    await openCard(page, '身份证丢了咋补', `/?region=${HAILAR.code}`);
    for (const [label, head] of [['下载清单（PDF）', '%PDF-'], ['下载清单（图片）', '\x89PNG']] as const) {
      const link = page.getByRole('link', { name: label }).last();
      const url = new URL((await link.getAttribute('href')) ?? '', page.url());
      expect(url.searchParams.get('region')).toBe(HAILAR.code);
      const [download] = await Promise.all([page.waitForEvent('download'), link.click()]);
      expect(download.suggestedFilename()).toMatch(/^checklist-.*\.(pdf|png)$/);
      expect(readFileSync(await download.path()).subarray(0, head.length).toString('latin1')).toBe(head);
    }
  });

  test('the township saves what is missing', async ({ browser }) => {
    const seat = await signIn(browser, 'zhao');
    const { page } = seat;
    await page.evaluate((place) => localStorage.setItem('bangban.desk.place', JSON.stringify(place)), HAILAR);
    await page.goto('/desk#township');
    await page.locator('.find').getByRole('combobox').last().fill('高龄津贴');
    await expect(page.getByRole('listbox', { name: '搜索结果' }).getByRole('option').first()).toBeVisible();
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: '一次性告知单', exact: true }).click();
    const link = page.getByRole('link', { name: '下载告知单（PDF）' });
    const missing = async () => new URL((await link.getAttribute('href')) ?? '', page.url()).searchParams.getAll('missing');
    const before = await missing();
    expect(before.length).toBeGreaterThan(0);
    await page.locator('desk-notice-sheet').getByRole('checkbox', { name: before[0] ?? '?' }).first().check();
    await expect.poll(missing).toEqual(before.slice(1));
    await shot(page, 'township-sheet');
    const [download] = await Promise.all([page.waitForEvent('download'), link.click()]);
    expect(download.suggestedFilename()).toMatch(/^notice-.*\.pdf$/);
    expect(readFileSync(await download.path()).subarray(0, 5).toString('latin1')).toBe('%PDF-');
    expect(await serious(page)).toEqual([]);
    await leave(seat);
  });
});

test.describe('on to the application', () => {
  test.use({ allowed: /409|404/ });

  /** A card with a link to apply at. */
  async function online(page: Page): Promise<Locator> {
    // Nothing outside is reached.
    await page.context().route(/^https:/, (route) => route.fulfill({ contentType: 'text/html', body: '<title>portal</title>' }));
    await open(page, `/?region=${HAILAR.code}`);
    await answered(page, async () => {
      await page.getByRole('combobox').fill('驾驶证到期换证');
      await page.keyboard.press('Enter');
    });
    while ((await answer(page).locator('bangban-card').count()) === 0) {
      const label = (await answer(page).getByRole('button').first().textContent())?.trim() ?? '';
      await press(page, label);
    }
    const links = answer(page).getByRole('link', { name: /^在线申请/ });
    await expect(links.first()).toBeVisible();
    return links;
  }

  test('what was settled goes along, signed, in a window of its own', async ({ page }) => {
    const links = await online(page);
    const plain = (await links.first().getAttribute('href')) ?? '';
    const [popup, request] = await Promise.all([
      page.waitForEvent('popup'),
      page.waitForRequest((one) => one.method() === 'POST' && one.url().endsWith('/apply')),
      links.first().click(),
    ]);
    expect(request.postDataJSON()).toMatchObject({ channel: 'pc', region: HAILAR.code });
    expect(request.postDataJSON().conversation).toBeTruthy();
    await popup.waitForURL(/bangban_ticket=v1/);
    expect(popup.url().startsWith(plain.replace(/\/$/, ''))).toBe(true);
    expect(await popup.evaluate(() => window.opener)).toBeNull();
  });

  test('a link that was found dead is taken away, and the way to a counter shown', async ({ page }) => {
    const links = await online(page);
    await page.route('**/apply', (route) =>
      route.request().method() === 'POST'
        ? route.fulfill({
            status: 409,
            contentType: 'application/problem+json',
            json: { type: '/problems/not-online', title: '', status: 409, detail: '链接暂时打不开，请稍后再试，或到现场办理。', trace_id: '' },
          })
        : route.fallback(),
    );
    await links.first().click();
    await expect(answer(page).getByText('链接暂时打不开')).toBeVisible();
    await expect(links).toHaveCount(0);
    await expect(answer(page).getByRole('heading', { name: '现场办理' })).toBeFocused();
    expect(page.context().pages()).toHaveLength(1);
    expect(await sticksOut(page)).toEqual([]);
    expect(await serious(page)).toEqual([]);
    await shot(page, 'dead-link');
  });

  test('a service that knows nothing of tickets: the link goes as it stands, and the card says where to go', async ({ page }) => {
    const links = await online(page);
    await page.route(/\/apply(\?|$)/, (route) =>
      route.fulfill({ status: 404, contentType: 'application/problem+json', json: { type: '/problems/no-such-path', title: '', status: 404, detail: '没有这个地址', trace_id: '' } }),
    );
    const plain = (await links.first().getAttribute('href')) ?? '';
    const [popup] = await Promise.all([page.waitForEvent('popup'), links.first().click()]);
    await popup.waitForURL(new URL(plain).href);
    await answer(page).getByRole('button', { name: '现场办理' }).click();
    await expect(answer(page).getByText('见上面的“去哪里办”')).toBeVisible();
  });

  for (const [name, size] of [['desktop', { width: 1280, height: 900 }], ['phone', PHONE]] as const) {
    test(`where it can't be done online, the card says so and where to go: ${name}`, async ({ page }) => {
      await page.setViewportSize(size);
      await openCard(page, '身份证丢了咋补', `/?region=${XIANGHUANG}`);
      await expect(answer(page).getByRole('link', { name: /^在线申请/ })).toHaveCount(0);
      await answer(page).getByRole('button', { name: '现场办理' }).click();
      const way = answer(page).locator('bangban-offline');
      await expect(way.getByText('指南未载明网上办理的地址')).toBeVisible();
      await expect(way.getByRole('heading', { name: '锡林郭勒盟政务服务中心' })).toBeVisible();
      await expect(way.getByText('锡林浩特市北京路169号')).toBeVisible();
      await expect(way.getByText(/现在开门|现在不开门|现在是否开门/).first()).toBeVisible();
      await expect(way.getByRole('link', { name: /0479-8108974/ }).first()).toHaveAttribute('href', 'tel:04798108974');
      expect(await sticksOut(page)).toEqual([]);
      expect(await serious(page)).toEqual([]);
      await way.scrollIntoViewIfNeeded();
      await shot(page, `on-site-${name}`);
    });
  }
});
