import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { Converter } from 'opencc-js';
import { defineConfig, transformWithOxc, type Plugin } from 'vite';

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

/** The pages' sentences in Traditional characters, made from the Simplified ones. */
export function traditionalWording(): Plugin {
  const name = 'virtual:wording-hant';
  const source = new URL('./src/wording-hans.ts', import.meta.url);
  return {
    name: 'traditional-wording',
    resolveId: (id) => (id === name ? `\0${name}` : undefined),
    load(id) {
      if (id !== `\0${name}`) return undefined;
      this.addWatchFile(source.pathname);
      const convert = Converter({ from: 'cn', to: 'tw' });
      // On the page that is in Traditional characters the button leads the other way.
      const text = convert(readFileSync(source, 'utf8'))
        .replace("otherScript: '繁體'", "otherScript: '简体'")
        .replace(/otherScriptAria: '[^']*'/, "otherScriptAria: '简体，換成簡體字'");
      return transformWithOxc(text, 'wording-hant.ts');
    },
  };
}

export default defineConfig({
  plugins: [docsReader(), traditionalWording()],
  build: {
    target: 'chrome86',
    cssTarget: 'chrome86',
    // The policy allows no inline code, and every supported browser preloads by itself.
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    // Two pages, each with a bundle of its own; what both need is in a third.
    rollupOptions: { input: { index: 'index.html', desk: 'desk.html' } },
    reportCompressedSize: true,
    // The charts of the dashboard are one such part; it comes when it is looked at.
    chunkSizeWarningLimit: 600,
  },
  test: { include: ['src/**/*.test.ts'] },
} as Parameters<typeof defineConfig>[0]);
