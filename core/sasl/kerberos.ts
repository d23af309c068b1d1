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

/** One security context being accepted; every call may fail, and after a failure there is only `close`. */
export interface KerberosContext {
  /** Takes a token of the client; `token` goes back to it, `principal` is there when `done`. */
  accept(
    token: Uint8Array,
  ): Promise<{ readonly token: Uint8Array; readonly done: boolean; readonly principal?: string } | KerberosFailure>;
  /** Integrity only, no confidentiality, as RFC 4752 section 3.1 has the last two messages. */
  wrap(bytes: Uint8Array): Promise<Uint8Array | KerberosFailure>;
  unwrap(bytes: Uint8Array): Promise<Uint8Array | KerberosFailure>;
  /** Frees it; called once, however the exchange ended. */
  close(): void;
}

export interface Kerberos {
  /** Why GSSAPI cannot be offered with these keys: no library, no keytab, no key for the service; undefined when it can. */
  problem(keys: KerberosKeys): Promise<string | undefined>;
  open(keys: KerberosKeys): KerberosContext;
}
