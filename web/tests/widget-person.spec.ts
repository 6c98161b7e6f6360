import type { Server } from 'node:http';
import type { Browser, Page, Request } from '@playwright/test';
import { LOST, answered, ask, assistant, expect, log, test } from './help';
import { HOST_URL, serveHost } from './host';

let server: Server;
test.beforeAll(async () => {
  server = await serveHost({ '/': { script: 'window.told = []; window.bangban = function () { (bangban.q = bangban.q || []).push(arguments); }; for (const name of ["handoff", "unread"]) bangban("on", name, (detail) => told.push([name, detail]));' } });
});
test.afterAll(() => new Promise((resolve) => server.close(resolve)));

async function atDesk(browser: Browser): Promise<Page> {
  const page = await (await browser.newContext({ viewport: { width: 1440, height: 900 } })).newPage();
  await page.goto('/desk');
  await page.getByLabel('登录名').fill('wang');
  await page.getByLabel('密码').fill(process.env.DESK_PASSWORD ?? '');
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: '在线', exact: true }).click();
  return page;
}

const launcher = (page: Page) => page.getByRole('button', { name: /打开帮办助手/ });

test('a person answers while the panel is closed: the button says so; of two tabs one listens, and the other takes over', async ({ page, context, browser }) => {
  // Streams that are open, by their tab.
  const streams = { first: 0, second: 0 };
  const count = (tab: Page, name: keyof typeof streams) => {
    tab.on('request', (request) => void (request.url().endsWith('/events') && streams[name]++));
    const ended = (request: Request) => void (request.url().endsWith('/events') && streams[name]--);
    tab.on('requestfinished', ended);
    tab.on('requestfailed', ended);
  };
  count(page, 'first');
  const desk = await atDesk(browser);
  await page.goto(HOST_URL);
  await launcher(page).click();
  await expect(assistant(page).first()).toBeVisible();
  await answered(page, () => ask(page, LOST));
  await page.getByRole('button', { name: '转人工' }).click();
  // Others may wait from tests before.
  await expect(page.getByText(/您排在第 \d+ 位/).first()).toBeVisible();
  await expect.poll(() => page.evaluate(() => (window as unknown as { told: [string][] }).told.map(([name]) => name))).toContain('handoff');

  const other = await context.newPage();
  count(other, 'second');
  await other.addInitScript(() => {
    // Notes down which tones would be heard.
    const tones: number[] = [];
    class Ears extends AudioContext {
      override createOscillator() {
        const voice = super.createOscillator();
        const start = voice.start.bind(voice);
        voice.start = (when) => {
          tones.push(voice.frequency.value);
          start(when);
        };
        return voice;
      }
    }
    Object.assign(window, { tones, AudioContext: Ears });
  });
  const tones = () => other.evaluate(() => (window as unknown as { tones: number[] }).tones.length);
  await other.goto(HOST_URL);
  await launcher(other).click();
  await expect(other.getByText(/您排在第 \d+ 位/).first()).toBeVisible();
  await expect.poll(() => streams, 'the tab that is looked at listens').toEqual({ first: 0, second: 1 });
  const sound = other.getByRole('button', { name: '新消息提示音' });
  await expect(sound).toHaveAttribute('aria-pressed', 'true');
  await sound.click();
  await expect(sound).toHaveAttribute('aria-pressed', 'false');
  expect(await tones(), 'turned off').toBe(0);
  await sound.click();
  await expect.poll(tones, 'turned on it is heard').toBeGreaterThan(0);
  const before = await tones();

  await other.getByRole('button', { name: '收起', exact: true }).click();
  await desk.locator('.row-button').last().click();
  await expect(desk.getByText('预览，还没有接入')).toBeVisible();
  await desk.keyboard.press('a');
  await desk.locator('desk-composer textarea').fill('您好，请带户口簿。');
  await desk.keyboard.press('Control+Enter');
  await expect(other.getByRole('button', { name: /查看新消息，打开帮办助手，有 \d 条新消息/ })).toBeVisible();
  await expect.poll(tones, 'one sound').toBe(2 * before);
  await desk.locator('desk-composer textarea').fill('别的不用带。');
  await desk.keyboard.press('Control+Enter');
  await expect(log(page).getByText('别的不用带')).toBeVisible();
  expect(await tones(), 'one for all that nobody has looked at').toBe(2 * before);
  await expect(log(page).getByText('请带户口簿'), 'the first tab is told by the second').toBeVisible();
  expect(await other.title(), 'the title is the page’s own').toBe('某某门户网站');
  await launcher(other).click();
  await expect(log(other).getByText('请带户口簿')).toBeVisible();
  await other.getByRole('button', { name: '收起', exact: true }).click();
  await expect(launcher(other)).toHaveAccessibleName('打开帮办助手');

  await other.close();
  await expect.poll(() => streams.first, 'the first takes over').toBe(1);
  await desk.locator('desk-composer textarea').fill('还要带照片。');
  await desk.keyboard.press('Control+Enter');
  await expect(log(page).getByText('还要带照片')).toBeVisible();
  await expect(log(page).getByText('请带户口簿')).toHaveCount(1);
  await desk.close();
});
