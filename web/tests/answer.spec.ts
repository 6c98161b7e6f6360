import type { Citation } from '../src/wire';
import { LOST, answered, ask, card, cardOf, expect, flat, flatTexts, materialNames, open, openCard, section, test, texts } from './help';

test('a lost identity card is answered with its case, its materials and its fee', async ({ page }) => {
  await open(page);
  await expect(page).toHaveTitle('帮办 · 内蒙古政务服务事项查询');
  await answered(page, () => ask(page, LOST));
  await expect(card(page).getByRole('heading', { level: 2, name: /^居民身份证.*：\s*丢失补领$/ })).toBeVisible();
  await expect(section(page, '要带的材料')).toContainText('居民户口簿');
  await expect(section(page, '时限和费用').locator('.pair', { hasText: '收费' })).toContainText('40元');
  await expect(page).toHaveTitle(/居民身份证.* · 帮办/);
});

test('every line and every material on the page is what the service answered, in its order', async ({ page, request }) => {
  const want = await cardOf(request, [LOST]);
  await openCard(page);

  const head = card(page).locator('header.head');
  await expect(head.getByRole('heading', { level: 2 })).toHaveText(`${want.name}：${want.business_item}`);
  for (const line of want.head) {
    const pair = head.locator('dl.meta > div', { hasText: line.label });
    await expect(pair.locator('dd').first(), line.label).toHaveText(line.text);
  }
  await expect(head.locator('.number')).toHaveText(want.code ?? '指南未载明');
  expect(await flatTexts(head.locator('.notice span'))).toEqual(want.notices);

  for (const [title, lines] of [
    ['时限和费用', want.limits],
    ['受理条件', want.conditions],
    ['办理流程', want.flow],
    ['办完拿到什么', want.results],
    ['设定依据', want.basis],
  ] as const) {
    expect(lines.length, `${title}: the service has lines`).toBeGreaterThan(0);
    expect(await flatTexts(section(page, title).locator('dd.value, .text')), title).toEqual(texts(lines));
  }
  const where = [...want.channels, ...(want.hall?.lines ?? [])];
  expect(await flatTexts(section(page, '去哪里办').locator('dd.value, .text'))).toEqual(texts(where, true));

  const { materials } = want;
  await expect(card(page).locator('bangban-materials .summary')).toHaveText(materials.summary);
  expect(await flatTexts(materialNames(page))).toEqual(materials.list.map((material) => material.name));
  expect(await flatTexts(card(page).locator('bangban-materials li .facts:nth-of-type(1)'))).toEqual(
    materials.list.map(({ quantity, form, source }) => [quantity, form, source].filter((fact) => fact).join('') || '指南未载明'),
  );
  const tags: Record<string, string> = { waivable: '免提交（电子证照）', later: '容缺后补', open: '看情形' };
  for (const [at, material] of materials.list.entries()) {
    const row = card(page).locator('bangban-materials li').nth(at);
    expect(await flatTexts(row.locator('.tag')), material.name).toEqual(tags[material.state] ? [tags[material.state]] : []);
    if (material.remark) await expect(row, material.name).toContainText(material.remark);
  }

  const provenance = card(page).locator('.provenance');
  await expect(provenance).toContainText(`《${want.name}》`);
  await expect(provenance).toContainText(want.version ? `版本 ${want.version}` : '版本：指南未载明');
  await expect(provenance).toContainText(want.updated_at ? `更新于 ${want.updated_at}` : '更新日期：指南未载明');
});

test('where the guide is silent the page says so, and nowhere else', async ({ page, request }) => {
  const want = await cardOf(request, [LOST]);
  const lines = [...want.limits, ...want.channels];
  const silent = lines.filter((line) => line.value === null);
  expect(silent.length, 'the guide is silent somewhere').toBeGreaterThan(0);
  await openCard(page);
  for (const line of lines) {
    const pair = card(page).locator(`.pair[data-cite="${line.citation.id}"] dd.value`);
    if (line.value === null) await expect(pair, line.label).toHaveText('指南未载明');
    else await expect(pair, line.label).not.toContainText('指南未载明');
  }
});

test('every source on the card opens, is not empty, and closes again', async ({ page }) => {
  await openCard(page);
  // What is folded away has sources too.
  for (const summary of await card(page).locator('summary').all()) await summary.click();
  const sources = card(page).locator('bangban-source');
  const count = await sources.count();
  expect(count).toBeGreaterThan(10);
  for (let at = 0; at < count; at++) {
    const source = sources.nth(at);
    const button = source.getByRole('button');
    await expect(button).toHaveAttribute('aria-expanded', 'false');
    await button.click();
    await expect(button).toHaveAttribute('aria-expanded', 'true');
    expect(flat((await source.locator('.panel').textContent()) ?? '').length, await button.innerText()).toBeGreaterThan(3);
  }
  await sources.first().getByRole('button').click();
  await expect(sources.first().locator('.panel')).toHaveCount(0);
});

test('the source of a material and of the fee is the one that the service names', async ({ page, request }) => {
  const want = await cardOf(request, [LOST]);
  await openCard(page);
  const fee = want.limits.find((line) => line.label === '收费');
  const cited: [string, Citation][] = want.materials.list.map((material) => [material.name, material.citation]);
  if (fee) cited.push([fee.label, fee.citation]);
  for (const [name, citation] of cited) {
    const source = card(page).locator(`[data-cite="${citation.id}"] bangban-source`);
    const button = source.getByRole('button', { name: `（${name}）` });
    await button.click();
    const shown = await flatTexts(source.locator('.panel li'));
    expect(shown.length, name).toBe(citation.sources.length);
    for (const [at, one] of citation.sources.entries()) expect(shown[at], name).toContain(flat(one.text));
    for (const one of citation.sources.filter((one) => one.kind === 'page')) {
      await expect(source.locator(`a[href="${new URL(one.reference).href}"]`), name).toHaveAttribute('rel', /noopener/);
    }
  }
});

test('the hall of a place stands apart from what the guide says, with its own sources', async ({ page, request }) => {
  const { hall } = await cardOf(request, [LOST], '152500');
  if (!hall) throw new Error('the shipped halls have one for 锡林郭勒盟');
  await openCard(page, LOST, '/?region=152500');
  const block = section(page, '去哪里办').locator('.hall');
  await expect(block.locator('.hint')).toHaveText(hall.notice);
  await expect(block.getByRole('heading', { name: hall.name })).toBeVisible();
  expect(await flatTexts(block.locator('dd.value, .text'))).toEqual(texts(hall.lines, true));
  await expect(block.locator('a[href^="tel:"]').first()).toBeVisible();
  const button = block.locator('bangban-source').getByRole('button').first();
  await button.click();
  const [first] = hall.lines;
  await expect(block.locator('.panel')).toContainText(first?.citation.sources[0]?.text ?? 'no source');
  // The guide's own silence is not filled from the hall.
  await expect(section(page, '去哪里办').locator('bangban-lines').first()).not.toContainText(hall.name);
});
