// TLS of a listener: certificates by name, versions, ciphers, and what is asked of the client.
import { choice, flag, item, list, record, set, text, whole } from './leaf.ts';

const CLI = 'AXIGEN CLI help 10.5';
const LISTENER = 'AXIGEN documentation, Listeners';

const certFile = text({
  title: 'Certificate file',
  help: 'PEM file with the certificate and its chain; it may hold the private key too, as AXIGEN keeps it. Read when the listener starts and whenever settings are applied, so that a renewed one is shown without a restart. Empty: a certificate of the workbench’s own test CA, made on first start.',
  source: `${CLI} (certFile)`,
  basis: 'documented',
  default: '',
  restarts: true,
});

const keyFile = text({
  title: 'Key file',
  help: 'PEM file with the private key, when the certificate file does not hold it. Encrypted keys are refused: decrypt a copy with openssl pkey.',
  source: 'Gatehouse',
  basis: 'ours',
  default: '',
  restarts: true,
});

const kind = choice({
  title: 'Test certificate',
  help: 'Which certificate the workbench makes where no file is named, to see what clients do with it: a good one, one that has expired or is not yet valid, one for another name, one of a CA nobody knows, or one with a 1024-bit RSA key.',
  source: 'Gatehouse',
  basis: 'ours',
  options: [
    { value: 'good', title: 'good' },
    { value: 'expired', title: 'expired' },
    { value: 'not-yet-valid', title: 'not yet valid' },
    { value: 'wrong-name', title: 'wrong name' },
    { value: 'wrong-ca', title: 'unknown CA' },
    { value: 'weak-key', title: 'weak key' },
  ],
  default: 'good',
  restarts: true,
});

const sni = item(
  {
    name: text({
      title: 'Name',
      help: 'The name a client asks for (SNI, RFC 6066 section 3); *.example.com stands for one label in front.',
      source: 'AXIGEN documentation, SNI Certificate Selection',
      basis: 'documented',
      default: '',
      max: 255,
      pattern: /^(?:\*\.)?[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?$/,
      expected: 'a host name, or *. and one',
      restarts: true,
    }),
    certFile,
    keyFile,
  },
  {
    title: 'Certificate by name',
    help: 'An exact name goes before a wildcard. A file that is empty takes a test certificate for the name.',
    source: 'AXIGEN documentation, SNI Certificate Selection',
    basis: 'documented',
  },
);

export const certificate = record(
  {
    certFile,
    keyFile,
    kind,
    sni: list(sni, {
      title: 'By name',
      help: 'Certificates chosen by the name the client asks for. Any other name, and none, gets the certificate above.',
      source: 'AXIGEN documentation, SNI Certificate Selection (from 10.7.0)',
      basis: 'documented',
      max: 100,
      restarts: true,
    }),
  },
  { title: 'Certificate', help: 'Used for STARTTLS and implicit TLS.', source: LISTENER, basis: 'documented' },
);

export const security = record(
  {
    versions: set({
      title: 'TLS versions',
      help: 'Versions a client may choose. A client that has none of them ends with an alert.',
      source: `${CLI} (allowedVersions); RFC 8996`,
      basis: 'documented',
      options: [
        { value: 'TLSv1', title: 'TLS 1.0' },
        { value: 'TLSv1.1', title: 'TLS 1.1' },
        { value: 'TLSv1.2', title: 'TLS 1.2' },
        { value: 'TLSv1.3', title: 'TLS 1.3' },
      ],
      default: ['TLSv1.2', 'TLSv1.3'],
      restarts: true,
    }),
    ciphers: text({
      title: 'Cipher list',
      help: 'In OpenSSL’s notation, e.g. ECDHE+AESGCM:ECDHE+CHACHA20. Empty: the defaults of Node, at the security level the versions need. TLS 1.0 and 1.1 need :@SECLEVEL=0 behind a list of your own.',
      source: `${CLI} (cipherSuite)`,
      basis: 'documented',
      default: '',
      max: 4000,
      restarts: true,
    }),
    serverOrder: flag({
      title: 'Server order',
      help: 'On: the first cipher of this list that the client has too. Off: the first of the client’s list.',
      source: `${CLI} (preferServerCipherSuiteOrder)`,
      basis: 'observed',
      default: true,
      restarts: true,
    }),
    clientCertificate: choice({
      title: 'Client certificate',
      help: 'Whether clients are asked for a certificate of their own in the handshake.',
      source: `${CLI} (requestClientAuth)`,
      basis: 'documented',
      options: [
        { value: 'off', title: 'off', help: 'Not asked for.' },
        {
          value: 'request',
          title: 'request',
          help: 'Asked for and shown; none, or one that is not trusted, changes nothing and is never taken for an identity.',
        },
        {
          value: 'require',
          title: 'require',
          help: 'Without a trusted one the client hears 421 behind the handshake.',
        },
      ],
      default: 'off',
      restarts: true,
    }),
    clientCaFile: text({
      title: 'Client CA file',
      help: 'PEM file with the CAs that client certificates must come from. Empty: the workbench’s own test CA.',
      source: `${CLI} (caFile)`,
      basis: 'documented',
      default: '',
      restarts: true,
    }),
    clientCrlFile: text({
      title: 'Revoked certificates',
      help: 'PEM file with lists of revoked client certificates (CRLs, RFC 5280 section 5). Once there is one, every CA in a client’s chain needs a list of its own that is not out of date, or the client is not trusted. Empty: nothing is revoked.',
      source: 'Gatehouse',
      basis: 'ours',
      default: '',
      restarts: true,
    }),
    clientDepth: whole({
      title: 'Chain depth',
      help: 'Certificates above the client’s own, root included; a longer chain is not trusted.',
      source: `${CLI} (maxChainDepth)`,
      basis: 'observed',
      min: 1,
      max: 100,
      default: 4,
      restarts: true,
    }),
    keyLog: text({
      title: 'Key log',
      help: 'A file to which the secrets of each TLS session are added, so that Wireshark can read a capture (NSS key log format). Empty: none.',
      source: 'Gatehouse',
      basis: 'ours',
      default: '',
      restarts: true,
    }),
  },
  {
    title: 'TLS security',
    help: 'Versions, ciphers and client certificates of STARTTLS and implicit TLS alike.',
    source: LISTENER,
    basis: 'documented',
  },
);
