// BDAT: chunks counted to the octet, one message whatever the cuts, and no chunk ever run as commands (RFC 3030).
import { describe, expect, it } from 'vitest';
import { bodies, type Client, grounds, ofKind } from './playground.ts';
import type { SettingsInput } from '../../core/contract/settings/settings.ts';

const ground = grounds();

/** A session that has said EHLO. */
async function greeted(over: SettingsInput = {}) {
  const place = await ground(over);
  const client = await place.connect();
  const ehlo = await client.hello();
  return {
    place,
    client,
    ehlo,
    stored: () => place.journal.messages.map(({ bytes }) => Buffer.from(bytes).toString('latin1')),
  };
}

/** Up to the first chunk; `parameters` of MAIL. */
const envelope = (client: Client, parameters = '') =>
  client.codes(`MAIL FROM:<a@client.example>${parameters}`, 'RCPT TO:<b@gate.example>');

/** Sends a chunk, its command in the same write. */
function chunk(client: Client, octets: string, last = false): Promise<string> {
  client.send(`BDAT ${octets.length}${last ? ' LAST' : ''}\r\n${octets}`);
  return client.reply();
}

describe('a message in chunks', () => {
  it('is offered, counted, and stored once as the client wrote it', async () => {
    const { place, client, ehlo, stored } = await greeted();
    expect(ehlo).toMatch(/^250[- ]CHUNKING$/m);
    await envelope(client);
    expect(await chunk(client, 'Subject: x\r\n\r\n.\r\nQUIT\r')).toBe('250 2.0.0 22 octets received');
    expect(await chunk(client, '\n..\r\n.\r\n', true)).toBe('250 2.0.0 Message stored');
    expect(stored()).toEqual(['Subject: x\r\n\r\n.\r\nQUIT\r\n..\r\n.\r\n']);
    expect(await client.ask('NOOP')).toMatch(/^250/);
    client.end();
    const events = await place.events();
    expect(bodies(ofKind(events, 'chunk'))).toEqual([
      { kind: 'chunk', octets: 22, announced: 22, last: false, segments: 1 },
      { kind: 'chunk', octets: 8, announced: 8, last: true, segments: 1 },
    ]);
    const [data] = ofKind(events, 'data');
    expect([data?.facts.bytes, data?.facts.lines, data?.facts.bareCr, data?.ended]).toEqual([30, 6, 0, undefined]);
  });

  it('may come by the octet, end with nothing, and be pipelined with other commands', async () => {
    const { client, stored } = await greeted();
    const text = 'a\r\nb\r\n';
    const chunks = [...text].map((octet) => `BDAT 1\r\n${octet}`).join('');
    client.send(`MAIL FROM:<a@client.example>\r\nRCPT TO:<b@gate.example>\r\n${chunks}BDAT 0 LAST\r\nNOOP\r\n`);
    const replies = await client.replies(2 + text.length + 2);
    expect(replies.map((reply) => reply.slice(0, 3))).toEqual(Array(text.length + 4).fill('250'));
    expect(stored()).toEqual([text]);
  });

  it('is no pipelining where its octets come with their command', async () => {
    const { client, stored } = await greeted({
      acceptance: { extensions: { pipelining: false } },
      strictness: { pipelining: 'reject' },
    });
    await envelope(client);
    expect(await chunk(client, 'NOOP\r\n')).toMatch(/^250/);
    expect(await chunk(client, 'QUIT\r\n', true)).toMatch(/^250/);
    expect(stored()).toEqual(['NOOP\r\nQUIT\r\n']);
    await envelope(client);
    client.send('BDAT 1 LAST\r\nxNOOP\r\n');
    expect((await client.replies(2)).map((reply) => reply.slice(0, 3))).toEqual(['554', '421']);
  });

  it('is forgotten by RSET, by EHLO and by a connection that is lost', async () => {
    const { place, client, stored } = await greeted();
    await envelope(client);
    await chunk(client, 'one\r\n');
    expect(await client.codes('RSET', 'MAIL FROM:<a@client.example>', 'RCPT TO:<b@gate.example>')).toEqual([
      250, 250, 250,
    ]);
    expect(await chunk(client, 'two\r\n')).toMatch(/^250/);
    expect(await client.codes('EHLO client.example')).toEqual([250]);
    await envelope(client);
    client.send('BDAT 10 LAST\r\nthree');
    client.end();
    const events = await place.events();
    expect(bodies(ofKind(events, 'chunk')).at(-1)).toEqual({
      ...{ kind: 'chunk', octets: 5, announced: 10, last: true, segments: 1 },
    });
    expect(ofKind(events, 'close').map(({ reason }) => reason)).toEqual(['peer-fin']);
    expect(stored()).toEqual([]);
  });

  it('refuses MAIL, RCPT and DATA in between, and goes on', async () => {
    const { client, stored } = await greeted();
    await envelope(client);
    await chunk(client, 'one\r\n');
    expect(await client.codes('MAIL FROM:<c@client.example>', 'RCPT TO:<d@gate.example>', 'DATA', 'NOOP')).toEqual([
      503, 503, 503, 250,
    ]);
    expect(await chunk(client, 'two\r\n', true)).toMatch(/^250/);
    expect(stored()).toEqual(['one\r\ntwo\r\n']);
  });
});

