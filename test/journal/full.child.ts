// A process that records on a disk with too little room, and says what it is told; it ends when its input does.
import { openWorkspace } from '../../core/journal/workspace.ts';
import { realWorld } from '../../core/world/real.ts';

const [folder = ''] = process.argv.slice(2);
const say = (text: string) => process.stdout.write(`${text}\n`);
const opened = await openWorkspace({ folder, world: realWorld, onProblem: (problem) => say(`problem ${problem}`) });
if ('refusal' in opened) throw new Error(opened.refusal.what);
const { workspace } = opened;
const session = workspace.session();
let events = 0;
const work = setInterval(() => {
  events = session.append({ kind: 'line', bytes: 'X'.repeat(20_000), end: 'crlf', behind: 0 }, events);
}, 2);
say(`ready ${process.pid}`);
process.stdin.resume();
process.stdin.once('end', () => {
  clearInterval(work);
  session.end();
  void workspace.close().then(() => say(`recorded ${session.id} ${events}`));
});
