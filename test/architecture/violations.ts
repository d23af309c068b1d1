// One file set per way to break a law, and a part of the sentence that must catch it.

export type Violation = {
  readonly law: string;
  readonly what: string;
  readonly files: Readonly<Record<string, string>>;
  readonly says: string;
};

/** A file that breaks nothing but what its body breaks. */
const file = (body: string) => `// Breaks one law on purpose.\n${body}\n`;

export const violations: readonly Violation[] = [
  {
    law: 'imports',
    what: 'the renderer imports the engine',
    files: { 'renderer/wrong.ts': file("import { session } from '../core/smtp/session.ts';\nexport { session };") },
    says: 'renderer may not import core/smtp',
  },
  {
    law: 'imports',
    what: 'a folder imports to its right, as a type',
    files: { 'core/world/wrong.ts': file("export type { Wrong } from '../policy/decide.ts';") },
    says: 'core/world may not import core/policy',
  },
  {
    law: 'imports',
    what: 'a folder imports a neighbour of its group',
    files: { 'core/dns/wrong.ts': file("import '../message/read.ts';") },
    says: 'core/dns may not import core/message',
  },
  {
    law: 'imports',
    what: 'policy imports more than types of dns',
    files: { 'core/policy/wrong.ts': file("export const wrong = () => import('../dns/zone.ts');") },
    says: 'core/policy may import only types of core/dns',
  },
  {
    law: 'imports',
    what: 'the product imports tests, by URL',
    files: { 'core/host/wrong.ts': file("new URL('../../test/wrong.ts', import.meta.url);") },
    says: 'core/host may not import test',
  },
  {
    law: 'imports',
    what: 'an import nobody can read',
    files: { 'core/host/wrong.ts': file('export const wrong = (name: string) => import(name);') },
    says: 'computed at run time',
  },
  {
    law: 'imports',
    what: 'a folder nobody listed',
    files: { 'core/extra/wrong.ts': file('export const wrong = 1;') },
    says: 'core/extra is not in the order',
  },
  {
    law: 'homes',
    what: 'core imports react',
    files: { 'core/host/wrong.ts': file("import type { FC } from 'react';\nexport type Wrong = FC;") },
    says: 'react lives in renderer',
  },
  {
    law: 'homes',
    what: 'a second folder uses a package',
    files: { 'core/policy/wrong.ts': file("import { SMTPServer } from 'smtp-server';\nexport { SMTPServer };") },
    says: 'smtp-server lives in core/smtp',
  },
  {
    law: 'homes',
    what: 'a package without a home',
    files: { 'core/log/wrong.ts': file("export const wrong = () => import('left-pad/sub.js');") },
    says: 'left-pad has no home',
  },
  {
    law: 'edges',
    what: 'a clock outside the world',
    files: { 'core/policy/wrong.ts': file('export const wrong = () => Date.now() + Number(new Date());') },
    says: 'Date.now() belongs to core/world',
  },
  {
    law: 'edges',
    what: 'a timer outside the world',
    files: { 'core/smtp/wrong.ts': file('globalThis.setTimeout(() => 1, 2);') },
    says: 'setTimeout() belongs to core/world',
  },
  {
    law: 'edges',
    what: 'chance outside the world',
    files: { 'core/sasl/wrong.ts': file("import { randomBytes as some } from 'node:crypto';\nexport { some };") },
    says: 'randomBytes belongs to core/world',
  },
  {
    law: 'edges',
    what: 'a socket outside the world',
    files: { 'core/smtp/wrong.ts': file("import { connect, isIP } from 'node:net';\nexport { connect, isIP };") },
    says: 'node:net belongs to core/world',
  },
  {
    law: 'edges',
    what: 'the type of a socket outside the world',
    files: { 'core/smtp/wrong.ts': file("import type { Socket } from 'node:net';\nexport type Wrong = Socket;") },
    says: 'node:net belongs to core/world',
  },
  {
    law: 'edges',
    what: 'a name asked of the system outside the world',
    files: { 'core/dns/wrong.ts': file("export { lookup } from 'node:dns/promises';") },
    says: 'node:dns/promises belongs to core/world',
  },
  {
    law: 'edges',
    what: 'a timer of Node’s own outside the world',
    files: { 'core/host/wrong.ts': file('export const wrong = () => AbortSignal.timeout(1000);') },
    says: 'AbortSignal.timeout() belongs to core/world',
  },
  {
    law: 'lateImports',
    what: 'a library drawn in while virtual time runs',
    files: { 'core/smtp/wrong.ts': file("export const wrong = () => import('./session.ts');") },
    says: 'core/smtp/wrong.ts:2: imports late',
  },
  {
    law: 'length',
    what: 'a file of 500 lines',
    files: { 'core/smtp/wrong.ts': file('export {};\n'.repeat(500)) },
    says: '501 lines, more than 400',
  },
  {
    law: 'length',
    what: 'a file that hides from prettier',
    files: { 'core/smtp/wrong.ts': file('// prettier-ignore\nexport {};') },
    says: 'hides from prettier',
  },
  {
    law: 'sentences',
    what: 'a file that does not say what it is for',
    files: { 'core/smtp/wrong.ts': 'export {};\n' },
    says: 'core/smtp/wrong.ts: does not begin with a sentence',
  },
  {
    law: 'names',
    what: 'a folder of helpers',
    files: { 'core/smtp/helpers/wrong.ts': file('export const wrong = 1;') },
    says: 'a name that says nothing',
  },
  {
    law: 'names',
    what: 'a manager',
    files: { 'core/smtp/sessionManager.ts': file('export const wrong = 1;') },
    says: 'a name that says nothing',
  },
  {
    law: 'names',
    what: 'a barrel',
    files: { 'core/smtp/all.ts': file("export * from './session.ts';\nexport { a } from './a.ts';") },
    says: 'core/smtp/all.ts: a barrel',
  },
  {
    law: 'names',
    what: 'a stray file at the top',
    files: { 'eslint.config.js': file('') },
    says: 'eslint.config.js: does not belong',
  },
];
