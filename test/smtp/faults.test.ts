// Faults on purpose: each does what it says, the message is where the rule says it is, and equal seeds give equal faults.
import { describe, expect, test } from 'vitest';
import { foldTranscript, transcriptText } from '../../core/contract/transcript.ts';
import type { SettingsInput } from '../../core/contract/settings/settings.ts';
import { logOf } from '../../core/log/lines.ts';
import {
  type Client,
  type Ground,
  grounds,
  heldWorld,
  ofKind,
  password,
  plainResponse,
  until,
  user,
} from './playground.ts';

const open = grounds();

type Rules = NonNullable<NonNullable<SettingsInput['faults']>['rules']>;

const faulty = (rules: Rules, over: SettingsInput = {}, options: Parameters<typeof open>[1] = {}) =>
  open({ faults: { enabled: true, rules }, ...over }, options);

/** Octets heard until the server is gone, or as many as wanted. */
async function octets(client: Client, wanted = Infinity): Promise<string> {
  await until(() => client.closed || client.rest.length >= wanted);
  return client.rest;
}

const stored = (at: Ground) => at.journal.messages.map(({ bytes }) => Buffer.from(bytes).toString('latin1'));

describe('a fault that decides', () => {
  test('the 3rd RCPT answers 451: it is no recipient of the message', async () => {
    const at = await faulty([{ name: 'third', reply: 'RCPT', when: 'nth', nth: 3, text: '4.2.1 Mailbox busy' }]);
    const client = await at.connect();
    await client.hello();
    const rcpt = (name: string) => client.ask(`RCPT TO:<${name}@gate.example>`);
    await client.ask('MAIL FROM:<a@client.example>');
    expect(await rcpt('one')).toMatch(/^250 /);
    expect(await rcpt('two')).toMatch(/^250 /);
    expect(await rcpt('three')).toBe('451 4.2.1 Mailbox busy');
    expect(await rcpt('four')).toMatch(/^250 /);
    expect(await client.codes('DATA', 'x\r\n.', 'QUIT')).toEqual([354, 250, 221]);
    const events = await at.events();
    expect(ofKind(events, 'stored')[0]?.recipients.map(({ local }) => local)).toEqual(['one', 'two', 'four']);
    const reply = ofKind(events, 'reply').find(({ fault }) => fault);
    expect(reply).toMatchObject({
      bytes: '451 4.2.1 Mailbox busy\r\n',
      code: 451,
      enhanced: '4.2.1',
      verdict: { stage: 'rcpt', action: 'defer', reason: 'server-fault' },
      fault: { rule: 'third', meant: '250 2.1.5 Recipient OK\r\n' },
    });
  });

  test('a sender refused can be tried again, and what was pipelined behind it costs nothing', async () => {
    const at = await faulty([{ reply: 'MAIL', when: 'nth', nth: 1 }], { errors: { maxErrors: 0 } });
    const client = await at.connect();
    await client.hello();
    client.send('MAIL FROM:<a@client.example>\r\nRCPT TO:<b@gate.example>\r\nDATA\r\n');
    expect((await client.replies(3)).map((reply) => reply.slice(0, 3))).toEqual(['451', '503', '503']);
    expect(await client.toData()).toMatch(/^354 /);
  });

  test('the dot refused: nothing is stored', async () => {
    const at = await faulty([{ reply: 'dot', when: 'nth', nth: 1, code: 452, text: '4.3.1 Full' }]);
    const client = await at.connect();
    await client.hello();
    await client.toData();
    expect(await client.ask('one\r\n.')).toBe('452 4.3.1 Full');
    await client.toData();
    expect(await client.ask('two\r\n.')).toMatch(/^250 /);
    expect(stored(at)).toEqual(['two\r\n']);
  });

  test('a chunk refused takes its message with it; a lost reply to the last one does not', async () => {
    const at = await faulty([
      { reply: 'BDAT', when: 'nth', nth: 2, code: 452, text: '4.3.1 Full' },
      { reply: 'BDAT', when: 'nth', nth: 4, what: 'drop-before' },
    ]);
    const client = await at.connect();
    await client.hello();
    await client.codes('MAIL FROM:<a@client.example>', 'RCPT TO:<b@gate.example>');
    expect(await client.codes('BDAT 3\r\nx', 'BDAT 3\r\ny', 'BDAT 0 LAST')).toEqual([250, 452, 503]);
    await client.codes('MAIL FROM:<a@client.example>', 'RCPT TO:<b@gate.example>');
    client.send('BDAT 3 LAST\r\nz\r\n');
    expect(await client.reply()).toBe('<closed>');
    expect(stored(at)).toEqual(['z\r\n']);
  });

  test('a login refused is none, and no failed one', async () => {
    const at = await faulty([{ reply: 'AUTH', when: 'nth', nth: 1, code: 454, text: '4.7.0 Later' }], {
      errors: { maxAuthErrors: 0 },
    });
    const client = await at.connect();
    await client.hello();
    const login = `AUTH PLAIN ${plainResponse(user, password)}`;
    expect(await client.ask(login)).toBe('454 4.7.0 Later');
    expect(await client.ask(login)).toMatch(/^235 /);
  });

  test('in the middle of a login it ends it', async () => {
    const at = await faulty([{ reply: 'AUTH', when: 'nth', nth: 2 }]);
    const client = await at.connect();
    await client.hello();
    expect(await client.codes('AUTH LOGIN', Buffer.from(user).toString('base64'), 'NOOP')).toEqual([334, 451, 250]);
  });

  test('STARTTLS refused: the session goes on in clear', async () => {
    const at = await faulty([{ reply: 'STARTTLS', code: 454, text: '4.7.0 TLS not available' }]);
    const client = await at.connect();
    await client.hello();
    expect(await client.ask('STARTTLS')).toBe('454 4.7.0 TLS not available');
    expect(await client.ask('NOOP')).toMatch(/^250 /);
  });

  test('close: 421 with the host first, and a close reason of its own', async () => {
    const at = await faulty([{ name: 'after four', reply: 'any', when: 'nth', nth: 4, what: 'close', text: 'Bye' }]);
    const client = await at.connect();
    await client.hello();
    expect(await client.codes('MAIL FROM:<a@client.example>')).toEqual([250]);
    expect(await client.ask('RCPT TO:<b@gate.example>')).toBe(`421 ${at.settings.acceptance.hostname} Bye`);
    await client.over();
    expect((await at.events()).at(-1)).toMatchObject({ kind: 'close', by: 'us', reason: 'server-fault' });
  });

  test('in place of the greeting: 554 waits for QUIT, 421 closes', async () => {
    const at = await faulty([{ reply: 'greeting', code: 554, text: 'No' }]);
    const client = await at.connect();
    expect(await client.reply()).toBe('554 No');
    expect(await client.codes('EHLO client.example', 'QUIT')).toEqual([503, 221]);
    const closing = await faulty([{ reply: 'greeting', what: 'close' }]);
    const turned = await closing.connect();
    expect(await turned.reply()).toMatch(/^421 /);
    await turned.over();
  });

  test('QUIT answered otherwise still ends the session', async () => {
    const at = await faulty([{ reply: 'QUIT', code: 500, text: 'What' }]);
    const client = await at.connect();
    await client.hello();
    expect(await client.ask('QUIT')).toBe('500 What');
    await client.over();
  });

  test('it never counts against the client', async () => {
    const at = await faulty([{ reply: 'NOOP', code: 500 }], { errors: { maxErrors: 1 } });
    const client = await at.connect();
    await client.hello();
    expect(await client.codes('NOOP', 'NOOP', 'NOOP', 'RSET')).toEqual([500, 500, 500, 250]);
  });
});

