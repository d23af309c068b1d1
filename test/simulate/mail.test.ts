// The client that behaves, against the real receiver on this machine: what the window's "send a test message" does.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { settingsSchema } from '../../core/contract/settings/settings.ts';
import { type MemoryJournal, memoryJournal } from '../../core/journal/memory.ts';
import { sendTest } from '../../core/simulate/mail.ts';
import { startPrivate } from '../../core/simulate/private.ts';
import type { Subject } from '../../core/simulate/subject.ts';
import { makeAuthority } from '../../core/world/authority.ts';
import { realWorld } from '../../core/world/real.ts';

describe('a test message', () => {
  const settings = settingsSchema.parse({
    listeners: [
      { name: 'mx', role: 'mx', address: '0.0.0.0:25', lab: '127.0.0.1:0' },
      { name: 'secure', role: 'submissions', address: '0.0.0.0:465', lab: '127.0.0.1:0', tls: 'implicit' },
    ],
  });
  const users = [{ name: 'alice', password: 'correct horse' }];
  let journal: MemoryJournal;
  let subject: Subject;

  beforeAll(async () => {
    journal = memoryJournal();
    subject = await startPrivate()({ settings, users, world: realWorld, journal });
  });
  afterAll(async () => {
    await subject.close();
  });

  const at = (index: number) => {
    const { host, port, tls } = subject.listeners[index]!;
    return { host, port, tls: tls === 'clear' ? ('none' as const) : tls, authority: subject.authority };
  };
  const mail = { from: 'carol@example.org', to: 'postmaster@gate.example', subject: 'Tried' };

  test('arrives over STARTTLS, as it was composed', async () => {
    expect(await sendTest(mail, at(0))).toEqual({ ok: true, reply: '250 2.0.0 Message stored' });
    const stored = Buffer.from(journal.messages.at(-1)?.bytes ?? []).toString();
    expect(stored).toContain('Subject: Tried\r\n');
    expect(stored).not.toContain('correct horse');
  });

  test('arrives over implicit TLS after a login', async () => {
    const from = { ...mail, user: 'alice', password: 'correct horse' };
    expect(await sendTest(from, at(1))).toEqual({ ok: true, reply: '250 2.0.0 Message stored' });
  });

  test('says what the server said against it', async () => {
    expect(await sendTest({ ...mail, to: 'victim@example.net' }, at(0))).toEqual({
      ok: false,
      reply: expect.stringContaining('550 5.7.1') as string,
    });
    expect(await sendTest({ ...mail, user: 'alice', password: 'wrong' }, at(1))).toEqual({
      ok: false,
      reply: expect.stringContaining('535 5.7.8') as string,
    });
  });

  test('trusts only the authority it is given', async () => {
    const other = await makeAuthority({ now: realWorld.now(), name: 'Another CA' });
    const { ok, reply } = await sendTest(mail, { ...at(0), authority: other.cert });
    expect(ok).toBe(false);
    expect(reply).toMatch(/self-signed certificate|unable to verify|signature failure/);
  });

  test('goes nowhere but to this machine', async () => {
    expect(await sendTest(mail, { host: '192.0.2.25', port: 25, tls: 'none' })).toEqual({
      ok: false,
      reply: expect.stringContaining('only this machine') as string,
    });
  });
});
