import type { z } from 'zod';

/** What an OpenAPI document says beside its routes. */
export interface ApiInfo {
  title: string;
  version: string;
  summary?: string;
  description?: string;
  /** `identifier`: an SPDX expression. */
  license?: { name: string; identifier: string };
  /** An address may be relative to that of the document. The first is the usual one. */
  servers?: { url: string; description: string }[];
  tags?: ApiTag[];
  webhooks?: ApiWebhook[];
}

/** A group of operations. */
export interface ApiTag {
  name: string;
  description: string;
  /** The beginnings of the addresses that belong to it. */
  under: string[];
}

/** A request that the service sends. */
export interface ApiWebhook {
  name: string;
  operationId: string;
  summary: string;
  tag: string;
  headers: z.ZodObject;
  body: z.ZodType;
  /** What each kind of status means to the service. */
  responses: Record<string, string>;
}
