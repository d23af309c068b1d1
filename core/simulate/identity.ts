// The certificates of private receivers and their clients: the same in every run, from a CA whose keys are public.
import type { ClientCertificateKind } from '../contract/scenarioStep.ts';
import type { Listener } from '../contract/settings/listeners.ts';
import type { ListenerIdentity } from '../smtp/listenerTls.ts';
import { makeAuthority, type Pem } from '../world/authority.ts';
import { lastingMint, lastingName } from '../world/lastingMint.ts';
import { type CertificateWanted, type MadeCertificate, makeCertificate } from '../world/workshop.ts';

/** Authorities between a deep certificate and the one that is trusted; more than any preset allows. */
const DEEP = 6;

/** Makes each certificate when it is first asked for. */
export class Certificates {
  readonly #made = new Map<string, Promise<MadeCertificate>>();
  #own: Promise<Pem> | undefined;

  /** The CA of them all. */
  authority(): Promise<Pem> {
    return (this.#own ??= makeAuthority({ name: lastingName, now: 0, mint: lastingMint }));
  }

  /**
   * What a listener shows and trusts. Whatever files its settings name, certificates and lists are those of the
   * trial, so that nothing of the person's is read.
   */
  async of({ certificate, security }: Listener, hostname: string): Promise<ListenerIdentity> {
    // TLS 1.0 and 1.1 know RSA and ECDSA only (RFC 8422 section 5.1.1 has EdDSA for TLS 1.2).
    const rsa = security.versions.includes('TLSv1') || security.versions.includes('TLSv1.1');
    const names = [...new Set([hostname, 'localhost', '127.0.0.1', '::1'])];
    const main = await this.#make({ kind: certificate.kind, names, usage: 'server', rsa });
    const byName = certificate.sni.map(async ({ name }) => ({
      name,
      ...(await this.#make({ kind: 'good', names: [name], usage: 'server', rsa })),
    }));
    const isAsking = security.clientCertificate !== 'off';
    const revoked = isAsking && security.clientCrlFile !== '' ? await this.client('revoked') : undefined;
    return {
      cert: main.cert,
      key: main.key,
      ...(byName.length > 0 && { byName: await Promise.all(byName) }),
      ...(isAsking && { clientCa: (await this.authority()).cert }),
      ...(revoked?.revocations !== undefined && { clientRevocations: [revoked.revocations] }),
    };
  }

  /** A client's certificate, or one that is wrong in the way named; undefined for a client that has none. */
  async client(kind: ClientCertificateKind): Promise<MadeCertificate | undefined> {
    if (kind === 'none') return undefined;
    const isDeep = kind === 'deep';
    const depth = isDeep ? DEEP : 0;
    return this.#make({ kind: isDeep ? 'good' : kind, names: ['client.example'], usage: 'client', depth });
  }

  #make(wanted: Omit<CertificateWanted, 'now' | 'authority' | 'mint'>): Promise<MadeCertificate> {
    const key = JSON.stringify(wanted);
    const make = async () => {
      const authority = await this.authority();
      return makeCertificate({ ...wanted, now: 0, authority, mint: lastingMint });
    };
    const made = this.#made.get(key) ?? make();
    this.#made.set(key, made);
    return made;
  }
}
