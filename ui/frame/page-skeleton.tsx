/** The shape of a page whose content is on its way. */
export function PageSkeleton() {
  return <div className="ui-skeleton" aria-hidden="true" />;
}
