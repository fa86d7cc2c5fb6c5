/** Control for people: script the desk phones, read the calls and texts and answer texts, with curl. */
import { type ErrorRequestHandler, json, Router } from 'express';
import { z } from 'zod';
import { type Desk, DeskError } from './desk.ts';
import type { Exchange } from './exchange.ts';
import { type Hands, handActionSchema } from './hands.ts';
import { countPerNumber, reportCall } from './report-calls.ts';
import { reportText, textsOn } from './report-texts.ts';
import { SCENARIO_NAMES, type ScenarioName } from './scenarios.ts';
import type { Script } from './script.ts';
import type { AnswerText, StopList } from './stop-list.ts';
import type { TextExchange } from './text-exchange.ts';

/** What can be looked at and changed. */
interface ControlDeps {
  desk: Desk;
  hands: Hands;
  exchange: Exchange;
  texts: TextExchange;
  stopList: StopList;
}

/**
 * `POST /desk-phones/{number}/hand` with `{"do": "answer"}` and the like to operate one whose scenario is `by-hand`;
 * `PUT /desk-phones/{number}` with `{"scenario": name}` or `{"script": script}`; `GET /desk-phones`; `GET /calls`;
 * `GET /desk-phones/{number}/texts` for what is on a phone; `POST` there with `{"to": line, "body": text}` to answer;
 * `GET /texts` for all and what became of them.
 * What makes no sense gets 400 and a problem (RFC 9457) that says what is allowed.
 */
export function createControlRoutes({ desk, hands, exchange, texts, stopList }: ControlDeps): Router {
  const routes = Router();
  routes.get(
    '/desk-phones',
    (_req, res) => void res.json({ phones: desk.phones(), scenarios: SCENARIO_NAMES }),
  );
  routes.put('/desk-phones/:number', json(), (req, res) => {
    const { number } = req.params;
    desk.script(String(number), givenScript(req.body));
    res.json(desk.phones().find((phone) => phone.number === number));
  });
  routes.post('/desk-phones/:number/hand', json(), (req, res) => {
    hands.act(String(req.params.number), givenAction(req.body));
    res.status(204).end();
  });
  routes.get('/calls', (_req, res) => {
    const calls = exchange.all();
    res.json({ calls: calls.map(reportCall), createdPerNumber: countPerNumber(calls) });
  });
  routes.get('/texts', (_req, res) => void res.json({ texts: texts.all().map(reportText) }));
  routes
    .route('/desk-phones/:number/texts')
    .get((req, res) => void res.json({ texts: textsOn(String(req.params.number), texts.all()) }))
    .post(json(), (req, res) => {
      stopList.hear(givenAnswer(String(req.params.number), req.body));
      res.status(204).end();
    });
  routes.use(renderProblem);
  return routes;
}

function givenAction(body: unknown) {
  const action = handActionSchema.safeParse(body);
  if (action.success) return action.data;
  throw new DeskError(
    `Send JSON with "do" (answer, reject, toVoicemail, press with "key", or hangUp), and content type application/json:\n${z.prettifyError(action.error)}`,
  );
}

/** What a phone answers to a sender. */
function givenAnswer(from: string, given: unknown): AnswerText {
  const { to, body } = (given ?? {}) as { to?: unknown; body?: unknown };
  if (typeof to === 'string' && typeof body === 'string') return { from, to, body };
  throw new DeskError(
    'Send JSON with "to" (the number of the line) and "body", and content type application/json.',
  );
}

/** Either field of the body; the desk checks it. */
function givenScript(body: unknown): Script | ScenarioName {
  const { scenario, script } = (body ?? {}) as { scenario?: ScenarioName; script?: Script };
  const given = scenario ?? script;
  if (given !== undefined) return given;
  const names = SCENARIO_NAMES.join(', ');
  throw new DeskError(
    `Send JSON with "scenario" (one of ${names}) or "script", and content type application/json.`,
  );
}

const renderProblem: ErrorRequestHandler = (error: Error & { status?: number }, _req, res, next) => {
  const status = error instanceof DeskError ? 400 : error.status;
  if (status === undefined || status >= 500) return next(error);
  const problem = { type: 'about:blank', title: 'The request is not valid', status, detail: error.message };
  res.status(status).type('application/problem+json').send(JSON.stringify(problem));
};
