import type { Message } from '../src/wire';
import { LOST, OTHER, answer, answered, ask, assistant, box, card, cardOf, citizen, converse, expect, flatTexts, log, materialNames, open, openCard, press, test } from './help';

test('from a bare wish to the exact list for a place in three exchanges', async ({ page, request }) => {
  await open(page, '/?region=150702');
  await answered(page, () => ask(page, '办身份证'));
  await press(page, '丢失补领');
  await press(page, '本人办，已满16岁');
  await expect(citizen(page)).toHaveText([/办身份证/, /丢失补领/, /本人办，已满16岁/]);
  await expect(card(page).getByRole('heading', { level: 2 })).toHaveText('居民身份证办理：丢失补领');
  await expect(card(page).locator('.scope')).toContainText('海拉尔区');

  const { item } = await cardOf(request, [LOST]);
  const query = new URLSearchParams({ region: '150702', item: '丢失补领', who: 'self' });
  const { materials } = (await (await request.get(`/api/v1/items/${item}/materials?${query}`)).json()) as { materials: { list: { name: string }[]; summary: string } };
  expect(await flatTexts(materialNames(page))).toEqual(materials.list.map(({ name }) => name));
  await expect(card(page).locator('bangban-materials .summary')).toHaveText(materials.summary);

  // One question more, and nothing depends on anything.
  await press(page, '就在本旗县');
  await expect(card(page).locator('bangban-materials .tag.open')).toHaveCount(0);
  await expect(answer(page).locator('bangban-ask')).toHaveCount(0);
});

test('the list is a log whose messages name their speaker and their time', async ({ page }) => {
  await openCard(page);
  await expect(log(page).locator('> ol > li')).toHaveCount(3);
  await expect(citizen(page).locator('.unseen').first()).toHaveText('您：');
  await expect(answer(page).locator('> .unseen')).toHaveText('帮办助手：');
  for (const time of await log(page).locator('> ol > li > time').all()) {
    expect(Number.isNaN(Date.parse((await time.getAttribute('datetime')) ?? ''))).toBe(false);
  }
  // Two voices at once help nobody.
  await expect(log(page).locator('[role=status], [aria-live]')).toHaveCount(0);
});

test('only the last message can be answered; typing instead works too', async ({ page }) => {
  await open(page);
  await answered(page, () => ask(page, '办身份证'));
  const first = answer(page);
  await expect(first.getByRole('button', { name: '丢失补领', exact: true })).toBeEnabled();
  const asked = await first.locator('legend').innerText();
  await answered(page, () => ask(page, '丢失补领'));
  await expect(card(page).getByRole('heading', { level: 2 })).toContainText('：丢失补领');
  const older = assistant(page).nth(1);
  await expect(older.getByText(asked)).toBeVisible();
  await expect(older.getByRole('button', { name: '丢失补领', exact: true })).toHaveCount(0);
  await expect(older.getByRole('button', { name: '不是这个事项' })).toHaveCount(0);

  // An older card is folded away, and can be looked at.
  await press(page, '本人办，已满16岁');
  const told = assistant(page).nth(2);
  await expect(told.locator('bangban-card article')).toBeHidden();
  await told.getByRole('button', { name: '办事指南：居民身份证办理：丢失补领' }).click();
  await expect(told.locator('bangban-card article')).toBeVisible();
  await expect(told.getByRole('button', { name: '改', exact: true })).toHaveCount(0);
});

test('what a button says is what the citizen has said, and it leads where the service leads', async ({ page, request }) => {
  const reply = await converse(request, ['补办']);
  const labels = reply.ask?.options.map(({ label }) => label) ?? [];
  expect(labels.length, 'the service asks back').toBeGreaterThan(1);
  await open(page);
  await answered(page, () => ask(page, '补办'));
  expect(await flatTexts(answer(page).locator('bangban-ask').getByRole('button'))).toEqual(labels);
  await press(page, labels[0] ?? '');
  await expect(citizen(page).last()).toContainText(labels[0] ?? '');
  const next = await converse(request, ['补办', `#${reply.ask?.options[0]?.id}`]);
  expect(await flatTexts(answer(page).locator('bangban-spoken p'))).toEqual(next.say);
  await press(page, '不是这个事项');
  await expect(citizen(page).last()).toContainText('不是这个事项');
});

