import { OTHER, answer, answered, ask, assistant, card, cardOf, citizen, converse, expect, flatTexts, open, openCard, press, test } from './help';

test('a region chosen step by step is used, shown, and kept', async ({ page, request }) => {
  await open(page);
  const opener = page.getByRole('button', { name: /^地区：/ });
  await expect(opener).toHaveAccessibleName('地区：全区，点此更换');
  await opener.click();
  const dialog = page.getByRole('dialog', { name: '选择地区' });
  await expect(dialog.getByLabel('旗县市区')).toBeDisabled();
  await dialog.getByLabel('盟市').selectOption({ label: '呼伦贝尔市' });
  await dialog.getByLabel('旗县市区').selectOption({ label: '海拉尔区' });
  await answered(page, () => dialog.getByRole('button', { name: '确定' }).click());
  await expect(dialog).toBeHidden();
  await expect(citizen(page)).toContainText('呼伦贝尔市海拉尔区');
  await expect(opener).toHaveAccessibleName('地区：呼伦贝尔市海拉尔区，点此更换');
  await expect(opener).toBeFocused();
  expect(new URL(page.url()).searchParams.get('region')).toBe('150702');

  await answered(page, () => ask(page, OTHER));
  const want = await cardOf(request, [OTHER], '150702');
  await expect(card(page).getByRole('button', { name: /换地区/ })).toContainText('海拉尔区');
  expect(await flatTexts(card(page).locator('header.head .notice span'))).toEqual(want.notices);

  await page.reload();
  await expect(opener).toHaveAccessibleName('地区：呼伦贝尔市海拉尔区，点此更换');
  // A new visit, without the address and without the conversation.
  await page.evaluate(() => sessionStorage.clear());
  await open(page);
  await expect(opener).toHaveAccessibleName('地区：呼伦贝尔市海拉尔区，点此更换');
  // And it opens where it was left.
  await opener.click();
  await expect(dialog.getByLabel('盟市')).toHaveValue('150700');
  await expect(dialog.getByLabel('旗县市区')).toHaveValue('150702');
  await dialog.getByLabel('盟市').selectOption('');
  await answered(page, () => dialog.getByRole('button', { name: '确定' }).click());
  await expect(opener).toHaveAccessibleName('地区：全区，点此更换');
  await page.evaluate(() => sessionStorage.clear());
  await open(page);
  await expect(opener).toHaveAccessibleName('地区：全区，点此更换');
});

test('the dialog closes with Escape, changes nothing, and gives focus back', async ({ page }) => {
  await open(page);
  const opener = page.getByRole('button', { name: /^地区：/ });
  await opener.click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('盟市').selectOption({ label: '赤峰市' });
  await page.keyboard.press('Escape');
  await expect(dialog).toBeHidden();
  await expect(opener).toBeFocused();
  await expect(opener).toHaveAccessibleName('地区：全区，点此更换');
  await opener.click();
  await dialog.getByRole('button', { name: '取消' }).click();
  await expect(dialog).toBeHidden();
  await expect(opener).toBeFocused();
  await expect(citizen(page)).toHaveCount(0);
});

test('a place name that many places have is asked back, and the answer is for that place', async ({ page, request }) => {
  const q = '前旗身份证丢了';
  const { ask: asked } = await converse(request, [q]);
  const places = asked?.options.filter(({ id }) => id.startsWith('place:')) ?? [];
  expect(places.length, 'the service sees several places').toBeGreaterThan(1);
  await open(page);
  await answered(page, () => ask(page, q));
  const wanted = places[1]?.label ?? '';
  await press(page, wanted);
  await expect(page.getByRole('button', { name: `地区：${wanted}，点此更换` })).toBeVisible();
  await expect(card(page).getByRole('button', { name: /换地区/ })).toContainText(wanted);
  await expect(card(page).getByRole('heading', { level: 2 })).toContainText('身份证');
});

test('another place keeps the item', async ({ page }) => {
  await openCard(page);
  await card(page).getByRole('button', { name: /换地区/ }).click();
  const dialog = page.getByRole('dialog', { name: '选择地区' });
  await dialog.getByLabel('盟市').selectOption({ label: '赤峰市' });
  await answered(page, () => dialog.getByRole('button', { name: '确定' }).click());
  await expect(card(page).getByRole('heading', { level: 2 })).toContainText('：丢失补领');
  await expect(card(page).getByRole('button', { name: /换地区/ })).toContainText('赤峰市');
  await expect(page.getByRole('button', { name: /^地区：/ })).toHaveAccessibleName('地区：赤峰市，点此更换');
  await page.reload();
  await expect(assistant(page)).toHaveCount(3);
  await expect(page.getByRole('button', { name: /^地区：/ })).toHaveAccessibleName('地区：赤峰市，点此更换');
});

test('a place named in words is the place of the answer and of the chip', async ({ page }) => {
  await openCard(page, '满洲里市身份证丢了');
  await expect(card(page).getByRole('button', { name: /换地区/ })).toContainText('满洲里市');
  await expect(page.getByRole('button', { name: /^地区：/ })).toContainText('满洲里市');
});

test('a link for another place changes the place of the conversation that goes on', async ({ page }) => {
  await openCard(page, OTHER, '/?region=150702');
  await page.goto('/?region=150400');
  await expect(assistant(page)).toHaveCount(3);
  await expect(answer(page)).toContainText('赤峰市');
  await expect(page.getByRole('button', { name: /^地区：/ })).toContainText('赤峰市');
});

test.describe('an address with a region that does not exist', () => {
  // The browser itself notes the refusal in the console.
  test.use({ allowed: /status of 404/ });
  test('says so, and the conversation goes on without', async ({ page }) => {
    await open(page, '/?region=110101');
    await expect(page.getByRole('alert').filter({ hasText: '没有找到这个地区，请重新选择。' })).toBeVisible();
    await answered(page, () => ask(page, '身份证丢了'));
    await expect(card(page)).toBeVisible();
  });
});
