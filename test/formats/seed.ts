// Random tests try the same cases every time, so that the gate does not depend on chance; SEED=n tries others.
import fc from 'fast-check';

fc.configureGlobal({ seed: Number(process.env.SEED ?? 20_260_101) });
