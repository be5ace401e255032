/** As much of Lumino as we use: it was the same in all versions of JupyterLab that load extensions as this one. */
export interface Lumino {
  readonly Widget: new (options: { readonly node: HTMLElement }) => Widget;
}

export interface Widget {
  id: string;
}
