// A process that commits messages until it is killed, and says on its output which commits it was told of.
import { openWorkspace } from '../../core/journal/workspace.ts';
import { realWorld } from '../../core/world/real.ts';
import { bytesFor } from './crashBytes.ts';

const [folder = '', clients = '8', largest = '200000', keep = '0'] = process.argv.slice(2);
const opened = await openWorkspace({ folder, world: realWorld, keep: { sessions: 0, messages: Number(keep) } });
if ('refusal' in opened) throw new Error(JSON.stringify(opened.refusal));
const { workspace } = opened;
const box = (raw: string) => ({ raw, local: raw, domain: 'example.org' });
// The workspace keeps no process alive; whoever kills this one must find it at work.
setInterval(() => undefined, 1000);

async function client(number: number): Promise<void> {
  const session = workspace.session();
  session.append({ kind: 'line', bytes: `EHLO client-${number}`, end: 'crlf', behind: 0 }, 0);
  // What is over the number kept is looked for when a second has passed, or when the number is said again.
  if (keep !== '0') setInterval(() => void workspace.retain({ sessions: 0, messages: Number(keep) }), 50);
  for (let count = 1; ; count += 1) {
    const message = session.message();
    const bytes = bytesFor(message.id, Number(largest));
    for (let at = 0; at < bytes.length; at += 30_000)
      if (!message.write(bytes.subarray(at, at + 30_000))) await message.drained();
    session.append({ kind: 'line', bytes: `DATA ${message.id}`, end: 'crlf', behind: 0 }, count);
    try {
      await message.commit({
        sender: box('a'),
        recipients: [box('b')],
        at: count,
        messageId: message.id,
        remote: false,
        trace: '',
      });
      process.stdout.write(`acked ${session.id} ${message.id} ${bytes.length}\n`);
    } catch (error) {
      process.stdout.write(`failed ${session.id} ${message.id} ${(error as { code: string }).code}\n`);
    }
  }
}

process.stdout.write('ready\n');
for (let number = 0; number < Number(clients); number += 1) void client(number);
