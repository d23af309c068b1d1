// Holds lab addresses to their derivation, and rebinding to exactly the settings that are marked for it.
import { describe, expect, test } from 'vitest';
import { type Listener, listener } from '../../core/contract/settings/listeners.ts';
import { hostPort } from '../../core/contract/settings/network.ts';
import { bindingProblem, labAddresses, restartsOf } from '../../core/smtp/binding.ts';

const named = (name: string, over: object = {}): Listener => listener.parse({ name, address: '0.0.0.0:25', ...over });
const labs = (...all: Listener[]) => labAddresses(all).map(({ host, port }) => hostPort(host, port));

describe('a lab address', () => {
  test('is the listener’s own, or loopback of the same family with a low port moved up', () => {
    expect(
      labs(
        named('a'),
        named('b', { address: '[2001:db8::1]:587' }),
        named('c', { address: '192.0.2.1:10025' }),
        named('d', { lab: '127.0.0.9:2600' }),
        named('e', { address: '0.0.0.0:0' }),
      ),
    ).toEqual(['127.0.0.1:2525', '[::1]:3087', '127.0.0.1:10025', '127.0.0.9:2600', '127.0.0.1:0']);
  });

  test('that is derived gives way to one that is written, and to those before it', () => {
    expect(
      labs(named('a'), named('b'), named('c', { lab: '127.0.0.1:2525' }), named('d', { address: '192.0.2.1:25' })),
    ).toEqual(['127.0.0.1:2526', '127.0.0.1:2527', '127.0.0.1:2525', '127.0.0.1:2528']);
  });

  test('gives way to every address of its family too, and not to the other family', () => {
    expect(labs(named('a', { lab: '0.0.0.0:2525' }), named('b'), named('c', { address: '[::]:25' }))).toEqual([
      '0.0.0.0:2525',
      '127.0.0.1:2526',
      '[::1]:2525',
    ]);
  });

  test('of a disabled listener stands in nobody’s way', () => {
    expect(labs(named('a', { enable: false }), named('b'))).toEqual(['127.0.0.1:2525', '127.0.0.1:2525']);
  });
});

describe('a listener', () => {
  /** Every leaf of a listener with another value than its default. */
  const changes: Record<string, object> = {
    name: { name: 'other' },
    enable: { enable: false },
    role: { role: 'submission' },
    address: { address: '0.0.0.0:26' },
    lab: { lab: '127.0.0.1:2600' },
    tls: { tls: 'clear' },
    'certificate.certFile': { certificate: { certFile: 'a.pem' } },
    'certificate.keyFile': { certificate: { keyFile: 'a.pem' } },
    'certificate.kind': { certificate: { kind: 'expired' } },
    'certificate.sni': { certificate: { sni: [{ name: 'a.example' }] } },
    'security.versions': { security: { versions: ['TLSv1.3'] } },
    'security.ciphers': { security: { ciphers: 'HIGH' } },
    'security.serverOrder': { security: { serverOrder: false } },
    'security.clientCertificate': { security: { clientCertificate: 'request' } },
    'security.clientCaFile': { security: { clientCaFile: 'a.pem' } },
    'security.clientCrlFile': { security: { clientCrlFile: 'crl.pem' } },
    'security.clientDepth': { security: { clientDepth: 2 } },
    'security.keyLog': { security: { keyLog: 'keys.txt' } },
    extensions: { extensions: { pipelining: 'off' } },
    'proxy.from': { proxy: { from: ['192.0.2.1'] } },
    'proxy.timeout': { proxy: { timeout: 6 } },
    xclient: { xclient: ['192.0.2.1'] },
    handshakeTimeout: { handshakeTimeout: 11 },
    idleTimeout: { idleTimeout: 301 },
    access: { access: { last: 'deny' } },
    flow: { flow: { maxConnections: 3 } },
  };

  interface Shape {
    readonly shape?: Readonly<Record<string, Shape>>;
    unwrap?(): Shape;
    meta?(): { readonly restarts?: boolean } | undefined;
  }
  const shapeOf = (schema: Shape): Readonly<Record<string, Shape>> | undefined => {
    let at: Shape | undefined = schema;
    while (at && !at.shape) at = at.unwrap?.();
    return at?.shape;
  };
  const marked = (schema: Shape, path = ''): string[] =>
    Object.entries(shapeOf(schema) ?? {}).flatMap(([key, inner]) => {
      const isMarked = [inner, inner.unwrap?.()].some((each) => each?.meta?.()?.restarts === true);
      // A list counts as a whole, whatever of an item changes.
      return isMarked ? [`${path}${key}`] : shapeOf(inner) ? marked(inner, `${path}${key}.`) : [];
    });

  test('is bound anew by exactly the settings marked `restarts`, and by another name', () => {
    const restarting = Object.keys(changes).filter(
      (key) => restartsOf([named('a')], [named('a', changes[key])]).length > 0,
    );
    expect(restarting.sort()).toEqual([...marked(listener as unknown as Shape), 'name'].sort());
  });
});

describe('what the system refuses', () => {
  test.each(['EADDRINUSE', 'EACCES', 'EADDRNOTAVAIL', 'EAFNOSUPPORT', 'EWHATEVER'])(
    '%s is told with its remedy',
    (code) => {
      const text = bindingProblem(Object.assign(new Error('refused'), { code }), {
        host: '127.0.0.1',
        family: 4,
        port: 25,
      });
      expect(text).toMatch(new RegExp(`^${code}: .{20,}`));
    },
  );
});