describe('a fault that only spoils', () => {
  test('dropped before the reply to the dot: the message is stored, and the transcript says so', async () => {
    const at = await faulty([{ name: 'lost', reply: 'dot', what: 'drop-before' }]);
    const client = await at.connect();
    await client.hello();
    await client.toData();
    client.send('x\r\n.\r\n');
    expect(await client.reply()).toBe('<closed>');
    expect(stored(at)).toEqual(['x\r\n']);
    const events = await at.events();
    expect(ofKind(events, 'reply').at(-1)).toMatchObject({ bytes: '', code: 250, fault: { rule: 'lost' } });
    expect(events.map(({ kind }) => kind).slice(-3)).toEqual(['stored', 'reply', 'close']);
    expect(events.at(-1)).toMatchObject({ by: 'us', reason: 'server-fault', detail: 'dropped before the reply' });
    const text = transcriptText(foldTranscript(events));
    expect(text).toMatch(
      /stored, 3 bytes.*\n.*\(fault lost: dropped before the reply; meant 250 2\.0\.0 Message stored\)/,
    );
    const select = { logLevel: 31, events: ['policy', 'dialogue'] };
    const log = logOf({ session: '1', events, host: 'h', select });
    expect(log.at(-1)).toContain(
      '04 h SMTP-IN:1: Fault lost: dropped before the reply; meant [250 2.0.0 Message stored]',
    );
  });

  test('what was said before the drop has been heard', async () => {
    const at = await faulty([{ reply: 'RCPT', when: 'nth', nth: 2, what: 'drop-before' }]);
    const client = await at.connect();
    await client.hello();
    client.send('MAIL FROM:<a@client.example>\r\nRCPT TO:<b@gate.example>\r\nRCPT TO:<c@gate.example>\r\nDATA\r\n');
    expect((await client.replies(3)).map((reply) => reply.slice(0, 3))).toEqual(['250', '250', '<cl']);
  });

  test('dropped after the reply', async () => {
    const at = await faulty([{ reply: 'MAIL', what: 'drop-after' }]);
    const client = await at.connect();
    await client.hello();
    expect(await client.ask('MAIL FROM:<a@client.example>')).toMatch(/^250 /);
    await client.over();
    expect((await at.events()).at(-1)).toMatchObject({ reason: 'server-fault' });
  });

  test('byte by byte: one octet at a time, and what comes next waits', async () => {
    const held = heldWorld();
    const at = await faulty([{ reply: 'NOOP', what: 'bytes', pause: 500 }], {}, { world: held.world });
    const client = await at.connect();
    await client.hello();
    client.send('NOOP\r\nRSET\r\n');
    for (const heard of ['2', '25', '250', '250 ']) {
      expect(await octets(client, heard.length)).toBe(heard);
      await until(() => held.timers.some(({ ms }) => ms === 500));
      held.timers.find(({ ms }) => ms === 500)?.fire();
    }
    client.reset();
    expect((await at.events()).at(-1)).toMatchObject({ kind: 'close', by: 'client' });
  });

  test('late: nothing comes before its time', async () => {
    const held = heldWorld();
    const at = await faulty([{ reply: 'greeting', what: 'delay', pause: 5000 }], {}, { world: held.world });
    const client = await at.connect();
    await until(() => held.timers.some(({ ms }) => ms === 5000));
    expect(client.rest).toBe('');
    held.timers.find(({ ms }) => ms === 5000)?.fire();
    expect(await client.reply()).toMatch(/^220 /);
  });

  test('a stop does not wait for a reply that is late', async () => {
    const at = await faulty([{ reply: 'NOOP', what: 'delay', pause: 3_600_000 }]);
    const client = await at.connect();
    await client.hello();
    client.send('NOOP\r\n');
    await until(() => (at.journal.sessions[0]?.events ?? []).some((event) => event.kind === 'reply' && event.fault));
    await at.receiver.stop({ graceMs: 0 });
    expect((await at.events()).at(-1)).toMatchObject({ reason: 'shutdown' });
  });

  test('silence: the command is done, the next one is answered', async () => {
    const at = await faulty([{ reply: 'MAIL', what: 'silence' }]);
    const client = await at.connect();
    await client.hello();
    client.send('MAIL FROM:<a@client.example>\r\n');
    expect(await client.ask('RCPT TO:<b@gate.example>')).toMatch(/^250 2\.1\.5/);
  });

  test('unfinished, wrong digits, bare LF, an extra reply: to the octet', async () => {
    const heard = async (what: Rules[number]['what'], line: string) => {
      const at = await faulty([{ reply: line.startsWith('NOOP') ? 'NOOP' : 'EHLO', what, code: 250, text: 'More' }]);
      const client = await at.connect();
      await client.reply();
      client.send(`${line}\r\nQUIT\r\n`);
      return (await octets(client)).replace(/221 .*\r\n$/, '');
    };
    expect(await heard('unfinished', 'NOOP')).toBe('250 2.0.0 OK');
    expect(await heard('unfinished', 'EHLO c.example')).toMatch(/^(?:250-[^\r\n]*\r\n)+$/);
    expect(await heard('digits', 'NOOP')).toBe('2X0 2.0.0 OK\r\n');
    expect(await heard('digits', 'EHLO c.example')).toMatch(/^(?:2X0-[^\r\n]*\r\n)+2X0 [^\r\n]*\r\n$/);
    expect(await heard('lf', 'EHLO c.example')).toMatch(/^(?:250-[^\r\n]*\n)+250 [^\r\n]*\n$/);
    expect(await heard('extra', 'NOOP')).toBe('250 2.0.0 OK\r\n250 More\r\n');
  });

  test('10 MB of reply cross; the record keeps their beginning and their number', async () => {
    const at = await faulty([{ reply: 'NOOP', what: 'huge', size: 10_240 }]);
    const client = await at.connect();
    await client.hello();
    const whole = 10_240 * 1024 + '250 2.0.0 OK\r\n'.length;
    client.send('NOOP\r\n');
    expect((await octets(client, whole)).slice(-20)).toBe('xxxx\r\n250 2.0.0 OK\r\n');
    client.reset();
    const event = ofKind(await at.events(), 'reply').find(({ fault }) => fault);
    expect(event?.bytes.length).toBe(4096);
    expect(event?.fault?.octets).toBe(whole);
  });
});

