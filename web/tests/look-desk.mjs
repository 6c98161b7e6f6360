// Saves pictures of the hand-over for people to look at, both sides of it, and tells axe-core's serious findings.
// Needs tests/mock-desk.mjs beside a real service: BASE_URL=http://127.0.0.1:18190 node tests/look-desk.mjs [dark|forced]
import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { chromium } from '@playwright/test';

const base = process.env.BASE_URL ?? 'http://127.0.0.1:18190';
const out = new URL('../artefacts/look/', import.meta.url).pathname;
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const mode = process.argv[2] ?? 'light';
const looks = { light: {}, dark: { colorScheme: 'dark' }, forced: { forcedColors: 'active' } }[mode];
const DESKTOP = { width: 1440, height: 900 };
const PHONE = { width: 360, height: 740 };

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: [...(process.getuid?.() === 0 ? ['--no-sandbox'] : []), '--disable-dev-shm-usage'],
});
let faults = 0;

async function open(path, viewport) {
  const context = await browser.newContext({ locale: 'zh-CN', viewport, reducedMotion: 'reduce', ...looks });
  const page = await context.newPage();
  page.setDefaultTimeout(10_000);
  page.on('pageerror', (error) => console.log(String(error), ++faults));
  await page.goto(base + path);
  return page;
}
async function look(page, name) {
  await page.waitForTimeout(300);
  await page.screenshot({ path: `${out}${name}-${mode}.png` });
  await page.evaluate(axe);
  const { violations } = await page.evaluate('axe.run(document, { resultTypes: ["violations"] })');
  for (const { id, impact, nodes } of violations) {
    if (impact !== 'serious' && impact !== 'critical') continue;
    faults++;
    console.log(name, id, nodes.map((node) => `${node.target.join(' ')} ${node.failureSummary}`));
  }
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  if (wide > 0) console.log(name, `sticks out by ${wide} px`, ++faults);
  console.log(`${name}-${mode}.png`);
}
async function signIn(login) {
  const page = await open('/desk', DESKTOP);
  await page.getByLabel('登录名').fill(login);
  await page.getByLabel('密码').fill('correct horse');
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: '退出登录' }).waitFor();
  return page;
}
async function citizen(q) {
  const page = await open('/?region=150702', PHONE);
  await page.locator('li.assistant').first().waitFor();
  await page.getByRole('combobox').fill(q);
  await page.keyboard.press('Enter');
  await page.locator('li.assistant').nth(1).waitFor();
  await page.getByRole('button', { name: '转人工' }).click();
  return page;
}

mkdirSync(out, { recursive: true });
const form = await open('/desk', DESKTOP);
await form.getByRole('button', { name: '登录' }).click();
await look(form, 'desk-sign-in');

await fetch(`${base}/mock?desk=closed`);
const late = await citizen('身份证丢了咋补');
await late.getByRole('button', { name: '留言' }).click();
await late.getByRole('button', { name: '提交留言' }).click();
await look(late, 'leave');
await late.getByLabel('要说的事').fill('想问异地补办');
await late.getByLabel('电话').fill('13800138000');
await late.getByRole('button', { name: '提交留言' }).click();
await late.getByText('留言已收到').first().waitFor();
await look(late, 'left');
await fetch(`${base}/mock`);

const agent = await signIn('wang');
await agent.getByRole('button', { name: '在线', exact: true }).click();
const first = await citizen('身份证丢了咋补');
const second = await citizen('办护照多少钱');
await second.getByText('您排在第 2 位').waitFor();
await look(second, 'queued');
await agent.locator('.row-button').first().click();
await agent.getByText('预览，还没有接入').waitFor();
await look(agent, 'desk-preview');
await agent.keyboard.press('a');
await agent.locator('desk-composer textarea:focus').waitFor();
await agent.keyboard.type('/');
await look(agent, 'desk-canned');
await agent.keyboard.press('Enter');
await agent.keyboard.press('Control+Enter');
await first.locator('li.agent').waitFor();
await agent.keyboard.press('Escape');
await agent.keyboard.press('i');
await agent.getByRole('combobox').fill('居民身份证');
await agent.getByRole('option').first().waitFor();
await look(agent, 'desk-search');
await agent.keyboard.press('Enter');
await agent.getByText('将附上指南').waitFor();
await agent.keyboard.press('Control+Enter');
await first.locator('li.agent bangban-card').waitFor();
await look(first, 'assigned');
await agent.keyboard.press('Escape');
await agent.keyboard.press('n');
await agent.keyboard.type('对方着急，先说材料');
await look(agent, 'desk-note');
await agent.keyboard.press('Control+Enter');
await agent.locator('desk-log .note').waitFor();
await agent.locator('desk-context .plain').first().click();
await agent.locator('desk-guide bangban-card').waitFor();
await look(agent, 'desk-guide');
await agent.keyboard.press('Escape');
for (const [key, heading] of [['f', '转接给谁'], ['?', '快捷键'], ['e', '结束会话']]) {
  await agent.locator('#case-title').focus();
  await agent.keyboard.press(key);
  await agent.getByRole('heading', { name: heading }).waitFor();
  await look(agent, `desk-${heading}`);
  if (key !== 'e') await agent.keyboard.press('Escape');
}
await agent.getByLabel('已解决').check();
await agent.getByRole('button', { name: '结束', exact: true }).last().click();
await first.getByText('请评价这次人工服务').waitFor();
await first.getByRole('button', { name: '非常不满意' }).last().click();
await look(first, 'rating');
await agent.locator('desk-list').getByRole('button', { name: /^待回访/ }).click();
await agent.locator('.row-button').first().click();
await agent.getByRole('button', { name: /^查看联系方式/ }).click();
await agent.getByText('13800138000').waitFor();
await look(agent, 'desk-callback');
await fetch(`${base}/mock?cut=4`);
await agent.getByText('连接断了').waitFor();
await look(agent, 'desk-lost');
await agent.getByText('连接断了').waitFor({ state: 'detached' });
await agent.setViewportSize({ width: 900, height: 800 });
await look(agent, 'desk-tablet');
await agent.setViewportSize(PHONE);
for (const view of ['列表', '会话', '资料']) {
  await agent.getByRole('button', { name: view, exact: true }).click();
  await look(agent, `desk-phone-${view}`);
}

const boss = await signIn('boss');
for (const page of ['wall', 'accounts', 'audit', 'proposals', 'work', 'outbox']) {
  await boss.goto(`${base}/desk#${page}`);
  await boss.locator('.top h2').waitFor();
  await look(boss, `desk-${page}`);
}
await boss.setViewportSize(PHONE);
for (const page of ['wall', 'accounts', 'outbox']) {
  await boss.goto(`${base}/desk#${page}`);
  await boss.locator('.top h2').waitFor();
  await look(boss, `desk-${page}-phone`);
}
await browser.close();
console.log(faults === 0 ? 'no faults' : `${faults} faults`);
process.exitCode = faults === 0 ? 0 : 1;
