// One suite for calls over a port, run against memory, MessagePort and WebSocket alike.
import { describe, expect, it } from 'vitest';
import { calls, type CallName, type Changed } from '../core/contract/calls.ts';
import { encodeFrame, type Port } from '../core/contract/port.ts';
import { connect, type Handlers, HostError, serve } from '../core/contract/rpc.ts';

const nothing: Changed = { sessions: 0, messages: 0, receiver: 0, settings: 0, scenarios: 0, log: 0 };

function handlers(own: Partial<Handlers>): Handlers {
  const all = Object.keys(calls).map((name) => [
    name,
    () => Promise.reject(new HostError('not-found', `${name} is not here`)),
  ]);
  return { ...(Object.fromEntries(all) as unknown as Handlers), ...own };
}

export interface Pair {
  readonly window: Port;
  readonly host: Port;
  close(): Promise<void> | void;
}

export function contractSuite(name: string, open: () => Promise<Pair>): void {
  const withPair = async (
    own: Partial<Handlers>,
    play: (
      pair: Pair & { client: ReturnType<typeof connect>; served: ReturnType<typeof serve>; bugs: unknown[] },
    ) => Promise<void>,
  ) => {
    const pair = await open();
    const bugs: unknown[] = [];
    const served = serve(pair.host, handlers(own), (error) => bugs.push(error));
    const client = connect(pair.window);
    try {
      await play({ ...pair, client, served, bugs });
    } finally {
      client.close();
      await pair.close();
    }
  };

  describe(`calls over ${name}`, () => {
    it('answers a call with its output', () =>
      withPair({ 'sessions.clear': () => ({ removed: 7 }) }, async ({ client }) => {
        expect(await client.call('sessions.clear', {})).toEqual({ removed: 7 });
      }));

    it('keeps answers apart that arrive in another order', () =>
      withPair(
        {
          'scenarios.source': async ({ scenario }) => {
            if (scenario === 'slow') await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
            return { yaml: scenario };
          },
        },
        async ({ client }) => {
          const both = await Promise.all([
            client.call('scenarios.source', { scenario: 'slow' }),
            client.call('scenarios.source', { scenario: 'fast' }),
          ]);
          expect(both.map((one) => one.yaml)).toEqual(['slow', 'fast']);
        },
      ));

    it('carries bytes exactly, beside the JSON', () => {
      const bytes = Uint8Array.from({ length: 100_000 }, (_, i) => (i * 7) % 256);
      return withPair({ 'messages.source': () => ({ trace: 'Received: é\r\n', bytes }) }, async ({ client }) => {
        const source = await client.call('messages.source', { message: 'm1' });
        expect(source.trace).toBe('Received: é\r\n');
        expect(Buffer.compare(Buffer.from(source.bytes), Buffer.from(bytes))).toBe(0);
      });
    });

    it('refuses bad input with the path of what is wrong', () =>
      withPair(
        { 'sessions.list': () => ({ revision: 0, rows: [], removed: [], total: 0, cleared: 0 }) },
        async ({ client }) => {
          await expect(client.call('sessions.list', { after: -1, limit: 10 })).rejects.toMatchObject({
            code: 'bad-input',
            details: [expect.stringContaining('after')],
          });
        },
      ));

    it('holds and moves the time of a population, and refuses a pace that is none', () => {
      const heard: unknown[] = [];
      const pace = (input: unknown) => {
        heard.push(input);
        return { pace: { state: 'paused' } as const };
      };
      return withPair({ 'scenarios.pace': pace }, async ({ client }) => {
        const good = [
          { action: 'pause' },
          { action: 'step' },
          { action: 'resume' },
          { action: 'resume', speed: 3600 },
          { action: 'to', at: 86_400_000 },
        ] as const;
        for (const input of good)
          expect(await client.call('scenarios.pace', input)).toEqual({ pace: { state: 'paused' } });
        expect(heard).toEqual(good);
        const bad = [{ action: 'resume', speed: 0 }, { action: 'to' }, { action: 'to', at: -1 }, { action: 'stop' }];
        for (const input of bad)
          await expect(client.call('scenarios.pace', input as never)).rejects.toMatchObject({ code: 'bad-input' });
        expect(heard).toHaveLength(good.length);
      });
    });

    it('carries the courses of populations as they are, those of earlier runs unless told not to', () => {
      const timeline = { now: 1.5, until: 9, series: [{ id: 'sessions', values: [0, 3, 2] }], moments: [] } as never;
      const entry = {
        run: 'r',
        scenario: 'a/b',
        case: '-',
        base: 'mine',
        seed: 7,
        started: 1,
        state: 'paused' as const,
        knobs: { 'flow.window': 'fixed' },
        listeners: ['mx'],
        timeline,
      };
      const heard: unknown[] = [];
      const timelines = (input: unknown) => {
        heard.push(input);
        return { timelines: [entry] };
      };
      return withPair({ 'scenarios.timelines': timelines }, async ({ client }) => {
        expect(await client.call('scenarios.timelines', {})).toEqual({ timelines: [entry] });
        await client.call('scenarios.timelines', { earlier: false });
        expect(heard).toEqual([{ earlier: true }, { earlier: false }]);
      });
    });

    it('asks for a world, a seed and a pause of a run, the real world and none unless said', () => {
      const heard: unknown[] = [];
      const run = (input: unknown) => {
        heard.push(input);
        return Promise.reject(new HostError('conflict', 'a run is in progress'));
      };
      return withPair({ 'scenarios.run': run }, async ({ client }) => {
        const asked = {
          scenarios: ['a/b'],
          base: 'mine',
          world: 'simulated',
          seed: 0xffff_ffff,
          paused: true,
        } as const;
        await expect(client.call('scenarios.run', { ...asked, scenarios: ['a/b'] })).rejects.toMatchObject({
          code: 'conflict',
        });
        await expect(client.call('scenarios.run', { scenarios: [], base: 'mine' })).rejects.toThrow();
        const none = { scenarios: [], base: 'mine', world: 'real', seed: 0, paused: false };
        expect(heard).toEqual([asked, none]);
        await expect(
          client.call('scenarios.run', { ...none, base: 'mine', world: 'real', speed: 0 }),
        ).rejects.toThrow();
        for (const seed of [-1, 0.5, 2 ** 32])
          await expect(client.call('scenarios.run', { ...asked, scenarios: ['a/b'], seed })).rejects.toMatchObject({
            code: 'bad-input',
          });
      });
    });

    it('refuses unknown calls, also those every object has', () =>
      withPair({}, async ({ client }) => {
        for (const name of ['no.such', 'constructor', '__proto__', 'toString'])
          await expect(client.call(name as CallName, {})).rejects.toMatchObject({ code: 'unknown-call' });
      }));

    it('drops malformed frames without harm', () =>
      withPair({ 'sessions.clear': () => ({ removed: 1 }) }, async ({ client, window, served }) => {
        const frames = [
          new Uint8Array(0),
          Uint8Array.of(1, 2, 3),
          Uint8Array.of(255, 255, 255, 255, 1),
          Uint8Array.of(0, 0, 0, 2, 0xff, 0xfe),
          encodeFrame(null),
          encodeFrame([1]),
          encodeFrame({ id: 'x', call: 'sessions.clear', input: {} }),
          encodeFrame({ id: 1, call: 'sessions.clear', input: {}, more: 1 }),
        ];
        for (const frame of frames) window.send(frame);
        expect(await client.call('sessions.clear', {})).toEqual({ removed: 1 });
        expect(served.dropped()).toBe(frames.length);
      }));

    it('reports a bug as such and to the host, and goes on', () =>
      withPair(
        {
          'receiver.stop': () => {
            throw new TypeError('boom');
          },
          'sessions.clear': () => ({ removed: 0 }),
        },
        async ({ client, bugs }) => {
          await expect(client.call('receiver.stop', {})).rejects.toMatchObject({ code: 'bug', message: 'boom' });
          expect(bugs).toHaveLength(1);
          expect(await client.call('sessions.clear', {})).toEqual({ removed: 0 });
        },
      ));

    it('refuses an answer that is not what the contract says', () =>
      withPair({ 'sessions.clear': () => ({ removed: 'many' }) as never }, async ({ client }) => {
        await expect(client.call('sessions.clear', {})).rejects.toMatchObject({ code: 'bug' });
      }));

    it('pushes changed', () =>
      withPair({}, async ({ client, served }) => {
        const heard = new Promise<Changed>((resolve) => client.onChanged(resolve));
        served.changed({ ...nothing, sessions: 3 });
        expect(await heard).toEqual({ ...nothing, sessions: 3 });
      }));

    it('fails what is pending when the other side goes', () =>
      withPair({ 'receiver.start': () => new Promise<never>(() => undefined) }, async ({ client, host }) => {
        const pending = client.call('receiver.start', {});
        const closed = new Promise<void>((resolve) => client.onClose(resolve));
        setImmediate(() => host.close());
        await expect(pending).rejects.toMatchObject({ code: 'closed' });
        await closed;
        await expect(client.call('receiver.stop', {})).rejects.toMatchObject({ code: 'closed' });
      }));
  });
}
