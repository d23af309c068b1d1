// GSSAPI as a client speaks it: a ticket of the ambient cache, and no security layer behind it (RFC 4752).
import type { KerberosClientContext } from '../../sasl/kerberos.ts';
import { tokenKind } from '../../sasl/gss/token.ts';
import { type ClientExchange, type ClientMechanism, type ClientMove, commonFaults, decoded } from './mechanism.ts';

/** Why there is no ticket where nobody lends Kerberos. */
const nobodyLends = 'nobody lends this client Kerberos';

/** `integrity`: it chooses that security layer, which a server has to offer first. */
export const gssapi: ClientMechanism = {
  faults: [...commonFaults, 'integrity'],
  takes: ['authzid'],
  initial: 'usual',
  realOnly: 'tickets are the system’s, and its Kerberos library is asked in a process of its own',
  start: ({ login: { authzid = '', fault }, host, kerberos }) => {
    const context = kerberos?.begin(`smtp@${host}`);
    if (context === undefined) return { next: () => ({ cancel: nobodyLends }) };
    return new Showing(context, { authzid, layer: fault === 'integrity' ? 2 : 1 });
  },
};

class Showing implements ClientExchange {
  readonly #context: KerberosClientContext;
  readonly #wish: { readonly authzid: string; readonly layer: number };
  #state: 'begin' | 'token' | 'layers' | 'over' = 'begin';

  constructor(context: KerberosClientContext, wish: { readonly authzid: string; readonly layer: number }) {
    this.#context = context;
    this.#wish = wish;
  }

  async next(challenge: Buffer | null): Promise<ClientMove> {
    switch (this.#state) {
      case 'begin':
        if (challenge !== null && challenge.length > 0)
          return {
            cancel: 'the first challenge is not empty, although the client is to speak first (RFC 4954 section 4)',
          };
        this.#state = 'token';
        return this.#token(Buffer.alloc(0), true);
      case 'token':
        return this.#token(challenge ?? Buffer.alloc(0), false);
      case 'layers':
        this.#state = 'over';
        return this.#choose(challenge ?? Buffer.alloc(0));
      case 'over':
        return { cancel: 'the server asks for more than the mechanism has' };
    }
  }

  owed(): string | undefined {
    return this.#state === 'over'
      ? undefined
      : 'it never proved that it has the key of the service (RFC 4752 section 3.1)';
  }

  drop(): void {
    this.#context.close();
  }

  async #token(challenge: Buffer, isFirst: boolean): Promise<ClientMove> {
    const asks = isFirst ? undefined : tokenSaid('context token', challenge);
    const said = await this.#context.initiate(challenge);
    if ('failed' in said)
      return {
        asks,
        cancel: isFirst ? `there is no ticket to show: ${said.failed}` : `its token is not right: ${said.failed}`,
      };
    if (said.done) this.#state = 'layers';
    const response = Buffer.from(said.token);
    const says = response.length === 0 ? decoded('empty response', response) : tokenSaid('client token', response);
    return { asks, response, says, ...(isFirst && { proof: true }) };
  }

  /** RFC 4752 section 3.1: the layers the server has, and the most octets it takes; the answer names one of them. */
  async #choose(challenge: Buffer): Promise<ClientMove> {
    const unwrapped = await this.#context.unwrap(challenge);
    if ('failed' in unwrapped)
      return {
        asks: tokenSaid('security layers offered', challenge),
        cancel: `its security layers cannot be read: ${unwrapped.failed}`,
      };
    const offered = Buffer.from(unwrapped);
    if (offered.length !== 4) return { cancel: `its security layers have ${offered.length} octets instead of 4` };
    const asks = decoded('security layers offered', challenge, {
      layers: (offered[0] ?? 0).toString(2),
      'most octets': String(offered.readUIntBE(1, 3)),
    });
    const { authzid, layer } = this.#wish;
    if (layer === 1 && ((offered[0] ?? 0) & 1) === 0) return { asks, cancel: 'it has no way without a security layer' };
    const wrapped = await this.#context.wrap(Buffer.from([layer, 0, 0, 0, ...Buffer.from(authzid)]));
    if ('failed' in wrapped) return { asks, cancel: `the answer cannot be wrapped: ${wrapped.failed}` };
    const response = Buffer.from(wrapped);
    const says = decoded('security layer chosen', response, {
      layer: layer === 1 ? 'none' : 'integrity',
      authzid: authzid === '' ? undefined : authzid,
    });
    return { asks, response, says };
  }
}

const tokenSaid = (what: string, token: Buffer) => decoded(what, token, { token: tokenKind(token), octets: token });
