// Kerberos as the mechanism GSSAPI sees it: who accepts security contexts is lent by the host (RFC 2743; RFC 4752).

/** Which keys accept, as `authentication.gssapi` names them. */
export interface KerberosKeys {
  /** File with the keys of the service; empty for the system's own (KRB5_KTNAME, /etc/krb5.keytab). */
  readonly keytab: string;
  /** First part of the service principal, `smtp` (RFC 4954 section 4). */
  readonly service: string;
}

/** What the system's library says, in words for the administrator: never on the wire. */
export interface KerberosFailure {
  readonly failed: string;
  /** True when it is ours (no keytab, helper gone), not the client's: 454, and no failed login. */
  readonly ours?: boolean;
}

/** What both sides of a security context can do; every call may fail, and after a failure there is only `close`. */
interface Wrapping {
  /** Integrity only, no confidentiality, as RFC 4752 section 3.1 has the last two messages. */
  wrap(bytes: Uint8Array): Promise<Uint8Array | KerberosFailure>;
  unwrap(bytes: Uint8Array): Promise<Uint8Array | KerberosFailure>;
  /** Frees it; called once, however the exchange ended. */
  close(): void;
}

/** One security context being accepted. */
export interface KerberosContext extends Wrapping {
  /** Takes a token of the client; `token` goes back to it, the others are there when `done`. */
  accept(token: Uint8Array): Promise<
    | {
        readonly token: Uint8Array;
        readonly done: boolean;
        readonly principal?: string;
        /** Realm of the key that accepted it; the principal may be of another one that trusts it. */
        readonly realm?: string;
      }
    | KerberosFailure
  >;
}

/** One security context begun by a client of ours. */
export interface KerberosClientContext extends Wrapping {
  /** Takes a token of the server, nothing at first; a `token` without octets is not sent. */
  initiate(token: Uint8Array): Promise<{ readonly token: Uint8Array; readonly done: boolean } | KerberosFailure>;
}

/** Logs in with the tickets that are there (KRB5CCNAME). */
export interface KerberosClient {
  /** Why no ticket can be shown: no library, no ticket; undefined when there is one. */
  problem(): Promise<string | undefined>;
  /** `target`: service@host. */
  begin(target: string): KerberosClientContext;
}

export interface Kerberos {
  /** Why GSSAPI cannot be offered with these keys: no library, no keytab, no key for the service; undefined when it can. */
  problem(keys: KerberosKeys): Promise<string | undefined>;
  open(keys: KerberosKeys): KerberosContext;
}
