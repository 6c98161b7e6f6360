import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from '@playwright/test';
import type { AxeResults } from 'axe-core';
import { LOST, answer, answered, ask, assistant, box, card, expect, open, openCard, press, test } from './help';

// The browser itself notes failed requests in the console.
test.use({ allowed: /^Failed to load resource/ });

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Serious and critical faults, told so that the reader finds them. */
async function faults(page: Page): Promise<string[]> {
  // Evaluated, not added as a script: the policy of the page allows no inline code.
  await page.evaluate(AXE);
  const { violations } = (await page.evaluate('axe.run(document, { resultTypes: ["violations"] })')) as AxeResults;
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.target.join(' ')} ${node.failureSummary ?? ''}`));
}

const states: [name: string, reach: (page: Page) => Promise<void>][] = [
  ['the start page', (page) => open(page)],
  [
    'a card with everything open, below an older one',
    async (page) => {
      await openCard(page);
      await press(page, '本人办，已满16岁');
      await assistant(page).nth(1).getByRole('button', { name: /^办事指南/ }).click();
      for (const summary of await card(page).locator('summary').all()) await summary.click();
      for (const source of await card(page).locator('bangban-source button').all()) await source.click();
    },
  ],
  [
    'names offered while typing',
    async (page) => {
      await open(page);
      await box(page).pressSequentially('身份');
      await expect(page.getByRole('option').first()).toBeVisible();
      await page.keyboard.press('ArrowDown');
    },
  ],
  [
    'the region dialog',
    async (page) => {
      await open(page);
      await page.getByRole('button', { name: /^地区：/ }).click();
      await page.getByRole('dialog').getByLabel('盟市').selectOption({ label: '呼伦贝尔市' });
      await expect(page.getByRole('dialog').getByLabel('旗县市区')).toBeEnabled();
    },
  ],
  [
    'a comparison',
    async (page) => {
      await openCard(page, LOST, '/?region=150702');
      await card(page).getByRole('button', { name: '与其他地区对比' }).click();
      await page.getByRole('button', { name: '开始对比' }).click();
      await expect(page.getByRole('table')).toBeVisible();
    },
  ],
  [
    'a bundle, several items, and one side',
    async (page) => {
      await open(page);
      for (const q of ['孩子出生要办哪些事', '身份证丢了和办护照要带什么', '办护照多少钱']) await answered(page, () => ask(page, q));
      await assistant(page).nth(1).getByRole('button', { name: /^材料合在一起/ }).click();
      await expect(answer(page).getByRole('heading', { name: '收费', exact: true }).first()).toBeVisible();
    },
  ],
  [
    'a message that failed and a refused question',
    async (page) => {
      await open(page);
      await page.route('**/messages', (route) => route.fulfill({ status: 500, contentType: 'application/problem+json', body: '{"type":"/problems/internal","detail":"x"}' }));
      await ask(page, LOST);
      await expect(page.getByRole('button', { name: '重新发送' })).toBeVisible();
      await box(page).fill('证'.repeat(501));
      await page.keyboard.press('Enter');
      await expect(page.locator('#error')).toBeVisible();
    },
  ],
];

for (const [mode, scheme] of [
  ['light', 'light'],
  ['dark', 'dark'],
  ['elder', 'light'],
  // Elder mode keeps its own colours whatever the system prefers.
  ['elder, dark system', 'dark'],
] as const) {
  test.describe(`in ${mode} mode`, () => {
    // Without movement no colour is caught half way.
    test.use({ colorScheme: scheme, contextOptions: { reducedMotion: 'reduce' } });
    for (const [name, reach] of states) {
      test(`${name} has no serious fault`, async ({ page }) => {
        if (mode.startsWith('elder')) await page.addInitScript(() => localStorage.setItem('bangban.elder', '1'));
        await reach(page);
        expect(await faults(page)).toEqual([]);
      });
    }
  });
}
