/** Anything that JSON can hold. */
export type Json = string | number | boolean | null | readonly Json[] | JsonMap;

export type JsonMap = { readonly [key: string]: Json };
