// Protection over all sessions on real sockets: who is held off hears nothing that helps, and whose address counts.
import { createHmac } from 'node:crypto';
import { afterEach, describe, expect, test } from 'vitest';
import { type SettingsInput, settingsSchema } from '../../core/contract/settings/settings.ts';
import { type Lab, openLab } from '../settings/lab.ts';
import { mx } from '../settings/probe.ts';
import { type Client, password, plainResponse, user } from './playground.ts';

const labs: Lab[] = [];
afterEach(async () => {
  for (const lab of labs.splice(0)) await lab.close();
});

async function limited(settings: SettingsInput): Promise<Lab> {
  const lab = await openLab({ listeners: [mx], ...settings });
  labs.push(lab);
  return lab;
}

const wrong = `AUTH PLAIN ${plainResponse(user, 'wrong')}`;
const right = `AUTH PLAIN ${plainResponse(user, password)}`;
const base64 = (text: string) => Buffer.from(text).toString('base64');

async function cram(client: Client, secret: string): Promise<string> {
  const challenge = Buffer.from((await client.ask('AUTH CRAM-MD5')).slice(4), 'base64');
  return client.ask(base64(`${user} ${createHmac('md5', secret).update(challenge).digest('hex')}`));
}

describe('a peer that has failed too often', () => {
  const settings = { protection: { failedLogins: { peer: { maxRetry: 2, banTime: 60 } } } };

  test('is turned away when it connects, closed when it logs in, and let in again when the ban is over', async () => {
    const lab = await limited(settings);
    const open = await lab.greeted({ from: '192.0.2.1' });
    const other = await lab.greeted({ from: '192.0.2.1' });
    expect(await open.codes(wrong, wrong)).toEqual([535, 535]);
    // Mail of an open session is not touched, and the password is not looked at.
    expect(await other.ask('NOOP')).toMatch(/^250/);
    expect(await other.ask(right)).toBe(
      '421 4.7.0 gate.example Too many failed logins from your address, try again later',
    );
    await other.over();
    expect(await lab.knock({ from: '192.0.2.1' })).toBe(
      '421 gate.example Too many failed logins from your address, try again later',
    );
    expect(await lab.knock({ from: '192.0.2.2' })).toMatch(/^220/);
    expect(lab.verdicts(2)[0]).toMatchObject({ stage: 'connect', action: 'drop', reason: 'peer-banned', decider: 0 });
    expect(lab.findings(2)[0]).toEqual({
      check: 'peer-ban',
      action: 'drop',
      reason: 'peer-banned',
      text: 'held off after 2 failed logins from 192.0.2.1; 1 min 0 s to relief',
      setting: 'protection.failedLogins.peer.maxRetry',
      value: 2,
      counter: { name: 'failed logins of the peer', value: 2, limit: 2, relief: 60_000 },
      evidence: { scope: 'peer' },
    });
    expect(lab.findings(0).filter(({ check }) => check === 'failed-login-rate')).toEqual([
      expect.objectContaining({
        action: 'record',
        text: '1 of 2 failed logins from 192.0.2.1 within 600 s',
        counters: [{ name: 'failed logins of the peer', value: 1, limit: 2 }],
      }),
      expect.objectContaining({
        text: '2 of 2 failed logins from 192.0.2.1 within 600 s, held off from now on, 1 min 0 s to relief',
        counters: [{ name: 'failed logins of the peer', value: 2, limit: 2, relief: 60_000 }],
      }),
    ]);
    lab.pass(60);
    expect(await lab.knock({ from: '192.0.2.1' })).toMatch(/^220/);
  });

  test('is closed without a word where TLS is implicit', async () => {
    const lab = await limited({ ...settings, listeners: [mx, { ...mx, name: 'tls', tls: 'implicit' }] });
    await (await lab.greeted()).codes(wrong, wrong);
    await expect((await lab.connect({ at: 'tls' })).secure()).rejects.toThrow();
    await lab.ended(1);
    expect(lab.verdicts(1)[0]).toMatchObject({ reason: 'peer-banned', closes: 'silent' });
  });

  test('is the one that XCLIENT names, and the one behind a proxy', async () => {
    const lab = await limited({
      ...settings,
      listeners: [
        { ...mx, xclient: ['127.0.0.0/8'] },
        { ...mx, name: 'proxied', proxy: { from: ['127.0.0.0/8'] } },
      ],
    });
    const filter = await lab.greeted({ from: '127.0.0.9' });
    expect(await filter.ask('XCLIENT ADDR=203.0.113.7')).toMatch(/^220/);
    await filter.ask('EHLO client.example');
    expect(await filter.codes(wrong, wrong)).toEqual([535, 535]);
    const again = await lab.greeted({ from: '127.0.0.9' });
    expect(await again.ask(wrong)).toMatch(/^535/);
    expect(await again.ask('XCLIENT ADDR=203.0.113.7')).toMatch(/^421/);
    expect(await lab.knock({ from: '127.0.0.9' })).toMatch(/^220/);
    const proxied = await lab.connect({ from: '127.0.0.9', at: 'proxied' });
    proxied.send('PROXY TCP4 203.0.113.7 192.0.2.25 4000 25\r\n');
    expect(await proxied.reply()).toMatch(/^421/);
  });
});

