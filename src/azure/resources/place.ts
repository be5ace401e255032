/** What nearly every resource has. */
export interface ResourcePlace {
  readonly location: string;
  readonly tags: Readonly<Record<string, string>>;
}
