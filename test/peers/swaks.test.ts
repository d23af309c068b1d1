// swaks: every listener mode, its logins, pipelined, with a client certificate, and against the presets.
import { afterEach, expect, test } from 'vitest';
import { presetSettings } from '../../core/contract/presets.ts';
import { type Ground, ground, ofKind, password, user } from '../smtp/playground.ts';
import { describeWith, needProgram } from '../tooling/programs.ts';
import { makeClientCertificate } from './clientCertificate.ts';
import { folderOf, type Run, run } from './running.ts';
import { arrival, authority, body, crossed, letter, people, relay, sender, submission, yard } from './yard.ts';

const onRelay = () => yard(relay);
const onSubmission = () => yard(submission);
const verify = ['--tls-verify', '--tls-ca-path', authority, '--tls-sni', 'localhost'];
const starttls = ['--tls', ...verify];
const implicit = ['--tls-on-connect', ...verify];
const login = (mechanism: string) => ['--auth', mechanism, '--auth-user', user, '--auth-password', password];

interface Case {
  readonly name: string;
  readonly ground: () => Promise<Ground>;
  readonly listener: string;
  readonly options: readonly string[];
  readonly protocol?: string;
}

const cases: readonly Case[] = [
  { name: 'in clear', ground: onRelay, listener: 'clear', options: [] },
  { name: 'in clear, pipelined', ground: onRelay, listener: 'clear', options: ['--pipeline'] },
  {
    name: 'over STARTTLS with TLS 1.2',
    ground: onRelay,
    listener: 'starttls',
    options: [...starttls, '--tls-protocol', 'tlsv1_2'],
    protocol: 'TLSv1.2',
  },
  {
    name: 'over STARTTLS with TLS 1.3, pipelined',
    ground: onRelay,
    listener: 'starttls',
    options: [...starttls, '--tls-protocol', 'tlsv1_3', '--pipeline'],
    protocol: 'TLSv1.3',
  },
  { name: 'over implicit TLS', ground: onRelay, listener: 'implicit', options: implicit, protocol: 'TLSv1.3' },
  {
    name: 'in clear with CRAM-MD5',
    ground: onSubmission,
    listener: 'clear',
    options: login('CRAM-MD5'),
  },
  {
    name: 'over STARTTLS with PLAIN',
    ground: onSubmission,
    listener: 'starttls',
    options: [...starttls, ...login('PLAIN')],
    protocol: 'TLSv1.3',
  },
  {
    name: 'over implicit TLS with LOGIN',
    ground: onSubmission,
    listener: 'implicit',
    options: [...implicit, ...login('LOGIN')],
    protocol: 'TLSv1.3',
  },
  {
    name: 'to the preset axigen-10.3',
    ground: () => ground(presetSettings('axigen-10.3')),
    listener: 'submission',
    options: [...starttls, ...login('CRAM-MD5'), '--pipeline'],
    protocol: 'TLSv1.3',
  },
  {
    name: 'to the preset hardened-submission over STARTTLS',
    ground: () => ground(presetSettings('hardened-submission'), { users: people() }),
    listener: 'submission',
    options: [...starttls, ...login('PLAIN'), '--pipeline'],
    protocol: 'TLSv1.3',
  },
  {
    name: 'to the preset hardened-submission over implicit TLS',
    ground: () => ground(presetSettings('hardened-submission'), { users: people() }),
    listener: 'submissions',
    options: [...implicit, ...login('LOGIN')],
    protocol: 'TLSv1.3',
  },
];

