import { OTHER, answer, answered, ask, assistant, card, everything, expect, flatTexts, materialNames, open, openCard, press, test } from './help';

test('on paper stand the materials with boxes to tick, and nothing that can only be clicked', async ({ page }) => {
  await openCard(page);
  await press(page, '本人办，已满16岁');
  await card(page).locator('bangban-materials bangban-source button').first().click();
  const names = await flatTexts(materialNames(page));
  await page.emulateMedia({ media: 'print' });

  await expect(card(page).getByText('办事材料清单')).toBeVisible();
  await expect(card(page).getByRole('heading', { level: 2 })).toBeVisible();
  expect(names.length).toBeGreaterThan(0);
  for (const [at, name] of names.entries()) {
    const row = card(page).locator('bangban-materials li').nth(at);
    await expect(row.locator('.name')).toHaveText(name);
    await expect(row.locator('.name')).toBeVisible();
    await expect(row.locator('.tick')).toBeVisible();
  }
  await expect(card(page).getByText('您的情况：丢失补领；本人办，已满16岁')).toBeVisible();
  await expect(card(page).getByText(/^打印于 .*以受理窗口答复为准/)).toBeVisible();
  await expect(card(page).locator('.pair', { hasText: '收费' })).toContainText('40元');
  // What is folded away on the screen is unfolded on paper.
  await expect(card(page).locator('bangban-materials dl.notes:visible').first()).toContainText('备注');
  // What nobody has checked says so on paper too, where no button can be pressed.
  await expect(card(page).getByText('（出处·未经核对）').first()).toBeVisible();

  const chrome = await page.evaluate(`${everything}
    .filter((element) => element.matches('button, summary, input, select, nav, footer, h1, time, .hero, .bar, .dock, .skip, .panel, .say, .bubble, bangban-ask, bangban-question input'))
    .map((element) => element.localName + ' ' + element.textContent.trim().slice(0, 30))`);
  expect(chrome, 'nothing of the screen, and nothing of the conversation').toEqual([]);
  await expect(page.locator('bangban-card article:visible'), 'one card').toHaveCount(1);
});

test('the sheet is black on white whatever the screen looks like', async ({ page }) => {
  await page.emulateMedia({ colorScheme: 'dark' });
  await openCard(page);
  await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
  const colours = (await page.evaluate(`(() => {
    const light = (colour) => {
      const [r, g, b] = colour.match(/[\\d.]+/g).map(Number);
      return (r + g + b) / 3;
    };
    return ${everything}
      .filter((element) => [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim()))
      .filter((element) => !element.closest('.unseen') && light(getComputedStyle(element).color) > 120)
      .map((element) => element.localName + ' ' + element.textContent.trim().slice(0, 20));
  })()`)) as string[];
  expect(colours, 'pale text').toEqual([]);
});

test('the print button prints its own card on a sheet of its own, also one that newer messages have folded away', async ({ page }) => {
  await page.addInitScript(() => {
    // Kept in the page, whichever frame prints.
    window.print = () => {
      const kept = window.parent as unknown as { printed?: string[] };
      kept.printed = [...(kept.printed ?? []), document.querySelector('h1')?.textContent?.trim() ?? ''];
    };
  });
  const printed = () => page.evaluate(() => (window as unknown as { printed?: string[] }).printed ?? []);
  await openCard(page);
  const first = await card(page).getByRole('heading', { level: 2 }).innerText();
  await card(page).getByRole('button', { name: '打印清单' }).click();
  await expect.poll(printed).toEqual([first]);
  await answered(page, () => ask(page, OTHER));
  const second = await card(page).getByRole('heading', { level: 2 }).innerText();
  await card(page).getByRole('button', { name: '打印清单' }).click();
  await expect.poll(printed).toEqual([first, second]);
  const older = assistant(page).nth(1);
  await older.getByRole('button', { name: /^办事指南/ }).click();
  await older.getByRole('button', { name: '打印清单' }).click();
  await expect.poll(printed).toEqual([first, second, first]);
});

test('several items in one answer are printed one a page', async ({ page }) => {
  await page.addInitScript(() => {
    window.print = () => {
      const sheets = [...document.querySelectorAll('article')].map((one) => [one.querySelector('h1')?.textContent?.trim(), getComputedStyle(one).breakBefore]);
      Object.assign(window.parent, { sheets });
    };
  });
  await open(page);
  await answered(page, () => ask(page, '身份证丢了和办护照要带什么'));
  const cards = answer(page).getByRole('button', { name: /^办事指南：/ });
  const names = (await cards.allInnerTexts()).map((text) => text.replace('办事指南：', '').trim());
  expect(names.length).toBeGreaterThan(1);
  await cards.first().click();
  await answer(page).getByRole('button', { name: '打印清单' }).first().click();
  type Sheets = { sheets?: [string, string][] };
  await expect.poll(() => page.evaluate(() => (window as unknown as Sheets).sheets?.map(([name]) => name))).toEqual(names);
  const breaks = await page.evaluate(() => (window as unknown as Sheets).sheets?.map(([, before]) => before));
  expect(breaks).toEqual(names.map((_, at) => (at === 0 ? 'auto' : 'page')));
});
