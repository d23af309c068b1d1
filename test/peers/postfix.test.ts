// Postfix as a relaying client: every listener mode, with a login, and against the presets.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { presetSettings } from '../../core/contract/presets.ts';
import { type Ground, ground, ofKind, password, user } from '../smtp/playground.ts';
import { describeWith } from '../tooling/programs.ts';
import { hardened } from './hardened.ts';
import { type Postfix, startPostfix } from './postfix.ts';
import { folderOf } from './running.ts';
import { arrival, arrivals, body, crossed, letter, relay, sender, submission, yard } from './yard.ts';

interface Case {
  readonly name: string;
  readonly to: string;
  readonly ground: () => Promise<Ground>;
  readonly listener: string;
  readonly parameters: Readonly<Record<string, string>>;
  readonly tls?: { readonly protocol: string; readonly sni?: string };
  readonly user?: string;
}

const onRelay = () => yard(relay);
const onSubmission = () => yard(submission);
const clear = { smtp_tls_security_level: 'none' };
const may = { smtp_tls_security_level: 'may' };
const encrypt = { smtp_tls_security_level: 'encrypt' };
const implicit = { ...encrypt, smtp_tls_wrappermode: 'yes' };
const secure = { smtp_tls_security_level: 'secure', smtp_tls_secure_cert_match: 'hostname' };
const login = (mechanism: string) => ({
  smtp_sasl_auth_enable: 'yes',
  smtp_sasl_password_maps: `inline:{ { localhost = ${user}:${password} } }`,
  smtp_sasl_security_options: 'noanonymous',
  smtp_sasl_mechanism_filter: mechanism,
});
const tls13 = { protocol: 'TLSv1.3' };

const cases: readonly Case[] = [
  { name: 'in clear', to: 'clear@gate.example', ground: onRelay, listener: 'clear', parameters: clear },
  {
    name: 'in clear where it would like TLS and none is offered',
    to: 'no-tls@gate.example',
    ground: onRelay,
    listener: 'clear',
    parameters: may,
  },
  {
    name: 'over STARTTLS because it is offered',
    to: 'may@gate.example',
    ground: onRelay,
    listener: 'starttls',
    parameters: may,
    tls: tls13,
  },
  {
    name: 'over STARTTLS because it must',
    to: 'encrypt@gate.example',
    ground: onRelay,
    listener: 'starttls',
    parameters: encrypt,
    tls: tls13,
  },
  {
    name: 'over STARTTLS with TLS 1.2 and SNI to a name the certificate must have',
    to: 'secure@gate.example',
    ground: onRelay,
    listener: 'starttls',
    parameters: { ...secure, smtp_tls_mandatory_protocols: '>=TLSv1.2, <=TLSv1.2', smtp_tls_servername: 'hostname' },
    tls: { protocol: 'TLSv1.2', sni: 'localhost' },
  },
  {
    name: 'over implicit TLS',
    to: 'implicit@gate.example',
    ground: onRelay,
    listener: 'implicit',
    parameters: { ...implicit, ...secure },
    tls: tls13,
  },
  {
    name: 'in clear with a login by CRAM-MD5',
    to: 'login-clear@gate.example',
    ground: onSubmission,
    listener: 'clear',
    parameters: { ...clear, ...login('cram-md5') },
    user,
  },
  {
    name: 'over STARTTLS with a login by PLAIN',
    to: 'login-starttls@gate.example',
    ground: onSubmission,
    listener: 'starttls',
    parameters: { ...encrypt, ...login('plain') },
    tls: tls13,
    user,
  },
  {
    name: 'over implicit TLS with a login by LOGIN',
    to: 'login-implicit@gate.example',
    ground: onSubmission,
    listener: 'implicit',
    parameters: { ...implicit, ...login('login') },
    tls: tls13,
    user,
  },
  {
    name: 'to the preset axigen-10.3 over STARTTLS',
    to: 'axigen@gate.example',
    ground: () => ground(presetSettings('axigen-10.3')),
    listener: 'mx',
    parameters: encrypt,
    tls: tls13,
  },
  {
    name: 'to the preset hardened-mx over STARTTLS',
    to: 'bob@gate.example',
    ground: () => ground(hardened()),
    listener: 'mx',
    parameters: secure,
    tls: tls13,
  },
  {
    name: 'to the preset hardened-mx in clear',
    to: 'alice@gate.example',
    ground: () => ground(hardened()),
    listener: 'mx',
    parameters: clear,
  },
];

