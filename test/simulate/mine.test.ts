// Playing against a person's own settings: what applies, what is taken over, and what stays untouched.
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type SettingsInput, settingsSchema } from '../../core/contract/settings/settings.ts';
import { loadScenarios, tasksOf } from '../../core/simulate/load.ts';
import { startPrivate } from '../../core/simulate/private.ts';
import { playCase } from '../../core/simulate/run.ts';
import { caseSettings, touchedKnobs } from '../../core/simulate/settle.ts';
import { overLoopback } from '../../core/simulate/network.ts';

const loaded = await loadScenarios([join(import.meta.dirname, '../../scenarios')]);

const start = startPrivate();

const against = async (id: string, mine: SettingsInput) => {
  const tasks = tasksOf(
    loaded.filter((one) => one.id === id),
    { base: 'mine', mine: settingsSchema.parse(mine) },
  );
  const played = tasks.map((task) => playCase(task, { network: overLoopback, start }));
  return (await Promise.all(played)).map(({ result }) => `${result.case} ${result.outcome}: ${result.why}`);
};
const mx = { name: 'mx', role: 'mx', address: '0.0.0.0:25' } as const;

describe('password guessing', () => {
  test('is held with what AXIGEN ships, and the counter says why', async () => {
    expect(await against('auth/password-guessing', {})).toEqual([
      'plain held: held by 421, failed-logins: 6th failed login, 5 allowed',
      'login held: held by 421, failed-logins: 6th failed login, 5 allowed',
    ]);
  });

  test('is a breach where fifty guesses are allowed, and says what was gained', async () => {
    const [plain] = await against('auth/password-guessing', { errors: { maxAuthErrors: 50 } });
    expect(plain).toBe(
      'plain breached: The attacker had twelve passwords checked in one connection, and may go on. (client 1, step 9: expected 421, heard 250 2.0.0 OK)',
    );
  });

  test('does not apply where its way in is switched off', async () => {
    expect(await against('auth/password-guessing', { listeners: [{ ...mx, tls: 'clear' }] })).toEqual([
      'plain notApplicable: the mx listener offers no STARTTLS in these settings',
      'login notApplicable: the mx listener offers no STARTTLS in these settings',
    ]);
    expect(await against('auth/password-guessing', { authentication: { secured: ['PLAIN'] } })).toEqual([
      'plain held: held by 421, failed-logins: 6th failed login, 5 allowed',
      'login notApplicable: LOGIN is not offered on secured connections in these settings',
    ]);
    expect(await against('auth/submissions-without-login', {})).toEqual([
      '- notApplicable: no submissions listener in these settings',
    ]);
    expect(await against('auth/password-guessing', { listeners: [{ ...mx, enable: false }] })).toEqual([
      'plain notApplicable: no mx listener in these settings',
      'login notApplicable: no mx listener in these settings',
    ]);
  });
});

test('nothing of the person’s own is bound or read', async () => {
  const listener = {
    ...mx,
    lab: '127.0.0.1:1',
    certificate: { certFile: '/nowhere/cert.pem', keyFile: '/nowhere/key.pem' },
  };
  expect(await against('good-citizens/starttls-mta', { listeners: [listener] })).toEqual([
    '- held: served; last heard: 221 2.0.0 gate.example closing connection',
  ]);
});

describe('settings of a case', () => {
  const { scenario } = loaded.find(({ id }) => id === 'auth/password-guessing')!;
  const base = settingsSchema.parse({ errors: { maxErrors: 7 }, domains: { local: [{ name: 'own.example' }] } });

  test('are the person’s with what the scenario needs laid over', () => {
    const over = { ...scenario!, settings: { acceptance: { maxRcptCount: 3 } } };
    const variant = {
      name: 'one',
      settings: { domains: { local: [{ name: 'example.com' }] } },
      zone: 'example.com A 192.0.2.1',
    };
    const settled = caseSettings({ scenario: over, variant, base: 'mine', mine: base });
    expect('settings' in settled && settled.settings).toMatchObject({
      errors: { maxErrors: 7 },
      acceptance: { maxRcptCount: 3, dialect: 'gatehouse' },
      domains: { local: [{ name: 'example.com', accept: 'any', recipients: [] }] },
      dns: { zone: expect.stringMatching(/^example\.com A 192\.0\.2\.1\n/) as unknown, timeout: 5 },
    });
  });

  test('may not set a knob, nor hold what is no setting', () => {
    const settled = (settings: Record<string, unknown>) =>
      caseSettings({ scenario: { ...scenario!, settings }, variant: undefined, base: 'mine', mine: base });
    expect(settled({ errors: { maxAuthErrors: 3 } })).toMatchObject({ problems: [{ path: 'settings' }] });
    expect(settled({ errors: { maxErors: 3 } })).toEqual({
      problems: [{ path: 'settings.errors', message: 'unknown key: maxErors' }],
    });
  });

  test('touch a knob also from above and below', () => {
    const deny = { access: { deny: [{ ipSet: '192.0.2.0/24' }] } };
    expect(touchedKnobs(['access.deny', 'access.deny.ipSet', 'access', 'access.allow'], deny)).toEqual([
      'access.deny',
      'access.deny.ipSet',
      'access',
    ]);
    expect(touchedKnobs(['domains.local'], { domains: { local: [] } })).toEqual(['domains.local']);
    expect(touchedKnobs(['errors.maxErrors'], undefined)).toEqual([]);
  });
});
