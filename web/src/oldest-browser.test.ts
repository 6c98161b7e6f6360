import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { CompatStatement } from '@mdn/browser-compat-data';
import postcss, { type Declaration, type Root } from 'postcss';
import { parseAst } from 'vite';
import { expect, test } from 'vitest';

/** The oldest browser that the pages are made for (统信, 麒麟): its version of Chromium. */
const OLDEST = 86;

/** What is only ornament: a browser that doesn't know it shows its own, and nothing is lost. */
const ORNAMENT: Record<string, string> = {
  'accent-color': 'boxes to tick have the colour of the system',
  'forced-color-adjust': 'knows no forced colours either',
  'text-decoration-thickness': 'the line is as thick as usual',
  'text-underline-offset': 'the line is as near as usual',
};

/** Names that only newer browsers have for something of theirs, each with what it is here. */
const ELSEWHERE: Record<string, string> = {
  install: 'of an extension of the charts',
  local: 'an option of the charts',
  messages: 'a field of what the service answers',
  transition: 'an option of the charts',
};

/** A part of the data, with what is below it. */
interface Part {
  __compat?: CompatStatement;
  [name: string]: Part | CompatStatement | undefined;
}

const bcd = JSON.parse(readFileSync(createRequire(import.meta.url).resolve('@mdn/browser-compat-data'), 'utf8')) as Part;

/** What is below a part, by its own name. */
const within = (of: Part | undefined): [string, Part][] => Object.entries(of ?? {}).filter(([name]) => name !== '__compat') as [string, Part][];

/** The version from which on Chromium has something without a switch; infinite where it never had. */
function since(compat: CompatStatement | undefined): number {
  if (!compat) return 0;
  const chrome = compat.support.chrome ?? [];
  const plain = [chrome].flat().filter((one) => !one.flags && !one.prefix && !one.alternative_name);
  const versions = plain.map(({ version_added: version }) => (typeof version === 'string' ? parseFloat(version.replace('≤', '')) : NaN));
  return Math.min(Infinity, ...versions.filter((version) => !Number.isNaN(version)));
}

const below = (...path: string[]): Part | undefined =>
  path.reduce<Part | undefined>((at, key) => (at && Object.prototype.hasOwnProperty.call(at, key) ? (at[key] as Part) : undefined), bcd);
const isNew = (of: Part | undefined) => since(of?.__compat) > OLDEST;

/** Everything below a part of the data. */
function* all(of: Part | undefined): Generator<[string, Part]> {
  for (const [name, one] of within(of)) {
    yield [name, one];
    yield* all(one);
  }
}

/** Functions of values, by name; the oldest meaning counts. */
const functions = new Map<string, number>();
for (const [name, { __compat: compat }] of all(below('css', 'types'))) {
  if (compat) functions.set(name, Math.min(functions.get(name) ?? Infinity, since(compat)));
}

