import { z } from 'zod';
import { definePublicRoute } from '../../api.ts';
import { textAnswer } from '../../platform/http/answers.ts';
import { unchecked } from '../../platform/http/route.ts';
import { PURPOSES } from '../states.ts';
import { VerificationJob } from './request-schema.ts';

/** The data of a backend's job as JSON Schema 2020-12, for backends in other languages. */
export function verificationJobSchema() {
  const withoutNumber = PURPOSES.filter((purpose) => purpose !== 'register');
  return {
    ...z.toJSONSchema(VerificationJob, { io: 'input' }),
    $id: 'urn:poundkey:schema:verification-job',
    title: 'The data of a job that asks Poundkey for a verification',
    anyOf: [
      { required: ['number'] },
      { required: ['purpose'], properties: { purpose: { enum: withoutNumber } } },
    ],
  };
}

/** `/schemas`: the schema, open to all. It is made when it is first asked for. */
export function jobSchemaRoutes() {
  let schema: string | undefined;
  return [
    definePublicRoute({
      method: 'get',
      path: '/schemas/verification-job.json',
      summary: 'Read the JSON Schema of the jobs that backends add to the queue',
      operationId: 'readJobSchema',
      query: unchecked,
      responses: { 200: textAnswer('JSON Schema 2020-12', 'application/schema+json; charset=utf-8') },
      problems: [],
      async handle() {
        schema ??= JSON.stringify(verificationJobSchema());
        return { status: 200, body: schema };
      },
    }),
  ];
}