describe('an account that is held off', () => {
  const settings = { protection: { failedLogins: { account: { maxRetry: 2 } } } };

  test('hears the same for a right password, a wrong one and a name nobody has, by every mechanism', async () => {
    const lab = await limited(settings);
    for (const from of ['203.0.113.1', '203.0.113.2']) {
      const client = await lab.greeted({ from });
      const unknown = plainResponse('nobody', 'wrong');
      expect(await client.codes(wrong, `AUTH PLAIN ${unknown}`)).toEqual([535, 535]);
    }
    const held = '454 4.7.0 Temporary authentication failure';
    const client = await lab.greeted({ from: '203.0.113.3' });
    expect([await client.ask(right), await client.ask(wrong)]).toEqual([held, held]);
    expect([await cram(client, password), await cram(client, 'wrong')]).toEqual([held, held]);
    const other = await lab.greeted({ from: '203.0.113.4' });
    expect(await other.ask(`AUTH PLAIN ${plainResponse('nobody', 'x')}`)).toBe(held);
    expect(await other.ask(`AUTH PLAIN ${plainResponse('somebody', 'x')}`)).toMatch(/^535/);
    await other.codes('AUTH LOGIN', base64(user));
    expect(await other.ask(base64(password))).toBe(held);
    expect(await other.ask('MAIL FROM:<a@client.example>')).toMatch(/^250/);
    expect(lab.findings(2).find(({ check }) => check === 'login-ban')).toMatchObject({
      text: 'held off after 2 failed logins as test; 15 min 0 s to relief',
      counter: { name: 'failed logins as the user', value: 2, limit: 2, relief: 900_000 },
      evidence: { scope: 'account', user, mechanism: 'PLAIN' },
    });
  });

  test('counts as failed in the session whatever the password, so that its end tells nothing', async () => {
    const lab = await limited({ ...settings, errors: { maxAuthErrors: 2 } });
    for (const from of ['203.0.113.1', '203.0.113.2']) await (await lab.greeted({ from })).ask(wrong);
    for (const line of [right, wrong]) {
      const client = await lab.greeted({ from: '203.0.113.3' });
      client.send(`${line}\r\n`);
      expect(await client.reply()).toMatch(/^454/);
      expect(await client.ask(line)).toMatch(/^454/);
      expect(await client.ask(line)).toMatch(/^454/);
      expect(await client.reply()).toMatch(/^421 .*logins/);
    }
    for (const secret of [password, 'wrong']) {
      const client = await lab.greeted({ from: '203.0.113.3' });
      const heard = [await cram(client, secret), await cram(client, secret), await cram(client, secret)];
      expect([...heard, await client.reply()].map((reply) => reply.slice(0, 3))).toEqual(['454', '454', '454', '421']);
    }
  });

  test('is not held off where it has logged in before', async () => {
    const lab = await limited(settings);
    const home = await lab.greeted({ from: '192.0.2.1' });
    expect(await home.ask(right)).toMatch(/^235/);
    for (const from of ['203.0.113.1', '203.0.113.2']) await (await lab.greeted({ from })).ask(wrong);
    expect(await (await lab.greeted({ from: '192.0.2.1' })).ask(right)).toMatch(/^235/);
    expect(await (await lab.greeted({ from: '192.0.2.2' })).ask(right)).toMatch(/^454/);
  });
});

