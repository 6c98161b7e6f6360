import { LOST, ask, card, expect, flat, match, openCard, test, vague } from './help';

test('an unclear question lists what the service found near, and one of it opens', async ({ page, request }) => {
  const { q, reply } = await vague(request);
  await page.goto('/');
  await ask(page, q);
  const heading = page.getByRole('heading', { level: 2, name: reply.lead });
  await expect(heading).toBeFocused();
  const rows = page.locator('bangban-candidates li');
  await expect(rows).toHaveCount(reply.candidates.length);
  for (const [at, candidate] of reply.candidates.entries()) {
    const name = candidate.name + (candidate.business_item ? `：${candidate.business_item}` : '');
    expect(flat((await rows.nth(at).locator('.name').textContent()) ?? ''), `row ${at}`).toBe(name);
    if (candidate.department) await expect(rows.nth(at).locator('.about')).toContainText(candidate.department);
  }

  const picked = reply.candidates[1];
  if (!picked) throw new Error('no second candidate');
  await rows.nth(1).getByRole('button').click();
  await expect(card(page).getByRole('heading', { level: 2 })).toContainText(picked.name);
  await expect(card(page).getByRole('heading', { level: 2 })).toBeFocused();
  await expect(rows).toHaveCount(0);
  expect(new URL(page.url()).searchParams.get('code')).toBe(picked.code);
  // Back leads to the list again.
  await page.goBack();
  await expect(rows).toHaveCount(reply.candidates.length);
});

test('none of these leads on: how to ask, and people to call', async ({ page, request }) => {
  const { q } = await vague(request);
  await page.goto('/');
  await ask(page, q);
  await page.getByRole('button', { name: '都不是' }).click();
  await expect(page.getByRole('heading', { name: '换个说法试试' })).toBeFocused();
  await expect(page.getByText('写上要办的事和对象')).toBeVisible();
  await expect(page.locator('main').getByRole('link', { name: '转人工 12345' })).toHaveAttribute('href', 'tel:12345');
  // The box still takes a question.
  await ask(page, LOST);
  await expect(card(page)).toBeVisible();
  await expect(page.getByRole('heading', { name: '换个说法试试' })).toHaveCount(0);
});

test('“not this item” opens the near items, and one of them opens its own card', async ({ page, request }) => {
  const reply = await match(request, LOST);
  const near = reply.candidates.filter((candidate) => candidate.code !== reply.card?.item);
  expect(near.length, 'the service knows near items').toBeGreaterThan(0);
  await openCard(page);
  const button = card(page).getByRole('button', { name: '不是这个事项' });
  await expect(button).toHaveAttribute('aria-expanded', 'false');
  await button.click();
  await expect(button).toHaveAttribute('aria-expanded', 'true');
  await expect(card(page).getByRole('heading', { name: '相近的事项' })).toBeFocused();
  const rows = card(page).locator('bangban-candidates li');
  await expect(rows).toHaveCount(near.length);
  await rows.first().getByRole('button').click();
  await expect(card(page).getByRole('heading', { level: 2 })).toContainText(near[0]?.name ?? '');
  await expect(rows).toHaveCount(0);
  // From there the first item is near in turn.
  await card(page).getByRole('button', { name: '不是这个事项' }).click();
  await expect(rows.first()).toBeVisible();
  await expect(rows.filter({ hasText: near[0]?.name ?? '' })).toHaveCount(0);
});

test('near items are found again after a reload, with the item that the question led to', async ({ page, request }) => {
  const first = (await match(request, LOST)).card;
  await openCard(page);
  await card(page).getByRole('button', { name: '不是这个事项' }).click();
  await card(page).locator('bangban-candidates button').first().click();
  await expect.poll(() => new URL(page.url()).searchParams.has('code')).toBe(true);
  await page.reload();
  await card(page).getByRole('button', { name: '不是这个事项' }).click();
  await expect(card(page).locator('bangban-candidates li').first()).toContainText(first?.name ?? '');
});
