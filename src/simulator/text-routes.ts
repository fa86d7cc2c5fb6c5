/** The REST API's part for texts. */
import type { Request, Router } from 'express';
import type { Answer } from './answer-rest.ts';
import { formOf, text } from './call-request.ts';
import type { Dialect } from './dialect.ts';
import { listTexts } from './list-texts.ts';
import { notFound } from './rest-errors.ts';
import type { TextExchange } from './text-exchange.ts';
import { textResource } from './text-resource.ts';

/** Adds creating, listing and fetching texts below `root`. */
export function addTextRoutes(
  routes: Router,
  root: string,
  answer: Answer,
  { texts, dialect }: { texts: TextExchange; dialect: Dialect },
): void {
  const found = (req: Request) => {
    const message = texts.find(String(req.params.sid));
    if (!message) throw notFound(req.originalUrl);
    return message;
  };
  routes
    .route(`${root}/Messages.json`)
    .post((req, res) => {
      const form = formOf(req);
      answer(req, res, { operation: 'createText', to: text(form, 'To') }, () => ({
        status: 201,
        body: textResource(dialect, texts.create(form)),
      }));
    })
    .get((req, res) => {
      const { pathname, searchParams } = new URL(req.originalUrl, 'http://simulator');
      answer(req, res, { operation: 'listTexts', to: searchParams.get('To') }, () => ({
        status: 200,
        body: listTexts(dialect, texts.all(), pathname, searchParams),
      }));
    });
  routes.route(`${root}/Messages/:sid.json`).get((req, res) => {
    const message = found(req);
    answer(req, res, { operation: 'fetchText', to: message.request.to }, () => ({
      status: 200,
      body: textResource(dialect, message),
    }));
  });
}
