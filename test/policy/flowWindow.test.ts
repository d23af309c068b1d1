// The windows of flow control: sliding or fixed, and the time until there is room again.
import { describe, expect, it } from 'vitest';
import type { SettingsInput } from '../../core/contract/settings/settings.ts';
import { FlowCounters } from '../../core/policy/flow.ts';
import { settingsOf } from './facts.ts';
import { counters, numbers } from './flowCounters.ts';

describe('flow counters', () => {
  describe('tell the time to relief', () => {
    /** Knocks at these seconds, turned away when there are too many; what the peer's counter says each time: value, s to relief. */
    const knocks = (flow: SettingsInput['flow'], seconds: readonly number[]) => {
      const { enter, clock } = counters({ flow: { ...flow, service: { peerMaxIntervalConnections: 3 } } });
      return seconds.map((second) => {
        clock.now = second * 1000;
        const visit = enter();
        const count = visit.counts[1];
        if ((count?.peerIntervalConnections ?? 0) > 3) visit.refused();
        visit.leave();
        const relief = count?.peerIntervalRelief;
        return [count?.peerIntervalConnections, relief === undefined ? undefined : relief / 1000];
      });
    };

    it('when the limit is reached; who keeps knocking pushes it forward', () => {
      // Two may stay for a third to fit: of 0, 10, 20 and 30 s two must leave at 30 s, and of 20, 30, 40 and 70 s at 70 s.
      expect(knocks({}, [0, 10, 20, 30, 40, 70])).toEqual([
        [1, undefined],
        [2, undefined],
        [3, 40],
        [4, 40],
        [5, 40],
        [4, 20],
      ]);
    });

    it('that is true: whoever waits so long is let in, a moment earlier is too early', () => {
      for (const countRefused of [true, false])
        for (const window of ['sliding', 'fixed'] as const)
          for (const early of [0, 0.001]) {
            const first = knocks({ countRefused, window }, [0, 10, 20, 30, 35]);
            const relief = first.at(-1)?.[1] ?? 0;
            const again = knocks({ countRefused, window }, [0, 10, 20, 30, 35, 35 + relief - early]).at(-1);
            expect([countRefused, window, early, (again?.[0] ?? 0) <= 3]).toEqual([
              countRefused,
              window,
              early,
              early === 0,
            ]);
          }
    });

    it('without refused connections where these do not count', () => {
      expect(knocks({ countRefused: false }, [0, 10, 20, 30, 40, 70])).toEqual([
        [1, undefined],
        [2, undefined],
        [3, 40],
        [4, 30],
        [4, 20],
        [2, undefined],
      ]);
    });

    it('until the end of a fixed window, which knocking does not move', () => {
      expect(knocks({ window: 'fixed' }, [5, 10, 20, 30, 64.9, 65, 66])).toEqual([
        [1, undefined],
        [2, undefined],
        [3, 45],
        [4, 35],
        [5, 0.1],
        [1, undefined],
        [2, undefined],
      ]);
    });
  });

  it('begin fixed windows with the first connection of each peer, and one for all with the first of all', () => {
    const { enter, clock } = counters({
      flow: { window: 'fixed', service: { timeInterval: 60, peerTimeInterval: 60 } },
    });
    const at = (second: number, address: string) => {
      clock.now = second * 1000;
      const [, count] = enter(address).counts;
      return [count?.window, count?.intervalConnections, count?.peerIntervalConnections];
    };
    expect([
      at(0, '192.0.2.1'),
      at(50, '192.0.2.2'),
      at(61, '192.0.2.2'),
      at(109, '192.0.2.2'),
      at(110, '192.0.2.2'),
      at(120, '192.0.2.1'),
    ]).toEqual([
      ['fixed', 1, 1],
      ['fixed', 2, 1],
      ['fixed', 1, 2],
      ['fixed', 2, 3],
      ['fixed', 3, 1],
      ['fixed', 4, 1],
    ]);
  });

  it('begin new windows when the kind is changed, and know who is still connected', () => {
    const clock = { now: 0 };
    const flow = new FlowCounters(() => clock.now);
    const knock = (window: 'sliding' | 'fixed') => {
      const count = flow.enter({ settings: settingsOf({ flow: { window } }), listenerIndex: 0, address: '192.0.2.1' })
        .counts[1];
      return count && [count.window, ...numbers(count)];
    };
    expect([knock('sliding'), knock('sliding'), knock('fixed'), knock('fixed'), knock('sliding')]).toEqual([
      ['sliding', 1, 1, 1, 1],
      ['sliding', 2, 2, 2, 2],
      ['fixed', 3, 3, 1, 1],
      ['fixed', 4, 4, 2, 2],
      ['sliding', 5, 5, 1, 1],
    ]);
  });
});
