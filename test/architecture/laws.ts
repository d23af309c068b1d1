// The laws of the tree, each a pure function from sources to the sentences that say what breaks it.
import { posix } from 'node:path';
import ts from 'typescript';
import { importsOf, isCode, walk, type Import, type Source } from './sources.ts';
import * as tables from './tables.ts';

export type Tree = {
  readonly sources: readonly Source[];
  readonly top: readonly string[];
  readonly manifest: Manifest;
  readonly generated: readonly string[];
};
export type Manifest = {
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
  readonly optionalDependencies: Readonly<Record<string, string>>;
};
export type Law = (tree: Tree) => readonly string[];

const isProduct = ({ path }: Source) => /^(core|electron|renderer)\//.test(path);
const isBuildConfig = ({ path }: Source) => /^(electron|renderer)\/vite\.[\w.]*config\.ts$/.test(path);

/** `core/contract/settings/flow.ts` -> `core/contract`; `core/receiver.ts` -> `core/receiver`. */
function folderOf(path: string): string {
  const [first = '', second = ''] = path.split('/');
  return first === 'core' ? `core/${second.replace(/\.\w+$/, '')}` : first;
}

const rankOf = (folder: string) => tables.order.findIndex((group) => group.includes(folder));

/** A folder imports what stands to its left, the renderer the contract; nothing imports tests; no folder is unlisted. */
export const importLaw: Law = ({ sources }) =>
  sources
    .filter((source) => isCode(source) && isProduct(source) && !isBuildConfig(source))
    .flatMap((source) => {
      const own = folderOf(source.path);
      const isKnown = rankOf(own) >= 0 || own === 'renderer' || source.path === 'core/index.ts';
      if (!isKnown) return [`${source.path}: ${own} is not in the order of folders`];
      return importsOf(source).flatMap((found) => {
        if (found.specifier === undefined) {
          if (source.path in tables.computedImportExceptions) return [];
          return [`${source.path}:${found.line}: imports what is computed at run time`];
        }
        if (!found.specifier.startsWith('.')) return [];
        const target = posix.join(posix.dirname(source.path), found.specifier);
        const reason = refusal(own, folderOf(target), found);
        return reason === undefined ? [] : [`${source.path}:${found.line}: ${reason}: ${target}`];
      });
    });

function refusal(own: string, target: string, found: Import): string | undefined {
  if (target === own || own === 'core/index') return undefined;
  const narrow = tables.narrower[own];
  if (narrow !== undefined) {
    const allowed = narrow[target];
    if (allowed === undefined) return `${own} may not import ${target}`;
    return allowed === 'types' && !found.typeOnly ? `${own} may import only types of ${target}` : undefined;
  }
  const isLeft = rankOf(target) >= 0 && rankOf(target) < rankOf(own);
  return isLeft ? undefined : `${own} may not import ${target}`;
}

/** A package is imported in its home only, is declared, and a package that ships is not a development dependency. */
export const homeLaw: Law = ({ sources, manifest }) => {
  const ships = { ...manifest.dependencies, ...manifest.optionalDependencies };
  const declared = { ...ships, ...manifest.devDependencies };
  const imports = sources
    .filter((source) => isCode(source) && isProduct(source) && !isBuildConfig(source))
    .flatMap((source) =>
      importsOf(source).flatMap(({ specifier = '.', line }) => {
        const name = packageOf(specifier);
        if (name === undefined) return [];
        const at = `${source.path}:${line}: ${name}`;
        const home = tables.homes[name];
        if (home === undefined) return [`${at} has no home`];
        if (source.path !== home && !source.path.startsWith(`${home}/`)) return [`${at} lives in ${home}`];
        const isShipped = source.path.startsWith('core/') && !(name in ships) && !(name in tables.notShipped);
        return isShipped ? [`${at} is not among the dependencies that ship`] : [];
      }),
    );
  const undeclared = Object.keys(tables.homes).filter((name) => !(name in declared));
  const homeless = Object.keys(declared).filter((name) => !(name in tables.homes) && !tables.notImported.test(name));
  const loose = Object.entries(declared).filter(([, version]) => !/^\d+\.\d+\.\d+$/.test(version));
  return [
    ...imports,
    ...undeclared.map((name) => `package.json: ${name} has a home but is not declared`),
    ...homeless.map((name) => `package.json: ${name} has no home`),
    ...loose.map(([name, version]) => `package.json: ${name} is not pinned exactly: ${version}`),
  ];
};

function packageOf(specifier: string): string | undefined {
  if (/^([./]|node:|virtual:)/.test(specifier)) return undefined;
  const [first = '', second] = specifier.split('/');
  return first.startsWith('@') ? `${first}/${second}` : first;
}

const edgeModules = ['net', 'dns', 'dns/promises', 'dgram', 'timers', 'timers/promises'];
const chance = [
  'randomBytes',
  'randomUUID',
  'randomUUIDv7',
  'randomInt',
  'randomFill',
  'randomFillSync',
  'getRandomValues',
];
const timers = ['setTimeout', 'setInterval', 'setImmediate', 'AbortSignal.timeout', 'scheduler.wait'];
const clocks = ['Date.now', 'performance.now', 'process.hrtime', 'process.hrtime.bigint', 'process.uptime'];

