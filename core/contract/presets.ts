// The presets: settings a scenario is proved against, and the SPF maps known of the modelled product.
import type { Preset } from './scenario.ts';
import type { SpfResult } from './settings/sender.ts';
import { type Settings, type SettingsInput, settingsSchema } from './settings/settings.ts';

type SpfMap = Record<SpfResult, 'ignore' | 'record' | 'mark' | 'defer' | 'refuse'>;

/** AXIGEN's two known maps: the documented default, and the one its WebAdmin wizard writes into the policy script. */
export const spfMaps = {
  documented: {
    pass: 'record',
    neutral: 'record',
    none: 'record',
    softfail: 'record',
    fail: 'record',
    temperror: 'defer',
    permerror: 'refuse',
  },
  wizard: {
    pass: 'record',
    neutral: 'record',
    none: 'record',
    softfail: 'record',
    fail: 'refuse',
    temperror: 'record',
    permerror: 'record',
  },
} as const satisfies Record<string, SpfMap>;

const mx = { name: 'mx', role: 'mx', address: '0.0.0.0:25', lab: '127.0.0.1:0', tls: 'starttls' } as const;
const submission = {
  name: 'submission',
  role: 'submission',
  address: '0.0.0.0:587',
  lab: '127.0.0.1:0',
  tls: 'starttls',
} as const;
const submissions = {
  name: 'submissions',
  role: 'submissions',
  address: '0.0.0.0:465',
  lab: '127.0.0.1:0',
  tls: 'implicit',
} as const;

const open = {
  maxConnections: 0,
  maxIntervalConnections: 0,
  peerMaxConnections: 0,
  peerMaxIntervalConnections: 0,
};
const tight = {
  maxConnections: 200,
  maxIntervalConnections: 2000,
  peerMaxConnections: 20,
  peerMaxIntervalConnections: 60,
};

/** The listener lets everyone in itself, so that the rules of the service are never asked. */
const anyone = { last: 'allow' } as const;

const hardened = {
  flow: { service: tight },
  // RFC 5321 section 4.5.3.1.8 asks for at least 100; more at once is rarely anything but a flood.
  acceptance: { maxRcptCount: 100 },
  loops: { maxReceivedHeaders: 100 },
  errors: { maxErrors: 10, maxAuthErrors: 3 },
  strictness: { bareLf: 'reject', bareCr: 'reject', nul: 'reject' },
} as const;

const inputs: Record<Preset, SettingsInput> = {
  // The recovered configuration: one clear listener with STARTTLS allowed by the script.
  'axigen-10.3': {
    listeners: [mx, submission],
    acceptance: { dialect: 'axigen', extensions: { enhancedStatusCodes: false, authEquals: true } },
    sender: { spf: { map: spfMaps.documented } },
  },
  'hardened-mx': {
    ...hardened,
    listeners: [{ ...mx, flow: tight }],
    domains: { local: [{ name: 'gate.example', accept: 'listed', recipients: ['alice', 'bob', 'abuse'] }] },
    authentication: { clear: [], secured: ['PLAIN', 'LOGIN'] },
    sender: { spf: { map: { ...spfMaps.documented, fail: 'refuse', softfail: 'mark' } } },
  },
  'hardened-submission': {
    ...hardened,
    listeners: [
      { ...submission, flow: tight },
      { ...submissions, flow: tight },
    ],
    authentication: { clear: [], localDelivery: 'auth' },
  },
  weak: {
    listeners: [
      { ...mx, flow: open, access: anyone },
      { ...submission, flow: open, access: anyone },
      { ...submissions, flow: open, access: anyone },
    ],
    flow: { service: open },
    authentication: { localDelivery: 'all', remoteDelivery: 'all', submissionLogin: false },
    acceptance: { maxDataSize: 0 },
    sender: { spf: { ehlo: false, mailFrom: false } },
    loops: { maxReceivedHeaders: 999 },
    errors: { maxErrors: 'unlimited', maxAuthErrors: 'unlimited' },
    strictness: { bareLf: 'allow', bareCr: 'allow', nul: 'allow', maxCommandLine: 1_048_576 },
  },
};

/** The complete settings of a preset. */
export function presetSettings(preset: Preset): Settings {
  return settingsSchema.parse(inputs[preset]);
}
