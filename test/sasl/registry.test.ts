// The table of mechanisms and their implementations say the same: which there are, and who speaks first (RFC 4954 section 4).
import { describe, expect, it } from 'vitest';
import { mechanismFacts, mechanismNames } from '../../core/contract/mechanisms.ts';
import { begin, respond } from '../../core/sasl/mechanism.ts';
import { mechanisms } from '../../core/sasl/registry.ts';
import { b64, contextOf, source } from './people.ts';

const { users } = source([]);
const start = (name: string) => mechanisms.get(name)!.start(contextOf(users));

describe('the registry', () => {
  it('has every mechanism of the table, and no other', () => {
    expect([...mechanisms.keys()].sort()).toEqual([...mechanismNames].sort());
    expect([...mechanisms].filter(([name, mechanism]) => mechanism.name !== name)).toEqual([]);
  });

  it('has names as EHLO may list them (RFC 4422 section 3.1)', () => {
    expect([...mechanisms.keys()].filter((name) => !/^[A-Z0-9_-]{1,20}$/.test(name))).toEqual([]);
  });

  const serverFirst = mechanismNames.filter((name) => mechanismFacts(name)?.serverFirst);
  it.each(serverFirst)(
    '%s takes no initial response, not even an empty one, and says something first',
    async (name) => {
      expect(await begin(start(name), b64('n,,n=user,r=abc'))).toMatchObject({ fail: 'malformed' });
      expect(await begin(start(name), '=')).toMatchObject({ fail: 'malformed' });
      const first = await begin(start(name), null);
      expect('challenge' in first && first.challenge.length).toBeGreaterThan(0);
    },
  );

  const clientFirst = ['PLAIN', 'OAUTHBEARER', 'XOAUTH2', ...mechanismNames.filter((name) => name.startsWith('SCRAM'))];
  it.each(clientFirst)('%s asks with an empty challenge where there is no initial response', async (name) => {
    expect(await begin(start(name), null)).toMatchObject({ challenge: Buffer.alloc(0) });
  });

  it.each([...mechanisms.keys()])(
    '%s can be cancelled, and refuses what is no base64, at first and later',
    async (name) => {
      for (const line of ['*', 'A', '====', '=AAA', 'Zg', 'Z g=']) {
        const fail = line === '*' ? 'cancelled' : 'malformed';
        expect(await begin(start(name), line)).toMatchObject({ fail });
        const exchange = start(name);
        const first = await begin(exchange, null);
        if ('challenge' in first) expect(await respond(exchange, line)).toMatchObject({ fail });
      }
    },
  );
});
