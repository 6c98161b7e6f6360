import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { defineConfig, type Plugin } from 'vite';

/** Puts the API reader's files beside docs.html; only paths that start with "docs" may set styles. */
function docsReader(): Plugin {
  const from = dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'));
  return {
    name: 'docs-reader',
    apply: 'build',
    generateBundle() {
      for (const file of ['swagger-ui.css', 'swagger-ui-bundle.js']) {
        const source = readFileSync(join(from, file), 'utf8').replace(/\n?(\/\/#|\/\*#) sourceMappingURL=.*$/s, '\n');
        this.emitFile({ type: 'asset', fileName: `docs-${file}`, source });
      }
    },
  };
}

export default defineConfig({
  plugins: [docsReader()],
  build: {
    target: 'chrome86',
    cssTarget: 'chrome86',
    // The policy allows no inline code, and every supported browser preloads by itself.
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    reportCompressedSize: true,
  },
  test: { include: ['src/**/*.test.ts'] },
} as Parameters<typeof defineConfig>[0]);
