/** Our version, and the JupyterHub whose API we speak. */
export const POLDER_VERSION = '0.1.0';
export const JUPYTERHUB_VERSION = '6.1.1';
