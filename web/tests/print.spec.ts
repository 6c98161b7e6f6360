import { readFileSync } from 'node:fs';
import type { ItemResponse, Line } from '../src/wire';
import { OTHER, answer, answered, ask, assistant, card, citizen, everything, expect, flat, flatTexts, materialNames, open, openCard, press, section, test, texts } from './help';

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

test.describe('a newcomer with a phone', () => {
  test.use({ viewport: { width: 360, height: 740 } });

  /** What stood on the paper, read in the frame that was printed. */
  interface Paper {
    title: string;
    materials: string[];
    lines: [string, string][];
    hall: string[];
  }

  test('finds list and window of a matter at a place in three exchanges at most, and the paper says what the guide says', async ({ page, request }) => {
    await page.addInitScript(() => {
      const told = (one: Element) => {
        const copy = one.cloneNode(true) as Element;
        for (const mark of copy.querySelectorAll('.small')) mark.remove();
        return (copy.textContent ?? '').replace(/\s+/g, ' ').trim();
      };
      const all = (selector: string) => [...document.querySelectorAll(selector)];
      window.print = () => {
        const paper: Paper = {
          title: told(document.querySelector('h1') as Element),
          materials: all('.name').map(told),
          lines: all('dt').map((dt) => [told(dt), told(dt.nextElementSibling as Element)]),
          hall: all('h3').map(told),
        };
        Object.assign(window.parent, { paper });
      };
    });
    const shot = (name: string) => page.screenshot({ path: `artefacts/walk/${name}.png` });
    await open(page);
    await shot('1-start');
    await answered(page, () => ask(page, '老人高龄补贴'));
    await shot('2-asked');
    await page.getByRole('button', { name: /^地区：/ }).click();
    const dialog = page.getByRole('dialog', { name: '选择地区' });
    await dialog.getByLabel('盟市').selectOption({ label: '锡林郭勒盟' });
    await dialog.getByLabel('旗县市区').selectOption({ label: '镶黄旗' });
    await answered(page, () => dialog.getByRole('button', { name: '确定' }).click());
    await press(page, '80-89');
    await expect(card(page)).toBeVisible();
    expect(await citizen(page).count(), 'exchanges').toBeLessThanOrEqual(3);
    await shot('3-card');

    const href = (await card(page).getByRole('link', { name: '下载清单（PDF）' }).getAttribute('href')) ?? '';
    const at = new URL(href, 'http://service');
    expect(at.searchParams.get('region')).toBe('152528');
    const { card: guide } = (await (await request.get(at.pathname.replace(/\/checklist\.pdf$/, '') + at.search)).json()) as ItemResponse;
    expect(guide.name).toBe('80周岁以上老年人高龄津贴发放');
    await expect(card(page).getByRole('heading', { level: 2 })).toHaveText(`${guide.name}：80-89`);

    // On the screen stands what the guide says, line by line.
    expect(guide.materials.list.length).toBeGreaterThan(0);
    expect(await flatTexts(materialNames(page))).toEqual(guide.materials.list.map(({ name }) => name));
    await expect(card(page).locator('bangban-materials .summary')).toHaveText(guide.materials.summary);
    expect(await flatTexts(section(page, '时限和费用').locator('dd.value'))).toEqual(texts(guide.limits));
    const { hall } = guide;
    if (!hall) throw new Error('no window');
    const where = section(page, '去哪里办');
    await expect(where.getByRole('heading', { level: 4 })).toHaveText(hall.name);
    expect(await flatTexts(where.locator('.hall dd.value'))).toEqual(texts(hall.lines, true));
    await where.scrollIntoViewIfNeeded();
    await shot('4-window');

    // The paper says the same.
    await card(page).getByRole('button', { name: '打印清单' }).click();
    const printed = () => page.evaluate(() => (window as unknown as { paper?: Paper }).paper);
    await expect.poll(printed).toBeTruthy();
    const paper = (await printed()) as Paper;
    expect(paper.title).toBe(`${guide.name}：80-89`);
    expect(paper.materials).toEqual(guide.materials.list.map(({ name }) => name));
    expect(paper.hall).toEqual([hall.name]);
    const lines = (list: readonly Line[]) => list.map(({ label, text }): [string, string] => [label, flat(text.replace(/；/g, ' '))]);
    expect(paper.lines).toEqual(lines([...guide.channels, ...hall.lines, ...guide.limits, ...guide.conditions]));

    // So do both files to take along: the browser's print and the service's sheet.
    await page.emulateMedia({ media: 'print' });
    await page.pdf({ path: 'artefacts/walk/printed.pdf', format: 'A4' });
    await shot('5-print');
    const sheet = await request.get(href);
    expect(sheet.headers()['content-type']).toBe('application/pdf');
    for (const file of [await sheet.body(), readFileSync('artefacts/walk/printed.pdf')]) expect(file.subarray(0, 5).toString()).toBe('%PDF-');
  });
});