test('an answer can be given anew', async ({ page }) => {
  await openCard(page);
  await press(page, '本人办，已满16岁');
  const known = card(page).getByRole('region', { name: '您的情况' });
  await expect(known).toContainText('本人办，已满16岁');
  await answered(page, () => known.getByRole('button', { name: /^改：给谁办/ }).click());
  await press(page, '监护人给孩子代办');
  await expect(known).toContainText('监护人给孩子代办');
});

test('several options go out together', async ({ page }) => {
  const sent: string[] = [];
  await page.route('**/messages', async (route) => {
    const { press } = route.request().postDataJSON() as { press?: string };
    if (press) sent.push(press);
    if (press) return route.fulfill({ status: 201, json: { messages: [] } });
    // The shipped guides ask for one answer at a time, so a real question is changed on its way.
    const response = await route.fetch();
    const body = (await response.json()) as { messages: Message[] };
    const asked = body.messages[1]?.reply?.ask;
    if (asked) asked.multi = true;
    return route.fulfill({ response, json: body });
  });
  await open(page);
  await answered(page, () => ask(page, '办身份证'));
  const confirm = answer(page).getByRole('button', { name: '选好了' });
  await confirm.click();
  await expect(answer(page).getByRole('alert')).toHaveText('错误：请至少选一个');
  await answer(page).getByRole('checkbox', { name: '丢失补领' }).check();
  await answer(page).getByRole('checkbox', { name: '首次申领' }).check();
  await confirm.click();
  await expect.poll(() => sent).toEqual(['option:首次申领|丢失补领']);
});

test('a reload keeps the conversation and asks nothing again', async ({ page }) => {
  await open(page);
  await answered(page, () => ask(page, '办身份证'));
  await press(page, '丢失补领');
  const before = await flatTexts(log(page).locator('> ol > li'));
  const sent: string[] = [];
  page.on('request', (request) => request.method() === 'POST' && sent.push(request.url()));
  await page.reload();
  await expect(assistant(page)).toHaveCount(3);
  expect(await flatTexts(log(page).locator('> ol > li'))).toEqual(before);
  expect(sent).toEqual([]);
  await press(page, '本人办，已满16岁');
  await expect(citizen(page)).toHaveCount(3);
});

test('another tab goes on with the same conversation, but not one that is opened when all are closed', async ({ page, context }) => {
  await openCard(page);
  const other = await context.newPage();
  await other.goto('/');
  await expect(citizen(other)).toContainText([LOST]);
  await answered(other, () => ask(other, OTHER));
  await expect(citizen(page)).toContainText([LOST, OTHER]);
  await page.close();
  await other.close();
  // On a computer in a hall the next visitor finds nothing.
  const next = await context.newPage();
  await next.goto('/');
  await expect(assistant(next).first()).toBeVisible();
  await expect(citizen(next)).toHaveCount(0);
});

test.describe('a conversation that is over', () => {
  // The browser itself notes refusals in the console.
  test.use({ allowed: /status of 4(04|09)/ });

  test('is followed by another, linked to it, and nothing said is lost', async ({ page, request }) => {
    await openCard(page);
    const key = await page.evaluate(() => JSON.parse(sessionStorage.getItem('bangban.talk') ?? '{}') as { id: string; token: string });
    await request.post(`/api/v1/conversations/${key.id}/close`, { data: {}, headers: { Authorization: `Bearer ${key.token}` } });
    const begun = page.waitForRequest((one) => one.method() === 'POST' && one.url().endsWith('/conversations'));
    await ask(page, OTHER);
    expect((await begun).postDataJSON()).toMatchObject({ previous: key.id });
    await expect(card(page).getByRole('heading', { level: 2 })).toContainText('护照');
    await expect(citizen(page)).toHaveCount(2);
  });

  test('or not known any more is begun anew when the page opens', async ({ page }) => {
    await page.addInitScript(() => sessionStorage.setItem('bangban.talk', JSON.stringify({ id: '01M8C2QJVHJDA3K07A7JZTFYVR', token: 'x' })));
    await open(page);
    await expect(citizen(page)).toHaveCount(0);
    await answered(page, () => ask(page, LOST));
    await expect(card(page)).toBeVisible();
  });
});

