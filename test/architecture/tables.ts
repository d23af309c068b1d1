// The law as data: which folder may import which, where each package lives, and the exceptions, each with its reason.

/** Folders from left to right; a folder may import those to its left, never one of its own group. */
export const order: readonly (readonly string[])[] = [
  ['core/contract'],
  ['core/world'],
  ['core/dns', 'core/message', 'core/sasl', 'core/journal', 'core/log', 'core/formats'],
  ['core/workers'],
  ['core/policy'],
  ['core/milter'],
  ['core/smtp'],
  ['core/receiver'],
  ['core/simulate'],
  ['core/host'],
  ['electron'],
];

/** Where a folder may import less than all of its left: the allowed ones; `types` for type-only imports. */
export const narrower: Readonly<Record<string, Readonly<Record<string, 'all' | 'types'>>>> = {
  'core/policy': { 'core/contract': 'all', 'core/world': 'all', 'core/dns': 'types', 'core/message': 'types' },
  renderer: { 'core/contract': 'all' },
};

/** The one folder (or file) each external package may be imported in; tests and build configurations are free. */
export const homes: Readonly<Record<string, string>> = {
  '@mongodb-js/saslprep': 'core/sasl',
  '@peculiar/x509': 'core/world',
  '@sinonjs/fake-timers': 'core/world',
  bcryptjs: 'core/sasl',
  'csv-parse': 'core/formats',
  electron: 'electron',
  'fast-jwt': 'core/sasl',
  koffi: 'core/sasl/gss/library.ts',
  mailauth: 'core/message',
  nodemailer: 'core/simulate',
  piscina: 'core/workers',
  'postal-mime': 'core/message',
  'reflect-metadata': 'core/world',
  'rotating-file-stream': 'core/log',
  'smtp-server': 'core/smtp',
  tldts: 'core/message',
  ws: 'core/host',
  yaml: 'core/formats',
  zod: 'core/contract',

  '@base-ui/react': 'renderer',
  '@codemirror/autocomplete': 'renderer',
  '@codemirror/commands': 'renderer',
  '@codemirror/lang-yaml': 'renderer',
  '@codemirror/language': 'renderer',
  '@codemirror/lint': 'renderer',
  '@codemirror/state': 'renderer',
  '@codemirror/view': 'renderer',
  '@fontsource-variable/inter': 'renderer',
  '@fontsource-variable/jetbrains-mono': 'renderer',
  '@tanstack/react-virtual': 'renderer',
  '@vitejs/plugin-react': 'renderer/vite.config.ts',
  cmdk: 'renderer',
  codemirror: 'renderer',
  'lucide-react': 'renderer',
  react: 'renderer',
  'react-dom': 'renderer',
  'react-resizable-panels': 'renderer',
  uplot: 'renderer',
  zustand: 'renderer',

  'axe-core': 'test',
  'dns-packet': 'test',
  'electron-builder': 'test',
  eslint: 'test',
  'eslint-plugin-react-hooks': 'test',
  'fast-check': 'test',
  'playwright-core': 'test',
  prettier: 'test',
  typescript: 'test',
  'typescript-eslint': 'test',
  vite: 'core/host/assets.ts',
  vitest: 'test',
};

/** Packages no file imports, because they are programs, types or the packaged Node. */
export const notImported = /^(@types\/.+|node-(linux|win)-.+)$/;

/** Development dependencies that core imports all the same, and why packages can do without them. */
export const notShipped: Readonly<Record<string, string>> = {
  vite: 'builds the window when it runs from source; packages carry it built',
};

/** Files that may touch an edge outside core/world, and why. */
export const edgeExceptions: Readonly<Record<string, string>> = {
  'core/host/launch.mjs': 'runs before anything is installed and cannot import the world',
};

/** Files that may import what is computed at run time, and why. */
export const computedImportExceptions: Readonly<Record<string, string>> = {
  'core/world/seal.ts': 'goes through the modules of Node that it seals',
};

/**
 * Files that import something only when it is needed, of the folders that run in virtual time, and who has it loaded
 * before: files are read in real time, which a virtual clock does not wait for.
 */
export const lateImports: Readonly<Record<string, string>> = {
  'core/message/dmarcList.ts': 'inline workers draw it in before virtual time begins',
  'core/message/mailauth.ts': 'inline workers draw it in before virtual time begins',
  'core/message/sign.ts': 'is drawn in before a talk that signs is played',
  'core/sasl/gss/library.ts': 'is loaded by a helper process only, which lives in real time',
  'core/simulate/thread.ts': 'runs before anything else does',
  'core/world/authority.ts': 'certificates of a case are made before it is played',
};

/** What the top level holds; tool configuration lives in the folder it serves. */
export const topLevel: readonly string[] = [
  'package.json',
  'tsconfig.json',
  'electron',
  'renderer',
  'core',
  'test',
  'scenarios',
  'electron-builder.yml',
  'README.md',
  'LICENSE',
  'CHANGELOG.md',
  'package-lock.json',
  '.npmrc',
  '.gitignore',
  '.gitattributes',
  '.ci',
  'docs',
];

/** Lines a file may have; `*.table.ts` and generated files are exempt. */
export const longest = 400;
