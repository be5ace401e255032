/** Pieces of Kubernetes that are handed on as they are: the cluster knows best what they may hold. */
import { z } from 'zod';
import type { Json } from '../json.ts';

export const json = z.unknown() as z.ZodType<Json>;
export const jsonMap = z.record(z.string(), json);
export const jsonList = z.array(json);
/** Extras of a pod: a list, or a map of name to item. */
export const jsonItems = z.union([jsonList, jsonMap]);
/** Labels, annotations, node selectors: Kubernetes takes nothing but texts. */
export const labels = z.record(z.string(), z.string());
/** Port or percentage: a number or a text. */
export const numberOrText = z.union([z.number(), z.string()]);
