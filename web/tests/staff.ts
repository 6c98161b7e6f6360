import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Browser, BrowserContext, Page } from '@playwright/test';
import { expect } from './help';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Somebody's window, watched for errors. */
export interface Seat {
  page: Page;
  errors: string[];
  context: BrowserContext;
}

/** A window of its own. */
export async function window(browser: Browser, size: { width: number; height: number }): Promise<Seat> {
  const context = await browser.newContext({ viewport: size, acceptDownloads: true, permissions: ['clipboard-read', 'clipboard-write'] });
  const page = await context.newPage();
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(String(error)));
  page.on('console', (message) => {
    // A claim that comes too late is refused, and the browser tells.
    if (message.type() === 'error' && !/40[19]|503/.test(message.text())) errors.push(message.text());
  });
  return { page, errors, context };
}

/** Closes somebody's pages as one who goes home: a seat that only loses its line is waited for. */
export async function goHome({ page, context }: { page: Page; context: BrowserContext }) {
  await page.evaluate(() =>
    fetch('/api/v1/desk/presence', { method: 'PUT', body: '{"state":"offline"}', headers: { 'Content-Type': 'application/json' } }),
  );
  await context.close();
}

/** Signs in with the password that was made for this run. */
export async function signIn(browser: Browser, login: string, size = { width: 1440, height: 900 }): Promise<Seat> {
  const seat = await window(browser, size);
  await seat.page.goto('/desk');
  await seat.page.getByLabel('登录名').fill(login);
  await seat.page.getByLabel('密码').fill(process.env.DESK_PASSWORD ?? '');
  await seat.page.keyboard.press('Enter');
  await expect(seat.page.getByRole('button', { name: '退出登录' })).toBeVisible();
  return seat;
}

/** Serious and critical faults that axe-core finds. */
export async function serious(page: Page): Promise<string[]> {
  await page.evaluate(axe);
  return page.evaluate(async () => {
    const run = (window as unknown as { axe: { run: (d: Document, o: object) => Promise<{ violations: { id: string; impact: string; nodes: { target: string[] }[] }[] }> } }).axe.run;
    const { violations } = await run(document, { resultTypes: ['violations'] });
    return violations
      .filter((one) => one.impact === 'serious' || one.impact === 'critical')
      .map((one) => `${one.id}: ${one.nodes.map((node) => node.target.join(' ')).join(', ')}`);
  });
}
