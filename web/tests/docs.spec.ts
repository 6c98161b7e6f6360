import { LOST, card, expect, openCard, test } from './help';

test('the API reader lists every operation of the document', async ({ page, request }) => {
  // The reader draws a hundred operations at once: seconds on a busy machine.
  test.setTimeout(120_000);
  const { paths } = (await (await request.get('/openapi.json')).json()) as { paths: Record<string, Record<string, object>> };
  const methods = ['get', 'post', 'put', 'patch', 'delete'];
  const operations = Object.entries(paths).flatMap(([path, of]) =>
    Object.keys(of).filter((method) => methods.includes(method)).map((method) => `${method.toUpperCase()} ${path}`),
  );
  expect(operations).toContain('POST /api/v1/match');
  await page.goto('/');
  await page.getByRole('link', { name: '接口文档' }).click();
  await expect(page).toHaveURL(/\/docs$/);
  await expect(page.locator('.opblock')).toHaveCount(operations.length, { timeout: 60_000 });
  const shown = await page.locator('.opblock').evaluateAll((blocks) =>
    blocks.map((block) => {
      const text = (selector: string) => block.querySelector(selector)?.textContent ?? '';
      // The reader puts invisible signs into paths so that they break well.
      return `${text('.opblock-summary-method')} ${text('.opblock-summary-path').replace(/\u200b/g, '')}`;
    }),
  );
  expect(shown.sort()).toEqual(operations.sort());

  await page.locator('.opblock', { hasText: '/api/v1/match' }).getByRole('button').first().click();
  await expect(page.locator('.opblock-body')).toBeVisible();
  await page.getByRole('link', { name: '帮办', exact: true }).click();
  await expect(page).toHaveURL(/\/$/);
});

test('every page comes with a policy that allows no foreign and no inline code', async ({ request }) => {
  for (const path of ['/', '/docs']) {
    const policy = (await request.get(path)).headers()['content-security-policy'] ?? '';
    const script = policy.split(';').map((part) => part.trim()).find((part) => part.startsWith('script-src'));
    expect(script, path).toBe("script-src 'self'");
    expect(policy, path).toContain("default-src 'none'");
    expect(policy, path).toContain("frame-ancestors 'none'");
  }
});

test.describe('the policy is in force', () => {
  // The browser says what it blocked.
  test.use({ allowed: /Content Security Policy/ });
  test('and inline code does not run', async ({ page }) => {
    await page.goto('/');
    const blocked = await page.evaluate(
      () =>
        new Promise<string>((resolve) => {
          document.addEventListener('securitypolicyviolation', (event) => resolve(event.effectiveDirective), { once: true });
          const script = document.createElement('script');
          script.textContent = 'window.hacked = 1';
          document.body.append(script);
          if ('hacked' in window) resolve('it ran');
        }),
    );
    expect(blocked).toBe('script-src-elem');
  });
});

test('nothing is fetched from anywhere else', async ({ page, baseURL }) => {
  const hosts = new Set<string>();
  page.on('request', (request) => hosts.add(new URL(request.url()).origin));
  await openCard(page, LOST);
  for (const source of await card(page).locator('bangban-source button').all()) {
    if (await source.isVisible()) await source.click();
  }
  await page.goto('/docs');
  await expect(page.locator('.opblock').first()).toBeVisible();
  expect([...hosts].filter((host) => host !== new URL(baseURL ?? '').origin && host !== 'null')).toEqual([]);
});
