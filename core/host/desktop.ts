// Makes the tree Electron runs: our sources with their types taken away, file by file, nothing bundled.
import { existsSync, globSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');

/**
 * Electron's Node does not promise to run TypeScript, so `core` and `electron` are written to `out` as JavaScript: types
 * erased in place (line numbers stay), `.ts` in import and worker paths becoming `.js`. Returns the entry file.
 * Only files newer than their copy are written again.
 */
export function buildDesktop(out = join(root, 'node_modules', '.cache', 'gatehouse', 'desktop')): string {
  for (const file of globSync(['core/**/*.{ts,mjs}', 'electron/**/*.{ts,cts}'], { cwd: root })) {
    if (file.endsWith('.d.ts')) continue;
    const target = join(out, file.replace(/\.ts$/, '.js').replace(/\.cts$/, '.cjs'));
    const source = join(root, file);
    if (existsSync(target) && statSync(target).mtimeMs > statSync(source).mtimeMs) continue;
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, plain(readFileSync(source, 'utf8'), file));
  }
  const manifest = {
    name: 'gatehouse',
    productName: 'Gatehouse',
    type: 'module',
    main: 'electron/entry.js',
    version: version(),
  };
  writeFileSync(join(out, 'package.json'), JSON.stringify(manifest));
  for (const shared of ['scenarios', 'node_modules'])
    if (!existsSync(join(out, shared))) symlinkSync(join(root, shared), join(out, shared), 'junction');
  return join(out, 'electron', 'entry.js');
}

/** One source as JavaScript. */
export function plain(source: string, file: string): string {
  if (file.endsWith('.mjs')) return source;
  const code = file.endsWith('.cts')
    ? stripTypeScriptTypes(source.replace(/^import (\w+) = require\('([\w:/-]+)'\);$/gm, "const $1 = require('$2');"))
    : stripTypeScriptTypes(source);
  return code.replace(/(['"])(\.{1,2}\/[^'"\n]+)\.ts\1/g, '$1$2.js$1');
}

function version(): string {
  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
  return manifest.version;
}
