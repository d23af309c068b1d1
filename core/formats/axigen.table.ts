// Which setting stands where in AXIGEN's files, and why the others have no place there: one row each.
import type { Basis } from '../contract/settings/leaf.ts';
import { type Codec, codecs } from './axigenValues.ts';
import { RECEIVING_EVENTS, type ReceivingEvent } from './smtpFiltersVariables.ts';

/** One attribute of axigen.cfg; both paths are dotted and begin where their scope stands. */
export type Row = {
  readonly setting: string;
  readonly axigen: string;
  readonly codec: Codec;
  /** How sure we are that the setting stands there, in this form. */
  readonly basis: Basis;
};

/** One variable of smtpFilters.script: where a set of it counts, and where a new one goes. */
export type VariableRow = Omit<Row, 'axigen'> & {
  readonly variable: string;
  readonly events: readonly ReceivingEvent[];
  readonly home: ReceivingEvent;
};

const { whole, zeroUnlimited, either, words, text, certFile, file, ciphers, versions, ipSet, address } = codecs;
const yesNo = either(true, false);

/** Of three words ours, two are the product's. */
const asked = either('request', 'off');
const clientCertificate: Codec = {
  read: asked.read,
  write: (value) => {
    if (value === 'require') return { why: 'the product can ask for a client certificate, not insist on one' };
    return asked.write(value);
  },
};

/** Where passwords are checked. The product has connectors that we have no word for. */
const connectors: Readonly<Record<string, string>> = { local: 'table', ldapBind: 'bind' };
const connector: Codec = {
  read: (text) => {
    const word = Object.keys(connectors).find((one) => one.toLowerCase() === text.toLowerCase());
    return word === undefined ? { unknown: true } : { value: connectors[word] };
  },
  write: (value) => ({ text: value === 'bind' ? 'ldapBind' : 'local' }),
};

const row = (setting: string, axigen: string, codec: Codec, basis: Basis = 'observed'): Row => ({
  setting,
  axigen,
  codec,
  basis,
});

/** The six attributes of flow control, which have the same names on a listener, the service and an allow rule. */
const FLOW = [
  'maxConnections',
  'maxIntervalConnections',
  'timeInterval',
  'peerMaxConnections',
  'peerMaxIntervalConnections',
  'peerTimeInterval',
] as const;
const flow = (setting: string, axigen: string): readonly Row[] =>
  FLOW.map((name) => row(`${setting}${name}`, `${axigen}${name}`, whole));

/** From the outermost object; everything the service has once. */
export const serverRows: readonly Row[] = [
  row('loops.maxReceivedHeaders', 'smtpIncoming.maxReceivedHeaders', whole),
  row('errors.maxErrors', 'smtpIncoming.maxErrors', zeroUnlimited),
  row('errors.maxAuthErrors', 'smtpIncoming.maxAuthErrors', zeroUnlimited),
  row('authentication.source.kind', 'smtpIncoming.userdbConnectorType', connector),
  row('logging.logLevel', 'smtpIncoming.logLevel', whole),
  row('dns.timeout', 'dnr.timeout', whole),
  ...flow('flow.service.', 'smtpIncoming.serviceAccessControl.'),
];

/** From one object of `smtpIncoming.listeners`; its rules stand in `allowRules` and `denyRules`. */
export const listenerRows: readonly Row[] = [
  row('address', 'address', address, 'documented'),
  row('enable', 'enable', yesNo),
  row('idleTimeout', 'idleTimeout', whole),
  ...flow('flow.', ''),
  // `no` with allowStartTLS in the script is STARTTLS (axigen.md 1.3); the reader finishes that.
  row('tls', 'sslEnable', either('implicit', 'starttls'), 'documented'),
  row('certificate.certFile', 'sslControl.certFile', certFile, 'documented'),
  row('security.versions', 'sslControl.allowedVersions', versions),
  row('security.ciphers', 'sslControl.cipherSuite', ciphers),
  row('security.serverOrder', 'sslControl.preferServerCipherSuiteOrder', yesNo),
  row('security.clientCertificate', 'sslControl.requestClientAuth', clientCertificate),
  row('security.clientCaFile', 'sslControl.caFile', file),
  row('security.clientDepth', 'sslControl.maxChainDepth', whole),
];

