// Composes a message: written by its author, then through all that happens to it on its way, and made ready for the wire.
import { assertNever } from '../../contract/never.ts';
import type { Composed, Hop } from '../../contract/scenarioMessage.ts';
import type { Step } from '../../contract/scenarioStep.ts';
import { loadSigning } from '../../message/sign.ts';
import type { World } from '../../world/world.ts';
import { segmentsOf } from '../bytes.ts';
import { changed, forwarded, listed } from './change.ts';
import { bytesOf, type Draft } from './draft.ts';
import { written } from './mime.ts';
import { sealed } from './sealed.ts';
import { signed } from './signed.ts';

type Clock = Pick<World, 'now' | 'random'>;

/** The octets of the message, not yet made ready for the wire; rejects when it cannot be made as it says. */
export async function composed(message: Composed, world: Clock): Promise<Buffer> {
  const { hops = [], raw } = message;
  // Given octet for octet, and nothing happens to it: not even its end is looked for.
  if (raw !== undefined && hops.length === 0) return Buffer.concat(segmentsOf(raw));
  if (hops.some((hop) => 'sign' in hop || 'seal' in hop)) await loadSigning();
  const draft = await written(message, world);
  return bytesOf(hops.reduce((now, hop) => passed(now, hop, world), draft));
}

function passed(draft: Draft, hop: Hop, world: Clock): Draft {
  if ('sign' in hop) return signed(draft, hop.sign, world);
  if ('change' in hop) return changed(draft, hop.change);
  if ('forward' in hop) return forwarded(draft, hop.forward, world.now());
  if ('list' in hop) return listed(draft, hop.list, world.now());
  if ('seal' in hop) return sealed(draft, hop.seal, world);
  return assertNever(hop);
}

type Mail = Extract<Step, { mail: unknown }>['mail'];

/** The message of a `mail` step, where it is signed. */
export async function signedMail({ from, to, ...mail }: Mail, world: Clock): Promise<Buffer | undefined> {
  if (mail.sign === undefined) return undefined;
  const { subject, text, html, headers = {} } = mail;
  return composed(
    {
      from,
      to: [to].flat().join(', '),
      ...(subject === undefined ? {} : { subject }),
      ...(text === undefined ? {} : { text }),
      ...(html === undefined ? {} : { html }),
      hops: [{ change: { set: headers } }, ...[mail.sign].flat().map((sign) => ({ sign }))],
    },
    world,
  );
}

/** What virtual time could not wait for: the parts of mailauth that sign. */
export async function readyToCompose(talk: readonly Step[]): Promise<void> {
  const isSigned = talk.some(
    (step) =>
      ('mail' in step && step.mail.sign !== undefined) ||
      ('compose' in step && step.compose.hops?.some((hop) => 'sign' in hop || 'seal' in hop)),
  );
  if (isSigned) await loadSigning();
}

const dot = Buffer.from('.\r\n');
const crlf = Buffer.from('\r\n');

/** The segments in which a message is sent, to its end. */
export async function onTheWire(message: Composed, world: Clock): Promise<readonly Buffer[]> {
  const bytes = await composed(message, world);
  return message.chunks === undefined ? [afterData(bytes)] : inChunks(bytes, message.chunks);
}

/** What goes over the wire behind 354: dots doubled at the beginning of lines, and the dot at the end (RFC 5321 section 4.5.2). */
export function afterData(message: Buffer): Buffer {
  const stuffed = Buffer.from(message.toString('latin1').replace(/^\.|(?<=\r\n)\./g, '..'), 'latin1');
  const isWhole = message.length === 0 || message.subarray(-2).equals(crlf);
  return Buffer.concat([stuffed, ...(isWhole ? [] : [crlf]), dot]);
}

/** The chunks of BDAT, each with its command in front (RFC 3030 section 2). */
export function inChunks(message: Buffer, octets: number): Buffer[] {
  const starts = Array.from({ length: Math.max(1, Math.ceil(message.length / octets)) }, (_, index) => index * octets);
  return starts.map((start) => {
    const chunk = message.subarray(start, start + octets);
    const last = start + octets >= message.length ? ' LAST' : '';
    return Buffer.concat([Buffer.from(`BDAT ${chunk.length}${last}\r\n`), chunk]);
  });
}