describe('a chunk in bad sequence is swallowed:', () => {
  const payload = 'RSET\r\nQUIT\r\n';

  it('before EHLO, before MAIL, before RCPT, behind DATA', async () => {
    const place = await ground();
    const client = await place.connect();
    await client.reply();
    expect(await chunk(client, payload, true)).toMatch(/^503 5\.5\.1 Say EHLO first/);
    await client.ask('EHLO client.example');
    expect(await chunk(client, payload, true)).toMatch(/^503 5\.5\.1 Say MAIL first/);
    await client.ask('MAIL FROM:<a@client.example>');
    expect(await chunk(client, payload)).toMatch(/^554 5\.5\.1/);
    await client.ask('RCPT TO:<b@gate.example>');
    await client.ask('DATA');
    client.send('x\r\n.\r\n');
    expect(await client.reply()).toMatch(/^250/);
    expect(await chunk(client, payload, true)).toMatch(/^503/);
    client.end();
    expect(bodies(ofKind(await place.events(), 'chunk')).every((event) => 'refused' in event && event.refused)).toBe(
      true,
    );
  });

  it('where CHUNKING is off', async () => {
    const { client, ehlo } = await greeted({
      acceptance: { extensions: { chunking: false } },
    });
    expect(ehlo).not.toMatch(/CHUNKING|BINARYMIME/);
    await envelope(client);
    expect(await chunk(client, payload, true)).toMatch(/^502 5\.5\.1/);
    expect(await client.ask('DATA')).toMatch(/^354/);
  });

  it.each(['-1', '99999999999999999999', '9007199254740992', 'x LAST', '', '5 FIRST', '5LAST', '0x5', '1 LAST x'])(
    'but where its size cannot be read, the session ends: BDAT %s',
    async (argument) => {
      const { place, client, stored } = await greeted();
      await envelope(client);
      client.send(`BDAT ${argument}\r\n${payload}`);
      expect(await client.reply()).toMatch(/^501 5\.5\.4/);
      expect(await client.reply()).toMatch(/^421 4\.7\.0/);
      await client.over();
      expect(client.rest).toBe('');
      expect(ofKind(await place.events(), 'close').map(({ reason }) => reason)).toEqual(['policy']);
      expect(stored()).toEqual([]);
    },
  );

  it('and where the line is refused for what is odd in it, the session ends too', async () => {
    const { client } = await greeted({
      strictness: { commandBareCr: 'reject' },
    });
    await envelope(client);
    client.send(`BDAT 12\r LAST\r\n${payload}`);
    expect((await client.replies(2)).map((reply) => reply.slice(0, 3))).toEqual(['500', '421']);
    await client.over();
  });
});

