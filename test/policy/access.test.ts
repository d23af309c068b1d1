// Access rules: precedence of layers and priorities, by example and against a slow reading of the same rules.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { contains, parseIp, parseIpSet } from '../../core/contract/settings/network.ts';
import type { Settings, SettingsInput } from '../../core/contract/settings/settings.ts';
import { evaluateAccess } from '../../core/policy/access.ts';
import { mx, settingsOf } from './facts.ts';

const rule = (ipSet: string, priority = 100, enable = true) => ({ ipSet, priority, enable });

function decided(input: SettingsInput, address = '10.1.2.3') {
  const { allowed, rule: decider, flow } = evaluateAccess(settingsOf(input), 0, address);
  return [allowed, decider.path, flow?.path];
}

const listener = (access: object) => [{ ...mx, access }];

describe('access', () => {
  it('takes the lower priority number, and deny at a tie', () => {
    const both = (deny: number, allow: number) => ({
      access: { deny: [rule('10.0.0.0/8', deny)], allow: [rule('10.1.0.0/16', allow)] },
    });
    expect(decided(both(10, 20))).toEqual([false, 'access.deny.0', undefined]);
    expect(decided(both(20, 10))).toEqual([true, 'access.allow.0', 'access.allow.0.flow']);
    expect(decided(both(10, 10))).toEqual([false, 'access.deny.0', undefined]);
  });

  it('takes the best of several, the first among equals, and leaves out disabled rules', () => {
    const deny = [rule('10.0.0.0/8', 5, false), rule('10.0.0.0/8', 9), rule('10.1.2.3', 7), rule('10.1.2.0/24', 7)];
    expect(decided({ access: { deny } })).toEqual([false, 'access.deny.2', undefined]);
  });

  it('asks listener, service, global list and last rule in this order', () => {
    const service = { allow: [rule('10.0.0.0/8')], global: { deny: [rule('10.1.0.0/16')] }, last: 'deny' as const };
    expect(decided({ listeners: listener({ deny: [rule('10.1.2.3')] }), access: service })).toEqual([
      false,
      'listeners.0.access.deny.0',
      undefined,
    ]);
    expect(decided({ access: service })).toEqual([true, 'access.allow.0', 'access.allow.0.flow']);
    expect(decided({ access: { ...service, allow: [] } })).toEqual([false, 'access.global.deny.0', undefined]);
    expect(decided({ access: { last: 'deny' } })).toEqual([false, 'access.last', undefined]);
    expect(decided({})).toEqual([true, 'access.last', 'access.lastFlow']);
  });

  it('lets a listener decide for itself, without service and global list', () => {
    const access = { deny: [rule('10.0.0.0/8')], global: { deny: [rule('10.0.0.0/8')] } };
    expect(decided({ listeners: listener({ last: 'allow' }), access })).toEqual([
      true,
      'listeners.0.access.last',
      undefined,
    ]);
    expect(decided({ listeners: listener({ last: 'deny' }) })).toEqual([false, 'listeners.0.access.last', undefined]);
    expect(decided({ listeners: listener({ last: 'service' }), access })).toEqual([false, 'access.deny.0', undefined]);
  });

  it('matches IPv4 rules with IPv4-mapped addresses, and keeps the families apart', () => {
    const access = { deny: [rule('10.0.0.0/8'), rule('fe80::/10')] };
    expect(decided({ access }, '::ffff:10.9.9.9')).toEqual([false, 'access.deny.0', undefined]);
    expect(decided({ access }, '::ffff:0a09:0909')).toEqual([false, 'access.deny.0', undefined]);
    expect(decided({ access }, 'fe80::1%eth0')).toEqual([false, 'access.deny.1', undefined]);
    expect(decided({ access: { deny: [rule('::/0')] } }, '10.1.2.3')).toEqual([true, 'access.last', 'access.lastFlow']);
  });

  it('shows the candidates of every layer it asked', () => {
    const settings = settingsOf({
      listeners: listener({ allow: [rule('192.0.2.0/24')] }),
      access: { deny: [rule('10.0.0.0/8', 20)], allow: [rule('10.1.2.3', 10), rule('10.1.2.0/24', 11)] },
    });
    expect(evaluateAccess(settings, 0, '10.1.2.3')).toEqual({
      allowed: true,
      rule: { layer: 'service', action: 'allow', path: 'access.allow.0', ipSet: '10.1.2.3', priority: 10 },
      flow: { path: 'access.allow.0.flow', limits: settings.access.allow[0]?.flow },
      trace: [
        { layer: 'service', action: 'deny', path: 'access.deny.0', ipSet: '10.0.0.0/8', priority: 20 },
        { layer: 'service', action: 'allow', path: 'access.allow.0', ipSet: '10.1.2.3', priority: 10 },
      ],
      because: 'allow rule 10.1.2.3 with priority 10 of the service: wins over deny rule 10.0.0.0/8 with priority 20',
    });
  });

  it('gives what a slow reading of the rules gives', () => {
    const four = fc.tuple(fc.nat(3), fc.nat(3)).map(([a, b]) => `10.0.${a}.${b}`);
    const six = fc.nat(5).map((a) => `2001:db8::${a}`);
    const address = fc.oneof(
      four,
      six,
      four.map((a) => `::ffff:${a}`),
    );
    const ipSet = fc.oneof(
      address,
      fc.tuple(four, fc.integer({ min: 20, max: 32 })).map(([a, bits]) => `${a}/${bits}`),
      fc.tuple(six, fc.integer({ min: 120, max: 128 })).map(([a, bits]) => `${a}/${bits}`),
      fc.tuple(four, four).map(([a, b]) => [a, b].sort().join('-')),
      fc.constantFrom('0.0.0.0/0', '::/0', '10.0.0.0/255.255.254.0', '0.0.0.0-254.255.255.255'),
    );
    const rules = fc.array(fc.record({ ipSet, priority: fc.nat(4), enable: fc.boolean() }), { maxLength: 8 });
    const layer = { allow: rules, deny: rules };
    const input = fc.record({
      listeners: fc.record({ ...layer, last: fc.constantFrom('service', 'allow', 'deny') }).map(listener),
      access: fc.record({ ...layer, last: fc.constantFrom('allow', 'deny'), global: fc.record({ deny: rules }) }),
    });
    fc.assert(
      fc.property(input, address, (written, from) => {
        const settings = settingsOf(written);
        const { allowed, rule: decider } = evaluateAccess(settings, 0, from);
        expect([allowed, decider.path]).toEqual(slowly(settings, from));
      }),
      { numRuns: 500 },
    );
  });

  it('reads many overlapping rules as the slow reading does', () => {
    const numbers = fc.sample(fc.tuple(fc.nat(255), fc.nat(255), fc.integer({ min: 8, max: 32 }), fc.nat(50)), {
      numRuns: 2000,
      seed: 1,
    });
    const deny = numbers.map(([a, b, bits, priority]) => rule(`10.${a}.${b}.0/${bits}`, priority));
    const settings = settingsOf({ access: { deny } });
    for (const [a, b] of numbers.slice(0, 300)) {
      const address = `10.${a}.${b}.${a}`;
      const { allowed, rule: decider } = evaluateAccess(settings, 0, address);
      expect([allowed, decider.path]).toEqual(slowly(settings, address));
    }
  });
});

