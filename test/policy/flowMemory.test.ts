// Flow counters in bounded memory: what is forgotten, and when.
import { describe, expect, it } from 'vitest';
import { evaluateAccess } from '../../core/policy/access.ts';
import { FlowCounters } from '../../core/policy/flow.ts';
import { mostIdlePeers } from '../../core/policy/peers.ts';
import { mx, settingsOf } from './facts.ts';
import { counters } from './flowCounters.ts';

describe('flow counters', () => {
  it('forget a peer whose connections are closed and whose window has passed', () => {
    const { enter, clock, flow } = counters({ listeners: [{ ...mx, flow: { maxIntervalConnections: 0 } }] });
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

  it.each([
    ['addresses', {}, { peers: 1_000_000, most: 3 * mostIdlePeers }],
    ['networks of 65,536 and of a customer', { peerPrefix4: 16, peerPrefix6: 40 }, { peers: 200_000, most: 3 * 384 }],
  ] as const)(
    'keep few of very many peers, counted as %s by listener, service and rule',
    (_, prefixes, { peers, most }) => {
      const free = {
        maxConnections: 0,
        maxIntervalConnections: 0,
        peerMaxConnections: 0,
        peerMaxIntervalConnections: 0,
      };
      const { enter, clock, flow, settings } = counters({
        listeners: [{ ...mx, flow: free }],
        flow: { service: free, ...prefixes },
        access: { allow: [{ ipSet: '10.0.0.0/7', flow: free }] },
      });
      const decision = evaluateAccess(settings, 0, '10.0.0.1');
      let kept = 0;
      for (let peer = 0; peer < peers; peer += 1) {
        clock.now = peer / 20;
        // Full four times over, the rest is only about how many come.
        const isRich = peer < 4 * mostIdlePeers;
        const visit = enter(isRich && peer % 2 === 1 ? spread6((peer - 1) / 2) : spread4(peer));
        if (isRich) visit.rule(() => decision);
        visit.leave();
        if (peer % 1000 === 999) kept = Math.max(kept, flow.remembered);
      }
      expect(kept).toBeLessThanOrEqual(most);
      expect(kept).toBeGreaterThan(most - 1000);
      // A minute later, and the 1024th that dense windows are late, nobody is left but who comes now.
      clock.now += 60_000 * (1 + 1 / 1024);
      for (let step = 0; step < mostIdlePeers; step += 1) enter('192.0.2.1').leave();
      expect(flow.remembered).toBe(2);
    },
    60_000,
  );

  it('forget nobody who is connected, however many others come', () => {
    const { enter } = counters();
    const held = [0, 1, 2].map((last) => enter(`198.51.100.${last}`));
    for (let peer = 0; peer < mostIdlePeers + 1000; peer += 1) enter(spread4(peer)).leave();
    expect(enter('198.51.100.1').counts[0]).toMatchObject({ peerConnections: 2, peerIntervalConnections: 2 });
    for (const visit of held) visit.leave();
  });

  it('let go of rules that are gone', () => {
    const clock = { now: 0 };
    const flow = new FlowCounters(() => clock.now);
    const knock = (ipSet: string) => {
      const settings = settingsOf({ access: { allow: [{ ipSet }] } });
      const visit = flow.enter({ settings, listenerIndex: 0, address: '192.0.2.1' });
      const count = visit.rule(() => evaluateAccess(settings, 0, '192.0.2.1'));
      visit.leave();
      return count?.intervalConnections;
    };
    expect(['192.0.2.0/24', '192.0.2.0/24', '192.0.2.0/25', '192.0.2.0/24'].map(knock)).toEqual([1, 2, 1, 1]);
  });
});

const spread4 = (peer: number) => `${10 + ((peer >> 16) & 1)}.${peer & 255}.${(peer >> 8) & 255}.${(peer >> 17) & 255}`;
const spread6 = (peer: number) => `2001:db8:${(peer & 0x7fff).toString(16)}:${(peer >> 15).toString(16)}::1`;
