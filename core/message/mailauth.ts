// The parts of mailauth that verify signatures, drawn in when the first message is asked about.

const draw = async () => {
  const [{ DkimVerifier }, { getPublicKey, parseDkimHeaders, toALabel }, { getARChain, verifyASChain }] =
    await Promise.all([
      import('mailauth/lib/dkim/dkim-verifier.js'),
      import('mailauth/lib/tools.js'),
      import('mailauth/lib/arc/index.js'),
    ]);
  return { DkimVerifier, getPublicKey, parseDkimHeaders, toALabel, getARChain, verifyASChain };
};

let drawn: ReturnType<typeof draw> | undefined;

export type Mailauth = Awaited<ReturnType<typeof draw>>;

/** Takes a tenth of a second once: in virtual time it must be there before it is asked for, since files are read in real time. */
export const mailauth = (): Promise<Mailauth> => (drawn ??= draw());
