// Checks at connect: flow, access and rule-flow; facts in, findings out.
import { describe, expect, it } from 'vitest';
import type { FlowCount } from '../../core/contract/facts.ts';
import type { Check } from '../../core/policy/check.ts';
import { access } from '../../core/policy/checks/access.ts';
import { flow } from '../../core/policy/checks/flow.ts';
import { tlsRate } from '../../core/policy/checks/tlsRate.ts';
import { ruleFlow } from '../../core/policy/checks/ruleFlow.ts';
import { findingsOf, type Known, settingsOf, submissions } from './facts.ts';

const decidersOf = async (check: Check, known: Known) =>
  (await findingsOf(check, known)).map(({ action, reason, text, setting, value }) => ({
    action,
    reason,
    text,
    setting,
    value,
  }));

function counted(scope: FlowCount['scope'], path: string, numbers: Partial<FlowCount> = {}): FlowCount {
  const { limits, ...rest } = numbers;
  return {
    scope,
    path,
    limits: limits ?? settingsOf().flow.service,
    window: 'sliding',
    connections: 1,
    peerConnections: 1,
    intervalConnections: 1,
    peerIntervalConnections: 1,
    ...rest,
  };
}

describe('flow', () => {
  it('names the network that was counted', async () => {
    const network = '203.0.113.0/24';
    const count = counted('service', 'flow.service', { network, peerConnections: 21 });
    const [finding] = await findingsOf(flow, { address: '203.0.113.9', flow: [count] });
    expect(finding).toMatchObject({
      text: '21st simultaneous connection from 203.0.113.0/24, 20 allowed; relief when one of them closes',
      evidence: { scope: 'over all listeners', window: 'sliding', 'counted as one peer': network },
    });
  });

  it('names the limit, its value and the counter', async () => {
    expect(
      await findingsOf(flow, {
        address: '127.0.0.1',
        flow: [counted('listener', 'listeners.0.flow', { peerConnections: 21, connections: 30 })],
      }),
    ).toEqual([
      {
        check: 'flow',
        action: 'drop',
        reason: 'too-many-connections',
        text: '21st simultaneous connection from 127.0.0.1, 20 allowed; relief when one of them closes',
        setting: 'listeners.0.flow.peerMaxConnections',
        value: 20,
        counter: { name: 'simultaneous connections of the peer', value: 21, limit: 20 },
        counters: [
          { name: 'simultaneous connections', value: 30, limit: 200 },
          { name: 'simultaneous connections of the peer', value: 21, limit: 20 },
          { name: 'new connections in the interval', value: 1, limit: 600 },
          { name: 'new connections of the peer in its interval', value: 1, limit: 600 },
        ],
        evidence: { scope: 'on listener mx', window: 'sliding', answer: 'reply' },
      },
    ]);
  });

  it.each([
    [
      { connections: 201 },
      '201st simultaneous connection on listener mx, 200 allowed; relief when one of them closes',
      'listeners.0.flow.maxConnections',
      200,
    ],
    [
      { connections: 1240 },
      '1,240th simultaneous connection on listener mx, 200 allowed; relief when 1,040 of them close',
      'listeners.0.flow.maxConnections',
      200,
    ],
    [
      { intervalConnections: 601, intervalRelief: 12_201 },
      '601st new connection on listener mx within 60 s, 600 allowed; 12.3 s to relief',
      'listeners.0.flow.maxIntervalConnections',
      600,
    ],
    [
      { peerIntervalConnections: 1612, peerIntervalRelief: 59_901 },
      '1,612th new connection from 192.0.2.1 within 60 s, 600 allowed; 1 min 0 s to relief',
      'listeners.0.flow.peerMaxIntervalConnections',
      600,
    ],
    [
      { connections: 201, peerIntervalConnections: 601, peerIntervalRelief: 9000 },
      '201st simultaneous connection on listener mx, 200 allowed; relief when one of them closes; new connections of the peer in its interval as well: 601 of 600, 9 s to relief',
      'listeners.0.flow.maxConnections',
      200,
    ],
  ])('%o is too many', async (numbers, text, setting, value) => {
    expect(await decidersOf(flow, { flow: [counted('listener', 'listeners.0.flow', numbers)] })).toEqual([
      { action: 'drop', reason: 'too-many-connections', text, setting, value },
    ]);
  });

  it.each([
    [
      { window: 'fixed', intervalConnections: 601, intervalRelief: 400 } as const,
      'in this window of 60 s, 600 allowed; 0.4 s to relief',
    ],
    [{ intervalConnections: 601, intervalRelief: 7_260_001 } as const, 'within 60 s, 600 allowed; 2 h 2 min to relief'],
  ])('tells the window that counted, and when there is room again: %j', async (numbers, text) => {
    const [finding] = await findingsOf(flow, { flow: [counted('service', 'flow.service', numbers)] });
    expect(finding?.text).toBe(`601st new connection over all listeners ${text}`);
    expect(finding?.counter).toEqual({
      name: 'new connections in the interval',
      value: 601,
      limit: 600,
      relief: numbers.intervalRelief,
    });
    expect(finding?.evidence).toMatchObject({
      scope: 'over all listeners',
      window: finding?.text.includes('in this') === true ? 'fixed' : 'sliding',
    });
  });

  it('tells of relief where the limit is reached, in every finding', async () => {
    const full = { peerIntervalConnections: 600, peerIntervalRelief: 1500 };
    const [finding] = await findingsOf(flow, { flow: [counted('service', 'flow.service', full)] });
    expect([finding?.action, finding?.counters?.[2], finding?.counters?.[3]]).toEqual([
      'record',
      { name: 'new connections in the interval', value: 1, limit: 600 },
      { name: 'new connections of the peer in its interval', value: 600, limit: 600, relief: 1500 },
    ]);
  });

  it('lets exactly the limit through, and lists both sets of limits', async () => {
    const full = { connections: 200, peerConnections: 20, intervalConnections: 600, peerIntervalConnections: 600 };
    const found = await findingsOf(flow, {
      flow: [counted('listener', 'listeners.0.flow', full), counted('service', 'flow.service', full)],
    });
    expect(found.map(({ action, setting, text }) => [action, setting, text])).toEqual([
      [
        'record',
        'listeners.0.flow',
        '200 of 200 at once on listener mx, 20 of 20 from this peer; new in the interval: 600 of 600, 600 of 600 from this peer',
      ],
      [
        'record',
        'flow.service',
        '200 of 200 at once over all listeners, 20 of 20 from this peer; new in the interval: 600 of 600, 600 of 600 from this peer',
      ],
    ]);
  });

  it('holds 0 to be no limit', async () => {
    const limits = {
      ...settingsOf().flow.service,
      maxConnections: 0,
      peerMaxConnections: 0,
      maxIntervalConnections: 0,
      peerMaxIntervalConnections: 0,
    };
    const many = {
      limits,
      connections: 1e6,
      peerConnections: 1e6,
      intervalConnections: 1e6,
      peerIntervalConnections: 1e6,
    };
    expect(
      (await findingsOf(flow, { flow: [counted('service', 'flow.service', many)] })).map(({ action }) => action),
    ).toEqual(['record']);
  });

  it('closes silently where the limit says so, and always on implicit TLS', async () => {
    const limits = settingsOf({ flow: { service: { answer: { maxConnections: 'silent' } } } }).flow.service;
    const [silent] = await findingsOf(flow, {
      flow: [counted('service', 'flow.service', { limits, connections: 201 })],
    });
    expect([silent?.silent, silent?.evidence]).toEqual([
      true,
      { scope: 'over all listeners', window: 'sliding', answer: 'silent' },
    ]);
    const [spoken] = await findingsOf(flow, {
      flow: [counted('service', 'flow.service', { limits, peerConnections: 21 })],
    });
    expect([spoken?.silent, spoken?.evidence]).toEqual([
      undefined,
      { scope: 'over all listeners', window: 'sliding', answer: 'reply' },
    ]);
    const implicit = {
      settings: { listeners: [submissions] },
      flow: [counted('service', 'flow.service', { connections: 201 })],
    };
    const [hidden] = await findingsOf(flow, implicit);
    expect([hidden?.silent, hidden?.evidence]).toEqual([
      true,
      { scope: 'over all listeners', window: 'sliding', answer: 'silent, because TLS is implicit' },
    ]);
  });

  it('leaves the allow rule to rule-flow', async () => {
    const over = counted('rule', 'access.allow.3.flow', { connections: 201 });
    expect(await findingsOf(flow, { flow: [over] })).toEqual([]);
    expect(
      await decidersOf(ruleFlow, { flow: [counted('service', 'flow.service', { connections: 999 }), over] }),
    ).toEqual([
      {
        action: 'drop',
        reason: 'too-many-connections',
        text: '201st simultaneous connection under access.allow.3, 200 allowed; relief when one of them closes',
        setting: 'access.allow.3.flow.maxConnections',
        value: 200,
      },
    ]);
  });
});