test('links from before: a question and an item open in the conversation', async ({ page, request }) => {
  const { item, name } = await cardOf(request, [LOST]);
  await page.goto(`/?q=${LOST}&region=150702`);
  await expect(card(page).getByRole('heading', { level: 2 })).toContainText('：丢失补领');
  await expect(citizen(page)).toHaveText(new RegExp(LOST));
  await expect(page).toHaveURL(/\/\?region=150702$/);
  await page.reload();
  await expect(assistant(page)).toHaveCount(2);
  await expect(citizen(page), 'asked once').toHaveCount(1);

  await page.goto(`/?code=${item}&a.item=丢失补领&region=150702`);
  await expect(citizen(page)).toHaveCount(2);
  await expect(citizen(page).last()).toContainText(name);
  await expect(card(page).getByRole('heading', { level: 2 })).toContainText('：丢失补领');
});

test('a bundle lists its items in order, says what can go side by side, and opens each', async ({ page, request }) => {
  const q = '孩子出生要办哪些事';
  const { bundle } = await converse(request, [q]);
  if (!bundle) throw new Error('no bundle');
  await open(page);
  await answered(page, () => ask(page, q));
  const rows = answer(page).locator('bangban-bundle ol > li');
  expect(await flatTexts(rows.locator('.title'))).toEqual(bundle.members.map(({ title }) => title));
  expect(await flatTexts(rows.locator('.when'))).toEqual(
    bundle.members.map(({ after }) => (after.length > 0 ? `要先办好：${after.join('、')}` : '随时可以办')),
  );
  await answer(page).getByRole('button', { name: `材料合在一起：${bundle.materials.length} 份` }).click();
  await expect(answer(page).locator('bangban-shared-materials li')).toHaveCount(bundle.materials.length);
  const first = bundle.members.find(({ code }) => code);
  await answered(page, () => answer(page).getByRole('button', { name: `看指南：${first?.title}` }).click());
  await expect(card(page)).toBeVisible();
});

test('several items in one sentence: each has its card, their materials stand together', async ({ page, request }) => {
  const q = '身份证丢了和办护照要带什么';
  const reply = await converse(request, [q]);
  expect(reply.cards.length).toBeGreaterThan(1);
  await open(page);
  await answered(page, () => ask(page, q));
  await expect(answer(page).getByRole('button', { name: /^办事指南：/ })).toHaveCount(reply.cards.length);
  expect(await flatTexts(answer(page).locator('bangban-shared-materials .name'))).toEqual(reply.materials.map(({ name }) => name));
});

test('one side of an item is answered with its lines and their sources', async ({ page, request }) => {
  const { sides } = await converse(request, ['办护照多少钱']);
  await open(page);
  await answered(page, () => ask(page, '办护照多少钱'));
  const told = answer(page).locator('.sides');
  expect(await flatTexts(told.locator('.text, dd.value'))).toEqual(sides.flatMap(({ lines }) => lines.map(({ text }) => text)));
  await told.locator('bangban-source button').first().click();
  await expect(told.locator('bangban-source .panel').first()).toBeVisible();
});

test('a person can be asked for at any time, and danger has numbers to dial', async ({ page }) => {
  await open(page);
  const human = page.getByRole('button', { name: '转人工' });
  await expect(human).toHaveCount(1);
  await answered(page, () => human.click());
  await expect(answer(page).getByRole('link', { name: '12345' })).toHaveAttribute('href', 'tel:12345');
  await answered(page, () => ask(page, '着火了快来人'));
  await expect(answer(page).getByRole('link', { name: '119' })).toHaveAttribute('href', 'tel:119');
  await expect(human).toBeInViewport();
});

test('beginning anew keeps the place and forgets the matter', async ({ page }) => {
  await openCard(page, LOST, '/?region=150702');
  await answered(page, () => page.locator('header').getByRole('button', { name: '重新开始' }).click());
  await expect(answer(page)).toContainText('您想办什么事');
  await expect(page.getByRole('button', { name: /^地区：.*海拉尔区/ })).toBeVisible();
});

test('an example on the start page is a question', async ({ page }) => {
  await open(page);
  const example = page.getByRole('region', { name: '大家常问' }).getByRole('button').first();
  const q = await example.innerText();
  await example.click();
  await expect(card(page)).toBeVisible();
  await expect(citizen(page)).toContainText([q]);
  await expect(page.getByRole('heading', { name: '大家常问' })).toHaveCount(0);
  await expect(box(page)).toHaveValue('');
});