describe('an address names its reply', () => {
  test.each([
    ['bounce+550+5.1.1-no-such-user@any.example', '550 5.1.1 no such user'],
    ['bounce+450@gate.example', '450 as the address asks'],
    ['BOUNCE+552+Full@gate.example', '552 Full'],
    ['bounce+250+fine@gate.example', '250 2.1.5 Recipient OK'],
    ['b@gate.example', '250 2.1.5 Recipient OK'],
  ])('%s', async (address, reply) => {
    const at = await open({ faults: { enabled: true, addressReplies: true } });
    const client = await at.connect();
    await client.hello();
    await client.ask('MAIL FROM:<a@client.example>');
    expect(await client.ask(`RCPT TO:<${address}>`)).toBe(reply);
  });

  test('421 closes', async () => {
    const at = await open({ faults: { enabled: true, addressReplies: true } });
    const client = await at.connect();
    await client.hello();
    await client.ask('MAIL FROM:<a@client.example>');
    expect(await client.ask('RCPT TO:<bounce+421+too-much@gate.example>')).toMatch(/^421 \S+ too much$/);
    await client.over();
  });
});

describe('a share', () => {
  /** Which of 40 NOOPs of each of three sessions were answered otherwise. */
  async function drawn(seed: number): Promise<string[]> {
    const at = await open({
      faults: { enabled: true, seed, rules: [{ reply: 'NOOP', when: 'share', percent: 30 }] },
    });
    const sessions: string[] = [];
    for (let session = 0; session < 3; session += 1) {
      const client = await at.connect();
      await client.hello();
      const codes = await client.codes(...Array<string>(40).fill('NOOP'));
      sessions.push(codes.map((code) => (code === 451 ? 'x' : '.')).join(''));
      client.reset();
    }
    return sessions;
  }

  test('is the same for the same seed, another for another, and differs from session to session', async () => {
    const [first, again, other] = [await drawn(7), await drawn(7), await drawn(8)];
    expect(again).toEqual(first);
    expect(other).not.toEqual(first);
    expect(new Set(first).size).toBe(3);
    const hits = [...first, ...other].join('').replaceAll('.', '').length;
    expect(hits).toBeGreaterThan(240 * 0.15);
    expect(hits).toBeLessThan(240 * 0.45);
  });
});

test('off means off: rules that are not enabled change nothing', async () => {
  const at = await open({ faults: { enabled: false, addressReplies: true, rules: [{ reply: 'any' }] } });
  const client = await at.connect();
  expect(await client.hello()).toMatch(/^250-/);
  expect(at.receiver.state().faults).toBeUndefined();
});

test('the state names what is in force', async () => {
  const at = await open({ faults: { enabled: true, addressReplies: true, rules: [{ name: 'one' }] } });
  expect(at.receiver.state().faults).toEqual(['address-encoded replies', 'one']);
});
