import { createHmac } from 'node:crypto';
import { expect, test } from './help';
import { Provider } from './provider';
import { serious, signIn, window } from './staff';

const SIZE = { width: 1280, height: 800 };

test('by the identity provider one comes back to the page that was left, or is told why not', async ({ browser }) => {
  const seat = await window(browser, SIZE);
  const { page } = seat;
  const way = page.getByRole('link', { name: '统一身份认证登录' });
  const alert = page.getByRole('alert');
  await page.goto('/desk#hotline');
  // Nobody listens there yet.
  await way.click();
  await expect(alert).toHaveText(/统一身份认证现在连不上/);
  await expect(page).toHaveURL(/\/desk#hotline$/);
  expect(await serious(page)).toEqual([]);

  const provider = new Provider(Number(process.env.OIDC_PORT));
  await provider.open();
  try {
    // A provider that was down is asked again after a moment.
    provider.login = 'stranger';
    await expect(async () => {
      await way.click();
      await expect(page.getByRole('link', { name: 'stranger' })).toBeVisible({ timeout: 2000 });
    }).toPass({ timeout: 20_000 });
    await page.getByRole('link', { name: 'stranger' }).click();
    await expect(alert).toHaveText(/这里没有您的账号/);
    await expect(page).toHaveURL(/\/desk#hotline$/);
    await page.reload();
    await expect(alert).toHaveText('');

    provider.login = 'wang';
    await way.click();
    await page.getByRole('link', { name: 'wang' }).click();
    await expect(page.getByRole('button', { name: '退出登录' })).toBeVisible();
    await expect(page).toHaveURL(/\/desk#hotline$/);
    await expect(page.getByRole('heading', { name: '来电转写' })).toBeVisible();
    // It is a session as any other: it signs out.
    await page.getByRole('button', { name: '退出登录' }).click();
    await expect(way).toBeVisible();
    await page.reload();
    await expect(way).toBeVisible();
  } finally {
    provider.close();
  }
  expect(seat.errors).toEqual([]);
  await seat.context.close();
});

test('what is said on the telephone comes to the agent’s page by itself, and is looked up', async ({ browser, request }) => {
  const seat = await signIn(browser, 'li', SIZE);
  const other = await signIn(browser, 'wang', SIZE);
  const { page } = seat;
  let seq = 0;
  const say = async (call: string, text: string, speaker = 'caller') => {
    const body = JSON.stringify({ agent: '0102', call, seq: ++seq, speaker, text, at: new Date().toISOString() });
    const stamp = String(Math.floor(Date.now() / 1000));
    const mac = createHmac('sha256', process.env.TELEPHONE_KEY ?? '').update(`${stamp}.${body}`).digest('hex');
    const headers = { 'Content-Type': 'application/json', 'Bangban-Timestamp': stamp, 'Bangban-Signature': `v1=${mac}` };
    expect((await request.post('/api/v1/desk/transcript', { headers, data: Buffer.from(body) })).status()).toBe(200);
  };
  const said = page.getByRole('region', { name: '来电人说的话' });
  // Said while another page is looked at.
  await page.goto('/desk#cases');
  await say('one', '我电话13800138000，身份证丢了，想补一个。');
  await page.getByRole('link', { name: '热线台' }).click();
  await expect(said).toContainText('身份证丢了');
  await say('one', '请问您户口在哪里？', 'agent');
  await expect(said).toContainText('坐席：请问您户口在哪里？');
  await expect(page.getByRole('group', { name: '自动找到' }).getByRole('button').first()).toContainText('身份证');
  await expect(page.locator('body')).not.toContainText('13800138000');

  // A page that is opened again shows the call; another call begins anew.
  await page.reload();
  await expect(said).toContainText('身份证丢了');
  await say('two', '退休以后怎么领养老金？');
  await expect(said).toContainText('养老金');
  await expect(said).not.toContainText('身份证丢了');

  await other.page.goto('/desk#hotline');
  await expect(other.page.getByText('还没有内容。粘贴转写文字，或边听边打。')).toBeVisible();
  expect([...seat.errors, ...other.errors]).toEqual([]);
  await seat.context.close();
  await other.context.close();
});