const mistrustful: Case = {
  name: 'nothing',
  to: 'mistrustful@gate.example',
  ground: onRelay,
  listener: 'starttls',
  parameters: { ...secure, smtp_tls_secure_cert_match: 'other.example' },
};

const keeping = { smtp_connection_cache_destinations: 'static:all', smtp_connection_cache_time_limit: '15s' };

const kept: readonly Case[] = [
  {
    name: 'in clear',
    to: 'kept@gate.example',
    ground: onRelay,
    listener: 'clear',
    parameters: { ...clear, ...keeping },
  },
  {
    name: 'over STARTTLS',
    to: 'kept-secured@gate.example',
    ground: onRelay,
    listener: 'starttls',
    parameters: { ...encrypt, ...keeping, smtp_tls_connection_reuse: 'yes' },
    tls: tls13,
  },
];

describeWith('postfix', 'Postfix', (program) => {
  const grounds = new Map<string, Ground>();
  const folder = folderOf('postfix');
  let postfix: Postfix | undefined;

  beforeAll(async () => {
    const ways = [];
    for (const { to, ground: make, listener, parameters } of [...cases, ...kept, mistrustful]) {
      const g = await make();
      grounds.set(to, g);
      ways.push({ to, port: g.port(listener), parameters });
    }
    postfix = await startPostfix(program, folder(), ways);
  });
  afterAll(async () => {
    await postfix?.stop();
    for (const g of grounds.values()) await g.close();
  });

  /** Hands the letter over and gives what Postfix says came of it. */
  const statusOf = async (to: string): Promise<string | undefined> => {
    await postfix?.send(to, letter(to));
    return postfix?.logged(new RegExp(`to=<${to}>.* status=.*`));
  };

  const groundOf = (to: string): Ground => {
    const g = grounds.get(to);
    if (!g) throw new Error(`no receiver for ${to}`);
    return g;
  };

  test.each(cases)('delivers $name', async ({ to, listener, tls, user: name }) => {
    expect(await statusOf(to)).toMatch(/status=sent \(250 /);
    const came = await arrival(groundOf(to));
    expect(came.envelope).toMatchObject({ sender: { raw: sender }, recipients: [{ raw: to }] });
    expect(came.envelope.user).toBe(name);
    expect(came.body.equals(crossed(body))).toBe(true);
    expect(came.header).toMatch(/^Received: by relay\.client\.example [^]*\r\nFrom: Ann <ann@client\.example>\r\n/);
    expect(came.tls).toEqual(
      tls && expect.objectContaining({ ...tls, cipher: expect.stringMatching(/AES/) as string }),
    );
    const upgrades = came.lines.filter((line) => line === 'STARTTLS').length;
    expect(upgrades).toBe(tls && listener !== 'implicit' ? 1 : 0);
    expect(came.lines).toContainEqual(
      expect.stringMatching(/^MAIL FROM:<ann@client\.example> SIZE=\d+ BODY=8BITMIME$/),
    );
    expect(came.closed).toBe('quit');
    expect(came.pipelined).toBeGreaterThan(0);
  });

  test('keeps its mail where the certificate is for another name', async () => {
    expect(await statusOf(mistrustful.to)).toMatch(/status=deferred \(Server certificate not verified\)/);
    expect(await arrivals(groundOf(mistrustful.to))).toEqual([]);
  });

  test.each(kept)('keeps its session for the next messages, $name', async ({ to, tls }) => {
    for (const count of [1, 2, 3]) {
      await postfix?.send(to, letter(to));
      await postfix?.logged(new RegExp(`(?:to=<${to}>.* status=sent [^]*){${count}}`));
    }
    const { messages, sessions } = groundOf(to).journal;
    const text = crossed(body);
    expect(messages.map(({ bytes }) => Buffer.from(bytes).subarray(-text.length).equals(text))).toEqual([
      true,
      true,
      true,
    ]);
    // The session is still open: Postfix keeps it for a fourth.
    expect(sessions.map(({ ended }) => ended)).toEqual([false]);
    const events = sessions[0]?.events ?? [];
    expect(ofKind(events, 'line').filter(({ bytes }) => bytes.startsWith('MAIL '))).toHaveLength(3);
    expect(ofKind(events, 'tls').filter(({ state }) => state === 'up')).toHaveLength(tls ? 1 : 0);
  });
});
