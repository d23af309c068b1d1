// Flow counters with a clock in the test's hand: windows, peers, refused connections and what is forgotten.
import { describe, expect, it } from 'vitest';
import type { Settings, SettingsInput } from '../../core/contract/settings/settings.ts';
import { evaluateAccess } from '../../core/policy/access.ts';
import { FlowCounters, type FlowVisit } from '../../core/policy/flow.ts';
import { mx, settingsOf, submission } from './facts.ts';
import { counters, numbers } from './flowCounters.ts';

/** Under the allow rule that lets this address in. */
const underRule = (visit: FlowVisit, settings: Settings, address = '192.0.2.1') =>
  visit.rule(() => evaluateAccess(settings, 0, address));

describe('flow counters', () => {
  it('count this connection on its listener and over the service', () => {
    const { enter, settings } = counters({ listeners: [mx, submission] });
    enter('192.0.2.1', 0);
    enter('192.0.2.2', 0);
    expect(enter('192.0.2.1', 1).counts).toEqual([
      {
        scope: 'listener',
        path: 'listeners.1.flow',
        limits: settings.listeners[1]?.flow,
        window: 'sliding',
        connections: 1,
        peerConnections: 1,
        intervalConnections: 1,
        peerIntervalConnections: 1,
      },
      {
        scope: 'service',
        path: 'flow.service',
        limits: settings.flow.service,
        window: 'sliding',
        connections: 3,
        peerConnections: 2,
        intervalConnections: 3,
        peerIntervalConnections: 2,
      },
    ]);
  });

  it('let go of a connection once, however often it leaves', () => {
    const { enter } = counters();
    const first = enter();
    enter();
    first.leave();
    first.leave();
    expect(enter().counts.map(numbers)).toEqual([
      [2, 2, 3, 3],
      [2, 2, 3, 3],
    ]);
  });

  it('slide: total and peer have intervals of their own', () => {
    const { enter, clock } = counters({ flow: { service: { timeInterval: 60, peerTimeInterval: 10 } } });
    for (const now of [0, 9_000, 10_000, 59_999, 60_000]) {
      clock.now = now;
      enter().leave();
    }
    clock.now = 69_000;
    const service = enter().counts[1];
    // Of 0, 9, 10, 59.999 and 60 s, and now: the last 60 s hold 10 s and later; the last 10 s hold 59.999 s and later.
    expect(service && numbers(service)).toEqual([1, 1, 4, 3]);
  });

  it('count an allow rule apart: all of its addresses in all, each by itself per peer', () => {
    const input = { access: { allow: [{ ipSet: '192.0.2.0/24' }] } };
    const { enter, settings } = counters(input);
    const visits = ['192.0.2.1', '192.0.2.2', '192.0.2.1'].map((address) => ({ address, visit: enter(address) }));
    expect(
      visits.map(({ address, visit }) => {
        const count = underRule(visit, settings, address);
        return count && [count.scope, count.path, ...numbers(count)];
      }),
    ).toEqual([
      ['rule', 'access.allow.0.flow', 1, 1, 1, 1],
      ['rule', 'access.allow.0.flow', 2, 1, 2, 1],
      ['rule', 'access.allow.0.flow', 3, 2, 3, 2],
    ]);
    visits[0]?.visit.leave();
    expect(underRule(enter(), settings)).toMatchObject({ connections: 3, peerConnections: 2, intervalConnections: 4 });
    expect(underRule(enter('203.0.113.1'), settings, '203.0.113.1')).toMatchObject({
      path: 'access.lastFlow',
      connections: 1,
      peerConnections: 1,
    });
  });

  it('count a network as one peer of a rule as far as its addresses are those of the rule', () => {
    const { enter, settings } = counters({ flow: { peerPrefix4: 24 }, access: { allow: [{ ipSet: '192.0.2.0/28' }] } });
    const knock = (address: string) => underRule(enter(address), settings, address);
    knock('192.0.2.99');
    knock('192.0.2.1');
    expect(knock('192.0.2.2')).toMatchObject({ network: '192.0.2.0/24', connections: 2, peerConnections: 2 });
  });

  it('let the listener be the outer bound: what it refuses is counted nowhere else, what the service refuses under no rule', () => {
    const { enter, settings, flow } = counters({
      listeners: [
        { ...mx, flow: { maxConnections: 2 } },
        { ...submission, flow: { maxConnections: 0 } },
      ],
      flow: { service: { maxConnections: 3 } },
    });
    const scopes = (visit: FlowVisit) => [...visit.counts, underRule(visit, settings)].map((count) => count?.scope);
    expect([enter(), enter(), enter(), enter()].map(scopes)).toEqual([
      ['listener', 'service', 'rule'],
      ['listener', 'service', 'rule'],
      ['listener', undefined],
      ['listener', undefined],
    ]);
    const at587 = () => flow.enter({ settings, listenerIndex: 1, address: '192.0.2.1' });
    const last = at587();
    expect(last.counts.map(numbers)).toEqual([
      [1, 1, 1, 1],
      [3, 3, 3, 3],
    ]);
    expect(underRule(last, settings)?.connections).toBe(3);
    expect(scopes(at587())).toEqual(['listener', 'service', undefined]);
  });

  it('keep counting a rule when others are put before it, and hand its counts to no other', () => {
    const clock = { now: 0 };
    const flow = new FlowCounters(() => clock.now);
    const rule = (ipSet: string, priority = 10) => ({ ipSet, priority });
    const ask = (allow: object[], address: string) => {
      const settings = settingsOf({ access: { allow } } as SettingsInput);
      const count = underRule(flow.enter({ settings, listenerIndex: 0, address }), settings, address);
      return count && [count.path, count.connections];
    };
    expect(ask([rule('192.0.2.0/24')], '192.0.2.1')).toEqual(['access.allow.0.flow', 1]);
    const two = [rule('203.0.113.0/24'), rule('192.0.2.0/24')];
    expect(ask(two, '203.0.113.1')).toEqual(['access.allow.0.flow', 1]);
    expect(ask(two, '192.0.2.1')).toEqual(['access.allow.1.flow', 2]);
    // Another priority is the same rule; other addresses are another, whatever its place.
    expect(ask([rule('192.0.2.0/24', 5)], '192.0.2.1')).toEqual(['access.allow.0.flow', 3]);
    expect(ask([rule('192.0.0.0/16', 5)], '192.0.2.1')).toEqual(['access.allow.0.flow', 1]);
    // It was taken out while connections were open under it: they count when it is back.
    expect(ask([rule('192.0.2.0/24')], '192.0.2.1')).toEqual(['access.allow.0.flow', 4]);
  });

  it('count the rule of a listener apart from one of the service with the same addresses', () => {
    const allow = [{ ipSet: '192.0.2.0/24' }];
    const { enter, settings, flow } = counters({
      listeners: [{ ...mx, access: { allow } }, submission],
      access: { allow },
    });
    expect(underRule(enter(), settings)?.path).toBe('listeners.0.access.allow.0.flow');
    const other = flow.enter({ settings, listenerIndex: 1, address: '192.0.2.1' });
    expect(other.rule(() => evaluateAccess(settings, 1, '192.0.2.1'))).toMatchObject({
      path: 'access.allow.0.flow',
      connections: 1,
    });
  });

  it.each([
    [true, [1, 1, 3, 3]],
    [false, [1, 1, 1, 1]],
  ])('with countRefused %s keep refused connections in the windows or not', (countRefused, expected) => {
    const { enter, clock } = counters({ flow: { countRefused } });
    for (const now of [0, 5]) {
      clock.now = now;
      const visit = enter();
      visit.refused();
      visit.refused();
      visit.leave();
    }
    clock.now = 10;
    expect(enter().counts.map(numbers)).toEqual([expected, expected]);
  });

  it('take an IPv4-mapped address and every spelling of an IPv6 address for the same peer', () => {
    const { enter } = counters();
    enter('::ffff:192.0.2.1');
    expect(enter('192.0.2.1').counts[1]?.peerConnections).toBe(2);
    enter('2001:db8::1');
    expect(enter('2001:0DB8:0:0::0001').counts[1]?.peerConnections).toBe(2);
  });

  it('count a network as one peer, and say which', () => {
    const { enter } = counters({ flow: { peerPrefix4: 24, peerPrefix6: 64 } });
    enter('203.0.113.1').leave();
    expect(enter('::ffff:203.0.113.200').counts[1]).toMatchObject({
      network: '203.0.113.0/24',
      peerConnections: 1,
      peerIntervalConnections: 2,
    });
    expect(enter('203.0.114.1').counts[1]).toMatchObject({ network: '203.0.114.0/24', peerIntervalConnections: 1 });
    enter('2001:db8:0:7::1');
    expect(enter('2001:db8:0:7:ffff::9').counts[0]).toMatchObject({
      network: '2001:db8:0:7::/64',
      peerConnections: 2,
    });
  });

  it('take a link-local address with its zone for the same peer', () => {
    const { enter } = counters();
    enter('fe80::1');
    expect(enter('fe80::1%eth0').counts[1]?.peerConnections).toBe(2);
  });

  it('count the TLS handshakes of a peer but those that resumed a session, wherever it connects', () => {
    const { enter, clock, flow } = counters({
      listeners: [mx, submission],
      flow: { peerPrefix4: 24, tls: { peerMaxIntervalHandshakes: 9, peerTimeInterval: 10 } },
    });
    const visit = enter('203.0.113.1');
    expect(visit.handshakes()).toEqual({ count: 1, network: '203.0.113.0/24' });
    const resumed = visit.handshake();
    enter('203.0.113.2', 1).handshake();
    expect(enter('203.0.113.3').handshakes()?.count).toBe(3);
    expect(enter('203.0.114.3').handshakes()?.count).toBe(1);
    resumed();
    expect(visit.handshakes()?.count).toBe(2);
    clock.now = 10_000;
    expect(visit.handshakes()?.count).toBe(1);
    const before = flow.remembered;
    visit.handshake();
    expect(flow.remembered).toBe(before);
  });

  it('count TLS handshakes in the same kind of window, and tell when there is room for another', () => {
    const limited = (window: 'sliding' | 'fixed') => {
      const { enter, clock } = counters({ flow: { window, tls: { peerMaxIntervalHandshakes: 2 } } });
      const visit = enter();
      return [0, 20, 30, 61].map((second) => {
        clock.now = second * 1000;
        const before = visit.handshakes();
        if (before?.relief === undefined) visit.handshake();
        return before;
      });
    };
    expect(limited('sliding')).toEqual([{ count: 1 }, { count: 2 }, { count: 3, relief: 30_000 }, { count: 2 }]);
    expect(limited('fixed')).toEqual([{ count: 1 }, { count: 2 }, { count: 3, relief: 30_000 }, { count: 1 }]);
  });

  it('count no TLS handshakes where there is no limit', () => {
    const visit = counters().enter();
    visit.handshake()();
    expect(visit.handshakes()).toBeUndefined();
  });

  it.each([
    [60, [undefined, undefined, { connections: 3, limit: 5 }, { connections: 4, limit: 5 }]],
    [61, [undefined, undefined, undefined, { connections: 4, limit: 5 }]],
    ['unlimited' as const, [undefined, undefined, undefined, undefined]],
  ])('are under stress from %s percent of what the service takes, and no longer than that', (at, expected) => {
    const { enter } = counters({ errors: { stress: { at } }, flow: { service: { maxConnections: 5 } } });
    const visits = [1, 2, 3, 4].map((last) => enter(`192.0.2.${last}`));
    const first = visits[0];
    const seen = visits.map((visit, index) => {
      if (index > 0) visit.leave();
      return first?.stress();
    });
    expect(seen.toReversed()).toEqual(expected);
  });

  it('are never under stress where the service takes any number', () => {
    const { enter } = counters({ errors: { stress: { at: 1 } }, flow: { service: { maxConnections: 0 } } });
    expect(enter().stress()).toBeUndefined();
  });

  it('keep counting a listener under its name when the settings change its place', () => {
    const clock = { now: 0 };
    const flow = new FlowCounters(() => clock.now);
    flow.enter({ settings: settingsOf({ listeners: [mx, submission] }), listenerIndex: 1, address: '192.0.2.1' });
    const moved = settingsOf({ listeners: [submission, mx] });
    expect(flow.enter({ settings: moved, listenerIndex: 0, address: '192.0.2.1' }).counts[0]?.connections).toBe(2);
  });
});
