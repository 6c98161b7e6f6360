import { OTHER, ask, card, expect, flatTexts, match, openCard, test } from './help';

test('a region chosen step by step is used, shown, and kept', async ({ page, request }) => {
  await page.goto('/');
  const opener = page.getByRole('button', { name: /^地区：/ });
  await expect(opener).toHaveAccessibleName('地区：全区，点此更换');
  await opener.click();
  const dialog = page.getByRole('dialog', { name: '选择地区' });
  await expect(dialog.getByLabel('旗县市区')).toBeDisabled();
  await dialog.getByLabel('盟市').selectOption({ label: '呼伦贝尔市' });
  await dialog.getByLabel('旗县市区').selectOption({ label: '海拉尔区' });
  await dialog.getByRole('button', { name: '确定' }).click();
  await expect(dialog).toBeHidden();
  await expect(opener).toHaveAccessibleName('地区：呼伦贝尔市海拉尔区，点此更换');
  await expect(opener).toBeFocused();
  expect(new URL(page.url()).searchParams.get('region')).toBe('150702');

  const q = OTHER;
  await ask(page, q);
  const want = (await match(request, q, { region: '150702' })).card;
  await expect(card(page).getByRole('button', { name: /换地区/ })).toContainText('海拉尔区');
  expect(await flatTexts(card(page).locator('header.head .notice span'))).toEqual(want?.notices);

  await page.reload();
  await expect(opener).toHaveAccessibleName('地区：呼伦贝尔市海拉尔区，点此更换');
  await expect(card(page).getByRole('button', { name: /换地区/ })).toContainText('海拉尔区');
  // A new visit, without the address.
  await page.goto('/');
  await expect(opener).toHaveAccessibleName('地区：呼伦贝尔市海拉尔区，点此更换');
  // And it opens where it was left.
  await opener.click();
  await expect(dialog.getByLabel('盟市')).toHaveValue('150700');
  await expect(dialog.getByLabel('旗县市区')).toHaveValue('150702');
  await dialog.getByLabel('盟市').selectOption('');
  await dialog.getByRole('button', { name: '确定' }).click();
  await expect(opener).toHaveAccessibleName('地区：全区，点此更换');
  await page.goto('/');
  await expect(opener).toHaveAccessibleName('地区：全区，点此更换');
});

test('the dialog closes with Escape, changes nothing, and gives focus back', async ({ page }) => {
  await page.goto('/');
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
});

test('a place name that many places have leads to a choice, and the choice answers for that place', async ({ page, request }) => {
  const q = '前旗身份证丢了';
  const reply = await match(request, q);
  expect(reply.region_choices.length, 'the service sees several places').toBeGreaterThan(1);
  await page.goto('/');
  await ask(page, q);
  const choice = page.getByRole('region', { name: '您说的是哪个地方？' });
  await expect(choice).toBeVisible();
  expect(await flatTexts(choice.getByRole('button'))).toEqual(reply.region_choices.map((region) => region.name));

  const wanted = reply.region_choices[1];
  if (!wanted) throw new Error('no second place');
  await choice.getByRole('button', { name: wanted.name }).click();
  await expect(choice).toHaveCount(0);
  await expect(page.getByRole('button', { name: `地区：${wanted.name}，点此更换` })).toBeVisible();
  await expect(card(page).getByRole('button', { name: /换地区/ })).toContainText(wanted.name);
  await expect(card(page).getByRole('heading', { level: 2 })).toContainText('身份证');
  expect(new URL(page.url()).searchParams.get('region')).toBe(wanted.code);
});

test('the place of one card can be changed without changing the own', async ({ page }) => {
  await openCard(page);
  await card(page).getByRole('button', { name: /换地区/ }).click();
  const dialog = page.getByRole('dialog', { name: '选择地区' });
  await dialog.getByLabel('盟市').selectOption({ label: '赤峰市' });
  await dialog.getByRole('button', { name: '确定' }).click();
  await expect(card(page).getByRole('button', { name: /换地区/ })).toContainText('赤峰市');
  await expect(page.getByRole('button', { name: /^地区：/ })).toHaveAccessibleName('地区：全区，点此更换');
  await expect(card(page).getByRole('heading', { level: 2 })).toContainText('：丢失补领');
  await page.reload();
  await expect(card(page).getByRole('button', { name: /换地区/ })).toContainText('赤峰市');
  await expect(page.getByRole('button', { name: /^地区：/ })).toHaveAccessibleName('地区：全区，点此更换');
});

test('a place named in the question is the place of the answer', async ({ page, request }) => {
  const q = '满洲里市身份证丢了';
  const reply = await match(request, q);
  expect(reply.region?.code).toBe('150781');
  await openCard(page, q);
  await expect(card(page).getByRole('button', { name: /换地区/ })).toContainText('满洲里市');
});

test.describe('an address with a region that does not exist', () => {
  // The browser itself notes the refusal in the console.
  test.use({ allowed: /status of 404/ });
  test('says so, and another can be chosen', async ({ page }) => {
    await page.goto('/?q=身份证丢了&region=110101');
    await expect(page.getByRole('alert').filter({ hasText: '没有找到这个地区，请重新选择。' })).toBeVisible();
    await expect(card(page)).toHaveCount(0);
    await page.getByRole('button', { name: /^地区：/ }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('盟市').selectOption({ label: '乌海市' });
    await dialog.getByRole('button', { name: '确定' }).click();
    await expect(card(page)).toBeVisible();
  });
});