/** The server has one handshake timeout for all listeners. */
export const handshakeRow: Row = row('handshakeTimeout', 'sslHandshakeTimeout', whole);

/** From one object of `denyRules`. */
export const denyRows: readonly Row[] = [
  row('ipSet', 'ipSet', ipSet, 'documented'),
  row('enable', 'enable', yesNo, 'documented'),
  row('priority', 'priority', whole, 'documented'),
];

/** From one object of `allowRules`. */
export const allowRows: readonly Row[] = [...denyRows, ...flow('flow.', '')];

/** From the object of `log.rules` that writes SMTP-IN for every host: of several the one asked last. */
export const logRuleRows: readonly Row[] = [
  row('logging.fileName', 'fileName', text),
  row('logging.fileSize', 'fileSize', whole),
  row('logging.rotatePeriod', 'rotatePeriod', words()),
  row('logging.fileCount', 'fileCount', whole),
];

const ALL = RECEIVING_EVENTS;
const EARLY = ['onConnect', 'onEhlo'] as const;
const variable = (
  setting: string,
  name: string,
  given: Omit<VariableRow, 'setting' | 'variable' | 'home'>,
): VariableRow => ({
  setting,
  variable: name,
  home: 'onEhlo',
  ...given,
});

/** The acceptance variables. The wizard sets them at onEhlo, the banner at onConnect (axigen.md 3.2). */
export const variableRows: readonly VariableRow[] = [
  {
    ...variable('acceptance.banner', 'smtpGreeting', { events: ['onConnect'], codec: text, basis: 'documented' }),
    home: 'onConnect',
  },
  variable('acceptance.maxDataSize', 'maxDataSize', { events: ALL, codec: whole, basis: 'documented' }),
  variable('acceptance.maxRcptCount', 'maxRcptCount', { events: ALL, codec: whole, basis: 'documented' }),
  variable('loops.maxReceivedHeaders', 'maxReceivedHeaders', { events: ALL, codec: whole, basis: 'documented' }),
  variable('acceptance.extensions.startTls', 'allowStartTLS', { events: EARLY, codec: yesNo, basis: 'observed' }),
  variable('acceptance.extensions.eightBitMime', 'allow8bitMime', { events: EARLY, codec: yesNo, basis: 'observed' }),
  variable('acceptance.extensions.binaryMime', 'allowBinaryData', { events: EARLY, codec: yesNo, basis: 'observed' }),
  variable('acceptance.extensions.dsn', 'allowDSN', { events: EARLY, codec: yesNo, basis: 'observed' }),
  variable('acceptance.extensions.pipelining', 'allowPipelining', { events: EARLY, codec: yesNo, basis: 'observed' }),
  variable('authentication.localDelivery', 'localDelivery', { events: ALL, codec: words(), basis: 'documented' }),
  variable('authentication.remoteDelivery', 'remoteDelivery', {
    events: ALL,
    codec: words({ none: "the product's word for nobody is not known" }),
    basis: 'documented',
  }),
];

const OURS = 'it is a setting of this workbench alone';
const BY_NAME = 'the product chooses by the names in the certificates it has (from 10.7.0), a listener has no list';
const LISTS = 'mechanism lists are not attributes of smtpIncoming, and no policy variable for them is documented';
const ANSWER = 'what a refused connection hears is not a setting of the product';
const POLICY =
  'the product checks it by methods of its policy script, whose parameters are not documented: this export writes none';
const MX =
  'the product has a check of the sender’s MX in its policy script; neither its method nor its results are documented';
const DNSBL =
  'the product asks one list, DNSBLServer, by a method of its policy script, and what the answer leads to is written in conditions';
const PROOF = 'the product documents no check of incoming signatures in its policy script';
const GREY = 'of the greylisting of the product only its reply and a cache time are known';
const SCRIPT = 'the policy script could write it with its methods for header fields, which this export does not do';

