import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Server } from 'node:http';
import { gzipSync } from 'node:zlib';
import type { Locator, Page } from '@playwright/test';
import type { AxeResults } from 'axe-core';
import { encode } from 'uqr';
import type { Message } from '../src/wire';
import { LOST, OTHER, answer, answered, ask, assistant, box, card, cardOf, citizen, everything, expect, flatTexts, focus, materialNames, press, sticksOut, test } from './help';
import { HOST, HOST_URL, SERVICE, serveHost } from './host';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** What a site is told to write before the script. */
const STUB = 'window.bangban = window.bangban || function () { (bangban.q = bangban.q || []).push(arguments); };';
const LISTEN = `${STUB}
window.told = [];
for (const name of ['ready', 'open', 'close', 'unread', 'handoff', 'item:shown', 'apply:clicked', 'closed']) {
  bangban('on', name, (detail) => told.push([name, detail]));
}`;
const LINK = `<div data-bangban><a href="${SERVICE}/chat">智能问答</a></div>`;

/** Where a guide leads that has a link. */
const ONLINE = 'https://zwfw.example.gov.cn/item?code=150000-0001';

const pages = {
  '/': { script: LISTEN },
  '/hostile': { hostile: true, script: LISTEN },
  '/asks': { script: `${LISTEN} bangban('ask', '${LOST}');` },
  '/region': { script: LISTEN, data: 'data-region="150702"' },
  '/hant': { script: LISTEN, data: 'data-locale="zh-Hant"' },
  '/left': { script: LISTEN, data: 'data-position="left" data-label="问一问"' },
  '/link': { script: LISTEN, body: LINK },
  '/page': { script: LISTEN, body: LINK, data: 'data-mode="page"' },
  '/nobody': { site: 'nobody', script: LISTEN, body: LINK },
  '/twice': { script: LISTEN, body: `<script src="${SERVICE}/widget/v1/bangban.js" data-site="${HOST.site}"></script>` },
};

let server: Server;
test.beforeAll(async () => {
  server = await serveHost(pages);
});
test.afterAll(() => new Promise((resolve) => server.close(resolve)));

const launcher = (page: Page): Locator => page.getByRole('button', { name: /打开帮办助手|收起帮办助手/ });
const panel = (page: Page): Locator => page.getByRole('dialog', { name: '帮办助手' });
const told = (page: Page) => page.evaluate(() => (window as unknown as { told: [string, unknown][] }).told);
const names = async (page: Page) => (await told(page)).map(([name]) => name);
const run = (page: Page, ...call: unknown[]) =>
  page.evaluate((all) => (window as unknown as { bangban: (...call: unknown[]) => void }).bangban(...all), call);

/** Opens a page of the site and the panel in it. */
async function openPanel(page: Page, path = '/') {
  await page.goto(HOST_URL + path);
  await launcher(page).click();
  await expect(assistant(page).first()).toBeVisible();
}

async function openCard(page: Page, path = '/') {
  await openPanel(page, path);
  await answered(page, () => ask(page, LOST));
  await expect(card(page)).toBeVisible();
}

