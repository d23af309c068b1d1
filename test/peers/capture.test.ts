// tshark reads captured sessions: its SMTP dissector finds every command and reply, and has nothing to complain of.
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { Client, type Ground, password, plainResponse, until, user } from '../smtp/playground.ts';
import { describeWith } from '../tooling/programs.ts';
import { type Tap, tap } from './capture.ts';
import { folderOf, run } from './running.ts';
import { arrivals, relay, yard } from './yard.ts';

const head = 'From: Ann <ann@client.example>\r\nSubject: =?utf-8?Q?Gr=C3=BC=C3=9Fe?=\r\n\r\n';
const octets = (words: string) => Buffer.from(words).toString('latin1');
const letter = octets(`${head}Grüße: äöü\r\n..\r\n..Punkt\r\n`);
const chunks = [octets(head), octets('Grüße\r\n.\r\n')] as const;

/**
 * Logins, groups of commands, 8-bit text, chunks, refusals, replies of many lines. Left out is what the dissector of
 * Wireshark 4.0 takes for text: words that are no command, commands in the segment of the final dot, BDAT in that of its chunk.
 */
async function talk(client: Client, between: Tap): Promise<void> {
  await client.ask('EHLO client.example');
  await client.ask(`AUTH PLAIN ${plainResponse(user, 'wrong')}`);
  await client.ask(`AUTH PLAIN ${plainResponse(user, password)}`);
  client.send(
    'MAIL FROM:<ann@client.example> BODY=8BITMIME\r\nRCPT TO:<b@gate.example>\r\nRCPT TO:<c@gate.example>\r\n',
  );
  await client.replies(3);
  await client.ask('DATA');
  await client.ask(`${letter}.`);
  client.send('MAIL FROM:<ann@client.example>\r\nRCPT TO:<b@gate.example>\r\nRCPT TO:no address\r\n');
  await client.replies(3);
  for (const [command, chunk] of [
    [`BDAT ${chunks[0].length}`, chunks[0]],
    [`BDAT ${chunks[1].length} LAST`, chunks[1]],
  ] as const) {
    const before = between.octets();
    client.send(`${command}\r\n`);
    await until(() => between.octets() > before);
    client.send(chunk);
    await client.reply();
  }
  await client.ask('HELP');
  await client.ask('QUIT');
  await client.over();
  client.end();
}

/** As the dissector has them: cut to four letters. */
const said = [
  'EHLO',
  'AUTH',
  'AUTH',
  'MAIL',
  'RCPT',
  'RCPT',
  'DATA',
  'MAIL',
  'RCPT',
  'RCPT',
  'BDAT',
  'BDAT',
  'HELP',
  'QUIT',
];
const answered = [250, 535, 235, 250, 250, 250, 354, 250, 250, 250, 501, 250, 250, 214, 221].map(String);

/** Severity of a warning among Wireshark's experts; chats and notes below it say that a connection begins and ends. */
const warning = 0x600000;

/** What comes before the talk on implicit TLS. */
const greeting = { commands: [], codes: ['220'] };

describeWith('tshark', 'tshark', (program) => {
  const folder = folderOf('capture');
  let g: Ground | undefined;
  let between: Tap | undefined;
  afterEach(async () => {
    between?.close();
    await g?.close();
  });

  interface Reading {
    readonly commands: readonly string[];
    readonly codes: readonly string[];
    readonly users: readonly string[];
    readonly subjects: readonly string[];
    /** What the dissectors warn of, call an error, or could not read. */
    readonly complaints: readonly string[];
  }

  /** What tshark makes of a file, checksums checked and logins decoded. */
  const read = async (file: string, ...preferences: string[]): Promise<Reading> => {
    const wanted = ['tcp.check_checksum:TRUE', 'ip.check_checksum:TRUE', 'smtp.decryption:TRUE', ...preferences];
    const names = ['smtp.req.command', 'smtp.response.code', 'smtp.auth.username', 'imf.subject'];
    const expert = ['_ws.expert.severity', '_ws.expert.message', '_ws.malformed'];
    const all = await run(program, [
      ...['-n', '-r', file, '-T', 'fields', '-E', 'separator=|', '-E', 'aggregator=;'],
      ...wanted.flatMap((preference) => ['-o', preference]),
      ...[...names, ...expert].flatMap((name) => ['-e', name]),
    ]);
    // It says of root that this is dangerous.
    const text = all.said.replaceAll(/^Running as user "root".*\n/gm, '');
    if (all.code !== 0) throw new Error(`tshark ended with ${all.code}: ${text}`);
    const rows = text.split('\n').map((row) => row.split('|'));
    const column = (index: number) =>
      rows.flatMap((row) => (row[index] ?? '').split(';').filter((cell) => cell !== ''));
    return {
      commands: column(0),
      codes: column(1),
      users: column(2),
      subjects: column(3),
      complaints: rows
        .filter(
          (row) => (row[4] ?? '').split(';').some((severity) => Number(severity) >= warning) || (row[6] ?? '') !== '',
        )
        .map((row) => row.join(' | ')),
    };
  };

  test('reads a session in clear', async () => {
    g = await yard(relay);
    between = await tap(g.port('clear'));
    const client = await Client.open(between.port);
    await client.reply();
    await talk(client, between);
    expect(await arrivals(g)).toHaveLength(2);
    const file = join(folder(), 'clear.pcap');
    between.write(file, 25);
    expect(await read(file)).toEqual({
      commands: said,
      codes: ['220', ...answered],
      users: [user, user],
      // Of the message with DATA; chunks are not put together to one.
      subjects: ['=?utf-8?Q?Gr=C3=BC=C3=9Fe?='],
      complaints: [],
    });
  });

  test.each([
    ['starttls', 'TLSv1.2', 587],
    ['starttls', 'TLSv1.3', 587],
    ['implicit', 'TLSv1.2', 465],
    ['implicit', 'TLSv1.3', 465],
  ] as const)('reads a session over %s with %s by our key log', async (mode, version, port) => {
    const keys = join(folder(), `${mode}-${version}.keys`);
    g = await yard(relay.map((one) => ({ ...one, security: { keyLog: keys } })));
    between = await tap(g.port(mode));
    const options = { minVersion: version, maxVersion: version } as const;
    const client = mode === 'implicit' ? await Client.implicit(between.port, options) : await Client.open(between.port);
    await client.reply();
    if (mode === 'starttls') {
      await client.ask('EHLO first.client.example');
      await client.ask('STARTTLS');
      await client.secure(options);
    }
    await talk(client, between);
    expect(await arrivals(g)).toHaveLength(2);
    const file = join(folder(), `${mode}-${version}.pcap`);
    between.write(file, port);
    const before = mode === 'starttls' ? { commands: ['EHLO', 'STAR'], codes: ['220', '250', '220'] } : greeting;
    // Without the secrets nothing behind the handshake is seen: it is they that make the rest readable.
    const closed = mode === 'starttls' ? before : { commands: [], codes: [] };
    expect(await read(file)).toMatchObject(closed);
    expect(await read(file, `tls.keylog_file:${keys}`)).toEqual({
      commands: [...before.commands, ...said],
      codes: [...before.codes, ...answered],
      users: [user, user],
      subjects: ['=?utf-8?Q?Gr=C3=BC=C3=9Fe?='],
      complaints: [],
    });
  });
});