describe('a chunk too many', () => {
  const small = { acceptance: { maxDataSize: 1 } };

  it('is refused as soon as the limit is passed, and so are those behind it, until MAIL', async () => {
    const { place, client, stored } = await greeted(small);
    await envelope(client);
    expect(await chunk(client, 'x'.repeat(1000))).toMatch(/^250/);
    expect(await chunk(client, 'y'.repeat(25))).toMatch(/^552 5\.3\.4/);
    expect(await chunk(client, 'QUIT\r\n')).toMatch(/^503 5\.5\.1 A chunk before/);
    expect(await chunk(client, 'QUIT\r\n', true)).toMatch(/^503 5\.5\.1 A chunk before/);
    expect(await chunk(client, 'QUIT\r\n', true)).toMatch(/^503 5\.5\.1 Say MAIL/);
    await envelope(client);
    expect(await chunk(client, 'x'.repeat(1024), true)).toMatch(/^250/);
    expect(stored().map(({ length }) => length)).toEqual([1024]);
    client.end();
    expect(ofKind(await place.events(), 'data').map(({ facts }) => facts.overLimit)).toEqual([true, false]);
  });

  it('of nothing counts as wrong: a flood of them is ended', async () => {
    const { client } = await greeted({ errors: { maxErrors: 3 } });
    await envelope(client);
    client.send('BDAT 0\r\n'.repeat(10));
    expect((await client.replies(6)).map((reply) => reply.slice(0, 3))).toEqual([
      '250',
      '250',
      '250',
      '250',
      '421',
      '<cl',
    ]);
  });
});

describe('BODY=BINARYMIME', () => {
  const octets = '\0\r\n\n\r.\n\xff'.repeat(3) + 'x'.repeat(2000);
  const strict = {
    strictness: {
      bareLf: 'reject',
      bareCr: 'reject',
      nul: 'reject',
      longTextLine: 'reject',
      eightBit: 'reject',
    },
  } as const;

  it('takes any octets, whatever the rules for text', async () => {
    const { client, ehlo, stored } = await greeted(strict);
    expect(ehlo).toMatch(/^250[- ]BINARYMIME$/m);
    expect(await envelope(client, ' BODY=BINARYMIME')).toEqual([250, 250]);
    expect(await client.ask('DATA')).toMatch(/^503 5\.5\.1 BODY=BINARYMIME needs BDAT/);
    expect(await chunk(client, octets, true)).toMatch(/^250/);
    expect(stored()).toEqual([octets]);
  });

  it('is the only way for them: without it chunks obey the rules for text', async () => {
    const { client, stored } = await greeted(strict);
    await envelope(client);
    expect(await chunk(client, 'a\n', true)).toBe('554 5.6.0 Message holds a bare LF');
    await envelope(client);
    await chunk(client, 'a\r');
    expect(await chunk(client, 'b\r\n', true)).toBe('554 5.6.0 Message holds a bare CR');
    await envelope(client);
    expect(await chunk(client, 'last\r', true)).toBe('554 5.6.0 Message holds a bare CR');
    expect(stored()).toEqual([]);
  });

  it.each([{ binaryMime: false }, { chunking: false }])('is unknown with %j', async (extensions) => {
    const { client, ehlo } = await greeted({ acceptance: { extensions } });
    expect(ehlo).not.toContain('BINARYMIME');
    expect(await client.ask('MAIL FROM:<a@client.example> BODY=BINARYMIME')).toMatch(/^555 5\.5\.4/);
  });
});

it.each([
  [true, '501 5.5.4 Syntax error in parameters: BODY=7BIT, 8BITMIME or BINARYMIME'],
  [false, '501 5.5.4 Syntax error in parameters: BODY=7BIT or BODY=8BITMIME'],
])('a body nobody knows is told which there are; BINARYMIME %j', async (binaryMime, said) => {
  const g = await ground({ acceptance: { extensions: { binaryMime } } });
  const c = await g.connect();
  await c.hello();
  expect(await c.ask('MAIL FROM:<a@client.example> BODY=9BIT')).toBe(said);
});
