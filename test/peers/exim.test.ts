// Exim with a smarthost: every listener mode, in chunks and with DATA, with a login, and against the presets.
import { afterEach, expect, test } from 'vitest';
import { presetSettings } from '../../core/contract/presets.ts';
import { type Ground, ground, password, user } from '../smtp/playground.ts';
import { describeWith } from '../tooling/programs.ts';
import { hardened } from './hardened.ts';
import { deliver, type Way } from './exim.ts';
import { folderOf } from './running.ts';
import { arrival, arrivals, body, crossed, relay, submission, yard } from './yard.ts';

interface Case extends Omit<Way, 'to' | 'port'> {
  readonly name: string;
  readonly to?: string;
  readonly ground: () => Promise<Ground>;
  readonly listener: string;
  readonly tls?: { readonly protocol: string; readonly sni?: string };
  readonly user?: string;
  readonly means: 'BDAT' | 'DATA';
}

const onRelay = () => yard(relay);
const onSubmission = () => yard(submission);
const verified = 'tls_verify_hosts = *';
const clear = ['hosts_avoid_tls = *'];
const starttls = ['hosts_require_tls = *', verified];
const implicit = ['protocol = smtps', verified];
const login = {
  plain: ['driver = plaintext', 'public_name = PLAIN', `client_send = ^${user}^${password}`],
  login: ['driver = plaintext', 'public_name = LOGIN', `client_send = : ${user} : ${password}`],
  cram: ['driver = cram_md5', 'public_name = CRAM-MD5', `client_name = ${user}`, `client_secret = ${password}`],
};
const must = 'hosts_require_auth = *';
const tls13 = { protocol: 'TLSv1.3' };

const cases: readonly Case[] = [
  { name: 'in clear', ground: onRelay, listener: 'clear', options: clear, means: 'BDAT' },
  {
    name: 'in clear with DATA',
    ground: onRelay,
    listener: 'clear',
    options: [...clear, 'hosts_try_chunking ='],
    means: 'DATA',
  },
  {
    name: 'over STARTTLS with SNI',
    ground: onRelay,
    listener: 'starttls',
    options: [...starttls, 'tls_sni = localhost'],
    tls: { ...tls13, sni: 'localhost' },
    means: 'BDAT',
  },
  {
    name: 'over STARTTLS with TLS 1.2 and DATA',
    ground: onRelay,
    listener: 'starttls',
    options: [...starttls, 'hosts_try_chunking =', 'tls_require_ciphers = NORMAL:-VERS-ALL:+VERS-TLS1.2'],
    tls: { protocol: 'TLSv1.2' },
    means: 'DATA',
  },
  { name: 'over implicit TLS', ground: onRelay, listener: 'implicit', options: implicit, tls: tls13, means: 'BDAT' },
  {
    name: 'in clear with a login by CRAM-MD5',
    ground: onSubmission,
    listener: 'clear',
    options: [...clear, must],
    login: login.cram,
    user,
    means: 'BDAT',
  },
  {
    name: 'over STARTTLS with a login by PLAIN',
    ground: onSubmission,
    listener: 'starttls',
    options: [...starttls, must],
    login: login.plain,
    tls: tls13,
    user,
    means: 'BDAT',
  },
  {
    name: 'over implicit TLS with a login by LOGIN',
    ground: onSubmission,
    listener: 'implicit',
    options: [...implicit, must],
    login: login.login,
    tls: tls13,
    user,
    means: 'BDAT',
  },
  {
    name: 'to the preset axigen-10.3, which has no chunks',
    ground: () => ground(presetSettings('axigen-10.3')),
    listener: 'mx',
    options: starttls,
    tls: tls13,
    means: 'DATA',
  },
  {
    name: 'to the preset hardened-mx over STARTTLS',
    to: 'bob@gate.example',
    ground: () => ground(hardened()),
    listener: 'mx',
    options: starttls,
    tls: tls13,
    means: 'BDAT',
  },
  {
    name: 'to the preset hardened-mx in clear',
    to: 'alice@gate.example',
    ground: () => ground(hardened()),
    listener: 'mx',
    options: clear,
    means: 'BDAT',
  },
];

describeWith('exim', 'Exim', (program) => {
  const folder = folderOf('exim');
  let g: Ground | undefined;
  afterEach(async () => {
    await g?.close();
    g = undefined;
  });

  test.each(cases)('delivers $name', async ({ to = 'b@gate.example', ground: make, listener, ...one }) => {
    g = await make();
    const said = await deliver({ program, folder: folder() }, { ...one, to, port: g.port(listener) });
    const came = await arrival(g);
    expect(said).toContain(`=> ${to}`);
    expect(came.envelope).toMatchObject({ sender: { raw: 'ann@client.example' }, recipients: [{ raw: to }] });
    expect(came.envelope.user).toBe(one.user);
    expect(came.body.equals(crossed(body))).toBe(true);
    expect(came.header).toMatch(/^Received: from [^]*\r\nFrom: Ann <ann@client\.example>\r\n/);
    expect(came.tls).toEqual(one.tls && expect.objectContaining(one.tls));
    const size = Buffer.byteLength(came.header, 'latin1') + 2 + came.body.length;
    expect(came.chunks.reduce((sum, octets) => sum + octets, 0)).toBe(one.means === 'BDAT' ? size : 0);
    expect(came.lines.some((line) => line === 'DATA')).toBe(one.means === 'DATA');
    expect(came.closed).toBe('quit');
    expect(came.pipelined).toBeGreaterThan(0);
  });

  test.each(['expired', 'wrong-name', 'wrong-ca'] as const)(
    'keeps its mail where the certificate is %s',
    async (kind) => {
      g = await yard(relay.map((listener) => ({ ...listener, certificate: { kind } })));
      const way = { to: 'b@gate.example', port: g.port('starttls'), options: starttls };
      expect(await deliver({ program, folder: folder() }, way)).toMatch(/== b@gate\.example .* defer.*TLS session/);
      expect(await arrivals(g)).toEqual([]);
    },
  );
});