test('the log tells when a limit over many addresses is reached, and each login that is put off for it', async () => {
  const failedLogins = { account: { maxRetry: 1 }, overall: { maxRetry: 2 } };
  const lab = await limited({ protection: { failedLogins } });
  const nobody = `AUTH PLAIN ${plainResponse('nobody', 'wrong')}`;
  expect(await (await lab.greeted({ from: '192.0.2.1' })).codes(wrong, right)).toEqual([535, 454]);
  expect(await (await lab.greeted({ from: '192.0.2.2' })).codes(nobody)).toEqual([535]);
  const lines = (await lab.logged()).read('default.txt').split('\n');
  const told = lines.filter((line) => /Limit of failed logins|put off/.test(line));
  expect(told.map((line) => line.replace(/^.*? (\d\d) mail SMTP-IN:\w+: /, '$1 '))).toEqual([
    `04 Limit of failed logins reached: 1 of 1 failed logins as ${user} within 3600 s, held off from now on, 15 min 0 s to relief; 1 of 2 failed logins of everybody within 60 s`,
    `04 Login put off: held off after 1 failed login as ${user}; 15 min 0 s to relief`,
    '04 Limit of failed logins reached: 1 of 1 failed logins as nobody within 3600 s, held off from now on, 15 min 0 s to relief; 2 of 2 failed logins of everybody within 60 s, held off from now on, 1 min 0 s to relief',
  ]);
});

describe('the delay of failed logins', () => {
  test('keeps those who hang up waiting for nobody, and goes on with the next line in order', async () => {
    const lab = await limited({ protection: { failedLogins: { delay: { first: 2000 } } } });
    const gone = await lab.greeted();
    gone.send(`${wrong}\r\n`);
    await lab.timer(2);
    gone.reset();
    lab.pass(1);
    const client = await lab.greeted();
    client.send(`${wrong}\r\nNOOP\r\n`);
    await lab.timer(2);
    expect(client.rest).toBe('');
    lab.pass(2);
    expect(await client.replies(2)).toEqual([expect.stringMatching(/^535/), expect.stringMatching(/^250/)]);
    await lab.ended(1);
    const finding = lab.findings(1).find(({ check }) => check === 'login-delay');
    expect(finding).toMatchObject({ action: 'delay', ms: 2000 });
    expect(finding?.text).toBe('the answer to the 1st failed login of the session waits 2000 ms');
    expect(await client.ask(right)).toMatch(/^235/);
  });
});

describe('settings changed while the receiver runs', () => {
  test('lift a ban, for everybody or for a network, and let it stand again while its time is not over', async () => {
    const settings = { protection: { failedLogins: { peer: { maxRetry: 1, banTime: 60 } } } };
    const lab = await limited(settings);
    await (await lab.greeted()).codes(wrong);
    const knock = async (protection: NonNullable<SettingsInput['protection']>) => {
      await lab.receiver.apply(settingsSchema.parse({ listeners: [mx], protection }));
      return (await lab.knock()).slice(0, 3);
    };
    const { failedLogins } = settings.protection;
    expect(await knock({ failedLogins })).toBe('421');
    expect(await knock({ failedLogins: { peer: { maxRetry: 0 } } })).toBe('220');
    expect(await knock({ failedLogins, exempt: ['192.0.2.0/24'] })).toBe('220');
    expect(await knock({ failedLogins })).toBe('421');
    lab.pass(60);
    expect(await knock({ failedLogins })).toBe('220');
  });

  test('count for connections that come after; what was counted before goes on counting', async () => {
    const lab = await limited({});
    const knock = async (flow: NonNullable<SettingsInput['flow']>) => {
      await lab.receiver.apply(settingsSchema.parse({ listeners: [mx], flow }));
      return (await lab.knock()).slice(0, 3);
    };
    expect([await knock({}), await knock({}), await knock({})]).toEqual(['220', '220', '220']);
    expect(await knock({ service: { peerMaxIntervalConnections: 3 } })).toBe('421');
    expect(await knock({ service: { peerMaxConnections: 3 } })).toBe('421');
    expect(await knock({ service: { peerMaxIntervalConnections: 6 } })).toBe('220');
    // A window of the other kind begins empty; who is connected is known still.
    expect(await knock({ window: 'fixed', service: { peerMaxIntervalConnections: 1 } })).toBe('220');
    expect(await knock({ window: 'fixed', service: { peerMaxConnections: 5 } })).toBe('421');
    // Peers counted by network are others than their addresses.
    expect(await knock({ peerPrefix4: 24, service: { peerMaxConnections: 1 } })).toBe('220');
  });
});