describe('access', () => {
  const rule = { ipSet: '192.0.2.0/24', priority: 10, enable: true };
  const denied = (refusal: '421' | 'silent' | '554') => ({ settings: { access: { deny: [rule], refusal } } });

  it('says which rule denied, and which was weaker', async () => {
    const allow = [{ ...rule, ipSet: '192.0.2.1', priority: 11 }];
    expect(await findingsOf(access, { settings: { access: { deny: [rule], allow } } })).toEqual([
      {
        check: 'access',
        action: 'drop',
        reason: 'access-denied',
        text: '192.0.2.1: deny rule 192.0.2.0/24 with priority 10 of the service: wins over allow rule 192.0.2.1 with priority 11',
        setting: 'access.deny.0',
        value: '192.0.2.0/24',
        rule: { layer: 'service', action: 'deny', path: 'access.deny.0', ipSet: '192.0.2.0/24', priority: 10 },
        rules: [
          { layer: 'service', action: 'deny', path: 'access.deny.0', ipSet: '192.0.2.0/24', priority: 10 },
          { layer: 'service', action: 'allow', path: 'access.allow.0', ipSet: '192.0.2.1', priority: 11 },
        ],
        evidence: { refusal: '421' },
      },
    ]);
  });

  it.each([
    ['421', { action: 'drop', reason: 'access-denied', silent: undefined }],
    ['silent', { action: 'drop', reason: 'access-denied', silent: true }],
    ['554', { action: 'refuse', reason: 'access-refused', silent: undefined }],
  ] as const)('refuses with %s', async (refusal, expected) => {
    const [found] = await findingsOf(access, denied(refusal));
    expect({ action: found?.action, reason: found?.reason, silent: found?.silent }).toEqual(expected);
  });

  it.each(['421', 'silent', '554'] as const)(
    'is silent on implicit TLS whatever the refusal, here %s',
    async (refusal) => {
      const { access: rules } = denied(refusal).settings;
      const [found] = await findingsOf(access, { settings: { listeners: [submissions], access: rules } });
      expect([found?.action, found?.silent]).toEqual(['drop', true]);
    },
  );

  it('records who was let in by the last rule', async () => {
    expect(await findingsOf(access, {})).toEqual([
      {
        check: 'access',
        action: 'record',
        text: '192.0.2.1: no rule matched: the last rule of the service allows any other address',
        setting: 'access.last',
        value: 'allow',
        rule: { layer: 'last', action: 'allow', path: 'access.last' },
        rules: [{ layer: 'last', action: 'allow', path: 'access.last' }],
      },
    ]);
  });
});

describe('tls-rate', () => {
  const settings = { flow: { tls: { peerMaxIntervalHandshakes: 2 } } };
  it('refuses the handshake above the limit, with its counter', async () => {
    const handshakes = { count: 3, network: '2001:db8::/64', relief: 712 };
    expect(await findingsOf(tlsRate, { settings, session: { handshakes } })).toEqual([
      {
        check: 'tls-rate',
        action: 'defer',
        reason: 'too-many-handshakes',
        text: '3rd full TLS handshake from 2001:db8::/64 within 60 s, 2 allowed; 0.8 s to relief',
        setting: 'flow.tls.peerMaxIntervalHandshakes',
        value: 2,
        counter: { name: 'full TLS handshakes of the peer in its interval', value: 3, limit: 2, relief: 712 },
        evidence: { window: 'sliding', 'counted as one peer': '2001:db8::/64' },
      },
    ]);
  });

  it.each([[{ handshakes: { count: 2 } }], [{}]])('has nothing to say of %j', async (session) => {
    expect(await findingsOf(tlsRate, { settings, session })).toEqual([]);
  });
});
