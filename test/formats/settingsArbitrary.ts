// Random settings, made from the schema: every leaf takes any value its own description allows.
import fc from 'fast-check';
import type { z } from '../../core/contract/schema.ts';
import type { Meta } from '../../core/contract/settings/leaf.ts';
import { type Settings, settingsSchema } from '../../core/contract/settings/settings.ts';
import { defaultOf, itemOf, metaOf, shapeOf } from '../../core/formats/settingsTree.ts';

const byte = fc.nat(255);
const ip4 = fc.tuple(byte, byte, byte, byte).map((parts) => parts.join('.'));
const ip6 = fc.constantFrom('::', '::1', '2001:db8::1', '2001:DB8:0:0:0:0:0:2', 'fe80::1', '::ffff:192.0.2.1');
const port = fc.constantFrom(25, 465, 587, 2525, 0, 65_535);
const fewAddresses = fc.constantFrom('0.0.0.0', '192.0.2.1', '[::]', '[2001:db8::1]', '[fe80::1]');
const line = fc.oneof(
  fc.constantFrom(
    '',
    'none',
    'axigen_cert.pem',
    'a "quoted" # text',
    'ends in \\',
    ' blanks ',
    '%remoteSmtpIp%',
    'yes',
    '1',
  ),
  fc.string({ unit: 'grapheme', maxLength: 40 }).map((text) => text.replace(/\p{Cc}/gu, '')),
);
const ipSet = fc.oneof(
  { weight: 5, arbitrary: ip4 },
  { weight: 2, arbitrary: fc.tuple(ip4, fc.nat(32)).map(([ip, bits]) => `${ip}/${bits}`) },
  fc.tuple(byte, byte).map(([one, other]) => `10.0.0.${Math.min(one, other)}-10.0.1.${other}`),
  ip6,
  fc.constantFrom('10.0.0.0/255.0.0.0', '10.0.0.1 - 10.0.0.9', '2001:db8::/32', '::ffff:192.0.2.0/120', 'fe80::1%eth0'),
  { weight: 2, arbitrary: fc.constantFrom('0.0.0.0-254.255.255.255', '0.0.0.0/0', '192.0.2.7') },
);
const word = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9_-]{0,8}$/);

/** Leaves whose text has a form of its own, by the end of their path. */
const TEXTS: readonly (readonly [RegExp, fc.Arbitrary<unknown>])[] = [
  [/listeners\.\*\.name$/, fc.oneof(fc.constantFrom('mx', 'submission', 'submissions', 'mx-2'), word)],
  [/\.address$/, fc.tuple(fewAddresses, port).map(([host, n]) => `${host}:${n}`)],
  [
    /\.lab$/,
    fc.oneof(
      fc.constant(''),
      fc.nat(65_535).map((n) => `127.0.0.1:${n}`),
    ),
  ],
  [/(ipSet|exemptNetworks\.\*)$/, ipSet],
  [/hostname$/, fc.constantFrom('gate.example', 'mail.example.net', 'a')],
  [/fileName$/, fc.constantFrom('default.txt', 'everything.txt', 'smtp-in.log')],
  [/domains\.local\.\*\.name$/, fc.constantFrom('example.com', 'gate.example', 'sub.example.org')],
  [/recipients\.\*$/, word],
  [/carried\./, fc.constant('')],
  [
    /zone$/,
    fc.oneof(
      fc.constant(''),
      fc.array(line, { maxLength: 4 }).map((lines) => lines.join('\n')),
    ),
  ],
  [/priority$/, fc.oneof(fc.constantFrom(0, 100, 1000), fc.nat(65_535))],
];

const whole = ({ min = 0, max = 0 }: Partial<Meta>): fc.Arbitrary<number> =>
  fc.oneof(fc.constantFrom(min, max), fc.integer({ min, max }), fc.integer({ min, max: Math.min(max, min + 100) }));

const ofLeaf = (schema: z.core.$ZodType, path: string): fc.Arbitrary<unknown> => {
  const own = TEXTS.find(([pattern]) => pattern.test(path));
  const meta = metaOf(schema);
  const options = meta.options?.map((option) => option.value) ?? [];
  const item = itemOf(schema);
  if (own !== undefined) return own[1];
  if (meta.kind === 'set') return fc.shuffledSubarray([...options]);
  if (item !== undefined) return fc.array(of(item, `${path}.*`), { maxLength: 4, size: 'max' });
  if (meta.kind === 'choice') return fc.constantFrom(...options);
  if (meta.kind === 'flag') return fc.boolean();
  if (meta.kind === 'whole') return whole(meta);
  if (meta.kind === 'limit') return fc.oneof(fc.constant('unlimited'), whole(meta));
  return line;
};

const of = (schema: z.core.$ZodType, path: string): fc.Arbitrary<unknown> => {
  const shape = shapeOf(schema);
  const standing = defaultOf(schema);
  const fresh =
    shape === undefined
      ? ofLeaf(schema, path)
      : fc.record(Object.fromEntries(Object.entries(shape).map(([key, inner]) => [key, of(inner, `${path}.${key}`)])));
  return standing === undefined ? fresh : fc.oneof(fc.constant(standing), { weight: 2, arbitrary: fresh });
};

/** Any settings the schema accepts, `carried` empty. */
export const anySettings: fc.Arbitrary<Settings> = of(settingsSchema, '')
  .map((value) => settingsSchema.safeParse(value))
  .filter((result) => result.success)
  .map((result) => result.data);
