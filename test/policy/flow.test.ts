// Flow counters with a clock in the test's hand: windows, peers, refused connections and what is forgotten.
import { describe, expect, it } from 'vitest';
import type { FlowCount } from '../../core/contract/facts.ts';
import type { SettingsInput } from '../../core/contract/settings/settings.ts';
import { FlowCounters } from '../../core/policy/flow.ts';
import { mx, settingsOf, submission } from './facts.ts';

function counters(input: SettingsInput = {}) {
  const clock = { now: 0 };
  const settings = settingsOf(input);
  const flow = new FlowCounters(() => clock.now);
  const enter = (address = '192.0.2.1', listenerIndex = 0) => flow.enter({ settings, listenerIndex, address });
  return { clock, flow, enter, settings };
}

const numbers = ({ connections, peerConnections, intervalConnections, peerIntervalConnections }: FlowCount) => [
  connections,
  peerConnections,
  intervalConnections,
  peerIntervalConnections,
];

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
        connections: 1,
        peerConnections: 1,
        intervalConnections: 1,
        peerIntervalConnections: 1,
      },
      {
        scope: 'service',
        path: 'flow.service',
        limits: settings.flow.service,
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

  it('count an allow rule apart, by its path', () => {
    const { enter, settings } = counters();
    const limits = settings.access.lastFlow;
    const visits = [enter('192.0.2.1'), enter('192.0.2.2'), enter('192.0.2.1')];
    expect(visits.map((visit) => numbers(visit.rule('access.allow.0.flow', limits)))).toEqual([
      [1, 1, 1, 1],
      [2, 1, 2, 1],
      [3, 2, 3, 2],
    ]);
    visits[0]?.leave();
    expect(numbers(enter('192.0.2.1').rule('access.allow.0.flow', limits))).toEqual([3, 2, 4, 3]);
    expect(numbers(enter('192.0.2.1').rule('access.lastFlow', limits))).toEqual([1, 1, 1, 1]);
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

  it('forget a peer whose connections are closed and whose window has passed', () => {
    const { enter, clock, flow } = counters();
    const stays = enter('198.51.100.1');
    for (let peer = 0; peer < 1000; peer += 1) enter(`10.0.${peer >> 8}.${peer & 255}`).leave();
    expect(flow.remembered).toBe(2002);
    clock.now = 60_000;
    for (let step = 0; step < 1100; step += 1) enter('203.0.113.1').leave();
    expect(flow.remembered).toBe(4);
    stays.leave();
    expect(flow.remembered).toBe(2);
    expect(enter('198.51.100.1').counts[1]?.peerConnections).toBe(1);
  });

  it('keep counting a listener under its name when the settings change its place', () => {
    const clock = { now: 0 };
    const flow = new FlowCounters(() => clock.now);
    flow.enter({ settings: settingsOf({ listeners: [mx, submission] }), listenerIndex: 1, address: '192.0.2.1' });
    const moved = settingsOf({ listeners: [submission, mx] });
    expect(flow.enter({ settings: moved, listenerIndex: 0, address: '192.0.2.1' }).counts[0]?.connections).toBe(2);
  });
});
