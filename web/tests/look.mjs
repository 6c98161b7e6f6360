// Saves pictures of the pages for people to look at: BASE_URL=http://127.0.0.1:8080 npm run look
import { mkdirSync } from 'node:fs';
import { chromium } from '@playwright/test';

const base = process.env.BASE_URL ?? 'http://127.0.0.1:18080';
const out = new URL('../artefacts/look/', import.meta.url).pathname;
const LOST = '身份证丢了需要带什么';
const DESKTOP = { viewport: { width: 1280, height: 900 } };
const PHONE = { viewport: { width: 360, height: 740 }, deviceScaleFactor: 2 };
const NARROW = { viewport: { width: 320, height: 640 }, deviceScaleFactor: 2 };

const start = (page) => page.goto(base);
const card = async (page, region = '150702') => {
  await page.goto(`${base}/?q=${LOST}&region=${region}`);
  await page.locator('bangban-card article').waitFor();
};
const opened = async (page) => {
  await card(page);
  const counted = page.locator('bangban-materials .summary');
  const before = await counted.innerText();
  await page.getByRole('radio', { name: '本人办，已满16岁' }).check();
  await counted.filter({ hasNotText: before.trim() }).waitFor();
  for (const summary of await page.locator('bangban-card summary').all()) await summary.click();
  for (const source of await page.locator('bangban-card bangban-source button').all()) await source.click();
};
const candidates = async (page) => {
  await page.goto(`${base}/?q=我想开店`);
  await page.getByRole('button', { name: '都不是' }).click();
};
const typing = async (page) => {
  await page.goto(base);
  await page.getByRole('combobox').pressSequentially('身份');
  await page.getByRole('option').first().waitFor();
  await page.keyboard.press('ArrowDown');
};
const region = async (page) => {
  await page.goto(base);
  await page.getByRole('button', { name: /^地区：/ }).click();
  await page.getByRole('dialog').getByLabel('盟市').selectOption('150700');
};
const compare = async (page) => {
  // The shipped guides are the same everywhere; two cells are changed so that a difference shows.
  await page.route('**/compare?**', async (route) => {
    const response = await route.fetch();
    const reply = await response.json();
    for (const row of reply.rows.slice(0, 2)) {
      row.values[1] = '（示意）由海拉尔区公安局办理';
      row.differs = true;
    }
    await route.fulfill({ response, json: reply });
  });
  await card(page);
  await page.getByRole('button', { name: '与其他地区对比' }).click();
  await page.getByRole('button', { name: '开始对比' }).click();
  await page.getByRole('table').waitFor();
  await page.locator('bangban-compare').scrollIntoViewIfNeeded();
};
const places = async (page) => {
  await page.goto(`${base}/?q=前旗身份证丢了`);
  await page.locator('bangban-card article').waitFor();
};
const failed = async (page) => {
  await page.route('**/api/v1/match', (route) => route.abort());
  await page.goto(`${base}/?q=${LOST}`);
  await page.getByRole('button', { name: '重试' }).waitFor();
};
const focused = async (page) => {
  await card(page);
  await page.getByRole('radio', { name: '不清楚' }).first().focus();
  await page.keyboard.press('ArrowDown');
};
const print = async (page) => {
  await opened(page);
  await page.emulateMedia({ media: 'print' });
};
const elder = { elder: true };
const hall = (page) => card(page, '152500');
const dark = { colorScheme: 'dark' };

const pictures = {
  'start': [start, DESKTOP],
  'start-dark': [start, { ...DESKTOP, ...dark }],
  'start-phone': [start, PHONE],
  'start-elder-phone': [start, { ...PHONE, ...elder }],
  'typing': [typing, DESKTOP],
  'card': [card, DESKTOP],
  'card-opened': [opened, DESKTOP],
  'card-dark': [opened, { ...DESKTOP, ...dark }],
  'card-phone': [card, PHONE],
  'card-phone-opened': [opened, PHONE],
  'card-narrow': [opened, NARROW],
  'card-elder': [card, { ...DESKTOP, ...elder }],
  'card-elder-phone': [card, { ...PHONE, ...elder }],
  'card-hall': [hall, DESKTOP],
  'card-focus': [focused, DESKTOP],
  'card-print': [print, { viewport: { width: 794, height: 1123 } }],
  'candidates': [candidates, DESKTOP],
  'candidates-phone': [candidates, PHONE],
  'region': [region, DESKTOP],
  'region-phone-dark': [region, { ...PHONE, ...dark }],
  'compare': [compare, DESKTOP],
  'compare-phone': [compare, PHONE],
  'places': [places, DESKTOP],
  'failed-phone': [failed, PHONE],
  'docs': [(page) => page.goto(`${base}/docs`, { waitUntil: 'networkidle' }), DESKTOP],
};

mkdirSync(out, { recursive: true });
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
});
const wanted = process.argv.slice(2);
for (const [name, [reach, { elder: isElder, ...context }]] of Object.entries(pictures)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  const page = await browser.newPage({ locale: 'zh-CN', reducedMotion: 'reduce', ...context });
  if (isElder) await page.addInitScript(() => localStorage.setItem('bangban.elder', '1'));
  await reach(page);
  await page.screenshot({ path: `${out}${name}.png`, fullPage: !name.startsWith('region') });
  await page.close();
  console.log(`${name}.png`);
}
await browser.close();
