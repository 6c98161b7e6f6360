import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from '@playwright/test';
import type { AxeResults } from 'axe-core';
import { LOST, ask, card, expect, openCard, test, vague } from './help';

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

const states: [name: string, reach: (page: Page, vagueQuestion: string) => Promise<void>][] = [
  ['the start page', async (page) => void (await page.goto('/'))],
  [
    'a card with everything open',
    async (page) => {
      await openCard(page);
      const before = await page.locator('bangban-materials .summary').innerText();
      await page.getByRole('radio', { name: '本人办，已满16岁' }).check();
      await expect(page.locator('bangban-materials .summary')).not.toHaveText(before);
      for (const summary of await card(page).locator('summary').all()) await summary.click();
      for (const source of await card(page).locator('bangban-source button').all()) await source.click();
      await card(page).getByRole('button', { name: '不是这个事项' }).click();
      await expect(card(page).locator('bangban-candidates li').first()).toBeVisible();
    },
  ],
  [
    'a list of candidates',
    async (page, q) => {
      await page.goto('/');
      await ask(page, q);
      await page.getByRole('button', { name: '都不是' }).click();
    },
  ],
  [
    'names offered while typing',
    async (page) => {
      await page.goto('/');
      await page.getByRole('combobox').pressSequentially('身份');
      await expect(page.getByRole('option').first()).toBeVisible();
      await page.keyboard.press('ArrowDown');
    },
  ],
  [
    'the region dialog',
    async (page) => {
      await page.goto('/');
      await page.getByRole('button', { name: /^地区：/ }).click();
      await page.getByRole('dialog').getByLabel('盟市').selectOption({ label: '呼伦贝尔市' });
      await expect(page.getByRole('dialog').getByLabel('旗县市区')).toBeEnabled();
    },
  ],
  [
    'a comparison',
    async (page) => {
      await page.goto(`/?q=${LOST}&region=150702`);
      await card(page).getByRole('button', { name: '与其他地区对比' }).click();
      await page.getByRole('button', { name: '开始对比' }).click();
      await expect(page.getByRole('table')).toBeVisible();
    },
  ],
  [
    'a choice of places',
    async (page) => {
      await openCard(page, '前旗身份证丢了');
      await expect(page.getByRole('region', { name: '您说的是哪个地方？' })).toBeVisible();
    },
  ],
  [
    'a refused question',
    async (page) => {
      await page.goto('/');
      await page.getByRole('combobox').fill('证'.repeat(501));
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
      test(`${name} has no serious fault`, async ({ page, request }) => {
        if (mode.startsWith('elder')) await page.addInitScript(() => localStorage.setItem('bangban.elder', '1'));
        await reach(page, (await vague(request)).q);
        expect(await faults(page)).toEqual([]);
      });
    }
  });
}