describeWith('swaks', 'swaks', (program) => {
  const folder = folderOf('swaks');
  let g: Ground | undefined;
  afterEach(async () => {
    await g?.close();
    g = undefined;
  });

  const deliver = (port: number, options: readonly string[]): Promise<Run> => {
    const server = ['--server', 'localhost', '--port', String(port), '--helo', 'desk.client.example'];
    const envelope = ['--from', sender, '--to', 'b@gate.example', '--data', '-'];
    // A last line with a dot alone is for swaks the end, not text.
    return run(
      program,
      [...server, ...envelope, ...options],
      Buffer.concat([letter('b@gate.example'), Buffer.from('.\n')]),
    );
  };

  test.each(cases)('delivers $name', async ({ ground: make, listener, options, protocol }) => {
    g = await make();
    const sent = await deliver(g.port(listener), options);
    expect(sent, sent.said).toMatchObject({ code: 0 });
    const came = await arrival(g);
    expect(came.envelope.user).toBe(options.includes('--auth') ? user : undefined);
    expect(came.body.equals(crossed(body))).toBe(true);
    expect([came.tls?.protocol, came.tls?.sni]).toEqual([protocol, protocol && 'localhost']);
    expect(came.pipelined > 0).toBe(options.includes('--pipeline'));
    expect(came.closed).toBe('quit');
  });

  test.for(['starttls', 'implicit'])('shows its certificate over %s where one is required', async (mode, context) => {
    const openssl = needProgram(context, 'openssl');
    g = await yard(relay.map((one) => ({ ...one, security: { clientCertificate: 'require' } })));
    const { cert, key } = await makeClientCertificate(openssl, folder());
    const tls = mode === 'implicit' ? implicit : starttls;
    const refused = await deliver(g.port(mode), tls);
    expect(refused.code, refused.said).not.toBe(0);
    const sent = await deliver(g.port(mode), [...tls, '--tls-cert', cert, '--tls-key', key]);
    expect(sent, sent.said).toMatchObject({ code: 0 });
    const came = await arrival(g);
    expect(came.tls?.client).toMatchObject({
      subject: expect.stringContaining('desk.client.example') as string,
      trusted: true,
    });
  });

  const source = ['--proxy-source', '198.51.100.7', '--proxy-source-port', '4711'];
  const proxied = [...source, '--proxy-dest', '203.0.113.9', '--proxy-dest-port', '25'];

  test.each([
    ['1', 'clear', []],
    ['1', 'starttls', starttls],
    ['2', 'clear', []],
    ['2', 'starttls', starttls],
  ] as const)('speaks through a proxy, version %s, %s', async (version, mode, tls) => {
    g = await yard(relay.map((one) => ({ ...one, proxy: { from: ['127.0.0.1'] } })));
    const family = ['--proxy-version', version, '--proxy-family', version === '1' ? 'TCP4' : 'AF_INET'];
    const sent = await deliver(g.port(mode), [...family, ...proxied, ...tls]);
    expect(sent, sent.said).toMatchObject({ code: 0 });
    const { events } = await arrival(g);
    expect(ofKind(events, 'connect')[0]).toMatchObject({
      peer: { address: '198.51.100.7', port: 4711 },
      local: { address: '203.0.113.9', port: 25 },
      proxy: { version: Number(version), command: 'proxy', through: { address: '127.0.0.1' } },
    });
  });

  test.each([
    ['clear', []],
    ['starttls', starttls],
    ['implicit', implicit],
  ] as const)('speaks in the name of another with XCLIENT, %s', async (mode, tls) => {
    g = await yard(relay.map((one) => ({ ...one, xclient: ['127.0.0.1'] })));
    const words = ['--xclient-addr', '198.51.100.7', '--xclient-port', '4711', '--xclient-name', 'far.client.example'];
    const sent = await deliver(g.port(mode), [...words, '--xclient-helo', 'far.client.example', ...tls]);
    expect(sent, sent.said).toMatchObject({ code: 0 });
    const { events } = await arrival(g);
    expect(ofKind(events, 'xclient')[0]).toMatchObject({
      peer: { address: '198.51.100.7', port: 4711 },
      xclient: { name: 'far.client.example', helo: 'far.client.example', through: { address: '127.0.0.1' } },
    });
  });
});
