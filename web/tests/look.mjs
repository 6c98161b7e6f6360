// Saves pictures of the pages for people to look at: BASE_URL=http://127.0.0.1:8080 npm run look
import { mkdirSync } from 'node:fs';
import { chromium } from '@playwright/test';

const base = process.env.BASE_URL ?? 'http://127.0.0.1:18080';
const out = new URL('../artefacts/look/', import.meta.url).pathname;
const LOST = '身份证丢了咋补';
const DESKTOP = { viewport: { width: 1280, height: 900 } };
const PHONE = { viewport: { width: 360, height: 740 }, deviceScaleFactor: 2 };
const NARROW = { viewport: { width: 320, height: 640 }, deviceScaleFactor: 2 };

const turn = async (page, act) => {
  const answers = page.locator('li.assistant');
  const before = await answers.count();
  await act();
  await answers.nth(before).waitFor();
};
const start = async (page, path = '/') => {
  await page.goto(base + path);
  await page.locator('li.assistant').first().waitFor();
};
const ask = (page, q) =>
  turn(page, async () => {
    await page.getByRole('combobox').fill(q);
    await page.keyboard.press('Enter');
  });
const press = (page, name) => turn(page, () => page.getByRole('button', { name, exact: true }).click());
const asked = (...questions) => async (page) => {
  await start(page, '/?region=150702');
  for (const q of questions) await ask(page, q);
};
const exact = async (page) => {
  await asked('办身份证')(page);
  for (const name of ['丢失补领', '本人办，已满16岁', '就在本旗县']) await press(page, name);
};
const opened = async (page) => {
  await exact(page);
  const card = page.locator('li.assistant').last().locator('bangban-card');
  for (const summary of await card.locator('summary').all()) await summary.click();
  for (const source of await card.locator('bangban-source button').all()) await source.click();
};
const typing = async (page) => {
  await start(page);
  await page.getByRole('combobox').pressSequentially('身份');
  await page.getByRole('option').first().waitFor();
  await page.keyboard.press('ArrowDown');
};
const region = async (page) => {
  await start(page);
  await page.getByRole('button', { name: /^地区：/ }).click();
  await page.getByRole('dialog').getByLabel('盟市').selectOption('150700');
};
const failed = async (page) => {
  await start(page);
  await page.route('**/messages', (route) => route.abort());
  await page.getByRole('combobox').fill(LOST);
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: '重新发送' }).waitFor();
};
const print = async (page) => {
  await exact(page);
  await page.emulateMedia({ media: 'print' });
};
const elder = { elder: true };
const dark = { colorScheme: 'dark' };
const whole = { whole: true };
const LIST = '孩子出生要办哪些事';
const TWO = '身份证丢了和办护照要带什么';
const COMPARE = ['办护照', '海拉尔和赤峰有什么不一样'];

const pictures = {
  'start': [start, DESKTOP],
  'start-dark': [start, { ...DESKTOP, ...dark }],
  'start-phone': [start, PHONE],
  'start-elder-phone': [start, { ...PHONE, ...elder }],
  'typing-phone': [typing, PHONE],
  'ask': [asked('办身份证'), DESKTOP],
  'ask-phone': [asked('办身份证'), PHONE],
  'ask-elder-phone': [asked('办身份证'), { ...PHONE, ...elder }],
  'exact': [exact, DESKTOP],
  'exact-whole': [exact, { ...DESKTOP, ...whole }],
  'exact-dark': [exact, { ...DESKTOP, ...dark }],
  'exact-phone': [exact, PHONE],
  'exact-narrow': [opened, { ...NARROW, ...whole }],
  'exact-elder': [exact, { ...DESKTOP, ...elder }],
  'exact-print': [print, { viewport: { width: 794, height: 1123 }, ...whole }],
  'side-phone': [asked('办护照多少钱'), PHONE],
  'bundle-phone': [asked(LIST), PHONE],
  'bundle': [asked(LIST), DESKTOP],
  'two-phone': [asked(TWO), PHONE],
  'compare': [asked(...COMPARE), DESKTOP],
  'compare-phone': [asked(...COMPARE), PHONE],
  'region-phone-dark': [region, { ...PHONE, ...dark }],
  'person-phone': [asked('着火了快来人'), PHONE],
  'failed-phone': [failed, PHONE],
  'docs': [(page) => page.goto(`${base}/docs`, { waitUntil: 'networkidle' }), { ...DESKTOP, ...whole }],
};

mkdirSync(out, { recursive: true });
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
});
const wanted = process.argv.slice(2);
for (const [name, [reach, { elder: isElder, whole: fullPage = false, ...context }]] of Object.entries(pictures)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  const page = await browser.newPage({ locale: 'zh-CN', reducedMotion: 'reduce', ...context });
  if (isElder) await page.addInitScript(() => localStorage.setItem('bangban.elder', '1'));
  await reach(page);
  await page.screenshot({ path: `${out}${name}.png`, fullPage });
  await page.close();
  console.log(`${name}.png`);
}
await browser.close();