type Rules = Settings['access']['deny'];

/** The rules read one by one, as the manual tells them. */
function slowly(settings: Settings, address: string): readonly [boolean, string] {
  const own = settings.listeners[0]?.access;
  if (!own) throw new Error('no listener');
  const layers = [{ base: 'listeners.0.access', ...own }];
  if (own.last === 'service') {
    layers.push({ base: 'access', ...settings.access, last: 'service' });
    layers.push({ base: 'access.global', allow: [], deny: settings.access.global.deny, last: 'service' });
  }
  for (const { base, allow, deny } of layers) {
    const denied = best(deny, address);
    const allowed = best(allow, address);
    if (denied && (!allowed || denied.priority <= allowed.priority)) return [false, `${base}.deny.${denied.index}`];
    if (allowed) return [true, `${base}.allow.${allowed.index}`];
  }
  if (own.last !== 'service') return [own.last === 'allow', 'listeners.0.access.last'];
  return [settings.access.last === 'allow', 'access.last'];
}

function best(rules: Rules, address: string): { readonly priority: number; readonly index: number } | undefined {
  const ip = parseIp(address);
  return rules
    .map(({ ipSet, priority, enable }, index) => ({ range: parseIpSet(ipSet), priority, enable, index }))
    .filter(({ range, enable }) => enable && range && ip && contains(range, ip))
    .sort((a, b) => a.priority - b.priority || a.index - b.index)[0];
}
