// `npm run realm`: says how to use the realm, and leaves nothing behind, however often it is told to end.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { missingPackages } from './realm.ts';

const missing = missingPackages();
const why = missing.length > 0 ? ` (apt-get install --no-install-recommends ${missing.join(' ')})` : '';

describe.skipIf(missing.length > 0)(`npm run realm${why}`, () => {
  test.each(['SIGINT', 'SIGTERM'] as const)(
    'ends with its folder at %s, also when that comes again and again',
    async (signal) => {
      const program = spawn(process.execPath, [join(import.meta.dirname, 'realmProgram.ts')]);
      let said = '';
      const manual = new Promise<void>((resolve) => {
        program.stdout.on('data', (octets: Buffer) => {
          said += octets.toString();
          if (said.includes('who it was: alice@')) resolve();
        });
      });
      const ended = new Promise((resolve) => void program.on('close', resolve));
      await Promise.race([manual, ended]);
      const folder = /everything of it is in (\S+)\.\n/.exec(said)?.[1] ?? '';
      expect(existsSync(folder), said).toBe(true);
      // Two that are sent at once may come as one.
      const telling = setInterval(() => program.kill(signal), 1);
      await ended;
      clearInterval(telling);
      expect(said).toContain('the realm is gone, and its folder with it');
      expect(existsSync(folder)).toBe(false);
    },
  );
});
