// What happens to people of whom no phone is registered, as options: secrets come from files, and stand in no list of processes.
import {
  type EnteredCredential,
  GraphCredentialBody,
} from '../../../src/entra/external-method/graph-credential.ts';
import { FIRST_TIME, type FirstTime } from '../../../src/entra/external-method/methods.ts';
import { contentOf, UsageError } from '../command.ts';

/** What `--first-time` and the files of a credential say; what is not given is left out. @throws UsageError */
export function readFirstTime(options: Readonly<Record<string, string>>): {
  firstTime?: FirstTime;
  graphCredential?: EnteredCredential;
} {
  const firstTime = readMode(options.firstTime);
  const graphCredential = readCredential(options);
  return { ...(firstTime && { firstTime }), ...(graphCredential && { graphCredential }) };
}

function readMode(given: string | undefined): FirstTime | undefined {
  const mode = FIRST_TIME.find((each) => each === given);
  if (given === undefined || mode !== undefined) return mode;
  throw new UsageError(`--first-time is one of ${FIRST_TIME.join(', ')}.`);
}

function readCredential(options: Readonly<Record<string, string>>): EnteredCredential | undefined {
  const { graphSecretFile, graphCertificateFile, graphKeyFile } = options;
  if (![graphSecretFile, graphCertificateFile, graphKeyFile].some((file) => file !== undefined)) return;
  const entered =
    graphSecretFile === undefined
      ? { certificate: contentOf(graphCertificateFile), privateKey: contentOf(graphKeyFile) }
      : { secret: contentOf(graphSecretFile).trim() };
  const read = GraphCredentialBody.safeParse(entered);
  if (read.success) return read.data;
  throw new UsageError(
    'Give --graph-secret-file with the value of a client secret, or --graph-certificate-file and --graph-key-file with a certificate and its RSA key, both as PEM without a passphrase.',
  );
}
