import { readFileSync, readdirSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { defineConfig, type Plugin } from 'vite';
import { traditionalWording } from './vite.config.ts';

/** Folder of the widget below the built pages. */
const OUT = 'dist/widget/v1';

/** The panel's own file; its name has a hash of its content. */
const PANEL = /^panel-[\w-]+\.js$/;

/**
 * In somebody else's page a rem is theirs, and the window is not ours: sizes count from the frame's own text, and
 * widths and heights from the frame.
 */
function ofFrame(css: string): string {
  return css
    .replace(/(?<![\w.-])(-?\d*\.?\d+)rem\b/g, 'calc(var(--rem) * $1)')
    .replace(/(?<![\w.-])(-?\d*\.?\d+)v([wh])\b/g, 'calc(var(--v$2) * $1)');
}

function frameSizes(): Plugin {
  return {
    name: 'frame-sizes',
    transform(code, id) {
      if (!/\/src\/[\w/-]+\.ts$/.test(id)) return undefined;
      // Windows over the page stand in the browser's window.
      const viewport = /\/(modal|region-dialog|panel-style)\.ts$/.test(id);
      const text = code.replace(/css`[^`]*`/g, (css) => (viewport ? css.replace(/(?<![\w.-])(-?\d*\.?\d+)rem\b/g, 'calc(var(--rem) * $1)') : ofFrame(css)));
      return { code: text, map: null };
    },
  };
}

/** The pages' tokens, for an element with the class `frame` instead of the whole page. */
function frameTokens(): Plugin {
  const name = 'virtual:frame-tokens';
  const source = new URL('./src/tokens.css', import.meta.url);
  return {
    name: 'frame-tokens',
    resolveId: (id) => (id === name ? `\0${name}` : undefined),
    load(id) {
      if (id !== `\0${name}`) return undefined;
      this.addWatchFile(source.pathname);
      const css = readFileSync(source, 'utf8')
        .replace(/\/\*[^]*?\*\//g, '')
        // What is for the page itself, and for its paper, stays with the page.
        .replace(/@media print \{[^]*$/, '')
        .replace(/^(html|body|\.no-script) \{[^}]*\}/gm, '')
        .replace(/@media \(min-width: 64em\) \{\s*:root (\{[^}]*\})\s*\}/, '.frame[data-wide] $1')
        .replace(/:root/g, '.frame')
        .replace(/font-size: ([\d.]+)%;/g, (_, percent: string) => `--rem: calc(var(--medium, 16px) * ${Number(percent) / 100});`);
      return `export default ${JSON.stringify(ofFrame(css).replace(/\s+/g, ' '))};`;
    },
  };
}

/** Most that a page has to load until the conversation can begin, packed; bytes. */
const MOST = 60_000;

/** Fails where the script, the panel and what the panel needs from the start are too much. */
function weigh(panel: string): Plugin {
  return {
    name: 'weigh',
    generateBundle(_options, bundle) {
      const first = readFileSync(`${OUT}/${panel}`, 'utf8');
      const needed = [...first.matchAll(/(?:from|import) ?["'`]\.\/([\w.-]+\.js)["'`]/g)].map(([, name]) => readFileSync(`${OUT}/${name}`, 'utf8'));
      const script = Object.values(bundle).flatMap((file) => (file.type === 'chunk' ? [file.code] : []));
      const bytes = [...script, first, ...needed].reduce((sum, text) => sum + gzipSync(text).length, 0);
      this.info(`first load of the widget: ${(bytes / 1000).toFixed(1)} kB packed`);
      if (bytes > MOST) this.error(`the widget's first load is ${bytes} bytes packed, more than ${MOST}`);
    },
  };
}

/** One file that any page can take in as a plain script, and beside it the panel, which it fetches when it is wanted. */
export default defineConfig(({ mode }) => {
  const loader = mode === 'loader';
  const panel = loader ? (readdirSync(OUT).find((name) => PANEL.test(name)) ?? '') : '';
  return {
    plugins: [traditionalWording(), ...(loader ? [weigh(panel)] : [frameSizes(), frameTokens()])],
    publicDir: false,
    ...(loader ? { define: { PANEL: JSON.stringify(panel) } } : {}),
    build: {
      target: 'chrome86',
      outDir: OUT,
      emptyOutDir: !loader,
      modulePreload: false,
      reportCompressedSize: true,
      rollupOptions: {
        input: loader ? 'src/widget/loader.ts' : 'src/widget/panel.ts',
        preserveEntrySignatures: 'strict',
        output: loader
          ? { format: 'iife', entryFileNames: 'bangban.js' }
          : { format: 'es', entryFileNames: 'panel-[hash].js', chunkFileNames: '[name]-[hash].js' },
      },
    },
  };
});
