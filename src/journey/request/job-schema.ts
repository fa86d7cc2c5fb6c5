import type { Express } from 'express';
import { z } from 'zod';
import { refuseMethod } from '../../platform/http/mount-routes.ts';
import { PURPOSES } from '../states.ts';
import { VerificationJob } from './request-schema.ts';

const PATH = '/schemas/verification-job.json';

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

/** Serves the schema, open to all. */
export function mountJobSchema(app: Express): void {
  const schema = verificationJobSchema();
  app
    .get(PATH, (_req, res) => void res.type('application/schema+json').send(JSON.stringify(schema)))
    .all(PATH, refuseMethod(['get']));
}
