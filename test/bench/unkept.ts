// Ours with everything on but capture: all checks and the log, over a journal that keeps nothing. Prints its port.
//
//   node test/bench/unkept.ts CONFIGURATION LOGFOLDER
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { EventBody } from '../../core/contract/event.ts';
import { readSettings } from '../../core/formats/yaml.ts';
import type { Journal, MessageLog, SessionLog } from '../../core/journal/journal.ts';
import { idOf } from '../../core/journal/memory.ts';
import { openLog } from '../../core/log/log.ts';
import { nobody } from '../smtp/nobody.ts';
import { createReceiver } from '../../core/receiver.ts';
import { identityOf } from '../../core/smtp/certificates.ts';
import { threadWorkers } from '../../core/workers/threads.ts';
import { realWorld } from '../../core/world/real.ts';

const [, , file = '', folder = ''] = process.argv;
const read = readSettings(readFileSync(file, 'utf8'), file);
if ('errors' in read) throw new Error(JSON.stringify(read.errors));
const settings = read.value;
const log = openLog({ world: realWorld, folder, host: 'bench', logging: settings.logging });

/** Does what a journal must, and forgets. */
class Forgetting implements SessionLog {
  static #sessions = 0;
  static #messages = 0;
  readonly id = idOf(++Forgetting.#sessions);
  #events = 0;

  append(body: EventBody, t: number): number {
    log.event(this.id, body, t);
    return ++this.#events;
  }

  message(): MessageLog {
    let size = 0;
    return {
      id: idOf(++Forgetting.#messages),
      write: (chunk) => (size += chunk.length) >= 0,
      drained: () => Promise.resolve(),
      commit: (_envelope, truths = []) => {
        for (const { body, t } of truths) this.append(body, t);
        return Promise.resolve({ size });
      },
      abort: () => undefined,
    };
  }

  end(): void {
    this.#events = 0;
  }
}

const journal: Journal = { session: () => new Forgetting() };
const receiver = createReceiver({
  world: realWorld,
  journal,
  users: nobody,
  identity: (listener) =>
    identityOf(listener, {
      world: realWorld,
      folder: join(folder, 'tls'),
      hostname: settings.acceptance.hostname,
      baseFolder: folder,
      imported: false,
    }),
  workers: threadWorkers({ world: realWorld, settings: settings.workers }),
  onState: () => undefined,
});
const { listeners } = await receiver.start(settings);
const [mx] = listeners;
if (mx?.state !== 'listening') throw new Error(JSON.stringify(mx));
process.stdout.write(`${mx.bound.split(':')[1] ?? ''}\n`);
process.once('SIGTERM', () => process.exit(0));
// Sockets keep nobody alive.
setInterval(() => undefined, 60_000);
