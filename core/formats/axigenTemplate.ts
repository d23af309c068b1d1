// The files an export starts from when nothing was imported: the shape of a saved configuration with its known defaults.
import type { NewValue } from './axigenCfgEdit.ts';

/** The cipher list of a new listener. */
export const OWN_CIPHERS = 'ECDHE+AESGCM:DHE+AESGCM:ECDHE+AES:DHE+AES:!aNULL:!eNULL:!EXPORT:!DES:!RC4:!3DES:!MD5:!PSK';

const recovered = {
  maxConnections: '200',
  maxIntervalConnections: '600',
  timeInterval: '60',
  peerMaxConnections: '20',
  peerMaxIntervalConnections: '600',
  peerTimeInterval: '60',
};

const unlimited = {
  ...recovered,
  maxConnections: '0',
  maxIntervalConnections: '0',
  peerMaxConnections: '0',
  peerMaxIntervalConnections: '0',
};

/** A new listener, with the values of a saved one (axigen.md 2.3; the cipher list in words of our own). */
export const newListener: Readonly<Record<string, NewValue>> = {
  address: '0.0.0.0:25',
  enable: 'yes',
  idleTimeout: '300',
  ...recovered,
  allowRules: [],
  denyRules: [],
  sslEnable: 'no',
  sslControl: {
    object: {
      allowedVersions: ['tls1_1', 'tls1_2', 'tls1_3'],
      certFile: { quoted: 'axigen_cert.pem' },
      caFile: { quoted: 'none' },
      dhParamFile: { quoted: 'axigen_dh.pem' },
      maxChainDepth: '4',
      cipherSuite: { quoted: OWN_CIPHERS },
      preferServerCipherSuiteOrder: 'yes',
      useEphemeralKey: 'yes',
      requestClientAuth: 'no',
    },
  },
  listenerDomain: { quoted: '' },
};

/** The addresses and the priority of the service's last rule (axigen.md 2.3). */
export const LAST = { ipSet: '0.0.0.0-254.255.255.255', priority: 1000 } as const;

/** A new rule; what it says is written over this. */
export const newDenyRule: Readonly<Record<string, NewValue>> = {
  ipSet: LAST.ipSet,
  enable: 'yes',
  priority: String(LAST.priority),
};
export const newAllowRule: Readonly<Record<string, NewValue>> = { ...newDenyRule, ...unlimited };

/** A log rule for every module and host (axigen.md section 7). */
export const newLogRule: Readonly<Record<string, NewValue>> = {
  priority: '1000',
  hostname: { quoted: '*' },
  module: '*',
  logLevel: '31',
  fileName: { quoted: 'default.txt' },
  fileSize: '5120',
  fileTime: '86400',
  fileCount: '0',
  rotatePeriod: 'none',
  type: 'local',
};

/** `Server { ... }` as written when nothing was imported: only what receiving needs, with the values of axigen.md 2.3. */
export const newServer: Readonly<Record<string, NewValue>> = {
  services: ['log', 'processing', 'smtpIncoming', 'smtpOutgoing'],
  smtpFiltersFile: { quoted: 'filters/smtpFilters.script' },
  log: {
    object: {
      logType: 'internal',
      logLevel: '15',
      logHost: '127.0.0.1:2000',
      path: { quoted: 'log' },
      enableSecurityLog: 'no',
      rules: [{ object: newLogRule }],
      enableLogDeduplication: 'yes',
    },
  },
  dnr: {
    object: {
      logType: 'internal',
      logLevel: '15',
      logHost: '127.0.0.1:2000',
      timeout: '5',
      retries: '3',
      cacheSize: '1000',
    },
  },
  smtpIncoming: {
    object: {
      logType: 'internal',
      logLevel: '15',
      logHost: '127.0.0.1:2000',
      maxConnThreads: '20',
      minConnThreads: '2',
      listeners: [],
      maxErrors: '20',
      maxAuthErrors: '5',
      mappingData: {
        object: { userMap: { quoted: 'none' }, mappingHost: { quoted: '127.0.0.1' }, mappingPort: '1200' },
      },
      userdbConnectorType: 'local',
      userdbConnectorName: { quoted: '' },
      serviceAccessControl: { object: { ...recovered, allowRules: [{ object: newAllowRule }], denyRules: [] } },
      maxReceivedHeaders: '30',
      enableSmtpRouting: 'no',
    },
  },
  sslHandshakeTimeout: '10',
};

/** The policy script written when nothing was imported; values as in axigen.md 3.3, deliveries as its defaults. */
export const newScript = `event onConnect {
}

event onEhlo {
	set (maxDataSize, "10240");
	set (maxReceivedHeaders, "30");
	set (maxRcptCount, "1000");
	set (waitProcessingTimeout, "10");
	set (allowStartTLS, "yes");
	set (allow8bitMime, "yes");
	set (allowBinaryData, "yes");
	set (allowPipelining, "yes");
	set (allowDSN, "no");
	set (localDelivery, "all");
	set (remoteDelivery, "auth");
}
`;
