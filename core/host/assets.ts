// The built window: taken from the package, or built from source when it is missing or stale.
import { createHash } from 'node:crypto';
import { existsSync, globSync, readdirSync, readFileSync, renameSync, rmSync, statSync, utimesSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { realWorld } from '../world/real.ts';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const built = join(root, 'node_modules', '.cache', 'gatehouse', 'renderer');

/**
 * Returns the folder of the built window; `say` hears one line when it must be built first (about 3 s).
 * A packaged program carries it as `renderer/dist`.
 */
export function windowFolder(say: (line: string) => void): Promise<string> {
  making ??= find(say).catch((error: unknown) => {
    making = undefined;
    throw error;
  });
  return making;
}

/** One making at a time, for all who ask. */
let making: Promise<string> | undefined;

async function find(say: (line: string) => void): Promise<string> {
  const packaged = join(root, 'renderer', 'dist');
  if (existsSync(join(packaged, 'index.html'))) return packaged;
  // A folder for each state of the source: a window that is open keeps the files it was opened with.
  const made = join(built, fingerprint().slice(0, 16));
  if (existsSync(made)) {
    const now = realWorld.now() / 1000;
    utimesSync(made, now, now);
    return made;
  }
  say('Building the window ...');
  const making = `${made}.${process.pid}`;
  const { build } = await import('vite');
  // Whoever asks first may be a test: the window is React's production build all the same.
  const { NODE_ENV } = process.env;
  process.env['NODE_ENV'] = 'production';
  try {
    await build({
      configFile: join(root, 'renderer', 'vite.config.ts'),
      logLevel: 'error',
      build: { outDir: making, emptyOutDir: true },
    });
  } finally {
    if (NODE_ENV === undefined) delete process.env['NODE_ENV'];
    else process.env['NODE_ENV'] = NODE_ENV;
  }
  try {
    renameSync(making, made);
  } catch (error) {
    // Someone else was faster with the same source.
    rmSync(making, { recursive: true, force: true });
    if (!existsSync(made)) throw error;
  }
  forgetOld();
  return made;
}

/** ms after its last use that a built window is kept. */
const kept = 24 * 60 * 60 * 1000;

function forgetOld(): void {
  for (const name of readdirSync(built)) {
    const path = join(built, name);
    if (realWorld.now() - statSync(path).mtimeMs > kept) rmSync(path, { recursive: true, force: true });
  }
}

/** What the window is built from, as one hash. */
function fingerprint(): string {
  const hash = createHash('sha256');
  const files = [
    ...globSync('renderer/**/*.{ts,tsx,css,html,svg,png}', { cwd: root }),
    ...globSync('core/contract/**/*.ts', { cwd: root }),
    'core/host/assets.ts',
    'package-lock.json',
  ].sort();
  for (const file of files)
    hash
      .update(file)
      .update('\0')
      .update(readFileSync(join(root, file)))
      .update('\0');
  return hash.digest('hex');
}