/** Why a setting that differs after export and import does: the first pattern that fits; `*` is one step, `**` any. */
export const lossReasons: readonly (readonly [pattern: string, why: string])[] = [
  ['listeners.*.name', 'listeners have no names in axigen.cfg; an import names them after their role'],
  ['listeners.*.role', 'listeners have no role in axigen.cfg; an import takes it from the port and from sslEnable'],
  ['listeners.*.lab', 'the lab address exists only here'],
  ['listeners.*.tls', 'the product has one switch for STARTTLS, allowStartTLS, for all listeners together'],
  ['listeners.*.certificate.keyFile', 'certFile holds the certificate and its key in one file'],
  ['listeners.*.certificate.kind', OURS],
  ['listeners.*.certificate.sni', BY_NAME],
  ['listeners.*.certificate.sni.**', BY_NAME],
  [
    'listeners.*.handshakeTimeout',
    'the product keeps one handshake timeout for all listeners; the first one is written',
  ],
  ['listeners.*.security.clientCrlFile', OURS],
  ['listeners.*.security.keyLog', OURS],
  [
    'listeners.*.extensions.*',
    'the policy script would have to set it for each listener, which this export does not write',
  ],
  [
    'listeners.*.proxy.**',
    'the product trusts every address that may connect (proxyProtocol, from 10.5), it has no list',
  ],
  ['listeners.*.xclient', OURS],
  ['**.answer.*', ANSWER],
  ['**.ipSet', 'address sets are written without blanks and in lower case; the meaning is the same'],
  ['domains.**', 'domains and accounts are kept in the storage of the product, not in these files'],
  ['access.lastFlow.**', 'only an allow rule has limits, and the last rule denies'],
  ['access.global.**', 'where the saved file keeps Global Access Control is not known'],
  ['access.refusal', ANSWER],
  ['flow.tls.**', OURS],
  ['flow.peerPrefix4', 'the product counts addresses, never networks'],
  ['flow.peerPrefix6', 'the product counts addresses, never networks'],
  [
    'flow.window',
    'whether the window of the product slides or is fixed is not documented, and there is no setting for it',
  ],
  [
    'protection.**',
    'the product counts nothing over all sessions but connections; bans are left to log readers such as fail2ban',
  ],
  ['flow.countRefused', 'whether refused connections count is not a setting of the product'],
  ['authentication.clear', LISTS],
  ['authentication.secured', LISTS],
  ['listeners.*.authentication.*', LISTS],
  ['authentication.**', OURS],
  ['acceptance.hostname', 'where the product keeps the name it greets with is not documented'],
  ['acceptance.dialect', OURS],
  ['acceptance.extensions.*', 'no policy variable for this extension is documented'],
  ['loops.deliveredTo', OURS],
  ['errors.**', OURS],
  ['sender.spf.**', POLICY],
  ['sender.reverseDns.**', POLICY],
  ['sender.senderDomain.**', MX],
  ['sender.dnsbl.**', DNSBL],
  ['sender.dkim.**', PROOF],
  ['sender.dmarc.**', PROOF],
  ['sender.arc.**', PROOF],
  ['sender.greylist.**', GREY],
  ['sender.results.**', SCRIPT],
  ['sender.**', OURS],
  ['strictness.**', 'the product documents no setting for it'],
  [
    'dns.servers.**',
    'the product keeps its servers in the block dnr, of which only nameServers, timeout, retries and cacheSize are known',
  ],
  ['dns.**', OURS],
  ['workers.**', 'the product has threads of its own; nothing is documented of threads for single checks'],
  ['faults.**', OURS],
  ['queue.**', OURS],
  ['logging.events', 'the product chooses lines by level only'],
];

const matchers = lossReasons.map(([pattern, why]) => {
  const source = pattern.replaceAll('.', '\\.').replaceAll(/\*\*|\*/g, (star) => (star === '*' ? '[^.]+' : '.+'));
  return { pattern: new RegExp(`^${source}$`), why };
});

/** The reason for a path, or undefined where the table has none: then the difference is a mistake of ours. */
export const reasonFor = (path: string): string | undefined => matchers.find(({ pattern }) => pattern.test(path))?.why;
