// Replays talks against stock smtp-server and ours: the codes agree, or the table says why ours is another.
import { SMTPServer } from 'smtp-server';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Client, type Ground, ground, password, plainResponse, user } from './playground.ts';

let ours: Ground;
let stock: SMTPServer;
let stockPort = 0;

beforeAll(async () => {
  ours = await ground({
    errors: { maxErrors: 'unlimited', maxAuthErrors: 'unlimited' },
    authentication: { remoteDelivery: 'all' },
  });
  stock = new SMTPServer({
    logger: false,
    authOptional: true,
    allowInsecureAuth: true,
    disableReverseLookup: true,
    hideENHANCEDSTATUSCODES: false,
    size: 10_485_760,
    onAuth: (auth, _session, done) =>
      auth.username === user && auth.password === password
        ? done(null, { user })
        : done(Object.assign(new Error('no'), { responseCode: 535 })),
    onData: (stream, _session, done) => void stream.resume().on('end', () => done()),
  });
  // Without a listener one reset connection would end the process: stock smtp-server's own pitfall.
  stock.on('error', () => undefined);
  await new Promise<void>((resolve) => stock.listen(0, '127.0.0.1', resolve));
  const address = stock.server.address();
  stockPort = typeof address === 'object' && address ? address.port : 0;
});

afterAll(async () => {
  await ours.close();
  await new Promise<void>((resolve) => stock.close(resolve));
});

async function codes(port: number, lines: readonly string[]): Promise<string[]> {
  const c = await Client.open(port);
  const heard = [(await c.reply()).slice(0, 3)];
  for (const line of lines) heard.push((await c.ask(line)).slice(0, 3));
  c.reset();
  return heard;
}

const hello = 'EHLO client.example';
const mail = 'MAIL FROM:<a@client.example>';
const rcpt = 'RCPT TO:<b@gate.example>';

/** What both must say alike. */
const alike: readonly (readonly string[])[] = [
  [hello, mail, rcpt, 'DATA', 'x\r\n.', 'QUIT'],
  ['HELO client.example', mail, rcpt, rcpt, 'RSET', mail, 'NOOP'],
  [mail, rcpt, 'DATA', hello],
  [hello, rcpt, 'DATA', mail, mail, 'DATA'],
  [hello, 'MAIL FROM:<>', 'RCPT TO:<>', 'RCPT TO:<"a b"@gate.example'],
  [hello, 'MAIL FROM:<a@client.example> SIZE=1', 'RSET', 'MAIL FROM:<a@client.example> SIZE=99999999'],
  [hello, 'MAIL FROM:<a@client.example> BODY=8BITMIME', rcpt],
  [hello, 'MAIL FROM:<a@client.example> BODY=NONE', 'MAIL FROM:a', 'MAIL'],
  [hello, `AUTH PLAIN ${plainResponse(user, password)}`, 'AUTH PLAIN', mail],
  [hello, `AUTH PLAIN ${plainResponse(user, 'no')}`, 'AUTH PLAIN', plainResponse(user, password)],
  [hello, 'AUTH LOGIN', '*', 'AUTH LOGIN', '*', 'NOOP'],
  [hello, 'AUTH FOO'],
  [hello, 'VRFY someone', 'FOO', 'EXPN list'.slice(0, 3)],
];

/** Where ours differs on purpose. */
const different: readonly {
  readonly talk: readonly string[];
  readonly stock: string;
  readonly ours: string;
  readonly why: string;
}[] = [
  { talk: [hello, 'MAIL FROM:<a@client.example> FOO=1'], stock: '250', ours: '555', why: 'RFC 5321 section 4.1.1.11' },
  { talk: [hello, 'RCPT TO'], stock: '501', ours: '503', why: 'what is out of order is not read' },
  { talk: [hello, 'RSET x'], stock: '250', ours: '501', why: 'RFC 5321 section 4.1.1.5 has no parameter' },
  { talk: [hello, 'QUIT x'], stock: '221', ours: '501', why: 'RFC 5321 section 4.1.1.10 has no parameter' },
  { talk: [hello, 'WIZ'], stock: '500', ours: '500', why: 'no wizard, and no word of one' },
  { talk: [hello, 'EXPN list'], stock: '500', ours: '502', why: 'RFC 5321 section 4.2.4: known, not implemented' },
  { talk: [hello, 'AUTH'], stock: '504', ours: '501', why: 'RFC 4954 section 4 wants a mechanism' },
  {
    talk: [hello, 'MAIL FROM:<"a b"@client.example>'],
    stock: '501',
    ours: '250',
    why: 'RFC 5321 section 4.1.2: a quoted local part',
  },
  { talk: [hello, ' NOOP'], stock: '500', ours: '250', why: 'blanks in front are read over, as Postfix does' },
];

describe('beside stock smtp-server', () => {
  test.each(alike.map((talk) => [talk]))('says the same to %j', async (talk) => {
    expect(await codes(ours.port(), talk)).toEqual(await codes(stockPort, talk));
  });

  test.each(different)('differs at $talk: $why', async ({ talk, stock: theirs, ours: own }) => {
    expect((await codes(stockPort, talk)).at(-1)).toBe(theirs);
    expect((await codes(ours.port(), talk)).at(-1)).toBe(own);
  });
});
