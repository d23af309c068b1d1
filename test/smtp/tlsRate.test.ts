// The rate of TLS handshakes on real sockets: refused before they begin, and resumed sessions are free.
import type { TLSSocket } from 'node:tls';
import { afterEach, describe, expect, test } from 'vitest';
import type { SettingsInput } from '../../core/contract/settings/settings.ts';
import { type Lab, openLab } from '../settings/lab.ts';
import { mx } from '../settings/probe.ts';
import { until } from './playground.ts';

const labs: Lab[] = [];
afterEach(async () => {
  for (const lab of labs.splice(0)) await lab.close();
});

async function limited(tls: 'starttls' | 'implicit'): Promise<Lab> {
  const settings: SettingsInput = {
    listeners: [{ ...mx, tls }],
    flow: { tls: { peerMaxIntervalHandshakes: 2 } },
  };
  const lab = await openLab(settings);
  labs.push(lab);
  return lab;
}

const ends = (lab: Lab) => lab.journal.sessions.map(({ events }) => events.map(({ kind }) => kind).join(' '));

describe('a peer that has had its TLS handshakes', () => {
  test('hears 454 to STARTTLS, and the session goes on in clear', async () => {
    const lab = await limited('starttls');
    for (let one = 0; one < 2; one += 1) {
      const client = await lab.greeted();
      expect(await client.ask('STARTTLS')).toMatch(/^220/);
      await client.secure();
    }
    const client = await lab.greeted();
    expect(await client.ask('STARTTLS')).toBe('454 4.7.0 Too many TLS handshakes, try again later');
    expect(await client.ask('NOOP')).toMatch(/^250/);
    lab.pass(60);
    expect(await client.ask('STARTTLS')).toMatch(/^220/);
    await client.secure();
    expect(await client.ask('EHLO c.example')).toMatch(/^250/);
  });

  test('is closed without a word where TLS is implicit, before anything is computed', async () => {
    const lab = await limited('implicit');
    for (let one = 0; one < 2; one += 1) {
      const client = await lab.connect();
      await client.secure();
      expect(await client.reply()).toMatch(/^220/);
    }
    const client = await lab.connect();
    await expect(client.secure()).rejects.toThrow();
    await lab.ended(1);
    expect(ends(lab)[2]).toBe('connect verdict close');
    expect(lab.verdicts(2)[0]).toMatchObject({ stage: 'tls', reason: 'too-many-handshakes', closes: 'silent' });
  });

  test('may not have more of them at once either', async () => {
    const lab = await limited('starttls');
    const clients = [await lab.greeted(), await lab.greeted(), await lab.greeted()];
    const heard: string[] = [];
    for (const client of clients) heard.push((await client.ask('STARTTLS')).slice(0, 3));
    expect(heard).toEqual(['220', '220', '454']);
  });

  test('resumes sessions as often as it likes', async () => {
    const lab = await limited('implicit');
    let session: Buffer | undefined;
    const resumed: boolean[] = [];
    for (let one = 0; one < 4; one += 1) {
      const client = await lab.connect();
      await client.secure({ ...(session && { session }), maxVersion: 'TLSv1.2' });
      const socket = client.socket as TLSSocket;
      expect(await client.reply()).toMatch(/^220/);
      await until(() => socket.getSession() !== undefined);
      session = socket.getSession();
      resumed.push(socket.isSessionReused());
    }
    expect(resumed).toEqual([false, true, true, true]);
    const fresh = await lab.connect();
    await fresh.secure();
    expect(await fresh.reply()).toMatch(/^220/);
    await expect((await lab.connect()).secure()).rejects.toThrow();
  });
});
