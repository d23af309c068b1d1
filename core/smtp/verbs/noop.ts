// NOOP: does nothing, and any parameter is ignored (RFC 5321 section 4.1.1.9).
import type { Answer, Dialogue } from '../dialogue.ts';

export const noop = (d: Dialogue): Answer => d.plain('command', 'noop-ok', 'there is nothing to do');
