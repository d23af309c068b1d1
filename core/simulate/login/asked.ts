// Whether a server asks and answers as in the login before: what differs would tell one user name from another.
import type { SaslSaid } from '../../contract/event.ts';

/** What the server said in a login, as the client read it. */
export interface ServerSaid {
  readonly asks: readonly SaslSaid[];
  /** Its last reply as it came; empty when there was none. */
  readonly end: string;
}

/** Fields that are new in each login. */
const nonces: ReadonlySet<string> = new Set(['nonce', 'challenge']);

/** The first thing that differs, nonces left out, and salts too where they only have to be alike; undefined when nothing does. */
export function unlikeBefore(
  how: 'same' | 'alike',
  now: ServerSaid,
  before: ServerSaid = { asks: [], end: '' },
): { readonly expected: string; readonly heard: string } | undefined {
  const isNew = (name: string) => nonces.has(name) || (how === 'alike' && name === 'salt');
  const told = ({ what, octets, fields }: SaslSaid) => {
    const shown = fields.map((field) => {
      if ('secret' in field) return `${field.name} ${field.secret} octets`;
      return `${field.name} ${isNew(field.name) ? `${field.value.length} octets` : field.value}`;
    });
    return [`${what} of ${octets} octets`, ...shown].join(', ');
  };
  const lines = ({ asks, end }: ServerSaid) => [...asks.map(told), end.trimEnd()];
  const [mine, theirs] = [lines(now), lines(before)];
  const at = Array.from({ length: Math.max(mine.length, theirs.length) }, (_, index) => index).find(
    (index) => mine[index] !== theirs[index],
  );
  if (at === undefined) return undefined;
  return { expected: `as in the login before: ${theirs[at] ?? 'the end'}`, heard: mine[at] ?? 'the end' };
}
