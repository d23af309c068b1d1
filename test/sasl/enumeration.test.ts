// Whoever guesses names learns nothing: unknown, disabled, secret-less and known users take the same path (AUT-04).
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { mechanismTable } from '../../core/contract/mechanisms.ts';
import { mechanisms } from '../../core/sasl/registry.ts';
import { b64, contextOf, play, source } from './people.ts';

const people = [
  { name: 'known', password: 'right' },
  { name: 'shut', password: 'right', denied: 'disabled' },
  { name: 'bound', password: 'right', denied: 'no-secret' },
] as const;
const names = ['known', 'shut', 'bound', 'nobody'];
const channel = { binding: () => Buffer.alloc(32, 7) };

/** What a client sends that knows the name and guesses the password; the mechanisms of this table are the ones that take a password. */
const guesses: Readonly<Record<string, (name: string) => readonly (string | null)[]>> = {
  PLAIN: (name) => [b64(`\0${name}\0guess`)],
  LOGIN: (name) => [null, b64(name), b64('guess')],
  'CRAM-MD5': (name) => [null, b64(`${name} ${'0'.repeat(32)}`)],
  'DIGEST-MD5': (name) => [
    null,
    b64(
      `username="${name}",realm="mail.example.com",nonce="1896.697170952",nc=00000001,cnonce="c",digest-uri="smtp/mail.example.com",response=${'0'.repeat(32)}`,
    ),
  ],
  'SCRAM-SHA-1': (name) => scram(name, 'n,,', Buffer.alloc(20)),
  'SCRAM-SHA-256': (name) => scram(name, 'n,,', Buffer.alloc(32)),
  'SCRAM-SHA-1-PLUS': (name) => scram(name, 'p=tls-exporter,,', Buffer.alloc(20)),
  'SCRAM-SHA-256-PLUS': (name) => scram(name, 'p=tls-exporter,,', Buffer.alloc(32)),
};

function scram(name: string, header: string, proof: Buffer): readonly string[] {
  const c = b64(Buffer.concat([Buffer.from(header), header.startsWith('p') ? channel.binding() : Buffer.alloc(0)]));
  return [b64(`${header}n=${name},r=abc`), b64(`c=${c},r=abc1896.697170952,p=${b64(proof)}`)];
}

/** How an exchange looks to the client: challenges with their salts made alike, and the kind of end. */
function seen(mechanism: string, name: string) {
  const { users, questions } = source(people);
  const context = contextOf(users, { channel });
  const steps = play(mechanisms.get(mechanism)!, context, guesses[mechanism]!(name));
  const shapes = steps.map((step) => {
    if ('challenge' in step) return step.challenge.toString().replace(/s=[^,]*/, (salt) => `salt of ${salt.length}`);
    return 'ok' in step ? 'ok' : step.fail;
  });
  return { shapes, questions };
}

describe('a guess', () => {
  const needed = ['password', 'secret'];
  const checked = Object.entries(mechanismTable).filter(([, { needs }]) => needed.includes(needs));

  it('is made with every mechanism that takes a password', () => {
    expect(Object.keys(guesses).sort()).toEqual(checked.map(([name]) => name).sort());
  });

  it.each(Object.keys(guesses))('with %s looks the same for every name, and asks the source the same', (mechanism) => {
    const [first, ...others] = names.map((name) => seen(mechanism, name));
    expect(first?.shapes.at(-1)).toBe('credentials');
    expect(first?.questions).toHaveLength(1);
    expect(others).toEqual(others.map(() => first));
  });

  it.each(Object.keys(guesses).filter((name) => name.startsWith('SCRAM')))(
    'with %s sees a salt that stays the same for a name, and is another for another',
    (mechanism) => {
      const salts = [...names, ...names].map((name) => {
        const { users } = source(people);
        const [step] = play(mechanisms.get(mechanism)!, contextOf(users, { channel }), guesses[mechanism]!(name));
        return step && 'challenge' in step ? /s=[^,]*/.exec(step.challenge.toString())?.[0] : undefined;
      });
      expect(salts.slice(4)).toEqual(salts.slice(0, 4));
      expect(new Set(salts).size).toBe(4);
    },
  );
});

describe('any octets at any step', () => {
  /** The same octets at every run: a hash of the number of the try. */
  const octets = (seed: number) =>
    createHash('shake256', { outputLength: seed % 97 })
      .update(String(seed))
      .digest();
  const scraps = [
    'n,,n=known,r=abc',
    'c=biws,r=abc1896.697170952,p=',
    '\0known\0',
    'username="known",',
    '=2C',
    '*',
    'known ',
  ];

  it.each([...mechanisms.keys()].filter((name) => name in guesses))('end %s defined, and never get in', (mechanism) => {
    const ends = Array.from({ length: 500 }, (_, seed) => {
      const { users } = source(people);
      const lines = [0, 1, 2, 3].map((at) => {
        const noise = octets(4 * seed + at);
        return b64(seed % 3 === 0 ? noise : Buffer.concat([Buffer.from(scraps[(seed + at) % scraps.length]!), noise]));
      });
      const honest = guesses[mechanism]!('known').slice(0, seed % 3);
      const begun = honest.length > 0 ? honest : seed % 2 ? [null] : [];
      return play(mechanisms.get(mechanism)!, contextOf(users, { channel }), [...begun, ...lines]);
    });
    const kinds = new Set(
      ends.flat().map((step) => ('challenge' in step ? 'challenge' : 'ok' in step ? 'ok' : step.fail)),
    );
    expect([...kinds].sort()).toEqual(['challenge', 'credentials', 'malformed']);
  });
});
