// How a command ends: the exit codes, and the errors that carry them.

/** 0 fine, 1 something breached or failed, 2 bad input, 3 environment (port, rights, disk, missing program). */
export type ExitCode = 0 | 1 | 2 | 3;

/** Ends a command: what is wrong, with its remedy, on standard error, and the exit code. */
export class CommandError extends Error {
  readonly exit: ExitCode;
  readonly details: readonly string[];
  constructor(exit: ExitCode, message: string, details: readonly string[] = []) {
    super(message);
    this.name = 'CommandError';
    this.exit = exit;
    this.details = details;
  }
}

/** A mistake at a place, as one line: `a.yml:12:3: errors.maxErrors: expected ...`. */
export function problemLine(
  file: string,
  problem: {
    readonly path: string;
    readonly line?: number | undefined;
    readonly column?: number | undefined;
    readonly message: string;
  },
): string {
  const at =
    problem.line === undefined ? '' : `:${problem.line}${problem.column === undefined ? '' : `:${problem.column}`}`;
  return `${file}${at}: ${problem.path === '' ? '' : `${problem.path}: `}${problem.message}`;
}

/** What the system says about a file or address, in words a person can act on. */
export function systemReason(error: unknown): string {
  const code = (error as NodeJS.ErrnoException | undefined)?.code;
  switch (code) {
    case 'ENOENT':
      return 'it does not exist';
    case 'EACCES':
    case 'EPERM':
      return 'this account has no right to it';
    case 'EROFS':
      return 'the file system is read-only';
    case 'ENOSPC':
      return 'the disk is full';
    case 'EISDIR':
      return 'it is a folder';
    case 'ENOTDIR':
      return 'a part of the path is not a folder';
    case 'EADDRINUSE':
      return 'the port is taken by another program';
    case 'EADDRNOTAVAIL':
      return 'this machine has no such address';
    default:
      return error instanceof Error ? error.message : String(error);
  }
}
