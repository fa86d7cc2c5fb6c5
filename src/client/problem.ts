import type { ErrorCode, FieldProblem } from './types.ts';

/** What a refusal says (RFC 9457). */
interface ProblemFields {
  code: PoundkeyProblem['code'];
  status: number;
  title: string;
  detail: string;
  problems?: FieldProblem[] | undefined;
  instance?: string | undefined;
  retryAfterS?: number | undefined;
  verificationId?: string | undefined;
  checksLeft?: number | undefined;
}

/** Poundkey refused, or could not: `code` says why for programs, `message` for people, `problems` which fields. */
export class PoundkeyProblem extends Error {
  override name = 'PoundkeyProblem';
  /** `answer.unreadable`: whatever answered was not Poundkey, for example a proxy in front of it. */
  readonly code: ErrorCode | 'answer.unreadable';
  /** The HTTP status; 0 for a job. */
  readonly status: number;
  readonly title: string;
  readonly problems: FieldProblem[];
  /** Names the request in the service's log. */
  readonly instance: string | null;
  /** When it makes sense to ask again, s. */
  readonly retryAfterS: number | null;
  /** The verification that is in the way, with `verification.alreadyOpen` and `user.verificationOpen`; null for a job. */
  readonly verificationId: string | null;
  /** With `code.wrong`: how many more codes may be checked; null otherwise. */
  readonly checksLeft: number | null;

  constructor(fields: ProblemFields) {
    super(fields.detail);
    this.code = fields.code;
    this.status = fields.status;
    this.title = fields.title;
    this.problems = fields.problems ?? [];
    this.instance = fields.instance ?? null;
    this.retryAfterS = fields.retryAfterS ?? null;
    this.verificationId = fields.verificationId ?? null;
    this.checksLeft = fields.checksLeft ?? null;
  }
}

/** An answer that is no success, as a problem. Reads its body. */
export async function problemOf(response: Response): Promise<PoundkeyProblem> {
  const { status } = response;
  const retryAfterS = Number(response.headers.get('retry-after')) || undefined;
  const isProblem = response.headers.get('content-type')?.startsWith('application/problem+json') === true;
  const text = await response.text();
  if (!isProblem) {
    const detail = `The answer has status ${status} and was not sent by Poundkey. Check the base URL and any proxy in front of the service.`;
    return new PoundkeyProblem({
      code: 'answer.unreadable',
      status,
      title: 'Unreadable answer',
      detail,
      retryAfterS,
    });
  }
  const { errors, ...body } = JSON.parse(text) as ProblemFields & { errors?: FieldProblem[] };
  return new PoundkeyProblem({ ...body, problems: errors, retryAfterS });
}

const RETRY_AFTER = 'Retry-After';

/** Why a job failed, as a problem: `code: detail`, then a line for each field. See `journey/request/take-over-job.ts`. */
export function problemOfJob(reason: string): PoundkeyProblem {
  const [first = '', ...lines] = reason.split('\n').map(splitAtColon);
  if (first === '' || !/^[a-zA-Z]+\.[a-zA-Z]+$/.test(first[0]))
    return new PoundkeyProblem({ code: 'service.internal', status: 0, title: TITLE, detail: reason });
  const named = lines.filter(([field]) => field !== RETRY_AFTER);
  const retry = lines.find(([field]) => field === RETRY_AFTER);
  return new PoundkeyProblem({
    code: first[0] as ErrorCode,
    status: 0,
    title: TITLE,
    detail: first[1],
    problems: named.map(([field, rule]) => ({ field, rule })),
    retryAfterS: retry && Number(retry[1]),
  });
}

const TITLE = 'The job was refused';

function splitAtColon(line: string): [string, string] {
  const at = line.indexOf(': ');
  return at < 0 ? ['', line] : [line.slice(0, at), line.slice(at + 2)];
}
