// Has messages examined as a worker does, over a zone given as text, and signs them with the keys made for it.
import { dkimSign } from 'mailauth/lib/dkim/sign.js';
import type { SpfAnswer } from '../../core/contract/senderAnswers.ts';
import { defaults } from '../../core/contract/settings/settings.ts';
import type { Settings } from '../../core/contract/settings/settings.ts';
import { parseZone } from '../../core/dns/zone.ts';
import { zoneResolver } from '../../core/dns/zoneResolver.ts';
import { examine, type Found, type Wanted } from '../../core/message/examine.ts';
import { testKey, type TestKeyName, testKeyRecord } from '../../core/simulate/testKeys.table.ts';

/** 2026-11-23T12:00:00Z. */
export const noon = Date.UTC(2026, 10, 23, 12);

const world = {
  elapsed: () => 0,
  after: (_: number, fire: () => void) => {
    queueMicrotask(fire);
    return { cancel: () => undefined };
  },
};

type Groups = Settings['sender'];

export interface Examining {
  readonly zone?: string;
  readonly want?: readonly Wanted[];
  readonly dkim?: Partial<Groups['dkim']>;
  readonly dmarc?: Partial<Groups['dmarc']>;
  readonly arc?: Partial<Groups['arc']>;
  readonly header?: Partial<Groups['header']>;
  readonly results?: Partial<Groups['results']>;
  readonly spf?: SpfAnswer;
  readonly now?: number;
  readonly chance?: number;
  readonly hostname?: string;
  /** Octets of one chunk; the whole message is one unless given. */
  readonly chunk?: number;
}

const { sender, dns } = defaults;

export function examined(message: string | Buffer, asking: Examining = {}): Promise<Found> {
  const octets = Buffer.from(message as string, 'latin1');
  const size = asking.chunk ?? Math.max(octets.length, 1);
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  for (let at = 0; at < octets.length; at += size) chunks.push(new Uint8Array(octets.subarray(at, at + size)));
  const zone = parseZone(asking.zone ?? '');
  if (zone.errors.length > 0) throw new Error(JSON.stringify(zone.errors));
  return examine(
    {
      chunks,
      want: asking.want ?? ['dkim'],
      sender: {
        ...sender,
        dkim: { ...sender.dkim, ...asking.dkim },
        dmarc: { ...sender.dmarc, ...asking.dmarc },
        arc: { ...sender.arc, ...asking.arc },
        header: { ...sender.header, ...asking.header },
        results: { ...sender.results, ...asking.results },
      },
      dns,
      hostname: asking.hostname ?? 'gate.example',
      peer: '192.0.2.1',
      helo: 'helo.example',
      mailFrom: { raw: 'anna@a.example', local: 'anna', domain: 'a.example' },
      ...(asking.spf === undefined ? {} : { spf: asking.spf }),
      now: asking.now ?? noon,
      chance: asking.chance ?? 0,
    },
    { asked: () => zoneResolver(zone.zone, { world, timeout: 5 }), elapsed: world.elapsed },
  );
}

export const plain = [
  'From: Anna <anna@a.example>',
  'To: ben@b.example',
  'Subject: Seven boats',
  'Date: Mon, 23 Nov 2026 11:59:00 +0000',
  'Message-ID: <1@a.example>',
  '',
  'Seven boats are in the harbour.',
  '',
  'Anna',
  '',
].join('\r\n');

export interface SigningOf {
  readonly key?: TestKeyName;
  readonly domain?: string;
  readonly selector?: string;
  readonly canonicalization?: string;
  readonly algorithm?: string;
  readonly fields?: string;
  readonly length?: number;
  readonly signed?: number;
  readonly expires?: number;
  readonly identity?: string;
}

/** The message with a signature above it. */
export async function signed(message: string, of: SigningOf = {}): Promise<string> {
  const key = of.key ?? 'rsa2048a';
  const { signatures, errors } = await dkimSign(Buffer.from(message, 'latin1'), {
    canonicalization: of.canonicalization ?? 'relaxed/relaxed',
    algorithm: of.algorithm ?? (key.startsWith('ed25519') ? 'ed25519-sha256' : 'rsa-sha256'),
    signTime: new Date(of.signed ?? noon - 60_000),
    ...(of.expires === undefined ? {} : { expires: new Date(of.expires) }),
    ...(of.fields === undefined ? {} : { headerList: of.fields }),
    signatureData: [
      {
        signingDomain: of.domain ?? 'a.example',
        selector: of.selector ?? 's',
        privateKey: testKey(key),
        canonicalization: of.canonicalization ?? 'relaxed/relaxed',
        ...(of.algorithm === undefined ? {} : { algorithm: of.algorithm }),
        ...(of.length === undefined ? {} : { maxBodyLength: of.length }),
        ...(of.identity === undefined ? {} : { identity: of.identity }),
      },
    ],
  } as never);
  if (errors.length > 0) throw new Error(JSON.stringify(errors));
  return signatures + message;
}

/** A line of a zone with a key. */
export function keyLine(key: TestKeyName = 'rsa2048a', name = 's._domainkey.a.example', tags: readonly string[] = []) {
  return `${name} TXT ${testKeyRecord(key, tags)}`;
}
