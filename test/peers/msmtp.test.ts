// msmtp: every listener mode with and without a login, and against the presets.
import { afterEach, expect, test } from 'vitest';
import { presetSettings } from '../../core/contract/presets.ts';
import { type Ground, ground, password, user } from '../smtp/playground.ts';
import { describeWith } from '../tooling/programs.ts';
import { deliver } from './msmtp.ts';
import { folderOf } from './running.ts';
import { arrival, arrivals, authority, body, crossed, people, relay, submission, yard } from './yard.ts';

const onRelay = () => yard(relay);
const onSubmission = () => yard(submission);
const clear = ['tls off'];
const starttls = ['tls on', 'tls_starttls on', `tls_trust_file ${authority}`];
const implicit = ['tls on', 'tls_starttls off', `tls_trust_file ${authority}`];
const login = (method: string) => [`auth ${method}`, `user ${user}`, `password "${password}"`];

interface Case {
  readonly name: string;
  readonly ground: () => Promise<Ground>;
  readonly listener: string;
  readonly commands: readonly string[];
  readonly secured: boolean;
}

const cases: readonly Case[] = [
  { name: 'in clear', ground: onRelay, listener: 'clear', commands: clear, secured: false },
  { name: 'over STARTTLS', ground: onRelay, listener: 'starttls', commands: starttls, secured: true },
  { name: 'over implicit TLS', ground: onRelay, listener: 'implicit', commands: implicit, secured: true },
  {
    name: 'in clear with CRAM-MD5',
    ground: onSubmission,
    listener: 'clear',
    commands: [...clear, ...login('cram-md5')],
    secured: false,
  },
  {
    name: 'over STARTTLS with PLAIN',
    ground: onSubmission,
    listener: 'starttls',
    commands: [...starttls, ...login('plain')],
    secured: true,
  },
  {
    name: 'over implicit TLS with LOGIN',
    ground: onSubmission,
    listener: 'implicit',
    commands: [...implicit, ...login('login')],
    secured: true,
  },
  {
    name: 'to the preset axigen-10.3 with a login of its choice',
    ground: () => ground(presetSettings('axigen-10.3')),
    listener: 'submission',
    commands: [...starttls, ...login('on')],
    secured: true,
  },
  {
    name: 'to the preset hardened-submission over STARTTLS',
    ground: () => ground(presetSettings('hardened-submission'), { users: people() }),
    listener: 'submission',
    commands: [...starttls, ...login('on')],
    secured: true,
  },
  {
    name: 'to the preset hardened-submission over implicit TLS',
    ground: () => ground(presetSettings('hardened-submission'), { users: people() }),
    listener: 'submissions',
    commands: [...implicit, ...login('on')],
    secured: true,
  },
];

describeWith('msmtp', 'msmtp', (program) => {
  const folder = folderOf('msmtp');
  let g: Ground | undefined;
  afterEach(async () => {
    await g?.close();
    g = undefined;
  });

  test.each(cases)('delivers $name', async ({ ground: make, listener, commands, secured }) => {
    g = await make();
    const sent = await deliver(program, folder(), { to: 'b@gate.example', port: g.port(listener), commands });
    expect(sent, sent.said).toMatchObject({ code: 0 });
    const came = await arrival(g);
    expect(came.envelope.user).toBe(commands.some((command) => command.startsWith('auth')) ? user : undefined);
    expect(came.body.equals(crossed(body))).toBe(true);
    expect(came.tls?.protocol).toBe(secured ? 'TLSv1.3' : undefined);
    expect(came.tls?.sni).toBe(secured ? 'localhost' : undefined);
    expect(came.closed).toBe('quit');
  });

  test('does not say its password where the login fails, and hears why', async () => {
    g = await onSubmission();
    const commands = [...starttls, 'auth plain', `user ${user}`, 'password "a wrong one"'];
    const sent = await deliver(program, folder(), { to: 'b@gate.example', port: g.port('starttls'), commands });
    expect(sent.code).not.toBe(0);
    expect(sent.said).toContain('535 5.7.8');
    expect(await arrivals(g)).toEqual([]);
  });

  test.each(['expired', 'wrong-name', 'wrong-ca'] as const)(
    'sends nothing where the certificate is %s',
    async (kind) => {
      g = await yard(relay.map((one) => ({ ...one, certificate: { kind } })));
      const way = { to: 'b@gate.example', port: g.port('implicit'), commands: implicit };
      const sent = await deliver(program, folder(), way);
      expect(sent.code).not.toBe(0);
      expect(sent.said).toMatch(/TLS certificate verification failed/);
      expect(await arrivals(g)).toEqual([]);
    },
  );
});