async function faults(page: Page): Promise<string[]> {
  await page.evaluate(AXE);
  const { violations } = (await page.evaluate("axe.run('bangban-widget', { resultTypes: ['violations'] })")) as AxeResults;
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.target.join(' ')} ${node.failureSummary ?? ''}`));
}

test.describe('in a page of another origin with a strict policy', () => {
  test('the button opens a conversation, a question brings a card, and the page is told', async ({ page, request }, info) => {
    await page.goto(HOST_URL);
    await expect(launcher(page)).toHaveAccessibleName('打开帮办助手');
    await expect(launcher(page)).toHaveAttribute('aria-expanded', 'false');
    await expect(panel(page)).toBeHidden();
    await page.screenshot({ path: info.outputPath('launcher.png') });
    await launcher(page).click();
    await expect(panel(page)).toBeVisible();
    await expect(launcher(page)).toHaveAttribute('aria-expanded', 'true');
    await expect(box(page)).toBeFocused();
    await page.screenshot({ path: info.outputPath('open.png') });
    await answered(page, () => ask(page, LOST));
    const { item, name, materials, region } = await cardOf(request, [LOST]);
    await expect(card(page)).toBeVisible();
    expect(await flatTexts(materialNames(page))).toEqual(materials.list.map((one) => one.name));
    await page.screenshot({ path: info.outputPath('card.png') });
    await launcher(page).click();
    await expect(panel(page)).toBeHidden();
    expect(await told(page)).toEqual([
      ['ready', null],
      ['open', null],
      ['item:shown', { code: item, name, region: region?.code }],
      ['close', null],
    ]);
  });

  test('the question says which site it comes from, and the key never stands in an address', async ({ page }) => {
    const asked: string[] = [];
    const bodies: unknown[] = [];
    page.on('request', (one) => {
      asked.push(one.url());
      if (one.method() === 'POST' && one.url().endsWith('/conversations')) bodies.push(one.postDataJSON());
    });
    await openCard(page, '/region');
    expect(bodies).toEqual([{ region: '150702', site: HOST.site }]);
    const { token } = JSON.parse(await page.evaluate(() => localStorage.getItem('bangban.demo.talk') ?? '{}')) as { token: string };
    expect(token.length).toBeGreaterThan(10);
    expect(asked.filter((url) => url.includes(token))).toEqual([]);
    await expect(page.getByRole('button', { name: /^地区：.*海拉尔区/ })).toBeVisible();
  });

  test('nothing of it gets into the page but one name', async ({ page }) => {
    const clean = async () =>
      page.evaluate(() => ({
        names: Object.getOwnPropertyNames(window).sort(),
        sheets: document.styleSheets.length + document.adoptedStyleSheets.length,
        body: [...document.body.children].map(({ localName }) => localName).filter((name) => name !== 'bangban-widget'),
        style: document.documentElement.getAttribute('style'),
        title: document.title,
      }));
    await page.route('**/widget/v1/bangban.js', (route) => route.fulfill({ contentType: 'text/javascript', body: '' }));
    await page.goto(HOST_URL);
    const before = await clean();
    await page.unroute('**/widget/v1/bangban.js');
    await openCard(page);
    const after = await clean();
    // What Lit marks its version with is the one trace of the library.
    const fresh = after.names.filter((name) => !before.names.includes(name));
    expect(fresh.filter((name) => !/^(lit|reactiveElement)/.test(name))).toEqual([]);
    expect({ ...after, names: [] }).toEqual({ ...before, names: [] });
  });

  test('a second script of the same kind changes nothing', async ({ page }) => {
    await openCard(page, '/twice');
    await expect(page.locator('bangban-widget')).toHaveCount(1);
  });
});

test.describe('a guide with a link', () => {
  // The service's guide has no such link; where it can't be asked, the card's own link is gone on to.
  test.use({ allowed: /^Failed to load resource/ });
  test('who goes on to the application is told to the page', async ({ page, context }) => {
    await context.route('https://zwfw.example.gov.cn/**', (route) => route.fulfill({ body: '' }));
    await page.route('**/apply', (route) => route.abort());
    await page.route('**/messages', async (route) => {
      const response = await route.fetch();
      const body = (await response.json()) as { messages: Message[] };
      for (const { reply } of body.messages) if (reply?.card) Object.assign(reply.card, { online_url: ONLINE, stale: false });
      await route.fulfill({ response, json: body });
    });
    await openCard(page);
    const [opened] = await Promise.all([page.waitForEvent('popup'), card(page).getByRole('link', { name: /^在线申请/ }).first().click()]);
    await opened.waitForURL(ONLINE);
    expect(await opened.evaluate(() => window.opener)).toBeNull();
    const [, detail] = (await told(page)).find(([name]) => name === 'apply:clicked') ?? [];
    expect(detail).toMatchObject({ channel: 'pc' });
  });
});

test.describe('in a hostile page', () => {
  test('nothing of its styles and its globals comes through', async ({ page, request }, info) => {
    await openPanel(page, '/hostile');
    const button = await launcher(page).boundingBox();
    expect([button?.width, button?.height], 'the button has its own size').toEqual([60, 60]);
    await answered(page, () => ask(page, LOST));
    const { materials } = await cardOf(request, [LOST]);
    expect(await flatTexts(materialNames(page))).toEqual(materials.list.map((one) => one.name));
    const frame = await panel(page).boundingBox();
    expect([frame?.width, frame?.height], 'and the panel').toEqual([400, 460]);
    const strange = await page.evaluate(`(() => {
      const found = [];
      for (const element of ${everything}) {
        if (!(element.getRootNode() instanceof ShadowRoot)) continue;
        const style = getComputedStyle(element);
        if (style.color === 'rgb(255, 0, 0)' || style.backgroundColor === 'rgb(255, 255, 0)' || style.letterSpacing === '9px' || style.fontSize === '40px' || style.fontFamily.includes('fantasy')) found.push(element.localName + '.' + element.className);
      }
      return found;
    })()`);
    expect(strange).toEqual([]);
    await page.screenshot({ path: info.outputPath('hostile.png') });
    // Windows over the panel are safe too.
    await page.getByRole('button', { name: /^地区：/ }).click();
    await expect(page.getByRole('dialog', { name: '选择地区' })).toBeVisible();
    await page.getByRole('dialog', { name: '选择地区' }).getByLabel('盟市').selectOption({ label: '呼伦贝尔市' });
    await answered(page, () => page.getByRole('button', { name: '确定' }).click());
    await expect(page.getByRole('button', { name: /^地区：呼伦贝尔市/ })).toBeVisible();
  });
});

test.describe('one conversation', () => {
  test('is there again after a reload, and the button is closed then', async ({ page }) => {
    await openCard(page);
    await page.reload();
    await expect(panel(page)).toBeHidden();
    await launcher(page).click();
    await expect(citizen(page)).toContainText([LOST]);
    await expect(card(page)).toBeVisible();
  });

  test('is the same in two tabs, and what is said in one stands in the other', async ({ page, context }) => {
    await openCard(page);
    const other = await context.newPage();
    await openPanel(other);
    await expect(citizen(other)).toContainText([LOST]);
    await answered(other, () => ask(other, OTHER));
    await expect(citizen(page)).toContainText([LOST, OTHER]);
    await expect(assistant(page)).toHaveCount(3);
    await answered(page, () => ask(page, '办护照多少钱'));
    await expect(citizen(other)).toContainText([LOST, OTHER, '办护照多少钱']);
    await expect(assistant(other)).toHaveCount(4);
    await other.close();
    await answered(page, () => ask(page, LOST));
  });

  test('outlives a network that breaks', async ({ page, context }) => {
    await openCard(page);
    await context.setOffline(true);
    await ask(page, OTHER);
    await expect(page.getByRole('button', { name: '重新发送' })).toBeVisible();
    await context.setOffline(false);
    await answered(page, () => page.getByRole('button', { name: '重新发送' }).click());
    await expect(citizen(page)).toContainText([LOST, OTHER]);
    await expect(citizen(page)).toHaveCount(2);
  });
  test.use({ allowed: /ERR_INTERNET_DISCONNECTED|ERR_NETWORK/ });
});

test.describe('commands', () => {
  test('given before the script was there are done in their order', async ({ page }) => {
    await page.goto(`${HOST_URL}/asks`);
    await expect(panel(page)).toBeVisible();
    await expect(citizen(page)).toContainText([LOST]);
    await expect(card(page)).toBeVisible();
    await expect.poll(() => names(page)).toEqual(['ready', 'open', 'item:shown']);
  });

  test('open, close and toggle', async ({ page }) => {
    await page.goto(HOST_URL);
    await expect(launcher(page)).toBeVisible();
    await run(page, 'open');
    await expect(panel(page)).toBeVisible();
    await run(page, 'close');
    await expect(panel(page)).toBeHidden();
    await run(page, 'toggle');
    await expect(panel(page)).toBeVisible();
    await run(page, 'toggle');
    await expect(panel(page)).toBeHidden();
    expect(await names(page)).toEqual(['ready', 'open', 'close', 'open', 'close']);
    await run(page, 'nothing like that', 7);
    await run(page, 'toString');
  });

  test('setItem opens the conversation about the item of the page', async ({ page, request }) => {
    const { item, name } = await cardOf(request, [LOST]);
    await page.goto(HOST_URL);
    await expect(launcher(page)).toBeVisible();
    await run(page, 'setItem', item);
    await launcher(page).click();
    await expect(citizen(page)).toContainText([name]);
    await expect(assistant(page)).toHaveCount(2);
  });

  test('setRegion, setLocale, setElder and reset', async ({ page }) => {
    await openCard(page);
    await answered(page, () => run(page, 'setRegion', '150702'));
    await expect(page.getByRole('button', { name: /^地区：.*海拉尔区/ })).toBeVisible();
    await run(page, 'setRegion', 'no place');
    await run(page, 'setLocale', 'zh-Hant');
    await expect(page.getByRole('button', { name: '轉人工' })).toBeVisible();
    await expect(page.getByRole('log')).toContainText('丟失補領');
    await expect(page.getByRole('log').locator('li.citizen').first()).toContainText('身份證丟了咋補');
    await run(page, 'setLocale', 'zh-Hans');
    await expect(page.getByRole('button', { name: '转人工' })).toBeVisible();
    await run(page, 'setElder', true);
    await expect(page.getByRole('button', { name: '长者模式' })).toHaveAttribute('aria-pressed', 'true');
    const size = await answer(page).locator('.say').evaluate((element) => parseFloat(getComputedStyle(element).fontSize));
    expect(size).toBeGreaterThanOrEqual(24);
    await run(page, 'setElder', false);
    await run(page, 'reset');
    await expect(citizen(page)).toHaveCount(0);
    await expect(assistant(page)).toHaveCount(1);
  });

  test('setUser is said when a conversation begins; what only sets something loads nothing', async ({ page }) => {
    const bodies: unknown[] = [];
    const loaded: string[] = [];
    page.on('request', (one) => {
      if (one.url().includes('/widget/v1/')) loaded.push(one.url());
      if (one.method() === 'POST' && one.url().endsWith('/conversations')) bodies.push(one.postDataJSON());
    });
    await page.goto(HOST_URL);
    await expect(launcher(page)).toBeVisible();
    await run(page, 'setUser', { id: 'u-1', hmac: 'ab12' });
    await run(page, 'setRegion', '150702');
    await run(page, 'setLocale', 'zh-Hant');
    await expect(page.getByRole('button', { name: '打開幫辦助手' })).toBeVisible();
    expect(loaded).toHaveLength(1);
    await run(page, 'open');
    await expect(page.getByRole('button', { name: '轉人工' })).toBeVisible();
    await expect.poll(() => bodies).toEqual([{ region: '150702', site: HOST.site, user: { id: 'u-1', hmac: 'ab12' } }]);
  });

  test('who ends the conversation is asked how, the page is told, and another can begin', async ({ page }) => {
    await openCard(page);
    await page.getByRole('button', { name: '结束对话' }).click();
    await page.getByRole('button', { name: '先不关闭' }).click();
    expect(await names(page)).not.toContain('closed');
    await page.getByRole('button', { name: '结束对话' }).click();
    await page.getByRole('button', { name: '解决了', exact: true }).click();
    await expect(page.getByText('这次对话已结束，可以继续提问。')).toBeVisible();
    await expect.poll(() => names(page)).toContain('closed');
    const said = await assistant(page).count();
    await ask(page, OTHER);
    // The next one begins with its greeting.
    await expect(assistant(page)).toHaveCount(said + 2);
    await expect(card(page)).toBeVisible();
  });

  test('settings of the script element', async ({ page }) => {
    await page.goto(`${HOST_URL}/left`);
    const left = page.getByRole('button', { name: '问一问，打开帮办助手' });
    await expect(left).toBeVisible();
    expect((await left.boundingBox())?.x).toBe(20);
    await page.goto(`${HOST_URL}/hant`);
    await page.getByRole('button', { name: '打開幫辦助手' }).click();
    await expect(page.getByRole('button', { name: '轉人工' })).toBeVisible();
  });
});

test.describe('where it can not be', () => {
  test.use({ allowed: /^Failed to load resource|blocked by CORS policy|net::ERR_/ });
  const link = (page: Page) => page.getByRole('link', { name: '智能问答' });

  test('the link stands in its place until the widget does', async ({ page }) => {
    await page.goto(`${HOST_URL}/link`);
    await expect(launcher(page)).toBeVisible();
    await expect(link(page)).toHaveCount(0);
  });

  test('a blocked script leaves the link', async ({ page }) => {
    await page.route('**/widget/v1/bangban.js', (route) => route.abort());
    await page.goto(`${HOST_URL}/link`);
    await expect(link(page)).toBeVisible();
    await expect(launcher(page)).toHaveCount(0);
  });

  for (const [name, path, answerOf] of [
    ['a service that is down', '**/api/v1/**', 502],
    ['a panel that is not there', '**/widget/v1/panel-*', 404],
  ] as const) {
    test(`${name} leaves the link, in the corner and in the page`, async ({ page }) => {
      await page.route(path, (route) => route.fulfill({ status: answerOf, body: '' }));
      for (const where of ['/link', '/page']) {
        await page.goto(HOST_URL + where);
        if (where === '/link' && answerOf === 404) await launcher(page).click();
        await expect(link(page)).toBeVisible();
        await expect(page.locator('bangban-widget')).toHaveCount(0);
        await run(page, 'open');
        await expect(link(page)).toBeVisible();
      }
    });
  }

  test('a site that the service refuses has its link back', async ({ page }) => {
    await page.route('**/api/v1/conversations', (route) =>
      route.request().method() === 'POST'
        ? route.fulfill({
            status: 403,
            contentType: 'application/problem+json',
            headers: { 'Access-Control-Allow-Origin': HOST_URL },
            body: '{"type":"/problems/no-such-site","title":"","status":403,"detail":"没有登记","trace_id":"T"}',
          })
        : route.fallback(),
    );
    await page.goto(`${HOST_URL}/link`);
    await launcher(page).click();
    await expect(link(page)).toBeVisible();
    await expect(page.locator('bangban-widget')).toHaveCount(0);
    await page.goto(`${HOST_URL}/page`);
    await expect(link(page)).toBeVisible();
    await expect(page.locator('bangban-widget')).toHaveCount(0);
  });

  test('the service itself refuses a site that it does not know', async ({ page }) => {
    const refused = page.waitForResponse((response) => response.url().endsWith('/conversations') && response.status() === 403);
    await page.goto(`${HOST_URL}/nobody`);
    await launcher(page).click();
    await refused;
    await expect(link(page)).toBeVisible();
    await expect(page.locator('bangban-widget')).toHaveCount(0);
  });
});

test.describe('by keyboard', () => {
  test('Escape closes the panel and gives focus back, but first what is open inside', async ({ page }) => {
    await openPanel(page);
    await box(page).pressSequentially('身份');
    await expect(page.getByRole('option').first()).toBeVisible();
    await page.keyboard.press('Escape');
    await expect(page.getByRole('option')).toHaveCount(0);
    await expect(panel(page)).toBeVisible();
    await page.getByRole('button', { name: /^地区：/ }).click();
    await expect(page.getByRole('dialog', { name: '选择地区' })).toBeVisible();
    await page.keyboard.press('Escape');
    await expect(page.getByRole('dialog', { name: '选择地区' })).toHaveCount(0);
    await expect(panel(page)).toBeVisible();
    await page.keyboard.press('Escape');
    await expect(panel(page)).toBeHidden();
    await expect(launcher(page)).toBeFocused();
    await page.keyboard.press('Enter');
    await expect(panel(page)).toBeVisible();
  });

  test('over the whole window it is modal, and Tab goes round in it', async ({ page }) => {
    await openCard(page);
    await expect(panel(page)).not.toHaveAttribute('aria-modal', 'true');
    await page.getByRole('button', { name: '铺满屏幕' }).click();
    await expect(panel(page)).toHaveAttribute('aria-modal', 'true');
    const first = /button 地区|button 结束对话/;
    let came = '';
    for (let step = 0; step < 120; step++) {
      await page.keyboard.press('Tab');
      const now = await focus(page);
      expect(now.what, 'focus is not lost').not.toBe('nowhere');
      expect(now.what, 'focus stays in the panel').not.toContain('办事指南 ');
      came = now.what;
      if (step > 20 && first.test(came)) break;
    }
    expect(came, 'the way round comes back to its beginning').toMatch(first);
    await page.keyboard.press('Shift+Tab');
    expect((await focus(page)).what, 'and goes the other way round').toMatch(/发送|全屏|铺满|收起|button/);
    await page.keyboard.press('Escape');
    await expect(panel(page)).toBeHidden();
    await expect(launcher(page)).toBeFocused();
    // It opens as it was left.
    await page.reload();
    await launcher(page).click();
    await expect(panel(page)).toHaveAttribute('aria-modal', 'true');
  });

  test('its size changes by arrow keys, not below the least, and is remembered', async ({ page }) => {
    await openPanel(page);
    const grip = page.getByRole('button', { name: '调整大小，用方向键' });
    await grip.focus();
    for (let step = 0; step < 4; step++) await page.keyboard.press('ArrowLeft');
    for (let step = 0; step < 2; step++) await page.keyboard.press('ArrowUp');
    const size = async () => {
      const { width, height } = (await panel(page).boundingBox()) ?? { width: 0, height: 0 };
      return [width, height];
    };
    expect(await size()).toEqual([496, 508]);
    await page.reload();
    await launcher(page).click();
    await expect.poll(size).toEqual([496, 508]);
    await grip.focus();
    for (let step = 0; step < 9; step++) await page.keyboard.press('ArrowRight');
    for (let step = 0; step < 9; step++) await page.keyboard.press('ArrowDown');
    expect(await size()).toEqual([400, 460]);
  });
});

test.describe('for everyone', () => {
  for (const [mode, options] of [
    ['light', {}],
    ['dark', { colorScheme: 'dark' }],
    ['elder', {}],
    ['forced colours', { forcedColors: 'active' }],
  ] as const) {
    test.describe(mode, () => {
      test.use({ contextOptions: { reducedMotion: 'reduce', ...options } });
      test('the open panel has no serious fault', async ({ page }, info) => {
        await openPanel(page);
        if (mode === 'elder') await page.getByRole('button', { name: '长者模式' }).click();
        expect(await faults(page), 'the first screen').toEqual([]);
        await answered(page, () => ask(page, LOST));
        await press(page, '本人办，已满16岁');
        for (const summary of await card(page).locator('summary').all()) await summary.click();
        for (const source of await card(page).locator('bangban-source button').all()) await source.click();
        expect(await faults(page), 'a card').toEqual([]);
        await page.screenshot({ path: info.outputPath(`${mode}.png`) });
      });
    });
  }

  for (const [name, width, height] of [
    ['a phone', 360, 740],
    ['a desktop at 400 %', 320, 225],
  ] as const) {
    test.describe(`on ${name}`, () => {
      test.use({ viewport: { width, height } });
      test('the panel covers the window and nothing sticks out', async ({ page }, info) => {
        await openPanel(page);
        await page.screenshot({ path: info.outputPath('open.png') });
        expect(await panel(page).boundingBox()).toEqual({ x: 0, y: 0, width, height });
        await expect(launcher(page)).toBeHidden();
        expect(await sticksOut(page), 'first screen').toEqual([]);
        for (const q of [LOST, '孩子出生要办哪些事', '海拉尔和赤峰有什么不一样']) {
          await answered(page, () => ask(page, q));
          await expect.poll(() => sticksOut(page), q).toEqual([]);
        }
        await page.screenshot({ path: info.outputPath('answer.png') });
        const small = await page.evaluate(`${everything}
          .filter((element) => element.getRootNode() instanceof ShadowRoot)
          .filter((element) => element.matches('button, a.button, select, summary, label.chip, label.toggle, input:not([type=radio], [type=checkbox])'))
          .map((element) => [element.getAttribute('aria-label') || element.textContent.trim().slice(0, 20) || element.localName, element.getBoundingClientRect()])
          .filter(([, box]) => box.height < 44 || box.width < 44)
          .map(([text, box]) => text + ': ' + box.width + ' × ' + box.height)`);
        expect(small, 'large enough for a thumb').toEqual([]);
        await page.getByRole('button', { name: '长者模式' }).click();
        for (let step = 0; step < 3; step++) await page.getByRole('button', { name: '字大一些' }).click();
        await expect.poll(() => sticksOut(page), 'elder mode at its largest').toEqual([]);
        await page.screenshot({ path: info.outputPath('elder.png') });
        await page.getByRole('button', { name: '收起', exact: true }).click();
        await expect(launcher(page)).toBeFocused();
      });
    });
  }

  test('in elder mode a card can be read aloud', async ({ page, request }) => {
    await page.addInitScript(() => {
      const spoken: string[] = [];
      Object.assign(window, { spoken });
      speechSynthesis.speak = (one) => void spoken.push(one.text);
    });
    await openCard(page);
    const aloud = answer(page).getByRole('button', { name: '朗读' });
    await expect(aloud).toBeHidden();
    await run(page, 'setElder', true);
    await aloud.click();
    const { materials } = await cardOf(request, [LOST]);
    const spoken = await page.evaluate(() => (window as unknown as { spoken: string[] }).spoken);
    for (const { name } of materials.list) expect(spoken.join('\n')).toContain(name);
    await answer(page).getByRole('button', { name: '停止朗读' }).click();
    await expect(aloud).toBeVisible();
  });

  test('what is spoken stands in the box, and is not sent by itself', async ({ page }) => {
    await page.addInitScript(() => {
      class Hearing {
        onresult: ((event: unknown) => void) | null = null;
        onend: (() => void) | null = null;
        start() {
          setTimeout(() => this.onresult?.({ results: [[{ transcript: '身份证丢了' }], [{ transcript: '怎么补' }]] }), 50);
          setTimeout(() => this.onend?.(), 100);
        }
        stop() {}
      }
      Object.assign(window, { webkitSpeechRecognition: Hearing });
    });
    await openPanel(page);
    await page.getByRole('button', { name: '语音输入' }).click();
    await expect(box(page)).toHaveValue('身份证丢了怎么补');
    await expect(box(page)).toBeFocused();
    await expect(citizen(page)).toHaveCount(0);
  });

  test('where the browser does not understand speech there is no button for it', async ({ page }) => {
    await page.addInitScript(() => Object.assign(window, { webkitSpeechRecognition: undefined }));
    await openPanel(page);
    await expect(page.getByRole('button', { name: '语音输入' })).toHaveCount(0);
  });
});

test('in the page itself the conversation takes the place of the link', async ({ page }, info) => {
  await page.goto(`${HOST_URL}/page`);
  await expect(assistant(page).first()).toBeVisible();
  await expect(page.getByRole('link', { name: '智能问答' })).toHaveCount(0);
  await expect(page.getByRole('region', { name: '帮办助手' })).toBeVisible();
  await answered(page, () => ask(page, LOST));
  await expect(card(page)).toBeVisible();
  await page.screenshot({ path: info.outputPath('page.png') });
  expect(await page.evaluate(() => document.documentElement.scrollTop), 'the page itself is not moved').toBe(0);
  expect(await names(page)).toEqual(['ready', 'item:shown']);
});

test('what is loaded until the conversation has begun is at most 60 kB packed', async ({ page, request }) => {
  const loaded = new Set<string>();
  page.on('request', (one) => one.url().includes('/widget/') && loaded.add(one.url()));
  await openPanel(page);
  let bytes = 0;
  for (const url of loaded) bytes += gzipSync(await (await request.get(url)).body()).length;
  expect(loaded.size).toBeGreaterThan(1);
  expect(bytes).toBeLessThanOrEqual(60_000);
  // Before anybody wants it, it is the button alone.
  const script = await (await request.get(`${SERVICE}/widget/v1/bangban.js`)).body();
  expect(gzipSync(script).length).toBeLessThanOrEqual(6000);
});

test('the list is printed alone, with boxes to tick, where to go, and a code to scan', async ({ page, request }) => {
  await page.addInitScript(() => {
    window.print = () => {
      const paper = document.body.innerText;
      const boxes = document.querySelectorAll('.tick').length;
      const code = document.querySelector('figure svg path')?.getAttribute('d') ?? '';
      const style = getComputedStyle(document.querySelector('h1') ?? document.body).fontSize;
      (window.parent as unknown as { papers: unknown[] }).papers = [{ paper, boxes, code, style }];
    };
  });
  await page.route('**/messages', async (route) => {
    const response = await route.fetch();
    const body = (await response.json()) as { messages: Message[] };
    for (const { reply } of body.messages) if (reply?.card) Object.assign(reply.card, { online_url: ONLINE, stale: false });
    await route.fulfill({ response, json: body });
  });
  await openCard(page);
  await press(page, '本人办，已满16岁');
  await card(page).getByRole('button', { name: '打印清单' }).click();
  type Paper = { paper: string; boxes: number; code: string; style: string };
  const papers = () => page.evaluate(() => (window as unknown as { papers?: Paper[] }).papers ?? []);
  await expect.poll(async () => (await papers()).length).toBe(1);
  const [paper] = await papers();
  const shown = await cardOf(request, [LOST, '#option:self']);
  expect(paper?.boxes).toBe(shown.materials.list.length);
  for (const { name } of shown.materials.list) expect(paper?.paper).toContain(name);
  for (const { text } of shown.channels) for (const part of text.split('；')) expect(paper?.paper).toContain(part);
  expect(paper?.paper).toContain('办事材料清单');
  // Every dark point of the code, as the library that draws no picture gives it.
  const points = encode(ONLINE, { ecc: 'M', border: 2 }).data.flatMap((row, y) => row.flatMap((dark, x) => (dark ? [`M${x} ${y}h1v1h-1z`] : [])));
  expect(paper?.code).toBe(points.join(''));
  expect(paper?.paper).toContain(ONLINE);
  expect(paper?.style, 'the sheet has its styles under the strictest policy').toBe('24px');
  expect(paper?.paper).not.toContain('转人工');
  expect(paper?.paper).not.toContain('某某门户网站');
});
