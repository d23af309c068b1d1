// Check `peer-ban`: is the peer held off for failed logins when it connects?
import type { Check } from '../check.ts';
import { banned } from '../banned.ts';

/** 421 in place of the greeting (RFC 5321 section 3.8); the gate says nothing where TLS is implicit. */
export const peerBan: Check = {
  name: 'peer-ban',
  title: 'banned peers',
  group: 'protection',
  run: ({ settings, facts: { connection } }) =>
    connection.ban === undefined ? undefined : banned('peer-ban', settings, connection.ban),
};