/** Clocks, timers, chance, sockets and DNS are touched in core/world only; everyone else is handed a world. */
export const edgeLaw: Law = ({ sources }) =>
  sources
    .filter((source) => isCode(source) && /^core\/(?!world\/)/.test(source.path))
    .flatMap((source) => {
      if (source.path in tables.edgeExceptions) return [];
      const broken: string[] = [];
      const report = (line: number, what: string) =>
        broken.push(`${source.path}:${line}: ${what} belongs to core/world`);
      for (const { specifier = '', typeOnly, names, line } of importsOf(source)) {
        const name = specifier.replace(/^node:/, '');
        // Its types as well: a socket that is nobody's own type could not be a simulated one.
        if (edgeModules.includes(name)) report(line, specifier);
        if (name === 'crypto' && !typeOnly)
          names.filter((each) => chance.includes(each)).forEach((each) => report(line, each));
      }
      walk(source, (node, line) => {
        if (ts.isNewExpression(node) && node.expression.getText() === 'Date' && (node.arguments ?? []).length === 0) {
          report(line, 'new Date()');
        }
        if (!ts.isCallExpression(node)) return;
        const called = node.expression.getText().replace(/^globalThis\./, '');
        const last = called.split('.').at(-1) ?? '';
        if (timers.includes(called) || clocks.includes(called) || called === 'Date' || called === 'Math.random') {
          report(line, `${called}()`);
        } else if (called.includes('crypto') && chance.includes(last)) report(line, `${called}()`);
      });
      return broken;
    });

const virtual = /^core\/(contract|world|dns|message|sasl|policy|milter|smtp|receiver|simulate)\b/;

/** What runs in virtual time is loaded before, unless it is known who sees to that. */
export const lateImportLaw: Law = ({ sources }) =>
  sources
    .filter((source) => isCode(source) && virtual.test(source.path) && !(source.path in tables.lateImports))
    .flatMap((source) => {
      const broken: string[] = [];
      walk(source, (node, line) => {
        if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword)
          broken.push(`${source.path}:${line}: imports late, which takes real time`);
      });
      return broken;
    });

/** A file has at most so many lines, on what prettier prints. */
export const lengthLaw: Law = ({ sources, generated }) =>
  sources.flatMap(({ path, text }) => {
    if (path.endsWith('.table.ts') || generated.includes(path)) return [];
    const lines = text.trimEnd().split('\n').length;
    if (/^\s*(\/\/|\/\*|<!--)\s*prettier-ignore/m.test(text)) return [`${path}: hides from prettier`];
    return lines > tables.longest ? [`${path}: ${lines} lines, more than ${tables.longest}`] : [];
  });

/** A file says in its first line, in a sentence, what it is for. */
export const sentenceLaw: Law = ({ sources }) =>
  sources.flatMap(({ path, text }) => {
    const [first = '', second = ''] = text.split('\n');
    const line = /^(#!|<!doctype)/i.test(first) ? second : first;
    const words = /^(?:\/\/|\/\*\*?|#|<!--)\s*(.*?)\s*(?:\*\/|-->)?$/.exec(line)?.[1] ?? '';
    return words.split(/\s+/).length >= 3 && !/eslint|@ts-/.test(words)
      ? []
      : [`${path}: does not begin with a sentence`];
  });

const banned = /^(utils?|helpers?|common|manager|service|impl|misc|shared)$/i;

/** Names say what a thing is; no barrels but core/index.ts; the top level is fixed. */
export const nameLaw: Law = ({ sources, top }) => [
  ...sources.flatMap((source) => {
    const segments = source.path.split(/[/.]/);
    const words = source.path.replace(/\.\w+$/, '').split(/[/._-]|(?<=[a-z])(?=[A-Z])/);
    const isBanned =
      segments.some((s) => banned.test(s)) || /^(impl|manager|utils?|helpers?)$/i.test(words.at(-1) ?? '');
    const isIndex = /(^|\/)index\.(ts|tsx|mjs)$/.test(source.path);
    const isBarrel = isCode(source) && source.path !== 'core/index.ts' && (isIndex || onlyPassesOn(source));
    return [
      ...(isBanned ? [`${source.path}: a name that says nothing`] : []),
      ...(isBarrel ? [`${source.path}: a barrel`] : []),
    ];
  }),
  ...top
    .filter((name) => !tables.topLevel.includes(name) && !['.git', 'node_modules', 'dist', 'release'].includes(name))
    .map((name) => `${name}: does not belong at the top level`),
];

function onlyPassesOn(source: Source): boolean {
  let passes = 0;
  let others = 0;
  walk(source, (node) => {
    if (!ts.isSourceFile(node.parent ?? node) || ts.isSourceFile(node) || node.kind === ts.SyntaxKind.EndOfFileToken)
      return;
    if (ts.isExportDeclaration(node) && node.moduleSpecifier !== undefined) passes += 1;
    else others += 1;
  });
  return passes > 0 && others === 0;
}

export const laws: Readonly<Record<string, Law>> = {
  imports: importLaw,
  homes: homeLaw,
  edges: edgeLaw,
  lateImports: lateImportLaw,
  length: lengthLaw,
  sentences: sentenceLaw,
  names: nameLaw,
};