/** What of a declaration the oldest browser doesn't know. */
function unknown({ prop, value, parent }: Declaration): string[] {
  if (prop.startsWith('-') && !prop.startsWith('--')) return [];
  const inRule = parent?.type === 'atrule' ? below('css', 'at-rules', (parent as postcss.AtRule).name, prop) : undefined;
  const known = inRule ?? below('css', 'properties', prop);
  const found: string[] = [];
  if (!prop.startsWith('--') && (!known || isNew(known))) found.push(prop);
  const plain = value.replace(/"[^"]*"|'[^']*'|url\([^)]*\)|var\(--[\w-]+/g, '');
  for (const [, name = ''] of plain.matchAll(/([a-z][\w-]*)\(/gi)) if ((functions.get(name) ?? 0) > OLDEST) found.push(`${name}()`);
  for (const [word] of plain.matchAll(/(?<![\w-])[a-z][a-z-]*(?![\w-]*\()/gi)) if (known && isNew(below('css', 'properties', prop, word))) found.push(`${prop}: ${word}`);
  if (/\d[dsl]v(w|h|i|b|min|max)\b/.test(plain)) found.push('dvh and its kind');
  if (/\dcq(w|h|i|b|min|max)\b/.test(plain)) found.push('cqw and its kind');
  return found;
}

/** Pseudo-classes and the like. */
function unknownSelectors(selector: string): string[] {
  const found = [...selector.matchAll(/::?([a-z][\w-]*)/gi)].flatMap(([text, name = '']) => (isNew(below('css', 'selectors', name)) ? [text] : []));
  if (/:not\([^()]*,/.test(selector)) found.push(':not() of several');
  if (/(^|[^\\])&/.test(selector)) found.push('nesting');
  return found;
}

/** What the oldest browser doesn't know and has nothing in place of. */
function faults(css: Root): string[] {
  const found: string[] = [];
  css.walk((node) => {
    for (let at = node.parent; at; at = at.parent as typeof at) if (at.type === 'atrule' && (at as postcss.AtRule).name === 'supports') return;
    if (node.type === 'atrule' && isNew(below('css', 'at-rules', node.name))) found.push(`@${node.name}`);
    if (node.type === 'rule') found.push(...unknownSelectors(node.selector));
    if (node.type !== 'decl' || ORNAMENT[node.prop]) return;
    const news = unknown(node);
    // What stands before it in the same rule holds where it isn't understood.
    let earlier = node.prev();
    while (earlier && !(earlier.type === 'decl' && earlier.prop === node.prop && unknown(earlier).length === 0)) earlier = earlier.prev();
    if (!earlier) found.push(...news);
  });
  return found;
}

const files = (folder: string, ending: RegExp): string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => ending.test(name)).map((name) => join(folder, name));

/** The styles in a file: all of it, or what its components carry. */
function styles(file: string): string[] {
  const text = readFileSync(file, 'utf8');
  if (file.endsWith('.css')) return [text];
  return [...text.matchAll(/(?:css|STYLE = )`([^`]*)`/g)].map(([, css = '']) => css.replace(/\$\{[^}]*\}/g, 'x'));
}

test('the check finds what is too new, and lets pass what has a fallback', () => {
  for (const [css, want] of [
    ['a { inset: 0 }', ['inset']],
    ['a { aspect-ratio: 1 }', ['aspect-ratio']],
    ['a { height: 100vh; height: 100dvh }', []],
    ['a { height: 100dvh }', ['dvh and its kind']],
    ['a { height: 100dvh; height: 100vh }', ['dvh and its kind']],
    ['a { color: color-mix(in srgb, red, blue) }', ['color-mix()']],
    ['a { overflow: clip }', ['overflow: clip']],
    ['a:is(b, c) { color: red }', [':is']],
    ['a:has(b) { color: red }', [':has']],
    ['a:not(b, c) { color: red }', [':not() of several']],
    ['a { color: red; & b { color: blue } }', ['nesting']],
    ['@layer x { a { color: red } }', ['@layer']],
    ['@supports (inset: 0) { a { inset: 0 } }', []],
    ['a:focus-visible { gap: 1px; width: clamp(1px, 2vw, max(3px, 1em)) }', []],
  ] as const) {
    expect(faults(postcss.parse(css)), css).toEqual(want);
  }
});

test('every style of ours is understood by the oldest browser', () => {
  const own = [...files('src', /(?<!\.test)\.(ts|css)$/), 'public/chat.css'];
  expect(own.flatMap(styles).length).toBeGreaterThan(50);
  const found = own.flatMap((file) => styles(file).flatMap((css) => faults(postcss.parse(css)).map((fault) => `${file}: ${fault}`)));
  expect(found).toEqual([]);
});

/** Names of objects and their members, with the first version that has one of that name. */
const names = new Map<string, number>();
for (const [name, { __compat: compat }] of [...all(below('api')), ...all(below('javascript', 'builtins'))]) {
  if (!compat || name.endsWith('_event')) continue;
  const plain = name.replace(/_static$/, '');
  names.set(plain, Math.min(names.get(plain) ?? Infinity, since(compat)));
}

interface Node {
  type: string;
  [key: string]: unknown;
}

/** Every node below one, with the node that it belongs to. */
function* nodes(node: Node, parent: Node | null = null): Generator<[Node, Node | null]> {
  yield [node, parent];
  for (const part of Object.values(node)) {
    for (const one of Array.isArray(part) ? part : [part]) {
      if (one && typeof one === 'object' && typeof (one as Node).type === 'string') yield* nodes(one as Node, node);
    }
  }
}

/** Names that scripts use of the browser: what they call that they don't define, what they read that they never set. */
function used(scripts: readonly string[]): Set<string> {
  const [called, read, methods, fields] = [new Set<string>(), new Set<string>(), new Set<string>(), new Set<string>()];
  const name = (node: unknown) => ((node as Node).name ?? (node as Node).value) as string;
  for (const script of scripts) {
    for (const [node, parent] of nodes(parseAst(script) as unknown as Node)) {
      if (node.type === 'MemberExpression' && !node.computed && !node.optional) {
        if (parent?.type === 'AssignmentExpression' && parent.left === node) for (const own of [fields, methods]) own.add(name(node.property));
        else if (parent?.type === 'CallExpression' && parent.callee === node) !parent.optional && called.add(name(node.property));
        else read.add(name(node.property));
      } else if ((node.type === 'NewExpression' || node.type === 'CallExpression') && (node.callee as Node).type === 'Identifier') {
        called.add(name(node.callee));
      } else if (node.type === 'MethodDefinition' && !node.computed) {
        methods.add(name(node.key));
      } else if ((node.type === 'Property' || node.type === 'PropertyDefinition') && !node.computed) {
        fields.add(name(node.key));
        if (/Function/.test((node.value as Node | null)?.type ?? '')) methods.add(name(node.key));
      } else if (node.type === 'FunctionDeclaration' || node.type === 'VariableDeclarator') {
        if (node.id && (node.id as Node).name) methods.add(name(node.id));
      }
    }
  }
  const foreign = [...called].filter((one) => !methods.has(one)).concat([...read].filter((one) => !fields.has(one) && !methods.has(one)));
  return new Set(foreign);
}

const tooNew = (scripts: readonly string[]) => [...used(scripts)].filter((one) => (names.get(one) ?? 0) > OLDEST);

test('the check finds names that are too new', () => {
  expect(tooNew(['structuredClone(x); [1].at(-1); "a".replaceAll("a", ""); Object.hasOwn(x, "y"); x.at; el.inert;']).sort()).toEqual(['at', 'hasOwn', 'inert', 'structuredClone']);
  expect(tooNew(['class A { at() {} } new A().at(); el.checkVisibility?.(); x = { inert: 1 }; x.inert'])).toEqual([]);
});

test('every script of the built pages calls only what the oldest browser has', () => {
  expect(existsSync('dist/index.html') && existsSync('dist/widget/v1/bangban.js'), 'the pages are built: npm run build').toBe(true);
  // The reader of the API document is somebody else's, for developers.
  const built = files('dist', /\.js$/).filter((file) => !/docs-swagger/.test(file));
  expect(built.length).toBeGreaterThan(5);
  const found = tooNew(built.map((file) => readFileSync(file, 'utf8'))).filter((one) => !ELSEWHERE[one]);
  expect(found).toEqual([]);
});
